"""scripts/serve.py: what `make run` fills in, refuses and says."""

import os
import socket
import stat
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path

import pytest

from scripts import serve
from scripts.serve import Address, CannotStart

ROOT = Path(__file__).resolve().parents[2]

HERE = Address("127.0.0.1", 8000)


# --- What it fills in ---------------------------------------------------------------------------------------------


def test_the_kiosk_is_this_machine_unless_something_else_is_given():
    filled = serve.filled_in({}, HERE, develop=False)
    assert filled["KIOSK_NETWORKS"] == "127.0.0.0/8,::1"
    assert filled["KIOSK_ROLE"] == "Integrations"


@pytest.mark.parametrize("closing", [{"KIOSK_NETWORKS": ""}, {"KIOSK_ROLE": ""}])
def test_a_kiosk_variable_that_is_set_to_nothing_closes_the_kiosk(closing):
    filled = serve.filled_in(closing, HERE, develop=False)
    assert not filled["KIOSK_NETWORKS"]
    assert not filled.get("KIOSK_ROLE")


def test_a_kiosk_that_is_given_stays():
    given = {"KIOSK_NETWORKS": "192.168.10.0/28", "KIOSK_ROLE": "Operators"}
    filled = serve.filled_in(given, HERE, develop=False)
    assert {name: filled[name] for name in given} == given


def test_debug_is_off_whatever_the_environment_says():
    assert serve.filled_in({"DEBUG": "1"}, HERE, develop=False)["DEBUG"] == "0"


def test_debug_is_on_while_developing():
    assert serve.filled_in({}, HERE, develop=True)["DEBUG"] == "1"


def test_signing_in_works_over_plain_http():
    assert serve.filled_in({}, HERE, develop=False)["SECURE_COOKIES"] == "0"


@pytest.mark.parametrize(
    ("host", "own_name"),
    [
        ("127.0.0.1", "localhost"),
        ("192.168.1.5", "192.168.1.5"),
        ("0.0.0.0", socket.gethostname()),
        ("fd00::5", "[fd00::5]"),
    ],
)
def test_the_server_answers_to_the_name_of_its_own_address_and_to_no_other(host, own_name):
    names = serve.filled_in({}, Address(host, 8000), develop=False)["ALLOWED_HOSTS"].split(",")
    assert own_name in names
    assert set(names) - {own_name} <= {"localhost", "127.0.0.1", "[::1]"}


def test_the_figures_are_for_this_machine_and_of_this_server_unless_something_else_is_given():
    filled = serve.filled_in({}, HERE, develop=False)
    assert filled["METRICS_NETWORKS"] == "127.0.0.0/8,::1"
    assert filled["METRICS_DIR"].endswith("metrics-8000")
    closed = serve.filled_in({"METRICS_NETWORKS": "", "METRICS_DIR": ""}, HERE, develop=False)
    assert (closed["METRICS_NETWORKS"], closed["METRICS_DIR"]) == ("", "")


def test_what_an_earlier_server_has_counted_is_forgotten(tmp_path):
    (tmp_path / "counter_7.db").touch()
    (tmp_path / "notes.txt").touch()
    serve.empty_metrics_folder(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]
    serve.empty_metrics_folder(tmp_path / "not-there-yet")


@pytest.mark.parametrize(("develop", "logged"), [(False, "0"), (True, "1")])
def test_each_request_is_logged_where_one_develops(develop, logged):
    assert serve.filled_in({}, HERE, develop=develop)["ACCESS_LOG"] == logged
    assert serve.filled_in({"ACCESS_LOG": "1"}, HERE, develop=develop)["ACCESS_LOG"] == "1"


# --- The key ------------------------------------------------------------------------------------------------------


def test_the_generated_key_is_its_owners_alone_and_stays_the_same(tmp_path):
    key_file = tmp_path / "var" / "secret_key"
    serve.make_secret_key(key_file)
    key = key_file.read_text().strip()
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert len(key) >= 50
    serve.make_secret_key(key_file)
    assert key_file.read_text().strip() == key
    assert list(key_file.parent.iterdir()) == [key_file]


