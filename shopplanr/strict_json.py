"""JSON that every database can keep and every client can read again.

Refused are NUL and half characters, numbers past 64 bits, NaN, infinity, and nesting without end. Request bodies are
read with ``loads``. A service that stores JSON asks ``check``, because not all of it comes out of a request's body.
"""

import json
import math

DEPTH_MAX = 64
"""Objects and arrays within one another."""

_INT64 = range(-(2**63), 2**63)


class UnusableJSON(ValueError):
    """The JSON cannot be used; the text completes a sentence: "The body …"."""

    def __init__(self, what: str, code: str):
        super().__init__(what)
        self.code = code


class _OutOfRange(UnusableJSON):
    def __init__(self):
        super().__init__("holds a number that does not fit in 64 bits", "number_out_of_range")


def loads(text: str) -> object:
    """Return the value; raise ``UnusableJSON``."""
    try:
        value = json.loads(text, parse_int=_whole, parse_float=_fraction, parse_constant=_no_number)
    except UnusableJSON:
        raise
    except (ValueError, RecursionError):
        raise UnusableJSON("is not valid JSON", "malformed_json") from None
    # Only an escape can smuggle characters in, and only brackets can nest: most texts need no second look.
    if "\\u" in text or text.count("[") + text.count("{") > DEPTH_MAX:
        check(value)
    return value


def check(value: object, depth: int = DEPTH_MAX) -> None:
    """Raise ``UnusableJSON`` where the value holds what cannot be kept."""
    if depth == 0:
        raise UnusableJSON("nests too deeply", "malformed_json")
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise UnusableJSON("holds a character that cannot be stored", "unusable_character")
    elif isinstance(value, dict):
        for name, item in value.items():
            check(name, depth)
            check(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            check(item, depth - 1)
    elif (isinstance(value, float) and not math.isfinite(value)) or (isinstance(value, int) and value not in _INT64):
        raise _OutOfRange


def _whole(digits: str) -> int:
    if len(digits) > 20 or int(digits) not in _INT64:
        raise _OutOfRange
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _OutOfRange
    return number


def _no_number(name: str):
    raise ValueError(f"{name} is not JSON")
