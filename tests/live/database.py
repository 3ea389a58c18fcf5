"""Databases for servers that the tests start: of the run's engine, migrated, and gone afterwards.

Migrating takes seconds, so it is done once; every further database is a copy.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.live.ledger import Query

ROOT = Path(__file__).resolve().parents[2]

MIGRATE_TIMEOUT_SECONDS = 60
QUIET_TIMEOUT_SECONDS = 20

_numbers = count(1)

_proof_folder = tempfile.TemporaryDirectory(prefix="shopplanr-proof-")  # which goes when the process ends


def environment(url: str, **variables: str) -> dict[str, str]:
    """Return what a process of ours gets to know: nothing of how the developer has set up his own server."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return inherited | {
        "DATABASE_URL": url,
        "SECRET_KEY": "a-key-for-live-tests-only-0123456789-abcdefghijk",
        "PYTHONPATH": str(ROOT),
        "LOG_LEVEL": "WARNING",
        "AUDIT_SEAL_SECONDS": "0",
        "AUDIT_KEY_FILE": f"{_proof_folder.name}/audit_key",
        "AUDIT_CHECKPOINT_FILE": f"{_proof_folder.name}/audit_checkpoints.jsonl",
        **variables,
    }


@dataclass(frozen=True)
class SqliteDatabase:
    """A file in WAL mode with ``synchronous=FULL``, as the product opens it unless told otherwise."""

    path: Path

    @property
    def url(self) -> str:
        """Return the ``DATABASE_URL``."""
        return f"sqlite:///{self.path}"

    @property
    def name(self) -> str:
        """Return what Django's settings call it."""
        return str(self.path)

    @contextmanager
    def query(self) -> Iterator[Query]:
        """Give a ``Query``, on a connection of its own."""
        connection = sqlite3.connect(self.path, timeout=QUIET_TIMEOUT_SECONDS, isolation_level=None)
        try:
            yield lambda statement: connection.execute(statement).fetchall()
        finally:
            connection.close()

    def copy(self, folder: Path) -> "SqliteDatabase":
        """Return a copy. Nobody may be writing."""
        with self.query() as query:
            query("PRAGMA wal_checkpoint(TRUNCATE)")
        return SqliteDatabase(Path(shutil.copy(self.path, folder / f"shop-{next(_numbers)}.sqlite3")))

    def drop(self) -> None:
        """Remove the file, and those that the engine keeps next to it."""
        for ending in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)

    def open_transactions(self) -> int:
        """Return whether somebody reads or writes: 0 or 1.

        The engine says so when the write-ahead log is to be emptied; so there has to be something in it.
        """
        with self.query() as query:
            ((version,),) = query("PRAGMA user_version")
            query(f"PRAGMA user_version = {version + 1}")
            query("PRAGMA busy_timeout = 0")
            ((busy, _, _),) = query("PRAGMA wal_checkpoint(TRUNCATE)")
        return busy

    def wait_until_left(self) -> None:
        """Nothing to wait for: a process that is killed takes its locks along."""


@dataclass(frozen=True)
class PostgresqlDatabase:
    """A database on the run's server."""

    url: str

    @classmethod
    def create(cls, server_url: str, template: str = "template1") -> "PostgresqlDatabase":
        """Return a new database beside the one that ``server_url`` names."""
        name = f"shopplanr_live_{os.getpid()}_{next(_numbers)}"
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return cls(urlunsplit(urlsplit(server_url)._replace(path=f"/{name}")))

    @property
    def name(self) -> str:
        """Return the database's name."""
        return urlsplit(self.url).path.removeprefix("/")

    @contextmanager
    def query(self) -> Iterator[Query]:
        """Give a ``Query``, on a connection of its own."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            yield lambda statement: _rows(connection.execute(statement))

    def copy(self, folder: Path) -> "PostgresqlDatabase":
        """Return a copy. Nobody may be connected."""
        return self.create(self._elsewhere, template=self.name)

    def drop(self) -> None:
        """Remove the database, whoever is connected."""
        with psycopg.connect(self._elsewhere, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def open_transactions(self) -> int:
        """Return how many transactions are open, apart from our own."""
        return self._count("xact_start IS NOT NULL")

    def wait_until_left(self) -> None:
        """Wait until the engine has noticed that its clients are dead, and has undone what they had not committed."""
        deadline = time.monotonic() + QUIET_TIMEOUT_SECONDS
        while connected := self._count("true"):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{connected} connections of dead clients are still there")
            time.sleep(0.02)

    def _count(self, condition: str) -> int:
        with self.query() as query:
            ((number,),) = query(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                f"AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND {condition}"
            )
        return number

    @property
    def _elsewhere(self) -> str:
        # Nobody can copy or drop the database that he is connected to.
        return urlunsplit(urlsplit(self.url)._replace(path="/postgres"))


def _rows(cursor: psycopg.Cursor) -> list[tuple]:
    return cursor.fetchall() if cursor.description else []


Database = SqliteDatabase | PostgresqlDatabase


def created(vendor: str, run_url: str, file: Path) -> Database:
    """Return a new database without any table: this file, or one beside the run's on its server."""
    return SqliteDatabase(file) if vendor == "sqlite" else PostgresqlDatabase.create(run_url)


def known_by(url: str) -> Database:
    """Return the database that has this ``url``, as another process made it."""
    if url.startswith("sqlite:///"):
        return SqliteDatabase(Path(url.removeprefix("sqlite:///")))
    return PostgresqlDatabase(url)


def migrated(vendor: str, run_url: str, folder: Path) -> Database:
    """Return a new, empty database with every table, role and trigger."""
    database = created(vendor, run_url, folder / "migrated.sqlite3")
    subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity=0"],
        env=environment(database.url),
        check=True,
        timeout=MIGRATE_TIMEOUT_SECONDS,
    )
    return database
