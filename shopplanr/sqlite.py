"""How Shop Planr opens a SQLite database."""

import sqlite3

from django.db.backends.signals import connection_created

SYNCHRONOUS = ("FULL", "NORMAL")
"""FULL keeps every accepted write through a power cut. NORMAL is faster, and may lose the last ones then."""

BUSY_TIMEOUT_SECONDS = 15.0
"""How long a writer waits for the others, unless it is said otherwise."""


def options(synchronous: str, busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS) -> dict:
    """Return the OPTIONS of a database that many threads and processes write to.

    With the engine's defaults most of sixteen parallel writers fail with "database is locked". Three things end that.
    In WAL mode readers and the writer do not wait for each other. An immediate transaction takes the write lock when
    it begins: a deferred one takes it at its first write, and fails at once, whatever the timeout, when somebody else
    has written since its first read. And who finds the lock taken waits.
    """
    return {
        "transaction_mode": "IMMEDIATE",
        "timeout": busy_timeout_seconds,
        # Without recursive triggers a REPLACE removes the row in its way past every trigger, append-only or not.
        "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}; PRAGMA recursive_triggers=ON;",
    }


def raise_parameter_limit(connection, **kwargs) -> None:
    """Let Django put as many parameters into a statement as the SQLite library takes.

    Django 5.2 assumes 999, the limit of libraries before 2020, and so cuts a batch of thousands of rows into dozens of
    statements. Django 6 asks the library by itself: this function goes when we get there.
    """
    if connection.vendor == "sqlite":
        connection.features.max_query_params = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)


def prepare_connections() -> None:
    """Call ``raise_parameter_limit`` for every connection that opens from now on."""
    connection_created.connect(raise_parameter_limit, dispatch_uid="shopplanr.sqlite.raise_parameter_limit")
