"""Whether the service lives, and whether it is ready: for what starts it anew, and for what sends requests to it.

``/healthz`` answers as long as the process can answer at all. It asks nobody: a database that is gone is no reason to
start the server anew. ``/readyz`` looks at everything that a request needs, and names each.
"""

import logging
import os
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse

from audit.append_only import missing_triggers
from shopplanr import content_store
from shopplanr.refusals import Refusal
from shopplanr.watch.outages import DatabaseReadOnly, Unavailable, outage_of

logger = logging.getLogger("shopplanr.outages")

OK = "ok"


class NotReady(Exception):
    """Something that requests need is not as it should be; the text says what, and nothing of the inside."""


def healthz(request: HttpRequest) -> JsonResponse:
    """Say that the process lives."""
    return _unkept(JsonResponse({"status": "alive"}))


def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether requests can be answered: 200, or 503 with what is wrong. Everything is looked at, each time."""
    checks = {name: _outcome(look) for name, look in CHECKS.items()}
    ready = all(outcome == OK for outcome in checks.values())
    response = JsonResponse(
        {"status": "ready" if ready else "not ready", "checks": checks}, status=200 if ready else 503
    )
    if not ready:
        response.headers["Retry-After"] = str(Unavailable.retry_after_seconds)
    return _unkept(response)


def _unkept(response: JsonResponse) -> JsonResponse:
    response.headers["Cache-Control"] = "no-store"
    return response


def _outcome(look: Callable[[], None]) -> str:
    try:
        look()
    except NotReady as reason:
        return str(reason)
    except (Error, OSError, Refusal) as error:
        logger.warning("not ready: %s: %s", type(error).__name__, error)
        outage = outage_of(error)
        return outage.code if outage else "failed"
    return OK


def _database() -> None:
    """The database answers, and takes changes."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT current_setting('transaction_read_only')")
            if cursor.fetchone() == ("on",):
                raise DatabaseReadOnly
            return
        cursor.execute("SELECT 1")
    if not connection.is_in_memory_db():
        _sqlite_takes_changes()


def _sqlite_takes_changes() -> None:
    with closing(sqlite3.connect(settings.DATABASES["default"]["NAME"], timeout=0, isolation_level=None)) as writer:
        try:
            writer.execute("BEGIN IMMEDIATE")
            ((version,),) = writer.execute("PRAGMA user_version")
            writer.execute(f"PRAGMA user_version = {version}")  # a change, and none
            writer.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_READONLY:
                raise DatabaseReadOnly from error
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:  # somebody is writing: it takes changes
                raise NotReady("failed") from error


def _migrations() -> None:
    """Every migration that this version brings is applied."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        if "django_migrations" not in tables:
            raise NotReady("pending: run 'manage.py migrate'")
        cursor.execute("SELECT app, name FROM django_migrations")
        if not migrations_of_this_version() <= set(cursor.fetchall()):
            raise NotReady("pending: run 'manage.py migrate'")


@cache
def migrations_of_this_version() -> frozenset[tuple[str, str]]:
    """Return every migration that there is in the code: it is read once, as the code that runs does not change."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return frozenset(loader.disk_migrations)


def _triggers() -> None:
    """Rows that must never change are protected."""
    if missing_triggers(connection):
        raise NotReady("missing: run 'manage.py migrate'")


def _media() -> None:
    """A file can be written where photos and documents are kept."""
    folder = settings.MEDIA_ROOT / content_store.INCOMING
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    path = folder / f"probe-{secrets.token_hex(8)}"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, b"probe")
        finally:
            os.close(descriptor)
    except PermissionError as error:
        raise NotReady("not writable") from error
    finally:
        path.unlink(missing_ok=True)


CHECKS: dict[str, Callable[[], None]] = {
    "database": _database,
    "migrations": _migrations,
    "triggers": _triggers,
    "media": _media,
}
"""What is looked at, by the name under which the answer says so."""
