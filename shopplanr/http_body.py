"""Bodies of requests, before Django sees them."""

import codecs
from io import BytesIO

from django.conf import settings
from django.utils.http import parse_header_parameters

from shopplanr.uploads import LARGEST_BODY_BYTES

PIECE_BYTES = 64 * 1024

LENGTH_UNKNOWN = "shopplanr.length_unknown"
"""In the environment of a form in chunks: its ``CONTENT_LENGTH`` is the most that is read of it."""


def with_whole_body(application):
    """Read a body before the application looks at the request, and give one that comes in chunks its length.

    WSGI knows bodies with a length only. Django takes one in chunks for empty, and would carry out an advance without
    the ``expectedStepIndex`` that its sender named. Where a connection breaks, a server ends such a body without a
    word; so one of which nothing came is said to have a length, and refused because it is not there.

    An answer to a body that nobody has read, such as a 401, makes the server close the connection under a client that
    is about to use it again. A body that is too large is left alone: there, that is what should happen.

    So is a form in chunks, which may hold files and be larger than what belongs into memory: whoever asks for it reads
    it as it comes. That it is whole, its own last line says (``shopplanr.api.forms``).

    Whoever reads a body that ends before its length gets an OSError: half a form would be taken for a whole one.

    Of a content type that Django could not read only the type itself is left: Django reads it where nobody could answer
    for what it stumbles over.
    """

    def answer(environ, start_response):
        environ["CONTENT_TYPE"] = _readable(environ.get("CONTENT_TYPE", ""))
        most, length = settings.DATA_UPLOAD_MAX_MEMORY_SIZE, environ.get("CONTENT_LENGTH")
        if length and length.isdecimal():
            stream, length = environ["wsgi.input"], int(length)
            if length <= most:
                body = _read(stream, length)
                stream = BytesIO(body if len(body) == length else b"")  # half of it is nothing
            environ["wsgi.input"] = _Promised(stream, length)
        elif not length and environ.get("HTTP_TRANSFER_ENCODING"):
            if environ["CONTENT_TYPE"].lower().startswith("multipart/"):
                environ["CONTENT_LENGTH"], environ[LENGTH_UNKNOWN] = str(LARGEST_BODY_BYTES + 1), True
            else:
                body = _read(environ["wsgi.input"], most + 1)
                environ["wsgi.input"] = BytesIO(body)
                environ["CONTENT_LENGTH"] = str(len(body) or 1)
        return application(environ, start_response)

    return answer


class _Promised:
    """A body of which the length is known."""

    def __init__(self, stream, length: int):
        self._stream = stream
        self._missing = length

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        return self._checked(self._stream.read(size), size)

    def readline(self, size: int = -1) -> bytes:
        """Return the next line, or what fits."""
        return self._checked(self._stream.readline(size), size)

    def _checked(self, piece: bytes, size: int) -> bytes:
        self._missing -= len(piece)
        if not piece and size and self._missing > 0:
            raise ConnectionResetError("the body ended before its length")
        return piece


def _read(stream, most: int) -> bytes:
    body = bytearray()
    while piece := stream.read(min(PIECE_BYTES, most - len(body))):
        body += piece
    return bytes(body)


def _readable(content_type: str) -> str:
    if ";" not in content_type:
        return content_type
    try:
        _, parameters = parse_header_parameters(content_type)
        codecs.lookup(parameters.get("charset", "utf-8"))
    except LookupError:  # Django passes over an encoding that there is not
        return content_type
    except ValueError:
        return content_type.partition(";")[0]
    return content_type
