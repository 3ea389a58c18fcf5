"""`make run` from an empty database to a server that stops when it is told, and whose workers do not outlive it."""

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
import pytest
from django.db import connection
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]

START_TIMEOUT_SECONDS = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Where these tests' servers keep what they make: what one has prepared the next one finds."""
    return tmp_path_factory.mktemp("serving")


@pytest.fixture(scope="module")
def database_url(folder) -> Iterator[str]:
    """A database of its own, empty at first, on the engine that is being tested."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder / 'shop.sqlite3'}"
        return
    url = os.environ["DATABASE_URL"]
    name = f"serving_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@dataclass
class Launch:
    """A server that was started, and what it wrote."""

    process: subprocess.Popen
    output: Path
    url: str

    def kill(self) -> None:
        """Kill it; Linux kills its workers."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def said(self) -> str:
        return self.output.read_text()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def launcher(folder, database_url):
    """Start the server with these variables and wait until it answers."""
    launched: list[Launch] = []

    def start(port: int | None = None, **variables: str) -> Launch:
        port = port or free_port()
        output = folder / f"output-{len(launched)}.txt"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
        with output.open("w") as file:
            process = subprocess.Popen(
                [sys.executable, "scripts/serve.py"],
                cwd=ROOT,
                env=environment
                | {"DATABASE_URL": database_url, "STATIC_ROOT": str(folder / "static")}
                | {"MEDIA_ROOT": str(folder / "media"), "METRICS_DIR": str(folder / f"metrics-{port}")}
                | {"MEDIA_ROOT": str(folder / "media"), "AUDIT_KEY_FILE": str(folder / "audit_key")}
                | {"AUDIT_CHECKPOINT_FILE": str(folder / "audit_checkpoints.jsonl")}
                | {"PORT": str(port), "DEMO_DATA": "0", "WORKERS": "2"}
                | variables,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        it = Launch(process, output, f"http://127.0.0.1:{port}")
        launched.append(it)
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            try:
                httpx.get(f"{it.url}/api/jobs", timeout=5)
                return it
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"The server did not answer:\n{it.said()}")

    yield start
    for it in launched:
        it.kill()


@pytest.fixture(scope="module")
def first_start(launcher) -> Launch:
    """The start that has everything to prepare."""
    return launcher()


@pytest.fixture(scope="module")
def second_start(first_start, launcher) -> Launch:
    """A start that finds everything prepared, set up in another way: with the kiosk closed, and with DEBUG."""
    return launcher(KIOSK_NETWORKS="", DEBUG="1")


@pytest.fixture
def launch(first_start, launcher):
    """Start a server where everything is prepared."""
    return launcher


def test_the_first_start_prepares_everything(first_start):
    said = first_start.said()
    assert "Migrating the database" in said
    assert "Collecting static files" in said
    assert f"Shop Planr serves on {first_start.url}" in said


def test_a_second_start_finds_nothing_to_do(second_start):
    said = second_start.said()
    for work in ("Migrating", "Loading", "Collecting"):
        assert work not in said


def test_a_page_comes_with_its_style_sheet(first_start):
    page = httpx.get(f"{first_start.url}/admin/login/")
    assert page.status_code == 200
    # Under a name that holds its hash, from the files that were collected.
    style_sheet = re.search(r'href="(/static/admin/css/base\.[0-9a-f]+\.css)"', page.text)[1]
    assert httpx.get(first_start.url + style_sheet).status_code == 200


def test_it_is_alive_and_ready_and_tells_this_machine_its_figures(first_start):
    assert httpx.get(f"{first_start.url}/healthz").json() == {"status": "alive"}
    assert httpx.get(f"{first_start.url}/readyz").json()["status"] == "ready"
    assert "shopplanr_database_up 1.0" in httpx.get(f"{first_start.url}/metrics").text
    assert httpx.get(f"{first_start.url}/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 403


def test_it_ends_without_a_complaint_when_it_is_told_to(launch):
    server = launch()
    server.process.terminate()
    assert server.process.wait(timeout=20) == 0
    assert server.said().rstrip().endswith("Ctrl-C stops it.")


def test_the_kiosk_is_open_to_this_machine_until_it_is_closed(first_start, second_start):
    assert "The kiosk is OPEN" in first_start.said()
    assert httpx.get(f"{first_start.url}/api/jobs").status_code == 200
    assert "The kiosk is closed" in second_start.said()
    assert httpx.get(f"{second_start.url}/api/jobs").status_code == 401


def test_an_error_shows_nothing_of_the_inside(second_start):
    answer = httpx.get(f"{second_start.url}/nowhere")
    assert answer.status_code == 404
    assert "urlpatterns" not in answer.text.lower()
    assert "URLconf" not in answer.text


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent is dead")
def test_the_workers_of_a_server_that_was_killed_go_with_it_and_leave_the_port(launch):
    killed = launch()
    killed.kill()
    again = launch(port=int(killed.url.rpartition(":")[2]))
    assert httpx.get(f"{again.url}/api/jobs").status_code == 200


def test_a_signal_from_the_terminal_ends_it_quickly(launch):
    server = launch()
    with httpx.Client() as client:  # a connection that stays open must not hold the server up
        client.get(f"{server.url}/api/jobs")
        os.killpg(server.process.pid, signal.SIGINT)
        assert server.process.wait(timeout=8) == 0
