"""A real server whose database goes, is busy, and comes back: nothing accepted is lost, nobody starts anything anew.

And a worker that is killed in the middle of a request: the others go on, and another one takes its place.
"""

import fcntl
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Barrier, Event, Thread
from time import monotonic, sleep

import httpx
import pytest
from django.db import connections

from tests.live import ledger
from tests.live.calls import Call, attachments, batches, misjudged
from tests.live.database import Database, PostgresqlDatabase
from tests.live.proxy import Proxy
from tests.live.server import LiveServer
from tests.live.shop import Shop, at_once

PATIENCE_SECONDS = 60


@pytest.fixture
def database(migrated_database, tmp_path):
    """A database of this test's own."""
    database = migrated_database.copy(tmp_path)
    yield database
    database.drop()


@pytest.fixture
def start(database, tmp_path):
    """Return a function that starts a server on the test's database, or by another way to it, with these variables."""
    started: list[LiveServer] = []

    def go(by: Database = database, **variables: str) -> LiveServer:
        started.append(LiveServer(by, tmp_path / "server.log", **variables))
        return started[-1].start()

    yield go
    for server in started:
        server.stop()


def probe(client: httpx.Client, path: str) -> tuple[int, dict]:
    """Ask a probe."""
    response = client.get(path)
    return response.status_code, response.json()


# --- Gone and back -------------------------------------------------------------------------------------------------


def send_until_answered(client: httpx.Client, call: Call, refused: list[httpx.Response]) -> None:
    """Send a call with its key until it is carried out; keep the answers that said to come again."""
    deadline = monotonic() + PATIENCE_SECONDS
    while monotonic() < deadline:
        response = call.make(client)
        if response.is_success:
            call.answer = response.json()
            return
        assert response.status_code == 503, response.text
        refused.append(response)
    raise AssertionError("the database does not come back")


def test_a_database_that_goes_and_comes_back(database, start):
    if connections["default"].vendor != "postgresql":
        pytest.skip("SQLite is a file: it is there as long as the machine is")
    proxy = Proxy(database.url)
    server = start(PostgresqlDatabase(proxy.url), METRICS_NETWORKS="127.0.0.1")
    refused: list[httpx.Response] = []
    calls: list[Call] = []
    working, over = Event(), Event()

    def work(name: str, wanted: Iterator[Call]) -> None:
        with server.client() as client:
            for number, call in enumerate(wanted):
                call.user_id, call.keyed = f"{name}-{number}", True
                calls.append(call)
                send_until_answered(client, call, refused)
                if number >= 2:
                    working.set()
                if over.is_set():
                    return

    try:
        with server.client() as client:
            shop = Shop(client)
            route, certificate = (
                shop.route("Saw", {"name": "Deburr", "optional": True}, "Mill", mode="flexible"),
                shop.certificate(),
            )
            parts = shop.parts(route, 400)
            streams = [
                batches(route, certificate, 20),
                moves_of(parts[:150]),
                moves_of(parts[150:300]),
                attachments(parts[300:], [shop.certificate() for _ in range(60)]),
            ]
            with ThreadPoolExecutor(len(streams)) as threads:
                workers = [threads.submit(work, f"away-{number}", each) for number, each in enumerate(streams)]
                try:
                    for _ in range(2):
                        assert working.wait(PATIENCE_SECONDS)
                        proxy.cut()
                        status, said = probe(client, "/readyz")
                        assert (status, said["checks"]["database"]) == (503, "database_unreachable")
                        assert probe(client, "/healthz") == (200, {"status": "alive"})
                        scraped = client.get("/metrics")
                        assert scraped.status_code == 200
                        assert "shopplanr_database_up 0.0" in scraped.text
                        answer = client.get("/api/jobs")
                        assert (answer.status_code, answer.json()["code"]) == (503, "database_unreachable")
                        working.clear()
                        proxy.mend()
                        assert working.wait(PATIENCE_SECONDS)
                finally:
                    over.set()
                for each in workers:
                    each.result(PATIENCE_SECONDS)
            assert probe(client, "/readyz")[0] == 200
            assert "shopplanr_database_up 1.0" in client.get("/metrics").text
        assert refused, "the cut came when nothing was being done"
        assert {(each.json()["code"], each.headers["Retry-After"]) for each in refused} == {
            ("database_unreachable", "5")
        }
        with database.query() as query:
            assert misjudged(query, calls) == []
            assert ledger.findings(query) == []
        assert "Traceback" not in server.log()
    finally:
        proxy.cut()


def moves_of(parts: list[str]) -> Iterator[Call]:
    """Take parts along a route of three steps."""
    for part in parts:
        yield Call(f"serials/{part}/advance-to", {"targetStepIndex": 2}, 2)
        yield Call(f"serials/{part}/advance", {}, 1)


# --- Busy ----------------------------------------------------------------------------------------------------------


