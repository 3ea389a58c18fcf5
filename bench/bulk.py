"""Bulk writes against the bare engine: the same rows, into the same schema, in one transaction, side by side.

Each round the product writes first. The rows that it wrote are then written again by the engine's own driver, with
``executemany``, into a copy of the database as it was before: same indexes, same triggers, same foreign keys, same
``synchronous``.
"""

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median

from django.conf import settings
from django.db import connection

from bench import shop
from certificates.services import attaching

ROWS = 2000
ROUNDS = 7


def run() -> dict[str, dict[str, float]]:
    """Return seconds, and on SQLite the ratio to the bare engine, of a batch and of a batch-attach."""
    path, certificate = shop.make_path(), shop.make_certificate()
    shop.make_serials(path, ROWS)  # warms up caches, imports and the database's pages
    batches = []

    def batch():
        batches.append(shop.make_serials(path, ROWS))

    def attach():
        ids = [serial.id for serial in batches.pop(0)]
        attaching.attach_all(certificate.id, ids, shop.ACTOR)

    return {f"batch of {ROWS} on {shop.STEPS} steps": _measure(batch), f"attach one to {ROWS}": _measure(attach)}


def _measure(act: Callable[[], None]) -> dict[str, float]:
    ours, bare = [], []
    for _ in range(ROUNDS):
        with _copy_of_database() as copy:
            before = _largest_keys()
            started = time.perf_counter()
            act()
            ours.append(time.perf_counter() - started)
            if copy:
                bare.append(_write_bare(copy, _rows_since(before)))
    figures = {"seconds": median(ours)}
    if bare:
        figures |= {
            "bare_seconds": median(bare),
            "ratio": median(a / b for a, b in zip(ours, bare, strict=True)),
        }
    return figures


def _tables() -> list[str]:
    from audit.models import AuditEntry
    from certificates.models import CertAttachment
    from serials.models import Serial, StepStatus

    models = [AuditEntry, Serial, Serial.history.model, StepStatus, CertAttachment]
    return [model._meta.db_table for model in models]


def _largest_keys() -> dict[str, int]:
    if connection.vendor != "sqlite":
        return {}
    with connection.cursor() as cursor:
        return {
            table: cursor.execute(f"SELECT coalesce(max(rowid), 0) FROM {table}").fetchone()[0] for table in _tables()
        }


def _rows_since(before: dict[str, int]) -> dict[str, list[tuple]]:
    with connection.cursor() as cursor:
        return {
            table: cursor.execute(f"SELECT * FROM {table} WHERE rowid > {key} ORDER BY rowid").fetchall()
            for table, key in before.items()
        }


class _copy_of_database:  # noqa: N801 - reads as what it is
    """A copy of the SQLite file as it now stands, in a temporary folder; None on PostgreSQL."""

    def __enter__(self) -> Path | None:
        self.folder = tempfile.TemporaryDirectory()
        if connection.vendor != "sqlite":
            return None
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        copy = Path(self.folder.name) / "copy.sqlite3"
        shutil.copy(settings.DATABASES["default"]["NAME"], copy)
        return copy

    def __exit__(self, *failure):
        self.folder.cleanup()


def _write_bare(database: Path, rows: dict[str, list[tuple]]) -> float:
    with closing(sqlite3.connect(database, isolation_level=None)) as bare:
        bare.execute("PRAGMA journal_mode=WAL")
        bare.execute(f"PRAGMA synchronous={settings.SQLITE_SYNCHRONOUS}")
        bare.execute("PRAGMA foreign_keys=ON")
        bare.execute("SELECT count(*) FROM sqlite_master").fetchone()
        started = time.perf_counter()
        bare.execute("BEGIN IMMEDIATE")
        for table, values in rows.items():
            if values:
                marks = ", ".join("?" * len(values[0]))
                bare.executemany(f"INSERT INTO {table} VALUES ({marks})", values)
        bare.execute("COMMIT")
        return time.perf_counter() - started
