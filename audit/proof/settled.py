"""Up to where the trail is settled: no transaction that is still open can add an entry there.

Sequences are given out when entries are written, and transactions commit in an order of their own. An entry that comes
to light behind others that were sealed would look as if somebody had put it in afterwards.
"""

import time

from django.db import connection
from django.db.models import Max

from audit.models import AuditEntry

LOOK_AGAIN_SECONDS = 0.02

_WRITERS = """
SELECT DISTINCT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND relation = 'audit_auditentry'::regclass AND granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND mode = 'RowExclusiveLock' AND pid IS DISTINCT FROM pg_backend_pid()
"""


def settled_through(patience_seconds: float) -> int | None:
    """Return the newest sequence up to which nothing can come any more, 0 where there is no entry.

    None where it would take more patience: a transaction that has written to the trail is still open.

    On SQLite one transaction writes at a time, and sequences rise: whatever can be seen is settled. On PostgreSQL
    whoever inserts into a table holds a lock on it (``ROW EXCLUSIVE``, which keeps no other writer waiting) from before
    the first sequence is drawn until the transaction ends and its rows are there for all to see. So: look which
    sequence is the newest; then, who holds such a lock; and when all of those are gone, no smaller sequence is left to
    come, for whoever came later draws larger ones. Nobody waits for the one who looks.
    """
    newest = AuditEntry.objects.aggregate(newest=Max("sequence"))["newest"] or 0
    if connection.vendor == "sqlite":
        return newest
    open_then = writers()
    deadline = time.monotonic() + patience_seconds
    while open_then:
        open_then &= writers()
        if open_then and time.monotonic() >= deadline:
            return None
        if open_then:
            time.sleep(LOOK_AGAIN_SECONDS)
    return newest


def writers() -> set[str]:
    """Return the open transactions of others that have written to the trail (PostgreSQL)."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITERS)
        return {transaction for (transaction,) in cursor.fetchall()}
