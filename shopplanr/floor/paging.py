"""Long lists in pages: so many rows, where they are in the whole, and what stands before and behind."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

ROWS = 50


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. ``number`` is from 1."""

    rows: Sequence
    number: int
    total: int
    size: int = ROWS

    @property
    def first(self) -> int:
        """The place of its first row, from 1; 0 where there is none."""
        return (self.number - 1) * self.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The place of its last row."""
        return (self.number - 1) * self.size + len(self.rows)

    @property
    def before(self) -> int | None:
        """The page before it, None where it is the first."""
        return self.number - 1 if self.number > 1 else None

    @property
    def behind(self) -> int | None:
        """The page behind it, None where it is the last."""
        return self.number + 1 if self.last < self.total else None


def page_of(rows: QuerySet | Sequence, asked: object, size: int = ROWS, total: int | None = None) -> Page:
    """Return the page that an address asks for, the nearest one where there is no such page.

    Two queries; one where the caller knows the ``total`` already, none for rows that are in memory.
    """
    if total is None:
        total = len(rows) if isinstance(rows, Sequence) else rows.order_by().count()
    last = max(1, -(-total // size))
    text = str(asked or "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 1
    number = min(max(1, number), last)
    return Page(list(rows[(number - 1) * size : number * size]), number, total, size)
