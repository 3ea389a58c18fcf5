"""Files as people make them, and what is made of them."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from zipfile import ZIP_DEFLATED, ZipFile

from xlsxwriter import Workbook

from certificates.exchange import imports
from certificates.exchange.outcomes import Outcome, Report, State
from certificates.models import RecordImport
from shopplanr.actor import Actor

QC = Actor("marcus", credential="session")

Rows = Sequence[Sequence[object]]


def everything_allowed(right) -> bool:
    return True


def csv_of(rows: Rows, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """Return a CSV file."""
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue().encode(encoding)


def workbook_of(rows: Rows, *, before: Sequence[str] = (), after: Sequence[str] = (), hidden: str = "") -> bytes:
    """Return an Excel workbook: empty sheets before and after the one with the rows; one of them may be hidden."""
    file = io.BytesIO()
    workbook = Workbook(file, {"default_date_format": "yyyy-mm-dd"})
    for name in before:
        sheet = workbook.add_worksheet(name)
        if name == hidden:
            sheet.very_hidden()
    sheet = workbook.add_worksheet("Rows")
    for place, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if isinstance(cell, date):
                moment = cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell
                sheet.write_datetime(place, column, moment)
            elif isinstance(cell, bool | int | float):
                sheet.write(place, column, cell)
            elif cell is not None:
                sheet.write_string(place, column, cell)
    for name in after:
        workbook.add_worksheet(name)
    if hidden:
        sheet.activate()
        sheet.set_first_sheet()
    workbook.close()
    return file.getvalue()


def archive_of(files: dict[str, bytes | str]) -> bytes:
    """Return a ZIP archive, which is what workbooks are."""
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def unpacked(archive: bytes) -> dict[str, bytes]:
    """Return what is in a ZIP archive."""
    with ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def taken(kind: str, rows: Rows | bytes, actor: Actor = QC, name: str = "file.csv") -> RecordImport:
    """Upload a file of these rows."""
    return imports.take(kind, name, rows if isinstance(rows, bytes) else csv_of(rows), actor)


def rehearsed(kind: str, rows: Rows | bytes, may=everything_allowed) -> Report:
    """Return what would become of the rows."""
    return imports.rehearse(taken(kind, rows), QC, may)


def imported(kind: str, rows: Rows | bytes, actor: Actor = QC, name: str = "file.csv") -> RecordImport:
    """Import the rows."""
    return imports.carry_out(taken(kind, rows, actor, name).pk, actor, everything_allowed)


def told(report: Report) -> list[tuple[int, State]]:
    """Return the number and the state of every row."""
    return [(outcome.number, outcome.state) for outcome in report.outcomes]


def problems(outcome: Outcome) -> list[tuple[str, str]]:
    """Return what stands in a row's way, with its column."""
    return [(problem.heading, problem.sentence) for problem in outcome.problems]


def refusals(kind: str, rows: Rows | bytes) -> dict[int, list[tuple[str, str]]]:
    """Return what stands in the way, by row."""
    return {outcome.number: problems(outcome) for outcome in rehearsed(kind, rows).outcomes if outcome.problems}
