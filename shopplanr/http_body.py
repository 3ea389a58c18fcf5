"""Bodies of requests, before Django sees them."""

from io import BytesIO

from django.conf import settings

PIECE_BYTES = 64 * 1024


def with_whole_body(application):
    """Read a body before the application looks at the request, and give one that comes in chunks its length.

    WSGI knows bodies with a length only. Django takes one in chunks for empty, and would carry out an advance without
    the ``expectedStepIndex`` that its sender named. Where a connection breaks, a server ends such a body without a
    word; so one of which nothing came is said to have a length, and refused because it is not there.

    An answer to a body that nobody has read, such as a 401, makes the server close the connection under a client that
    is about to use it again. A body that is too large is left alone: there, that is what should happen.
    """

    def answer(environ, start_response):
        most, length = settings.DATA_UPLOAD_MAX_MEMORY_SIZE, environ.get("CONTENT_LENGTH")
        if length and length.isdecimal() and int(length) <= most:
            environ["wsgi.input"] = BytesIO(_read(environ["wsgi.input"], int(length)))
        elif not length and environ.get("HTTP_TRANSFER_ENCODING"):
            body = _read(environ["wsgi.input"], most + 1)
            environ["wsgi.input"] = BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body) or 1)
        return application(environ, start_response)

    return answer


def _read(stream, most: int) -> bytes:
    body = bytearray()
    while piece := stream.read(min(PIECE_BYTES, most - len(body))):
        body += piece
    return bytes(body)
