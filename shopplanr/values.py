"""What callers send, made into values that services can trust, or refused with the documented sentence.

The API hands over JSON values as they came and pages hand over text, so that a rule about a value is written once.
"""

import re
from collections.abc import Container, Iterable
from contextlib import suppress
from datetime import date
from urllib.parse import urlsplit

from shopplanr import strict_json
from shopplanr.refusals import Invalid

MISSING = object()
"""A field that a request does not have, where ``null`` means something."""

TEXT_MAX_LENGTH = 4000
"""Characters of a free text: a reason, an explanation."""
QUANTITY_MAX = 1_000_000
"""The largest goal of a job or a path."""
URL_MAX_LENGTH = 2000
"""Characters of a web address: what every browser opens."""

_NEVER_IN_ADDRESSES = frozenset(' <>"\\^`{|}')
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)  # date.fromisoformat also takes weeks: 2024-W09-4


def given_text(value: object, field: str, max_length: int = TEXT_MAX_LENGTH) -> str:
    """Return the text without surrounding blanks, ``""`` where there is none.

    Raises ``{field} must be text`` for other types, and says so where it is too long or cannot be stored.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid.field(field, f"{field} must be text")
    value = value.strip()
    if "\0" in value:  # PostgreSQL cannot store it
        raise Invalid.field(field, f"{field} holds a character that cannot be stored", code="unusable_character")
    if len(value) > max_length:
        raise Invalid.field(field, f"{field} must be at most {max_length} characters", code="too_long")
    return value


def required_text(value: object, field: str, max_length: int = TEXT_MAX_LENGTH) -> str:
    """Return the text without surrounding blanks; missing, blank or of another type is ``{field} is required``."""
    text = given_text(value, field, max_length) if isinstance(value, str) else ""
    if not text:
        raise Invalid.required(field)
    return text


def changed_name(value: object, field: str = "name", max_length: int = 255) -> str:
    """Return a new name for something that has one; ``{field} cannot be empty`` where nothing is left of it."""
    text = given_text(value, field, max_length) if isinstance(value, str) else ""
    if not text:
        raise Invalid.field(field, f"{field} cannot be empty", code="empty")
    return text


def is_number(value: object) -> bool:
    """Tell whether the JSON value is a number; a boolean is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def whole_number(value: object, field: str) -> int:
    """Return the number; missing or of another type is ``{field} is required``, a fraction is refused too."""
    if not is_number(value):
        raise Invalid.required(field)
    return _whole(value, field)


def given_whole_number(value: object, field: str) -> int | None:
    """Return the number, None where there is none; anything else is ``{field} must be a whole number``."""
    return None if value is None else _whole(value, field)


def _whole(value: object, field: str) -> int:
    # infinity and NaN are not whole either
    if not is_number(value) or (isinstance(value, float) and not value.is_integer()):
        raise Invalid.field(field, f"{field} must be a whole number", code="not_whole")
    return int(value)


def positive_quantity(value: object, field: str, most: int) -> int:
    """Return a whole number from 1 to ``most``, else raise the sentence of api.md."""
    if is_number(value) and value <= 0:  # before a fraction is refused: that is the order of api.md
        raise Invalid.field(field, f"{field} must be greater than 0", code="not_positive")
    number = whole_number(value, field)
    if number > most:
        raise Invalid.field(field, f"{field} must be at most {most}", code="too_large")
    return number


def goal_quantity(value: object, field: str = "goalQuantity") -> int:
    """Return how many parts are wanted; ``{field} must be a number`` for another type (api.md, Jobs)."""
    if value is not None and not is_number(value):
        raise Invalid.field(field, f"{field} must be a number", code="not_a_number")
    return positive_quantity(value, field, QUANTITY_MAX)


def flag(value: object, field: str) -> bool:
    """Return a boolean, else raise ``{field} must be true or false``."""
    if not isinstance(value, bool):
        raise Invalid.field(field, f"{field} must be true or false")
    return value


def choice(value: object, field: str, known: Iterable[str]) -> str:
    """Return one of the ``known`` words, else raise a sentence that lists them."""
    known = list(known)
    if not isinstance(value, str) or value not in known:
        raise Invalid.field(field, f"{field} must be one of: {', '.join(known)}", code="unknown_choice")
    return value


def words(value: object, field: str, most: int = 100) -> list[str] | None:
    """Return a list of words, None where there is none."""
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise Invalid.field(field, f"{field} must be a list of texts")
    if len(value) > most:
        raise Invalid.field(field, f"{field} must have at most {most} items", code="too_many")
    return [given_text(word, field, 255) for word in value]


def calendar_date(value: object, field: str) -> date | None:
    """Return a day given as ``YYYY-MM-DD`` or as a date, None where there is none."""
    if value is None or value == "":
        return None
    if isinstance(value, date):
        return value
    match = _DAY.fullmatch(value) if isinstance(value, str) else None
    if match:
        with suppress(ValueError):  # there is no such day
            return date(*map(int, match.groups()))
    raise Invalid.field(field, f"{field} must be a date, YYYY-MM-DD", code="not_a_date")


def json_object(value: object, field: str) -> dict[str, object] | None:
    """Return a JSON object that can be stored and read again, None where there is none.

    Raises ``{field} must be an object``, and says so where it holds what cannot be kept.
    """
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Invalid.field(field, f"{field} must be an object", code="not_an_object")
    try:
        strict_json.check(value)
    except strict_json.UnusableJSON as unusable:
        raise Invalid.field(field, f"{field} {unusable}", code=unusable.code) from None
    return value


def web_address(value: object, field: str, max_length: int = URL_MAX_LENGTH) -> str:
    """Return an absolute address with http or https, ``""`` where there is none.

    Pages make links of these, and ``javascript:`` or ``data:`` in a link is somebody else's program. Nor is there room
    for a name in front of the host, which makes one site look like another. Raises ``{field} must be a web address …``.
    """
    text = given_text(value, field, max_length)
    if not text:
        return ""
    with suppress(ValueError):  # half of an IPv6 address, a port that is no number
        parts = urlsplit(text)
        plain = text.isprintable() and not _NEVER_IN_ADDRESSES & set(text) and "@" not in parts.netloc
        if plain and parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0:
            return parts.scheme + text[len(parts.scheme) :]
    raise Invalid.field(
        field, f"{field} must be a web address that begins with http:// or https://", code="not_a_web_address"
    )


def only_known(given: Iterable[str], known: Container[str]) -> None:
    """Raise ``Unknown field: {name}`` where a name is none of the ``known`` ones, for calls that take no others."""
    for name in given:
        if name not in known:
            raise Invalid.field(name, f"Unknown field: {name}", code="unknown_field")
