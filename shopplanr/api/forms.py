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

from shopplanr.api.parsing import BodyTooLarge, incomplete_body
from shopplanr.http_body import LENGTH_UNKNOWN
from shopplanr.refusals import Invalid
from shopplanr.uploads import limits_of

FORM = "multipart/form-data"
_NAMELESS = "unnamed"
_TAIL_BYTES = 4096


class FormParser(BaseParser):
    """A form with files, which go to temporary files as they come (``shopplanr.uploads``)."""

    media_type = FORM

    def parse(self, stream, media_type=None, parser_context=None) -> DataAndFiles:
        """Return fields and files; raise a 400 that says what is wrong with the body, or a 413."""
        request = parser_context["request"]
        meta, most_bytes = request.META, limits_of(request).body_bytes
        if _stated_length(meta) > most_bytes and LENGTH_UNKNOWN not in meta:
            raise _too_large(most_bytes)
        handlers = [load_handler(handler, request) for handler in settings.FILE_UPLOAD_HANDLERS]
        body = _Watched(stream, most_bytes)
        try:
            # UTF-8, whatever the request says: it could name an encoding that decodes no text
            parser = _Parser(meta, body, handlers, "utf-8")
            body.delimiter = parser.delimiter
            fields, files = parser.parse()
        except UnreadablePostError:
            raise incomplete_body() from None
        except RequestDataTooBig:
            raise _too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE) from None
        except (TooManyFieldsSent, TooManyFilesSent):
            raise ParseError("The form has too many fields", code="too_many_fields") from None
        except (MultiPartParserError, SuspiciousOperation, LookupError, ValueError):
            # LookupError: a header of a part names an encoding that there is not
            raise _malformed() from None
        try:
            _require_whole(body, meta, fields, files)
        except Exception:
            _close(files)
            raise
        return DataAndFiles(fields, files)


def _require_whole(body: "_Watched", meta: Mapping[str, str], fields: MultiValueDict, files: MultiValueDict) -> None:
    """Raise where the body is too large, broke off, or had a part of which nothing was made.

    Django's parser passes over a part whose headers it cannot read: that could be a photo.
    """
    if body.size_bytes > body.most_bytes:
        raise _too_large(body.most_bytes)
    if not body.ends_as_a_form or (LENGTH_UNKNOWN not in meta and body.size_bytes != _stated_length(meta)):
        raise incomplete_body()
    parts = sum(len(values) for group in (fields, files) for _, values in group.lists())
    if body.delimiters != parts + 1:
        raise _malformed()


class _Parser(MultiPartParser):
    """Django's parser. It leaves out a file without a usable name, which would be a photo lost without a word."""

    @property
    def delimiter(self) -> bytes:
        """What stands in front of every part, and behind the last."""
        return b"--" + self._boundary

    def sanitize_file_name(self, file_name: str) -> str:
        return super().sanitize_file_name(file_name) or _NAMELESS


class _Watched:
    """A body that remembers what went by while it was read. It is read no further than one byte past ``most_bytes``.

    Where a connection breaks, a server ends the body without a word, and half a photo would look like a whole one.
    """

    delimiter = b""

    def __init__(self, stream, most_bytes: int):
        self._stream = stream
        self.most_bytes = most_bytes
        self._seen = b""
        self._tail = b""
        self.size_bytes = 0
        self.delimiters = 0

    def read(self, size: int) -> bytes:
        piece = self._stream.read(min(size, self.most_bytes + 1 - self.size_bytes))
        self.size_bytes += len(piece)
        self._tail = (self._tail + piece)[-_TAIL_BYTES:]
        seen = self._seen + piece
        self.delimiters += seen.count(self.delimiter)
        self._seen = seen[max(0, len(seen) - len(self.delimiter) + 1) :]  # shorter than one, so none counts twice
        return piece

    @property
    def ends_as_a_form(self) -> bool:
        """Whether the last line was there, which is the delimiter with two hyphens behind it."""
        return self.delimiter + b"--" in self._tail


def _stated_length(meta: Mapping[str, str]) -> int:
    return int(meta.get("CONTENT_LENGTH") or 0)


def _too_large(most_bytes: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than {most_bytes} bytes")


def _malformed() -> ParseError:
    return ParseError("The body is not a valid form", code="malformed_form")


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