@contextmanager
def everything_locked(server: LiveServer) -> Iterator[None]:
    """Keep everybody else from changing parts within the block, as somebody does who forgot a transaction."""
    with server.database.query() as query:
        if isinstance(server.database, PostgresqlDatabase):
            query("BEGIN")
            query("LOCK TABLE serials_serial IN EXCLUSIVE MODE")
        else:
            query("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            query("ROLLBACK")


def test_who_finds_everything_locked_is_told_to_come_again(start):
    """All of them: on SQLite they stand in a line, and the last must not wait for each of the others' patience."""
    server = start(LOCK_TIMEOUT_SECONDS="0.6")
    with server.client() as client:
        shop = Shop(client)
        parts = shop.parts(shop.route("Saw", "Mill"), 8)

        def advance(part: str) -> httpx.Response:
            return client.post(
                f"/api/serials/{part}/advance", json={"userId": "ann"}, headers={"Idempotency-Key": part}
            )

        def all_at_once() -> list[httpx.Response]:
            return at_once([lambda part=part: advance(part) for part in parts])

        with everything_locked(server):
            answers = all_at_once()
            assert {answer.status_code for answer in answers} == {503}
            assert {answer.json()["code"] for answer in answers} == {"database_busy"}
            assert {answer.headers["Retry-After"] for answer in answers} == {"1"}
            assert client.get(f"/api/serials/{parts[0]}").json()["currentStepIndex"] == 0
        for replayed in (None, "true"):
            answers = all_at_once()
            assert {answer.status_code for answer in answers} == {200}
            assert {answer.headers.get("Idempotency-Replayed") for answer in answers} == {replayed}
        assert "Traceback" not in server.log()
        with server.database.query() as query:
            assert ledger.findings(query) == []


# --- A worker that is killed ---------------------------------------------------------------------------------------


def test_a_worker_that_is_killed_in_the_middle_of_a_request(start):
    server = start()
    with server.client() as client:
        shop = Shop(client)
        part = shop.part(shop.route("Saw", "Mill"))
        outcome: list = []
        call = Call(f"serials/{part}/advance", {}, 1, "killed-1", keyed=True)

        def make() -> None:
            try:
                outcome.append(call.make(client))
            except httpx.TransportError as error:
                outcome.append(error)

        with everything_locked(server):
            caller = Thread(target=make)
            caller.start()
            before = server.workers()
            wait_until_it_waits(server)
            for worker in before:
                os.kill(worker, signal.SIGKILL)
            caller.join(PATIENCE_SECONDS)
        assert isinstance(outcome[0], httpx.TransportError)

    with server.client() as client:
        wait_until_it_answers(client)
        assert not set(before) & set(server.workers())
        assert Shop(client).get(f"serials/{part}")["currentStepIndex"] == 0
        for replayed in (None, "true"):
            response = call.make(client)
            assert (response.status_code, response.headers.get("Idempotency-Replayed")) == (200, replayed)
        call.answer = response.json()
        with server.database.query() as query:
            assert misjudged(query, [call]) == []
            assert ledger.findings(query) == []


def wait_until_it_waits(server: LiveServer) -> None:
    """Wait until a call of the server's stands before the lock."""
    with server.database.query() as query:
        deadline = monotonic() + PATIENCE_SECONDS
        while monotonic() < deadline:
            if isinstance(server.database, PostgresqlDatabase):
                ((waiting,),) = query("SELECT count(*) FROM pg_locks WHERE NOT granted")
            else:
                # whoever is next has the first place in the line
                waiting = _is_locked(server.database.path.with_name(f"{server.database.path.name}-queue"))
            if waiting:
                return
            sleep(0.01)
    raise AssertionError("nobody comes to the lock")


def _is_locked(path: Path) -> bool:
    with suppress(FileNotFoundError), path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(file, fcntl.LOCK_UN)
    return False


def wait_until_it_answers(client: httpx.Client) -> None:
    deadline = monotonic() + PATIENCE_SECONDS
    while monotonic() < deadline:
        with suppress(httpx.TransportError):
            if client.get("/readyz").status_code == 200:
                return
        sleep(0.05)
    raise AssertionError("no worker takes the place of those that were killed")


# --- Figures of several processes ----------------------------------------------------------------------------------


def test_figures_are_those_of_all_processes_also_of_those_that_are_gone(start):
    server = start(METRICS_NETWORKS="127.0.0.1")
    route = 'route="api/jobs/<str:id>"'

    def counted(client: httpx.Client) -> float:
        lines = client.get("/metrics").text.splitlines()
        return sum(
            float(line.rpartition(" ")[2])
            for line in lines
            if line.startswith("shopplanr_requests_total") and route in line
        )

    def ask() -> None:
        # each on a connection of its own: whichever process takes it
        together.wait()
        for _ in range(5):
            with server.client() as one:
                one.get("/api/jobs/job_x")

    together = Barrier(8)
    at_once([ask] * 8)
    with server.client() as client:
        assert {counted(client) for _ in range(6)} == {40}
        shop = Shop(client)
        shop.parts(shop.route("Saw"), 3)
        assert 'shopplanr_transitions_total{kind="serial_created"} 1.0' in client.get("/metrics").text
        assert 'shopplanr_parts{queue="in_progress"} 3.0' in client.get("/metrics").text
        files = {path.name for path in (server.media.parent / "server-metrics").iterdir()}
        assert len([name for name in files if name.startswith("counter_")]) >= 2
        for worker in server.workers():
            os.kill(worker, signal.SIGKILL)
    with server.client() as client:
        wait_until_it_answers(client)
        assert counted(client) == 40
        client.get("/api/jobs/job_x")
        assert counted(client) == 41
