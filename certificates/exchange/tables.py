"""A file of rows, whatever its format: its headings, its rows with their numbers, and what had to be assumed."""

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from shopplanr.refusals import Invalid

FILE_MAX_BYTES = 10 * 1024 * 1024
ROWS_MAX = 10_000
COLUMNS_MAX = 100

Cell = str | int | float | bool | date | None
"""What a spreadsheet has in a cell. Of CSV all cells are text."""


class Unreadable(Invalid):
    """The file is none that can be imported, whatever is in its rows."""

    code = "unreadable_file"

    def __init__(self, *sentences: str):
        super().__init__(" ".join(sentences), errors={"file": list(sentences)})
        self.sentences = sentences


@dataclass(frozen=True, slots=True)
class Row:
    """A row and its number, as a spreadsheet counts: the headings are usually row 1."""

    number: int
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """What was read. ``notes`` say what had to be assumed; blank rows are left out."""

    headings: Row
    rows: Sequence[Row]
    notes: Sequence[str] = field(default_factory=tuple)

    def packed(self) -> bytes:
        """Return it as it is kept between two requests."""
        told = {
            "headings": _written(self.headings),
            "rows": [_written(row) for row in self.rows],
            "notes": list(self.notes),
        }
        return zlib.compress(json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass"))

    @classmethod
    def unpacked(cls, content: bytes) -> "Table":
        """Return what was kept."""
        told = json.loads(zlib.decompress(content).decode("utf-8", "surrogatepass"))
        return cls(_read(told["headings"]), [_read(row) for row in told["rows"]], told["notes"])


def is_blank(cell: Cell) -> bool:
    """Tell whether nothing stands in the cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def column_name(place: int) -> str:
    """Return what a spreadsheet calls the column: A, B … Z, AA."""
    name = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def table_of(numbered: Iterable[tuple[int, Sequence[Cell]]], notes: Sequence[str] = ()) -> Table:
    """Return the table: the first row that is not blank has the headings.

    Raises Unreadable where there are no rows, or too many, or too many columns.
    """
    headings, rows = None, []
    for number, cells in numbered:
        cells = _without_end(cells)
        if not cells:
            continue
        if len(cells) > COLUMNS_MAX:
            raise Unreadable(f"Row {number} has {len(cells):,} columns; a file can have {COLUMNS_MAX}.")
        if headings is None:
            headings = Row(number, cells)
        elif len(rows) == ROWS_MAX:
            raise Unreadable(f"The file has more than {ROWS_MAX:,} rows. Cut it into several files.")
        else:
            rows.append(Row(number, cells))
    if headings is None:
        raise Unreadable("The file is empty.")
    if not rows:
        raise Unreadable("The file has headings and no row below them.")
    return Table(headings, rows, tuple(notes))


def _without_end(cells: Sequence[Cell]) -> Sequence[Cell]:
    """Return the cells up to the last one in which something stands."""
    length = len(cells)
    while length and is_blank(cells[length - 1]):
        length -= 1
    return cells[:length]


def _written(row: Row) -> list:
    return [row.number, [{"day": cell.isoformat()} if isinstance(cell, date) else cell for cell in row.cells]]


def _read(told: list) -> Row:
    number, cells = told
    return Row(number, [date.fromisoformat(cell["day"]) if isinstance(cell, dict) else cell for cell in cells])
