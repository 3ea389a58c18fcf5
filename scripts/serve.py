"""Brings the database and the static files up to date and serves: what `make run` and `make dev` start.

For trying Shop Planr on one's own machine. Everything that an installation decides comes from the environment, as in
production; this only fills in what is missing, and says so.

Starting Python and Django is what takes the time. So this process does it once, looks whether there is anything to do,
and becomes the server, whose workers are forked from it with everything loaded. What does need doing is done by child
processes, as otherwise the workers would inherit its traces.
"""

import ctypes
import errno
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from django.core.exceptions import ImproperlyConfigured  # noqa: E402

from shopplanr.environment import Environment  # noqa: E402

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
LOOPBACK_NETWORKS = "127.0.0.0/8,::1"
WILDCARD_ADDRESSES = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to

# Each thread holds a database connection. While one waits for the database another computes; more than a few only wait
# for Python's lock.
THREADS_PER_WORKER = 4

# How many connections a worker accepts; those that wait for their next request count too. So it has to be large: with
# one per thread, four browsers that keep their connections open would lock everybody else out.
CONNECTIONS_PER_WORKER = 512

MOST_WORKERS_BY_DEFAULT = 4

STOP_TIMEOUT_SECONDS = 10

PORT_PATIENCE_SECONDS = 2

APPLICATION = "shopplanr.wsgi:application"


