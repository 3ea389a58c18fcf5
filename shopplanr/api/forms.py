"""Reading a form with files (``multipart/form-data``), whatever a client may send.

Only what asks for files takes such a body: a viewset that names ``FormParser`` among its ``parser_classes``.
"""

from collections.abc import Mapping

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import load_handler
from django.http import UnreadablePostError
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.datastructures import MultiValueDict
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, DataAndFiles
from rest_framework.request import Request

from shopplanr.api.parsing import BodyTooLarge
from shopplanr.http_body import LENGTH_UNKNOWN
from shopplanr.refusals import Invalid
from shopplanr.uploads import BODY_MAX_BYTES

FORM = "multipart/form-data"
_NAMELESS = "unnamed"
_TAIL_BYTES = 4096


class FormParser(BaseParser):
    """A form with files, which go to temporary files as they come (``shopplanr.uploads``)."""

    media_type = FORM

    def parse(self, stream, media_type=None, parser_context=None) -> DataAndFiles:
        """Return fields and files; raise a 400 that says what is wrong with the body, or a 413."""
        meta = parser_context["request"].META
        if _stated_length(meta) > BODY_MAX_BYTES and LENGTH_UNKNOWN not in meta:
            raise _too_large(BODY_MAX_BYTES)
        body = _Watched(stream)
        handlers = [load_handler(handler, stream) for handler in settings.FILE_UPLOAD_HANDLERS]
        try:
            # UTF-8, whatever the request says: it could name an encoding that decodes no text
            parser = _Parser(meta, body, handlers, "utf-8")
            fields, files = parser.parse()
        except UnreadablePostError:
            raise _incomplete() from None
        except RequestDataTooBig:
            raise _too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE) from None
        except (TooManyFieldsSent, TooManyFilesSent):
            raise ParseError("The form has too many fields", code="too_many_fields") from None
        except (MultiPartParserError, SuspiciousOperation, LookupError, ValueError):
            # LookupError: a header of a part names an encoding that there is not
            raise ParseError("The body is not a valid form", code="malformed_form") from None
        if not body.is_whole(meta, parser.boundary):
            _close(files)
            if body.size_bytes > BODY_MAX_BYTES:
                raise _too_large(BODY_MAX_BYTES)
            raise _incomplete()
        return DataAndFiles(fields, files)


class _Parser(MultiPartParser):
    """Django's parser. It leaves out a file without a usable name, which would be a photo lost without a word."""

    @property
    def boundary(self) -> bytes:
        return self._boundary

    def sanitize_file_name(self, file_name: str) -> str:
        return super().sanitize_file_name(file_name) or _NAMELESS


class _Watched:
    """A body that remembers how much of it was read, and how it ended.

    Where a connection breaks, a server ends the body without a word, and half a photo would look like a whole one.
    """

    def __init__(self, stream):
        self._stream = stream
        self._tail = b""
        self.size_bytes = 0

    def read(self, size: int) -> bytes:
        piece = self._stream.read(size)
        self.size_bytes += len(piece)
        self._tail = (self._tail + piece)[-_TAIL_BYTES:]
        return piece

    def is_whole(self, meta: Mapping[str, str], boundary: bytes) -> bool:
        """Tell whether the body is as long as it was said to be, and ends as a form does."""
        arrived = LENGTH_UNKNOWN in meta or self.size_bytes == _stated_length(meta)
        return arrived and b"--" + boundary + b"--" in self._tail


def _stated_length(meta: Mapping[str, str]) -> int:
    return int(meta.get("CONTENT_LENGTH") or 0)


def _too_large(most_bytes: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than {most_bytes} bytes")


def _incomplete() -> ParseError:
    return ParseError("The body is incomplete", code="incomplete_body")


def _close(files: MultiValueDict) -> None:
    for _, group in files.lists():
        for file in group:
            file.close()


def is_form(request: Request) -> bool:
    """Tell whether the body is a form with files."""
    return (request.content_type or "").partition(";")[0].strip().lower() == FORM


def files_of(request: Request, field: str) -> list[UploadedFile]:
    """Return the files of this field, in order.

    Raises a 400 where a file came under another name, or the field holds something else: nobody is to believe that a
    file was taken which was not.
    """
    for name in request.FILES:
        if name != field:
            raise Invalid.field(name, f"Unknown file: {name}; send files as {field}", code="unknown_field")
    if any(value.strip() for value in request.POST.getlist(field)):
        raise Invalid.field(field, f"{field} must be files, each with a name", code="not_a_file")
    return request.FILES.getlist(field)
