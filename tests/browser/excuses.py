"""What a check of a page may pass over, and why."""

from collections.abc import Iterable
from dataclasses import dataclass

TARGET, TEXT, CUT, FOCUS = "target", "text", "cut", "focus"
"""Of what an excuse may be: a small touch target, small text, text that is cut off, an element out of the Tab order.
The name of a rule of axe is one as well."""


@dataclass(frozen=True, slots=True)
class Excuse:
    """Elements that need not keep to a rule: those that match ``selector``, and what is inside them."""

    of: str
    selector: str
    reason: str

    def __post_init__(self):
        assert self.reason.strip(), f"why is {self.selector} excused?"


def selectors(excuses: Iterable[Excuse], of: str) -> list[str]:
    """Return the selectors that are excused of this."""
    return [excuse.selector for excuse in excuses if excuse.of == of]
