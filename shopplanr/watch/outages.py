"""The bad days of a database and of a disk, told from all other faults, and what is said on them.

Whoever gets one of these may send the same request again: it is a 503 with ``Retry-After``, never a fault of the
request. That the effect is there once and not twice is what an ``Idempotency-Key`` is for: where a connection breaks
while a transaction is committed, nobody on this side can know whether it was.
"""

import errno
import sqlite3

from django.db import InterfaceError, InternalError, OperationalError

from shopplanr.refusals import Refusal


class Unavailable(Refusal):
    """The service cannot do this just now, whoever asks for it."""

    status = 503
    code = "unavailable"
    retry_after_seconds = 5
    sentence = "Shop Planr cannot do this just now. Try again in a moment"

    def __init__(self):
        super().__init__(self.sentence)


class DatabaseUnreachable(Unavailable):
    """Nobody answers, or the connection broke."""

    code = "database_unreachable"
    sentence = "The database does not answer just now. Try again in a moment"


class DatabaseBusy(Unavailable):
    """Somebody else kept what was needed for too long, or two waited for each other. Nothing was changed."""

    code = "database_busy"
    retry_after_seconds = 1
    sentence = "The database is busy. Nothing was changed: try again in a moment"


class DatabaseReadOnly(Unavailable):
    """The database takes no changes. Nothing was changed."""

    code = "database_read_only"
    retry_after_seconds = 60
    sentence = (
        "The database takes no changes just now. Nothing was changed: tell whoever runs Shop Planr, and try again later"
    )


class StorageFull(Unavailable):
    """There is no room left, for rows or for files. Nothing was changed."""

    code = "storage_full"
    retry_after_seconds = 60
    sentence = "The disk is full. Nothing was changed: tell whoever runs Shop Planr, and try again later"


_BY_SQLITE_CODE = {
    sqlite3.SQLITE_BUSY: DatabaseBusy,
    sqlite3.SQLITE_LOCKED: DatabaseBusy,
    sqlite3.SQLITE_READONLY: DatabaseReadOnly,
    sqlite3.SQLITE_FULL: StorageFull,
    sqlite3.SQLITE_IOERR: DatabaseUnreachable,
    sqlite3.SQLITE_CANTOPEN: DatabaseUnreachable,
}

_PRIMARY_CODE = 0xFF
"""An extended code of SQLite has its primary code in the last eight bits."""

_BY_SQLSTATE = {
    "25006": DatabaseReadOnly,  # read_only_sql_transaction
    "40001": DatabaseBusy,  # serialization_failure
    "40P01": DatabaseBusy,  # deadlock_detected
    "53100": StorageFull,  # disk_full
    "55P03": DatabaseBusy,  # lock_not_available: lock_timeout
    "57014": DatabaseBusy,  # query_canceled: statement_timeout
}
_BY_CLASS_OF_SQLSTATE = {
    "08": DatabaseUnreachable,  # connection exceptions
    "53": DatabaseUnreachable,  # insufficient resources: too many connections, no memory
    "57": DatabaseUnreachable,  # the server shuts down, or has just started
    "58": DatabaseUnreachable,  # its files cannot be read
}

_BY_ERRNO = {
    errno.ENOSPC: StorageFull,
    errno.EDQUOT: StorageFull,
    errno.EROFS: StorageFull,
}


def outage_of(exception: BaseException) -> Unavailable | None:
    """Return what to say for a fault that is an outage, None for any other.

    A missing table, say, is none: that is a fault of ours, and waiting does not mend it.
    """
    if isinstance(exception, Unavailable):
        return exception
    if isinstance(exception, OperationalError | InterfaceError | InternalError):
        kind = _kind_of(exception)
    elif isinstance(exception, OSError):
        kind = _BY_ERRNO.get(exception.errno)
    else:
        kind = None
    return kind() if kind else None


def _kind_of(exception: Exception) -> type[Unavailable] | None:
    cause = exception.__cause__ or exception
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        return None if code is None else _BY_SQLITE_CODE.get(code & _PRIMARY_CODE)
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        return _BY_SQLSTATE.get(state) or _BY_CLASS_OF_SQLSTATE.get(state[:2])
    # Without a state it never came to the server, or never back.
    return DatabaseUnreachable if isinstance(exception, OperationalError | InterfaceError) else None
