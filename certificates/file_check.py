"""Looks whether a document can be opened. Runs as a program of its own: ``certificates.documents`` starts it.

The readers, pypdf and Pillow, follow wherever a file leads them, and files come from strangers. Whatever one does to
them, it does within the limits that this process gives itself, and the site notices nothing but an exit status. Nothing
is decoded or drawn: of a picture only the structure is read.

The file is standard input, its media type the one argument. Nothing of the site is loaded here.
"""

import os
import re
import resource
import sys
from collections.abc import Callable
from typing import BinaryIO

READABLE, BROKEN, PROTECTED, TOO_MANY_PIXELS = 0, 20, 21, 22
"""Exit statuses. Any other is that of a program that was ended from outside, or out of memory."""

CPU_SECONDS = 10
MEMORY_BYTES = 768 * 1024 * 1024

MAX_PIXELS = 80_000_000
"""Of one page. A3 at 600 dots per inch has 70 million."""
MAX_PAGES = 2000
"""Of a TIFF."""

PDF, JPEG, PNG, TIFF = "application/pdf", "image/jpeg", "image/png", "image/tiff"


class TooManyPixels(Exception):
    """A page is larger than ``MAX_PIXELS``."""


def main(content_type: str) -> int:
    """Return the exit status for the file on standard input."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    with open(0, "rb", closefd=False) as file:
        return status_of(file, content_type)


def status_of(file: BinaryIO, content_type: str) -> int:
    """Return the exit status for a file."""
    try:
        return _pdf(file) if content_type == PDF else _picture(file, content_type)
    except TooManyPixels:
        return TOO_MANY_PIXELS
    except Exception:
        # A reader that stumbles over a damaged file raises whatever it stumbled over.
        return BROKEN


# --- PDF

_END_BYTES = 2048
"""How far from the end the last line of a PDF may be: some programs write behind it."""

_BRANCHES = 1000
"""Of the tree of pages, looked at on the way to the first page."""


def _pdf(file: BinaryIO) -> int:
    from pypdf import PdfReader

    if not _ends_as_a_pdf(file):
        return BROKEN
    reader = PdfReader(file, strict=False)
    # One that opens without a password opens for everybody, whatever it says about printing.
    if reader.is_encrypted and not reader.decrypt(""):
        return PROTECTED
    return READABLE if _has_a_page(reader.root_object["/Pages"].get_object()) else BROKEN


def _ends_as_a_pdf(file: BinaryIO) -> bool:
    """Tell whether the last line is there, which says where the table of contents is.

    Without it pypdf would make a table of whatever did arrive.
    """
    file.seek(0, os.SEEK_END)
    file.seek(max(0, file.tell() - _END_BYTES))
    end = file.read()
    file.seek(0)
    return b"startxref" in end and b"%%EOF" in end


def _has_a_page(tree) -> bool:
    """Tell whether a page can be reached. Not by asking for all of them: a small file can promise billions."""
    branches = [tree]
    for _ in range(_BRANCHES):
        if not branches:
            return False
        branch = branches.pop()
        if branch.get("/Type") == "/Page":
            return True
        branches.extend(child.get_object() for child in reversed(branch.get("/Kids", [])[:_BRANCHES]))
    return False


# --- Pictures


def _picture(file: BinaryIO, content_type: str) -> int:
    # by name, so that no other of Pillow's fifty formats is ever loaded
    from PIL import Image, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin

    formats = {
        JPEG: (JpegImagePlugin.JpegImageFile.format, MpoImagePlugin.MpoImageFile.format),
        PNG: (PngImagePlugin.PngImageFile.format,),
        TIFF: (TiffImagePlugin.TiffImageFile.format,),
    }
    try:
        with Image.open(file, formats=formats[content_type]) as image:
            _check_pixels(image)
            return READABLE if _IS_WHOLE[content_type](image, file) else BROKEN
    except Image.DecompressionBombError:
        raise TooManyPixels from None


def _check_pixels(image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise TooManyPixels


def _png_is_whole(image, file: BinaryIO) -> bool:
    """Every piece of a PNG has a checksum, and the last one says that it is the last."""
    image.verify()
    return True


_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
"""In the pixels of a JPEG: the beginning of what is no longer pixels."""
_PIXELS_FOLLOW, _END = 0xDA, 0xD9
_PIECE_BYTES = 64 * 1024


def _jpeg_is_whole(image, file: BinaryIO) -> bool:
    """Go from one segment of a JPEG to the next, until the mark of its end."""
    place, seen_pixels = 2, False
    while marker := _next_marker(file, place):
        place, kind = marker
        if kind == _END:
            return seen_pixels
        seen_pixels |= kind == _PIXELS_FOLLOW
        file.seek(place)
        length = int.from_bytes(file.read(2), "big")
        if length < 2:
            return False
        place += length
    return False


def _next_marker(file: BinaryIO, place: int) -> tuple[int, int] | None:
    """Return where the next marker ends and which it is, None where there is none any more."""
    file.seek(place)
    before = b""
    while piece := file.read(_PIECE_BYTES):
        if found := _MARKER.search(before + piece):
            return place - len(before) + found.end(), found[0][-1]
        place += len(piece)
        before = piece[-1:]  # half of a marker may be at the end of one piece
    return None


_OFFSETS_AND_LENGTHS = ((273, 279), (324, 325))
"""Tags of the strips or the tiles of a page."""


def _tiff_is_whole(image, file: BinaryIO) -> bool:
    """See that the pixels of every page lie within the file."""
    file.seek(0, os.SEEK_END)
    size_bytes = file.tell()
    for page in range(MAX_PAGES):
        try:
            image.seek(page)
        except EOFError:
            return page > 0
        _check_pixels(image)
        tags = image.tag_v2
        pieces = [(tags.get(where), tags.get(length)) for where, length in _OFFSETS_AND_LENGTHS if where in tags]
        if not pieces or not all(_lie_within(*piece, size_bytes) for piece in pieces):
            return False
    return False


def _lie_within(offsets: object, lengths: object, size_bytes: int) -> bool:
    places, sizes = (value if isinstance(value, tuple) else (value,) for value in (offsets, lengths))
    return len(places) == len(sizes) and all(
        place > 0 and place + size <= size_bytes for place, size in zip(places, sizes, strict=True)
    )


_IS_WHOLE: dict[str, Callable[[object, BinaryIO], bool]] = {
    JPEG: _jpeg_is_whole,
    PNG: _png_is_whole,
    TIFF: _tiff_is_whole,
}


if __name__ == "__main__":
    os._exit(main(sys.argv[1]))