class CannotStart(Exception):
    """The server cannot start; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Return what to type into a browser on this machine."""
        host = "localhost" if self.host in WILDCARD_ADDRESSES else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Return whether only this machine reaches it."""
        return self.host == "localhost" or self.host == "::1" or self.host.startswith("127.")


# --- The environment ----------------------------------------------------------------------------------------------


def filled_in(environ: Mapping[str, str], address: Address, develop: bool) -> dict[str, str]:
    """Return the environment with what a trial on one's own machine needs, where it is not given.

    The kiosk is opened for this machine, so that the documented calls work as they are printed. A variable that is
    given counts even when it is empty: ``KIOSK_NETWORKS=`` closes the kiosk.
    """
    filled = dict(environ)
    filled["DJANGO_SETTINGS_MODULE"] = "shopplanr.settings"
    filled["DEBUG"] = "1" if develop else "0"
    # This server speaks plain HTTP, over which a browser would not send a secure cookie.
    filled.setdefault("SECURE_COOKIES", "0")
    # A line for each request would bury what is said here; while developing it is what one looks at.
    filled.setdefault("ACCESS_LOG", "1" if develop else "0")
    # The figures are for this machine, as the kiosk is.
    filled.setdefault("METRICS_NETWORKS", LOOPBACK_NETWORKS)
    filled.setdefault("METRICS_DIR", str(ROOT / "var" / f"metrics-{address.port}"))

    if not filled.get("ALLOWED_HOSTS"):
        name = socket.gethostname() if address.host in WILDCARD_ADDRESSES else Address(address.host, 0).url
        own_name = name.removeprefix("http://").removesuffix(":0")
        filled["ALLOWED_HOSTS"] = ",".join(dict.fromkeys((*LOOPBACK_NAMES, own_name)))

    role_is_closed = filled.get("KIOSK_ROLE") == ""
    filled.setdefault("KIOSK_NETWORKS", "" if role_is_closed else LOOPBACK_NETWORKS)
    if filled["KIOSK_NETWORKS"]:
        filled.setdefault("KIOSK_ROLE", "Integrations")
    return filled


def make_secret_key(path: Path) -> None:
    """Write a new secret key where there is none, readable for its owner only."""
    if path.exists() and path.stat().st_size:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and then moved: two starts at once, or one that is killed here, never leave half a key.
    new = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
    new.replace(path)


def empty_metrics_folder(folder: Path) -> None:
    """Forget what the processes of an earlier server have counted, as any server does that starts anew."""
    for file in folder.glob("*.db"):
        file.unlink()


def require_free(address: Address, patience_seconds: float = PORT_PATIENCE_SECONDS) -> None:
    """Raise CannotStart where something listens on the address, and still does after a while, or where it is not ours.

    The while is for a server that is just stopping.
    """
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        raise CannotStart(f"HOST={address.host} is no address of this machine.") from None
    deadline = time.monotonic() + patience_seconds
    while True:
        with socket.socket(family, kind, protocol) as probe:
            # As the server does it; a connection that has just closed does not count as taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(place)
                return
            except PermissionError:
                raise CannotStart(f"Port {address.port} is reserved for the system: choose one above 1023.") from None
            except OSError as error:
                if error.errno == errno.EADDRINUSE and time.monotonic() < deadline:
                    time.sleep(0.05)
                    continue
                raise CannotStart(_why_not_bound(address, error)) from None


def _why_not_bound(address: Address, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {address.port} of {address.host} is in use, perhaps by another Shop Planr. "
            f"Stop that, or choose another port: make run PORT={address.port + 1}"
        )
    return f"Cannot listen on {address.host}, port {address.port}: {error.strerror}."


# --- The database and the files -----------------------------------------------------------------------------------


def _manage(*arguments: str) -> None:
    """Run a management command as a child, which ends when we are told to."""
    outcome = subprocess.run([sys.executable, str(ROOT / "manage.py"), *arguments])
    if outcome.returncode != 0:
        raise CannotStart(f"'manage.py {arguments[0]}' failed; what it said is above.")


def _refuse_on_error(messages) -> None:
    from django.core import checks

    for message in messages:
        if not message.is_silenced():
            print(message, file=sys.stderr)
    if any(message.level >= checks.ERROR and not message.is_silenced() for message in messages):
        raise CannotStart("The configuration is refused; the reasons are above.")


def prepare_database(with_demo: bool) -> None:
    """Migrate where a migration or a trigger is missing, and load the demo shop where there is nothing yet."""
    from django.core import checks
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    from shopplanr.demo import shop

    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise CannotStart(f"The database cannot be reached: {str(error).strip()}") from None

    def protection() -> list:
        return checks.run_checks(tags=[checks.Tags.database], databases=["default"])

    executor = MigrationExecutor(connection)
    messages = protection()
    if executor.migration_plan(executor.loader.graph.leaf_nodes()) or messages:
        print("Migrating the database", flush=True)
        connection.close()
        _manage("migrate", "--verbosity=0")
        messages = protection()
    _refuse_on_error(messages)

    if with_demo and shop.obstacle() is None:
        connection.close()
        print("Loading the demo shop", flush=True)
        _manage("demo_shop", "--without-sign-in")


def collect_static_files(record: Path) -> None:
    """Collect the static files where any of them differs from those that were collected last."""
    from django.contrib.staticfiles.finders import get_finders

    lines = []
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            lines.append(f"{name} {status.st_size} {status.st_mtime_ns}\n")
    state = "".join(sorted(lines))
    if record.exists() and record.read_text() == state:
        return
    print("Collecting static files", flush=True)
    _manage("collectstatic", "--noinput", "--verbosity=0")
    record.write_text(state)


# --- What to say --------------------------------------------------------------------------------------------------


def kiosk_notice(networks: list, role: str) -> str:
    """Return what the kiosk setting means for whoever starts the server."""
    if not networks or not role:
        return "The kiosk is closed: every call needs a token or somebody signed in."
    where = ", ".join(map(str, networks))
    return (
        f"The kiosk is OPEN: calls from {where} need no credentials and have the rights of {role}.\n"
        "Close it with KIOSK_NETWORKS= (set to nothing), as in: make run KIOSK_NETWORKS="
    )


def sign_in_notice(address: Address) -> str:
    """Return who can sign in, and how."""
    from shopplanr.demo.people import sign_in_text

    administrator = "make an administrator with .venv/bin/python manage.py createsuperuser"
    return sign_in_text(address.url) or f"Nobody can sign in yet: {administrator}"


def welcome(address: Address) -> str:
    """Return what is printed before serving."""
    from django.conf import settings

    from shopplanr.demo.people import PASSWORD, PIN

    places = [
        f"Shop Planr serves on {address.url}",
        f"  API      {address.url}/api/jobs",
        f"  API docs {address.url}/api/docs",
        f"  Admin    {address.url}/admin/",
    ]
    who = sign_in_notice(address)
    paragraphs = ["\n".join(places), who, kiosk_notice(settings.KIOSK_NETWORKS, settings.KIOSK_ROLE)]
    if not address.is_loopback:
        names = ", ".join(settings.ALLOWED_HOSTS)
        paragraphs.append(f"Other machines reach this server, by the names {names} (ALLOWED_HOSTS changes them).")
        if PASSWORD in who or f"PIN {PIN}" in who:
            paragraphs.append("They can sign in with the passwords and PINs above, which everybody knows: change them.")
    paragraphs.append("Ctrl-C stops it.")
    return "\n\n".join(paragraphs)


# --- Serving ------------------------------------------------------------------------------------------------------


def serve(address: Address, workers: int, threads: int) -> None:
    """Serve until told to stop."""
    from importlib import import_module

    from django.urls import get_resolver
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    # What a worker would load by itself, at its start or at its first request, it gets from here.
    import_module(APPLICATION.partition(":")[0])
    get_resolver().url_patterns  # noqa: B018 - read for its effect

    server = Granian(
        APPLICATION,
        address=address.host,
        port=address.port,
        interface=Interfaces.WSGI,
        # Without TLS nobody speaks HTTP/2, where a body need not say its length: WSGI would take it for empty.
        http=HTTPModes.http1,
        workers=workers,
        blocking_threads=threads,
        backpressure=CONNECTIONS_PER_WORKER,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        # A request that never ends must not keep the server from stopping.
        workers_kill_timeout=STOP_TIMEOUT_SECONDS,
    )
    hang_up = signal.getsignal(signal.SIGHUP)
    if hang_up != signal.SIG_IGN:  # which nohup sets
        hang_up = server.signal_handler_interrupt
    # granian would start its workers anew, and go on without the terminal that was closed.
    server.on_startup(lambda: signal.signal(signal.SIGHUP, hang_up))
    os.register_at_fork(after_in_child=_belong_to_the_parent)
    server.serve()


def _belong_to_the_parent() -> None:
    """Make a worker end when its parent says so, and when its parent is no more."""
    # Ctrl-C reaches the whole group, and the parent passes it on: granian's workers hang when they are told twice.
    os.setpgrp()
    # A parent that is killed outright tells nobody: the workers would go on, and keep the port. So Linux kills them.
    pr_set_pdeathsig = 1
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL, 0, 0, 0)


def serve_and_reload(address: Address) -> NoReturn:
    """Become a server that starts its worker anew whenever a file changes.

    Anew in earnest: a worker that is forked from this process would keep the code that is loaded here.
    """
    options = {
        "interface": "wsgi",
        "http": "1",
        "host": address.host,
        "port": address.port,
        "blocking-threads": THREADS_PER_WORKER,
        "backpressure": CONNECTIONS_PER_WORKER,
        "workers-kill-timeout": 1,
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    ignored = [f"--reload-ignore-dirs={name}" for name in ("var", "tests", "bench", "docs", "requirements")]
    switches = ["--no-ws", "--reload", "--reload-ignore-worker-failure"]
    os.execv(sys.executable, [sys.executable, "-m", "granian", *arguments, *switches, *ignored, APPLICATION])  # noqa: S606


def main(develop: bool) -> None:
    given = Environment(os.environ)
    address = Address(
        given.text("HOST", "127.0.0.1"), given.whole_number("PORT", default=8000, minimum=1, maximum=65535)
    )
    workers = given.whole_number(
        "WORKERS", default=min(os.cpu_count() or 1, MOST_WORKERS_BY_DEFAULT), minimum=1, maximum=64
    )
    threads = given.whole_number("THREADS", default=THREADS_PER_WORKER, minimum=1, maximum=64)
    with_demo = given.flag("DEMO_DATA", default=True)
    os.environ.update(filled_in(os.environ, address, develop))
    os.chdir(ROOT)
    require_free(address)
    if not given.text("SECRET_KEY"):
        make_secret_key(Path(given.text("SECRET_KEY_FILE", str(ROOT / "var" / "secret_key"))))

    if metrics_folder := os.environ["METRICS_DIR"]:
        empty_metrics_folder(ROOT / metrics_folder)

    import django
    from django.conf import settings
    from django.core import checks
    from django.db import connections

    django.setup()
    _refuse_on_error(checks.run_checks(tags=["shopplanr"]))
    prepare_database(with_demo)
    if not develop:
        collect_static_files(settings.STATIC_ROOT.with_name(f"{settings.STATIC_ROOT.name}-collected.txt"))
    print(f"\n{welcome(address)}\n", flush=True)
    # A forked worker must not talk on its parent's connection.
    connections.close_all()
    if develop:
        serve_and_reload(address)
    serve(address, workers, threads)


if __name__ == "__main__":
    # A termination while a child works unwinds, and takes the child along.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        main(develop="--develop" in sys.argv[1:])
    except (CannotStart, ImproperlyConfigured) as reason:
        sys.exit(f"Shop Planr cannot start. {reason}")
    except KeyboardInterrupt:
        sys.exit(130)