def test_two_machines_get_two_keys(tmp_path):
    keys = set()
    for name in ("one", "other"):
        serve.make_secret_key(tmp_path / name)
        keys.add((tmp_path / name).read_text())
    assert len(keys) == 2


# --- The port -----------------------------------------------------------------------------------------------------


def test_a_port_in_use_is_said_with_another_to_try():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart) as refusal:
            serve.require_free(Address("127.0.0.1", port), patience_seconds=0)
    assert f"Port {port} of 127.0.0.1 is in use" in str(refusal.value)
    assert f"make run PORT={port + 1}" in str(refusal.value)


def test_an_address_of_another_machine_is_said():
    with pytest.raises(CannotStart, match=r"Cannot listen on 192\.0\.2\.1"):
        serve.require_free(Address("192.0.2.1", 8000))


def test_a_port_in_use_ends_the_start_with_a_sentence_and_nothing_else():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        start = subprocess.run(
            [sys.executable, "scripts/serve.py"],
            cwd=ROOT,
            env=os.environ | {"PORT": str(taken.getsockname()[1])},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert start.returncode == 1
    assert start.stdout == ""
    assert start.stderr.startswith("Shop Planr cannot start. Port ")
    assert start.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"PORT": "http"}, "PORT must be a whole number (1 to 65535), not 'http'."),
        ({"WORKERS": "0"}, "WORKERS must be 1 to 64, not 0."),
        ({"KIOSK_NETWORKS": "0.0.0.0/0"}, "The configuration is refused; the reasons are above."),
        ({"KIOSK_ROLE": "Kings"}, "KIOSK_ROLE must be one of"),
        ({"DATABASE_URL": "postgres://nobody@127.0.0.1:9/none"}, "The database cannot be reached:"),
    ],
)
def test_a_mistake_ends_the_start_with_a_sentence_instead_of_a_traceback(variables, said):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free_port = str(probe.getsockname()[1])
    start = subprocess.run(
        [sys.executable, "scripts/serve.py"],
        cwd=ROOT,
        env=os.environ | {"PORT": free_port} | variables,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert start.returncode == 1
    assert said in start.stderr
    assert "Traceback" not in start.stderr


# --- What it says -------------------------------------------------------------------------------------------------


def test_an_open_kiosk_is_said_with_how_to_close_it():
    notice = serve.kiosk_notice([ip_network("127.0.0.0/8"), ip_network("::1")], "Integrations")
    assert "The kiosk is OPEN: calls from 127.0.0.0/8, ::1/128 need no credentials" in notice
    assert "rights of Integrations" in notice
    assert "make run KIOSK_NETWORKS=" in notice


def test_a_closed_kiosk_is_said():
    assert serve.kiosk_notice([], "").startswith("The kiosk is closed")


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://localhost:8000"),
        ("::1", "http://[::1]:8000"),
        ("shop.example", "http://shop.example:8000"),
    ],
)
def test_the_address_that_is_said_can_be_typed_into_a_browser(host, url):
    assert Address(host, 8000).url == url


# --- Static files -------------------------------------------------------------------------------------------------


def test_static_files_are_collected_once_and_again_when_one_changes(tmp_path, settings, monkeypatch):
    static = tmp_path / "static"
    static.mkdir()
    (static / "shop.css").write_text("body {}")
    settings.STATICFILES_DIRS = [static]
    commands = []
    monkeypatch.setattr(serve, "_manage", lambda *arguments: commands.append(arguments[0]))
    record = tmp_path / "collected.txt"
    serve.collect_static_files(record)
    serve.collect_static_files(record)
    assert commands == ["collectstatic"]
    (static / "shop.css").write_text("body { color: teal }")
    serve.collect_static_files(record)
    assert commands == ["collectstatic", "collectstatic"]
