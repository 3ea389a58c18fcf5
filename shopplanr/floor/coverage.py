"""A job's coverage as its page shows it: requirements as columns, parts as rows, and what each cell says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from certificates.coverage import Standing
from certificates.job_coverage import Cell, Column, JobCoverage, Line
from shopplanr.floor.paging import Page, page_of


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell is drawn: an icon, a word for who does not see it, and the color of the state."""

    icon: str
    word: str
    css: str = ""


LOOKS: Mapping[Standing, Look] = {
    Standing.COVERED: Look("circle-check", "covered", "cell-good"),
    Standing.MISSING: Look("triangle-alert", "missing", "cell-bad"),
    Standing.OVERRIDDEN: Look("shield-check", "overridden", "cell-quiet"),
    Standing.NOT_YET_DUE: Look("hourglass", "not yet due", "cell-quiet"),
    Standing.NOT_ASKED: Look("minus", "not asked for", "cell-quiet"),
}

ELSEWHERE = Look("", "of another route", "cell-quiet")


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell as it is drawn; ``count`` is how many certificates are missing where more than one may be."""

    look: Look
    count: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A part, and a cell for every requirement of the job."""

    line: Line
    cells: Sequence[Shown]


def rows_of(found: JobCoverage, *, gaps_only: bool, page: object) -> Page:
    """Return one page of the parts as rows of the matrix, those with gaps first."""
    lines = found.lines[: found.totals.with_gaps] if gaps_only else found.lines
    listed = page_of(lines, page)
    rows = [Row(line, _cells(line, found.columns)) for line in listed.rows]
    return Page(rows, listed.number, listed.total, listed.size)


def _cells(line: Line, columns: Sequence[Column]) -> list[Shown]:
    its_own = {cell.requirement.pk: cell for cell in line.cells}
    return [_shown(its_own.get(column.requirement.pk)) for column in columns]


def _shown(cell: Cell | None) -> Shown:
    if cell is None:
        return Shown(ELSEWHERE)
    is_counted = cell.standing == Standing.MISSING and cell.requirement.quantity > 1
    return Shown(LOOKS[cell.standing], cell.missing if is_counted else 0)
