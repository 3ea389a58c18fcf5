"""Reading a request's body: strict JSON, whatever a client may send."""

from django.conf import settings
from django.http import UnreadablePostError
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from shopplanr import strict_json
from shopplanr.refusals import Invalid

FAR_TOO_LARGE = 2
"""Times the limit. What is just over it is read, so that its sender is done sending and hears the answer."""


class JSONParser(BaseParser):
    """JSON without what the databases could not keep: NUL characters, half characters, numbers past 64 bits.

    The request keeps the bytes as ``raw_body``, by which a call that is sent again is recognized.
    """

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        """Return the value; raise a 400 that says what is wrong with it, or a 413."""
        stated = int(getattr(stream, "META", {}).get("CONTENT_LENGTH") or 0)
        if stated > FAR_TOO_LARGE * settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise _too_large()  # unread: whoever asks before it is sent need not send it
        try:
            raw = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        except UnreadablePostError:
            raise incomplete_body() from None
        if len(raw) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise _too_large()
        if len(raw) < stated:
            # The connection broke, and what did arrive may well be JSON.
            raise incomplete_body()
        if parser_context and "request" in parser_context:
            parser_context["request"].raw_body = raw
        try:
            return strict_json.loads(raw.decode("utf-8"))
        except UnicodeDecodeError:
            raise ParseError("The body is not valid JSON", code="malformed_json") from None
        except strict_json.UnusableJSON as unusable:
            raise ParseError(f"The body {unusable}", code=unusable.code) from None


def incomplete_body() -> ParseError:
    """Return the 400 for a body that did not arrive whole."""
    return ParseError("The body is incomplete", code="incomplete_body")


def _too_large() -> "BodyTooLarge":
    return BodyTooLarge(f"The body is larger than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes")


class BodyTooLarge(APIException):
    """The body is larger than the site takes."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "body_too_large"


def body(request: Request) -> dict[str, object]:
    """Return the request's JSON object; an empty body is an empty object.

    Raises a 400 for an array, a text, a number or ``null`` in its place, and what the parser raises.
    """
    value = request.data
    if not isinstance(value, dict):
        raise Invalid("The body must be a JSON object", code="not_an_object")
    return value
