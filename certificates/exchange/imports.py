"""From a file to records: it is looked at, what would become of every row is shown, and then all of it or nothing is
written. The same code judges both times, so the dry run says what the import would say.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import PurePath

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from certificates.exchange.columns import givens, placed
from certificates.exchange.files import read_file
from certificates.exchange.kinds import KINDS
from certificates.exchange.outcomes import Report, State
from certificates.exchange.tables import Table
from certificates.models import ImportKind, ImportState, RecordImport
from certificates.models.imports import IMPORTED_FILE_NAME_MAX_LENGTH
from shopplanr import clock
from shopplanr.accounts.roles import Right
from shopplanr.actor import Actor
from shopplanr.lookup import is_plausible_id
from shopplanr.refusals import Conflict, Invalid, NotFound

KEPT_HOURS = 24
"""How long the rows of a file wait to be confirmed."""

May = Callable[[Right], bool]
"""Tells whether who imports has a right."""


class RowsRefused(Invalid):
    """Rows stand in the way, so nothing was written; ``report`` says which and why."""

    code = "rows_refused"

    def __init__(self, report: Report):
        rows = f"{report.refused:,} row{'s' if report.refused != 1 else ''}"
        super().__init__(f"Nothing was imported: {rows} cannot be")
        self.report = report


class ImportExpired(Conflict):
    """The rows are not kept any more."""

    code = "import_expired"

    def __init__(self):
        super().__init__(f"This file was not confirmed within {KEPT_HOURS} hours; upload it again")


class WrittenMeanwhile(Conflict):
    """Somebody else wrote one of the same records at the same moment."""

    code = "written_meanwhile"

    def __init__(self):
        super().__init__("Somebody else was writing the same records; nothing was imported, look at the file again")


class _OnlyLooking(Exception):
    """Undoes a dry run."""


def find(import_id: object, rows: QuerySet[RecordImport] | None = None) -> RecordImport:
    """Return the import with this id; raise ``Import not found``."""
    rows = RecordImport.objects.all() if rows is None else rows
    found = rows.filter(pk=import_id).first() if is_plausible_id(import_id) else None
    if found is None:
        raise NotFound.of("Import", import_id)
    return found


@transaction.atomic
def take(kind: ImportKind, file_name: str, content: bytes, actor: Actor) -> RecordImport:
    """Read a file and keep its rows until somebody confirms them; return the import.

    Raises as ``read``; then nothing is kept. Files that were never confirmed are let go on the way.
    """
    record = read(kind, file_name, content, actor)
    _let_go()
    record.save(force_insert=True)
    return record


def read(kind: ImportKind, file_name: str, content: bytes, actor: Actor) -> RecordImport:
    """Return an import of the file that is kept nowhere: it can be rehearsed, and no more.

    Raises Unreadable, with a sentence for each thing that is wrong with the file or its columns.
    """
    table = read_file(content)
    placed(table.headings, table.rows, KINDS[kind].columns)
    return RecordImport(
        kind=kind,
        file_name=_bare(file_name),
        digest=hashlib.sha256(content).hexdigest(),
        content=table.packed(),
        uploaded_by=actor.identified(),
    )


def rehearse(record: RecordImport, actor: Actor, may: May) -> Report:
    """Return what would become of every row if the file were imported now. Writes nothing.

    It is the import itself, undone, so that the database has had its say too. Raises ImportExpired, WrittenMeanwhile.
    """
    report = None
    with suppress(_OnlyLooking), transaction.atomic():
        report = _run(record, actor, may)
        raise _OnlyLooking
    return report


@transaction.atomic
def carry_out(import_id: object, actor: Actor, may: May) -> RecordImport:
    """Import every row, or none; return the import. One that is done already is returned as it is.

    Raises ``Import not found``, ImportExpired, RowsRefused, WrittenMeanwhile.
    """
    record = find(import_id, RecordImport.objects.select_for_update())
    if record.state == ImportState.DONE:
        return record
    report = _run(record, actor, may)
    if report.refused:
        raise RowsRefused(report)
    record.state, record.content = ImportState.DONE, None
    record.imported_by, record.imported_at = actor.identified(), clock.now()
    record.new_count, record.changed_count = report.counts[State.NEW], report.counts[State.CHANGED]
    record.same_count = report.counts[State.SAME]
    record.save(force_update=True)
    return record


def _run(record: RecordImport, actor: Actor, may: May) -> Report:
    """Judge the rows within the caller's transaction, and write them unless one is refused."""
    if record.content is None or record.uploaded_at < clock.now() - timedelta(hours=KEPT_HOURS):
        raise ImportExpired()
    kind, table = KINDS[ImportKind(record.kind)], Table.unpacked(record.content)
    columns = placed(table.headings, table.rows, kind.columns)
    places = {column.heading: place for place, column in columns.items()}
    rows = givens(table, columns)
    judge = kind.judge(rows, columns.values(), may)
    report = Report([judge.judge(given) for given in rows], table.notes)
    for outcome in report.outcomes:
        outcome.problems.sort(key=lambda problem: places.get(problem.heading, -1))
    if not report.refused:
        try:
            with transaction.atomic():
                judge.write(actor, f"Import of {record.file_name}")
        except IntegrityError:
            raise WrittenMeanwhile() from None
    return report


def waiting_since_before(moment: datetime) -> QuerySet[RecordImport]:
    """Return the files that were uploaded before the moment and are not confirmed yet."""
    return RecordImport.objects.filter(state=ImportState.LOOKED_AT, uploaded_at__lt=moment)


def _let_go() -> None:
    too_old = waiting_since_before(clock.now() - timedelta(hours=KEPT_HOURS))
    too_old.update(state=ImportState.EXPIRED, content=None)


def _bare(file_name: str) -> str:
    """Return the name without folders, and without what cannot be shown."""
    name = PurePath(file_name.replace("\\", "/")).name
    return (
        "".join(character for character in name if character.isprintable())[-IMPORTED_FILE_NAME_MAX_LENGTH:] or "file"
    )
