"""Putting a backup back: on an empty database of either engine, all of it or nothing, and proved afterwards."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connections, transaction
from django.db.models import Model

from audit import append_only
from audit.proof.verifying import Report, Verification
from shopplanr import content_store
from shopplanr.backup import archive, rows
from shopplanr.backup.archive import Manifest, Reader, Table
from shopplanr.backup.making import Told, applied_migrations, outside_files

MADE_BY_MIGRATIONS = {
    "auth.Permission",
    "auth.Group",
    "auth.Group_permissions",
    "contenttypes.ContentType",
    "serials.OrderOfWork",
    "serials.SerialCounter",
}
"""Tables that have rows in a database that nobody has used yet."""


class CannotRestore(Exception):
    """The backup was not put back, and nothing was changed. The text says why, and what to do."""


def check(path: Path, tell: Told = lambda what: None) -> Manifest:
    """Read an archive to its end and hold it against its own checksums; return what it holds. Raises CannotRestore."""
    try:
        with archive.reading(path) as reader:
            for name, table in reader.manifest.tables.items():
                tell(name)
                if _measured(reader.lines(name)) != (table.rows, table.sha256):
                    raise CannotRestore(f"{path} is damaged: table {name} is not what was written.")
            for digest in reader.manifest.documents:
                tell(f"file {digest[:12]}…")
                with reader.document(digest) as file:
                    if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                        raise CannotRestore(f"{path} is damaged: file {digest} is not what was written.")
            return reader.manifest
    except (archive.Unreadable, OSError) as error:
        raise CannotRestore(f"{path} is no whole backup: {error}.") from error


def restore(
    path: Path, tell: Told = lambda what: None, *, even_if_unproved: bool = False, using: str = DEFAULT_DB_ALIAS
) -> tuple[Manifest, Report]:
    """Put everything back; return what the archive held and what came of verifying the audit trail.

    The database has every table and no record yet. Files come first, then all rows in one transaction, which are read
    back and compared with the checksums of the backup; so what was a microsecond, an accent or the order of a list on
    one engine is that on the other. ``even_if_unproved`` keeps the rows although the trail does not verify.

    Raises CannotRestore: the archive is damaged, is of another version's tables, the database is not empty, rows
    differ, or the trail does not verify.
    """
    check(path, tell)
    with archive.reading(path) as reader:
        manifest = reader.manifest
        _require_these_tables(manifest, using)
        _require_empty(using)
        _restore_files(reader, tell)
        try:
            with transaction.atomic(using=using):
                _restore_rows(reader, tell, using)
                tell("verifying the audit trail")
                report = Verification().run()
                if not (report.valid or even_if_unproved):
                    raise CannotRestore(
                        f"The audit trail in {path} does not verify: {report.problem.message} To restore it all the "
                        "same, and have that on record: --even-if-unproved"
                    )
        except IntegrityError as error:
            raise CannotRestore(f"A row in {path} breaks a rule of the database: {error}") from error
    return manifest, report


def _require_these_tables(manifest: Manifest, using: str) -> None:
    here = applied_migrations(using)
    if here == manifest.migrations:
        return
    missing = ", ".join(sorted(set(manifest.migrations) - set(here))[:5]) or "none"
    more = ", ".join(sorted(set(here) - set(manifest.migrations))[:5]) or "none"
    raise CannotRestore(
        f"The backup is of version {manifest.version}, whose tables are others (migrations that are only there: "
        f"{missing}; only here: {more}). Restore it with that version, then upgrade and run manage.py migrate."
    )


def _require_empty(using: str) -> None:
    for model in rows.kept_models():
        if model._meta.label not in MADE_BY_MIGRATIONS and model._base_manager.using(using).exists():
            raise CannotRestore(
                f"The database is not empty: {model._meta.db_table} has rows. A backup is restored into a new "
                "database, so that no record is ever written over."
            )


def _restore_files(reader: Reader, tell: Told) -> None:
    for digest in reader.manifest.documents:
        tell(f"file {digest[:12]}…")
        with reader.document(digest) as file:
            content_store.put(file)
    for name, path in outside_files().items():
        content = reader.content(name)
        # What is there was kept outside on purpose, and may know more than a backup of last night.
        if content is not None and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, content)


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _restore_rows(reader: Reader, tell: Told, using: str) -> None:
    connection = connections[using]
    models = {model._meta.db_table: model for model in rows.kept_models()}
    tables = reader.manifest.tables
    if set(tables) != set(models):
        raise CannotRestore(f"The backup has other tables: {', '.join(sorted(set(tables) ^ set(models)))}.")
    with append_only.lifted(connection):
        for label in MADE_BY_MIGRATIONS:
            model = _model(label)
            model._base_manager.using(using).all()._raw_delete(using)
        for name, model in models.items():
            tell(name)
            if tables[name].columns != [column.column for column in rows.columns_of(model)]:
                raise CannotRestore(f"The backup has other columns in {name}.")
            rows.insert(model, reader.lines(name), using)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                # Now, rather than at the end: a table with checks that are still open takes no trigger.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        else:
            connection.check_constraints()
    for name, model in models.items():
        tell(f"comparing {name}")
        _require_the_same(name, tables[name], rows.written(model, using))
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models.values())):
            cursor.execute(statement)


def _require_the_same(name: str, table: Table, lines: Iterator[bytes]) -> None:
    if _measured(lines) != (table.rows, table.sha256):
        raise CannotRestore(f"Table {name} did not come back as it was written. Nothing was restored.")


def _measured(lines: Iterator[bytes]) -> tuple[int, str]:
    checksum, count = hashlib.sha256(), 0
    for line in lines:
        checksum.update(line)
        count += 1
    return count, checksum.hexdigest()


def _model(label: str) -> type[Model]:
    return next(model for model in apps.get_models(include_auto_created=True) if model._meta.label == label)
