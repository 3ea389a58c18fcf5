"""Lists of a hundred thousand rows: the server writes them as they are read, and never holds them."""

import http.client
import json
import socket
import time
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from audit.models import AuditEntry
from scripts.serve import THREADS_PER_WORKER
from serials.models import Serial
from tests.live.ledger import Query
from tests.live.memory import memory
from tests.live.server import WORKERS, LiveServer
from tests.live.shop import Shop, at_once

ROWS = 100_000
GROWTH_MAX_BYTES = 60 * 2**20

STALLED_BYTES, FLOWING_BYTES = 16 * 1024, 2**20
"""What the client's side takes in ahead of who reads."""

IDLE_TIMEOUT_SECONDS = 20

LISTS = ["serials", "audit"]


def multiply(query: Query, model, **changes: str) -> None:
    """Copy a table's one row until there are ``ROWS``; ``changes`` are SQL for columns that differ, of a number n."""
    columns = [field.column for field in model._meta.concrete_fields]
    table, key = model._meta.db_table, model._meta.pk.column
    wanted = [column for column in columns if column != key or column in changes]
    query(
        f"WITH RECURSIVE numbers(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < {ROWS}) "
        f"INSERT INTO {table} ({', '.join(wanted)}) "
        f"SELECT {', '.join(changes.get(column, column) for column in wanted)} FROM {table}, numbers"
    )


@pytest.fixture(scope="module")
def full_server(server):
    """A server that has just started, on a database with a hundred thousand serials and as many audit entries."""
    with server.client() as client:
        shop = Shop(client)
        shop.part(shop.route("Saw"))
    with server.database.query() as query:
        # The rows of one batch; their steps and versions are not asked for here.
        multiply(query, Serial, number="n")
        multiply(query, AuditEntry, entry_id="'aud_' || n", batch_start="n")
    server.stop()
    server.start()
    return server


@contextmanager
def asked(server: LiveServer, name: str):
    """Ask for a list with a connection that takes in little at a time; give it, and the answer, unread."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.sock = socket.socket()
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, STALLED_BYTES)
    connection.sock.settimeout(IDLE_TIMEOUT_SECONDS)
    connection.sock.connect(("127.0.0.1", server.port))
    with closing(connection):
        connection.request("GET", f"/api/{name}")
        yield connection.sock, connection.getresponse()


# --- Looking at processes ------------------------------------------------------------------------------------------


def forget_peaks(server: LiveServer) -> None:
    """Have the kernel count the most that each worker holds from now on; where it cannot, it counts from the start."""
    for pid in server.workers():
        with suppress(OSError):
            Path(f"/proc/{pid}/clear_refs").write_text("5")


def wait_until_idle(server: LiveServer) -> None:
    """Return when the workers have stopped computing: one that writes to somebody who does not read waits for him."""
    deadline = time.monotonic() + IDLE_TIMEOUT_SECONDS
    used, unchanged = None, 0
    while unchanged < 5 and time.monotonic() < deadline:
        before, used = used, [_processor_time(pid) for pid in server.workers()]
        unchanged = unchanged + 1 if used == before else 0
        time.sleep(0.05)


def _processor_time(pid: int) -> tuple[str, str]:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return user, system


def assert_nothing_stays_open(server: LiveServer) -> None:
    """Look until no transaction is open any more, and none begins: a server learns late that a client has gone."""
    deadline = time.monotonic() + IDLE_TIMEOUT_SECONDS
    quiet = 0
    while quiet < 5:
        assert time.monotonic() < deadline, "a transaction stays open"
        quiet = 0 if server.database.open_transactions() else quiet + 1
        time.sleep(0.05)


# --- The tests -----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not say what a process holds")
@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_a_hundred_thousand_is_whole_and_in_order_and_costs_the_server_little(full_server, name):
    # Threads and their connections come with the first calls: what they need is not the list's.
    with full_server.client() as client:
        at_once([partial(client.get, f"/api/{name}", params={"limit": 5})] * (2 * WORKERS * THREADS_PER_WORKER))
    held = memory(full_server, "VmRSS")
    forget_peaks(full_server)

    with asked(full_server, name) as (connection, response):
        body = response.read(STALLED_BYTES)
        wait_until_idle(full_server)
        stalled = memory(full_server, "VmHWM") - held
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, FLOWING_BYTES)
        body += response.read()
    grown = memory(full_server, "VmHWM") - held

    assert response.status == 200
    rows = json.loads(body)
    assert len(rows) == ROWS
    if name == "serials":
        assert [row["id"] for row in rows] == [f"SN-{number:05d}" for number in range(1, ROWS + 1)]
    else:
        assert [row["id"] for row in rows[:-1]] == [f"aud_{number}" for number in range(ROWS, 1, -1)]
    assert stalled < len(body)  # while nobody read, nothing was made ahead
    assert grown <= GROWTH_MAX_BYTES, f"{grown / 2**20:.1f} MB for {len(body) / 2**20:.1f} MB"


@pytest.mark.parametrize("name", LISTS)
def test_whoever_leaves_in_the_middle_of_a_list_leaves_nothing_behind(full_server, name):
    threads = WORKERS * THREADS_PER_WORKER
    for _ in range(threads + 2):  # more than there are threads: one that were lost each time would be missed
        with asked(full_server, name) as (_, response):
            assert response.read(STALLED_BYTES).startswith(b"[{")

    assert_nothing_stays_open(full_server)
    with full_server.client() as client:
        at_once([partial(Shop(client).get, name, limit=1)] * threads)


@pytest.mark.parametrize("name", LISTS)
def test_asking_for_the_headers_of_a_list_does_not_make_the_list(full_server, name):
    with full_server.client() as client:
        for _ in range(3):
            response = client.head(f"/api/{name}")
            assert (response.status_code, response.content) == (200, b"")
    assert_nothing_stays_open(full_server)


def test_lists_that_are_streamed_while_others_write_are_whole(full_server):
    def count_rows() -> int:
        with full_server.client() as client:
            return client.get("/api/serials").content.count(b'"id":"SN-')

    def make_jobs() -> int:
        with full_server.client() as client:
            return len([Shop(client).post("jobs", 201, name="Meanwhile", goalQuantity=1) for _ in range(20)])

    assert at_once([count_rows, make_jobs, count_rows, make_jobs]) == [ROWS, 20, ROWS, 20]
