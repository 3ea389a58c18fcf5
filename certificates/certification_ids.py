"""How the id of a certification is written: a UUID in 22 characters, none of which looks like another.

The text form is that of the package ``shortuuid``. On the way in the canonical form of a UUID is understood as well.
"""

import re
from contextlib import suppress
from uuid import UUID

import shortuuid

PATTERN = "^[23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz]{22}$"
"""What is answered; also for the description of the API."""

_SHORT = re.compile(PATTERN[1:-1])
_CANONICAL = re.compile("-".join(f"[0-9A-Fa-f]{{{length}}}" for length in (8, 4, 4, 4, 12)))


def written(value: UUID) -> str:
    """Return the short form."""
    return shortuuid.encode(value)


def read(value: object) -> UUID | None:
    """Return the UUID that either form names, None where ``value`` is neither."""
    if isinstance(value, str) and _CANONICAL.fullmatch(value):
        return UUID(value)
    if isinstance(value, str) and _SHORT.fullmatch(value):
        with suppress(ValueError):  # 22 characters have room for numbers past 128 bits
            return shortuuid.decode(value)
    return None
