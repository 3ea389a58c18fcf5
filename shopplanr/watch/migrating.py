"""One migration at a time, however many servers start at once on one database.

Django would have both read which migrations are missing, and both apply them: the second would fail at a table that is
there already, and its server would not start. Here the second waits, and then finds nothing to do.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

try:
    import fcntl
except ImportError:  # a system without file locks: two migrations of one SQLite file are not kept apart there
    fcntl = None

LOCK_NUMBER = 0x53484F50504C414E
"""Of the advisory lock on PostgreSQL: "SHOPPLAN" in ASCII, so that nobody else's is the same by accident."""


@contextmanager
def alone(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Be the only one that migrates this database within the block; wait for whoever does so already.

    Whoever is killed lets the next one in: the lock is a file's on SQLite and a transaction's on PostgreSQL.
    """
    keeper = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    with keeper(connection):
        yield


@contextmanager
def _on_sqlite(connection: BaseDatabaseWrapper) -> Iterator[None]:
    if fcntl is None or connection.is_in_memory_db():
        yield
        return
    name = Path(connection.settings_dict["NAME"])
    with name.with_name(f"{name.name}-migrating").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _on_postgresql(connection: BaseDatabaseWrapper) -> Iterator[None]:
    # On a connection of its own, within one transaction: so it holds behind a connection pool as well.
    with closing(connection.copy()) as keeper:
        keeper.set_autocommit(False)
        with keeper.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = 0")  # the first one takes as long as it takes
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_NUMBER])
            try:
                yield
            finally:
                keeper.rollback()
