"""A look at the whole database as it was at one moment, while others go on writing."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction


@contextmanager
def snapshot(using: str) -> Iterator[None]:
    """Let everything that is read within the block be of one moment. Nobody waits for it, and it waits for nobody.

    PostgreSQL keeps a snapshot for a repeatable read. SQLite does so in WAL mode for whoever reads; Django would begin
    with the writers' lock, and keep the whole shop from working for as long as the backup takes.
    """
    connection = connections[using]
    if connection.vendor == "postgresql":
        with transaction.atomic(using=using):
            if len(connection.savepoint_ids) == 0:  # within somebody's transaction it is too late to say
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
        return
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            cursor.execute("SELECT COUNT(*) FROM django_migrations")  # the moment is that of the first read
            yield
        finally:
            cursor.execute("ROLLBACK")
