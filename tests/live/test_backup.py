"""A backup of a shop at work, brought back on the run's engine and on the other one."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connections

from tests.live import database as databases
from tests.live import ledger
from tests.live.database import ROOT

TIMEOUT_SECONDS = 100


def manage(database: databases.Database, folder: Path, *arguments: object) -> str:
    """Run a command in a process of its own, with files of the record and of the proof in ``folder``."""
    variables = {
        "MEDIA_ROOT": str(folder / "media"),
        "AUDIT_KEY_FILE": str(folder / "audit_key"),
        "AUDIT_CHECKPOINT_FILE": str(folder / "checkpoints.jsonl"),
    }
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *map(str, arguments)],
        env=databases.environment(database.url, **variables),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def empty(tmp_path):
    """Return what makes a database without a table: of this engine."""
    made = []

    def make(vendor: str) -> databases.Database:
        url = os.environ.get("DATABASE_URL", "")
        made.append(databases.created(vendor, url, tmp_path / f"restored-{len(made)}.sqlite3"))
        return made[-1]

    yield make
    for database in made:
        database.drop()


def test_a_shop_at_work_is_backed_up_as_of_one_moment_and_comes_back_on_either_engine(shop, server, empty, tmp_path):
    """Every part of it fits together, whatever was going on: each restored database passes the ledger's own check."""
    route = shop.route(*["Turn"] * 60)
    parts = shop.parts(route, 6)
    stop = threading.Event()

    def work(part: str) -> None:
        for _ in range(50):
            if stop.is_set():
                return
            shop.post(f"serials/{part}/advance", userId="ann")

    workers = [threading.Thread(target=work, args=[part]) for part in parts]
    for worker in workers:
        worker.start()
    try:
        first, second = tmp_path / "first.tar", tmp_path / "second.tar"
        manage(server.database, tmp_path / "shop", "backup", first)
    finally:
        stop.set()
        for worker in workers:
            worker.join()

    # PostgreSQL to SQLite and back again; on a run on SQLite, from one file to the next
    vendor = connections["default"].vendor
    elsewhere, here = empty("sqlite"), empty(vendor)
    assert "Every row and file is as it was written" in manage(elsewhere, tmp_path / "elsewhere", "restore", first)
    manage(elsewhere, tmp_path / "elsewhere", "backup", second)
    assert "The audit trail verifies" in manage(here, tmp_path / "here", "restore", second)

    for database in (elsewhere, here):
        with database.query() as query:
            assert ledger.findings(query) == []
    assert entries_of(elsewhere) == entries_of(here)
    everything = entries_of(server.database)
    assert entries_of(here) == everything[: len(entries_of(here))]


def entries_of(database: databases.Database) -> list[tuple]:
    with database.query() as query:
        return query("SELECT entry_id, action, serial_id FROM audit_auditentry ORDER BY sequence")
