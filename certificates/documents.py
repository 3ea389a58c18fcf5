"""Documents of certificates, before they are kept: what a file is by its content, and what it may be called.

A document is evidence, so it is kept as it came, byte for byte. None is taken for what its name says, and none is
opened in this process: ``certificates.file_check`` looks at each in one of its own, with little time and memory.
"""

import logging
import re
import subprocess
import sys
import tempfile
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from certificates import file_check, refusals
from certificates.file_check import JPEG, MAX_PIXELS, PDF, PNG, TIFF
from shopplanr.uploads import DOCUMENTS

DOCUMENT_MAX_BYTES = DOCUMENTS.file_bytes

ENDINGS = {PDF: ("pdf",), JPEG: ("jpg", "jpeg"), PNG: ("png",), TIFF: ("tif", "tiff")}
"""What names of files end in, the usual one first."""

NAME_MAX_LENGTH = 255
NAME_SHOWN_CHARACTERS = 100

CHECK_SECONDS = 20
"""How long a file is looked at, at most."""

_BEGINNINGS = {
    b"%PDF-": PDF,
    b"\xff\xd8\xff": JPEG,
    b"\x89PNG\r\n\x1a\n": PNG,
    b"II*\0": TIFF,
    b"MM\0*": TIFF,
    b"II+\0": TIFF,  # the variant for files of more than 4 GB, which some scanners always write
    b"MM\0+": TIFF,
}

_PIECE_BYTES = 256 * 1024
_one_at_a_time = threading.Lock()
"""A worker has several threads, and the check may take some hundred megabytes."""

logger = logging.getLogger("certificates.documents")


def look_at(file: BinaryIO, name: str, size_bytes: int) -> str:
    """Return the media type of a file that can be kept: one of the four, told by its content.

    ``name`` is for the sentence of a refusal; it decides nothing. The file is to be read from its beginning afterwards.
    Raises ``DocumentTooLarge``, ``DocumentEmpty``, ``DocumentOfAnotherType``, ``DocumentProtected``,
    ``DocumentHasTooManyPixels``, ``DocumentUnreadable``.
    """
    name = kept_name(name)[:NAME_SHOWN_CHARACTERS]
    if size_bytes > DOCUMENT_MAX_BYTES:
        raise refusals.DocumentTooLarge(name, DOCUMENT_MAX_BYTES)
    if not size_bytes:
        raise refusals.DocumentEmpty(name)
    file.seek(0)
    beginning = file.read(max(map(len, _BEGINNINGS)))
    content_type = next((kind for start, kind in _BEGINNINGS.items() if beginning.startswith(start)), None)
    if content_type is None:
        raise refusals.DocumentOfAnotherType(name)
    status = checked_apart(file, content_type)
    if status == file_check.PROTECTED:
        raise refusals.DocumentProtected(name)
    if status == file_check.TOO_MANY_PIXELS:
        raise refusals.DocumentHasTooManyPixels(name, MAX_PIXELS)
    if status != file_check.READABLE:
        if status != file_check.BROKEN:
            logger.warning("the check of a %s file was ended: status %s", content_type, status)
        raise refusals.DocumentUnreadable(name)
    return content_type


def checked_apart(file: BinaryIO, content_type: str) -> int:
    """Return what ``certificates.file_check``, in a process of its own, answers about the file."""
    command = [sys.executable, "-I", str(Path(file_check.__file__)), content_type]
    with _one_at_a_time, _opened_apart(file) as source:
        try:
            return subprocess.run(command, stdin=source, capture_output=True, timeout=CHECK_SECONDS).returncode  # noqa: S603
        except subprocess.TimeoutExpired as expired:
            logger.warning("the check of a %s file took longer than %s s", content_type, expired.timeout)
            return file_check.BROKEN


@contextmanager
def _opened_apart(file: BinaryIO) -> Iterator[BinaryIO]:
    """Open the file a second time: two processes that share one would move each other's place in it."""
    if hasattr(file, "temporary_file_path"):
        with Path(file.temporary_file_path()).open("rb") as source:
            yield source
        return
    with tempfile.TemporaryFile() as copy:
        file.seek(0)
        while piece := file.read(_PIECE_BYTES):
            copy.write(piece)
        copy.flush()
        yield copy


# --- Names

_JOINERS = "\u200c\u200d"
"""Part of how some scripts are written; everything else that cannot be seen may only mislead."""

NAMELESS = "document"


def kept_name(name: str) -> str:
    """Return what a document is called from now on: its sender's name for it, for people to read.

    Without any folder of theirs, and without what cannot be seen, such as marks that turn the direction of writing
    round. At most ``NAME_MAX_LENGTH`` characters, with the ending kept. What nothing is left of is called ``document``.
    """
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    name = "".join(character for character in name if _can_be_seen(character)).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if len(name) > NAME_MAX_LENGTH and stem and len(ending) < NAME_SHOWN_CHARACTERS:
        return stem[: NAME_MAX_LENGTH - len(ending) - 1].rstrip() + dot + ending
    return name[:NAME_MAX_LENGTH] or NAMELESS


def _can_be_seen(character: str) -> bool:
    category = unicodedata.category(character)
    return character in _JOINERS or not (category[0] == "C" or category in {"Zl", "Zp"})


def saved_name(name: str, content_type: str) -> str:
    """Return under which name a document is saved: it ends in what the file is, never in what could be started."""
    endings = ENDINGS[content_type]
    _, dot, ending = name.lower().rpartition(".")
    return name if dot and ending in endings else f"{name}.{endings[0]}"
