"""Parts that somebody chose on a page: which, and where the page showed each, so that nothing is done to a part that
has moved on since."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from shopplanr.refusals import Invalid


@dataclass(frozen=True, slots=True)
class Chosen:
    """A part as the page showed it: its id, and the step index where it was. Written ``SN-00042@3`` in a form."""

    serial_id: str
    step_index: int

    def __str__(self) -> str:
        return f"{self.serial_id}@{self.step_index}"


def chosen(given: QueryDict) -> list[Chosen]:
    """Return the parts that a form names: the one whose own button was pressed, else all that are ticked.

    A value that is none of ours comes out as a part that does not exist, and the service says so.
    """
    values = [given["one"]] if "one" in given else given.getlist("seen")
    return [_read(value) for value in values if value]


def require_some(parts: Sequence[Chosen], for_what: str) -> list[str]:
    """Return the ids of the parts; raise where there are none."""
    if not parts:
        raise Invalid.field("seen", f"Choose the parts {for_what} first.", code="nothing_chosen")
    return [part.serial_id for part in parts]


def where_seen(parts: Sequence[Chosen]) -> dict[str, int]:
    """Return where the page showed each part, as the services take it."""
    return {part.serial_id: part.step_index for part in parts}


def parts_in_words(number: int) -> str:
    """Return ``1 part`` or ``20 parts``."""
    return f"{number:,} {'part' if number == 1 else 'parts'}"


def _read(value: str) -> Chosen:
    serial_id, _, index = value.partition("@")
    digits = index.removeprefix("-")
    return Chosen(serial_id, int(index) if digits.isascii() and digits.isdecimal() and len(digits) < 9 else -1)
