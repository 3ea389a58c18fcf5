"""Which rows of a list are only more of the same."""

from functools import cache
from pathlib import Path

ALIKE_LOOKED_AT = 2
"""Of siblings that are alike to the last class, as rows of a table are, so many are looked at. For a list of fifty axe
and the way of the keyboard take four times as long as for two rows of each kind, and find nothing else."""


@cache
def alike_script() -> str:
    """Return what puts the function ``__alike`` on a page."""
    return Path(__file__).with_name("alike.js").read_text(encoding="utf-8")
