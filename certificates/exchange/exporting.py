"""From records to a file, in the columns in which it can be imported again."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import BinaryIO

from django.db.models import QuerySet
from xlsxwriter import Workbook

from certificates.exchange import cells
from certificates.exchange.columns import Column, shown
from certificates.exchange.kinds import Kind
from shopplanr import csv_lines
from shopplanr.refusals import Refusal
from shopplanr.spreadsheets import guarded_again
from shopplanr.values import calendar_date

CELL_MAX_LENGTH = 32_767
"""Characters that Excel keeps in a cell."""
SHEET_MAX_ROWS = 1_048_575
"""Rows of an Excel sheet below its headings."""

_FIRST_DAY = date(1900, 3, 1)
"""Before it, Excel counts days in its own way or not at all: such a day is written as text."""
_DAY_FORMAT = "yyyy-mm-dd"
_WIDE, _NARROW = 32, 16
_LONG = ("name", "product_name", "label", "description", "scope", "metadata")


class TooMuchForExcel(Refusal):
    """Excel could not keep it all, and would not say so."""

    code = "too_much_for_excel"

    def __init__(self, what: str):
        super().__init__(f"{what}; export it as CSV")


def as_csv(kind: Kind, rows: QuerySet) -> Iterator[str]:
    """Yield the lines of a CSV file."""
    headings = [column.heading for column in kind.columns]
    return csv_lines.lines(headings, ([_written(value) for value in values] for values in kind.cells(rows)))


def write_workbook(kind: Kind, rows: QuerySet, file: BinaryIO) -> None:
    """Write an Excel workbook, row by row: it never stands in memory whole. Raises TooMuchForExcel."""
    _write(kind.kind.label, kind.columns, kind.cells(rows), file)


def template_csv(kind: Kind) -> Iterator[str]:
    """Yield a CSV file with the headings and one example."""
    return csv_lines.lines([column.heading for column in kind.columns], [[column.example for column in kind.columns]])


def write_template(kind: Kind, file: BinaryIO) -> None:
    """Write an Excel workbook with the headings, what belongs below each, and one example."""
    example = [calendar_date(each.example, "") if each.read is cells.day else each.example for each in kind.columns]
    _write(kind.kind.label, kind.columns, [example], file, explained=True)


def _write(
    title: str, columns: Sequence[Column], rows: Iterable[Sequence[object]], file: BinaryIO, *, explained: bool = False
) -> None:
    workbook = Workbook(file, {"constant_memory": True, "default_date_format": _DAY_FORMAT})
    # text stays text: a GTIN keeps its zeros, and what begins with = computes nothing
    plain, days = workbook.add_format({"num_format": "@"}), workbook.add_format({"num_format": _DAY_FORMAT})
    heading = workbook.add_format({"bold": True, "bottom": 1})
    sheet = workbook.add_worksheet(title)
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        width = _WIDE if column.field in _LONG else _NARROW
        sheet.set_column(place, place, width, days if column.read is cells.day else plain)
        sheet.write_string(0, place, column.heading, heading)
        if explained and column.help:
            sheet.write_comment(0, place, column.help)
    for number, values in enumerate(rows, 1):
        if number > SHEET_MAX_ROWS:
            raise TooMuchForExcel(f"An Excel sheet has at most {SHEET_MAX_ROWS:,} rows")
        for place, value in enumerate(values):
            if isinstance(value, date) and value >= _FIRST_DAY:
                sheet.write_datetime(number, place, value)
            elif text := shown(value):
                if len(text) > CELL_MAX_LENGTH:
                    raise TooMuchForExcel(f"A cell of Excel has at most {CELL_MAX_LENGTH:,} characters")
                sheet.write_string(number, place, guarded_again(text), plain)
    workbook.close()


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else shown(value)
