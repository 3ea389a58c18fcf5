"""Reading a request's body: strict JSON, whatever a client may send."""

import json
import math

from django.conf import settings
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from shopplanr.refusals import Invalid

DEPTH_MAX = 64
"""Objects and arrays within one another."""

_INT64 = range(-(2**63), 2**63)


class JSONParser(BaseParser):
    """JSON without what the databases could not keep: NUL characters, half characters, numbers past 64 bits."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        """Return the value; raise a 400 that says what is wrong with it, or a 413."""
        raw = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(raw) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise BodyTooLarge(f"The body is larger than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes")
        if len(raw) < int(getattr(stream, "META", {}).get("CONTENT_LENGTH") or 0):
            # The connection broke, and what did arrive may well be JSON.
            raise ParseError("The body is incomplete", code="incomplete_body")
        try:
            text = raw.decode("utf-8")
            value = json.loads(text, parse_int=_whole, parse_float=_fraction, parse_constant=_no_number)
        except _OutOfRangeError as error:
            raise ParseError(str(error), code="number_out_of_range") from None
        except (ValueError, RecursionError):
            raise ParseError("The body is not valid JSON", code="malformed_json") from None
        # Only an escape can smuggle these in, and only brackets can nest: most bodies need no second look.
        if "\\u" in text or text.count("[") + text.count("{") > DEPTH_MAX:
            _look_closely(value, DEPTH_MAX)
        return value


class BodyTooLarge(APIException):
    """The body is larger than the site takes."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "body_too_large"


class _OutOfRangeError(ValueError):
    pass


def _whole(digits: str) -> int:
    if len(digits) > 20 or int(digits) not in _INT64:
        raise _OutOfRangeError("A number in the body does not fit in 64 bits")
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _OutOfRangeError("A number in the body does not fit in 64 bits")
    return number


def _no_number(name: str):
    raise ValueError(f"{name} is not JSON")


def _look_closely(value: object, depth: int) -> None:
    if depth == 0:
        raise ParseError("The body nests too deeply", code="malformed_json")
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise ParseError("The body holds a character that cannot be stored", code="unusable_character")
    elif isinstance(value, dict):
        for name, item in value.items():
            _look_closely(name, depth)
            _look_closely(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _look_closely(item, depth - 1)


def body(request: Request) -> dict[str, object]:
    """Return the request's JSON object; an empty body is an empty object.

    Raises a 400 for an array, a text, a number or ``null`` in its place, and what the parser raises.
    """
    value = request.data
    if not isinstance(value, dict):
        raise Invalid("The body must be a JSON object", code="not_an_object")
    return value
