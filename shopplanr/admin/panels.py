"""Tables on a record's page that show what belongs to it, read-only and never more than a page of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

PANEL_ROWS = 100
"""Rows that a panel shows; its link leads to the rest."""


@dataclass(slots=True)
class Panel:
    """A table below a record. ``empty`` is the sentence where there are no rows."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[object]]
    empty: str
    facts: Sequence[tuple[str, object]] = field(default_factory=tuple)
    more_url: str = ""
    more_text: str = ""
