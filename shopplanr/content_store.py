"""Files of the record, each kept under the SHA-256 digest of its content, in the folder ``MEDIA_ROOT``.

A name that is the content's own checksum cannot come to mean something else: what was altered on disk is noticed when
it is read, and the same bytes twice are one file. A row that names a digest is written behind the file, in the
caller's transaction. So a process that is killed, or a transaction that is undone, leaves at most a file that nobody
names.
"""

import hashlib
import logging
import os
import re
import secrets
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

from django.conf import settings

from shopplanr.refusals import Refusal

DIGEST_LENGTH = 64
"""Characters of a digest."""

PIECE_BYTES = 256 * 1024

_DIGEST = re.compile(rf"[0-9a-f]{{{DIGEST_LENGTH}}}", re.ASCII)
_ON_ITS_WAY = re.compile(r"[0-9a-f]{32}", re.ASCII)
INCOMING = "incoming"
"""The folder in which files are while they arrive."""

_FILE_MODE = 0o440  # written once, read by the site and its group, run by nobody
_FOLDER_MODE = 0o750

logger = logging.getLogger("shopplanr.content_store")


class Stored(NamedTuple):
    """What was put into the store."""

    digest: str
    size_bytes: int


class ContentGone(Refusal):
    """What was stored is no longer there: 410, because it is the record that lacks something, not the request."""

    status = 410


class ContentMissing(ContentGone):
    """The file is not there, or cannot be read."""

    code = "content_missing"

    def __init__(self):
        super().__init__("This file is missing from the store; ask whoever runs Shop Planr to restore it from a backup")


class ContentAltered(ContentGone):
    """The file is there, and is not what was stored."""

    code = "content_altered"

    def __init__(self):
        super().__init__(
            "This file was altered on disk since it was stored, so it is not shown; "
            "ask whoever runs Shop Planr to restore it from a backup"
        )


def path_of(digest: str) -> Path:
    """Return where the content of this digest is kept: two levels of folders keep each of them small.

    Raises ValueError for what is no digest: nothing that a client sends can lead out of the folder.
    """
    if not _DIGEST.fullmatch(digest):
        raise ValueError(f"not a SHA-256 digest: {digest!r}")
    return settings.MEDIA_ROOT / digest[:2] / digest[2:4] / digest


def put(content: bytes | BinaryIO) -> Stored:
    """Store the bytes, or what is left to read of the stream; return the digest and the size.

    When this returns, the file survives a power cut. Content that is there already is written anew, which also mends a
    file that was altered.
    """
    stream = BytesIO(content) if isinstance(content, bytes) else content
    incoming = incoming_path()
    try:
        stored = _write(stream, incoming)
        target = path_of(stored.digest)
        target.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        incoming.replace(target)
    except BaseException:
        with suppress(FileNotFoundError):
            incoming.unlink()
        raise
    # the names are written in the folders, so those have to reach the disk as well
    for folder in (target.parent, target.parent.parent, settings.MEDIA_ROOT):
        _sync_folder(folder)
    return stored


def incoming_path() -> Path:
    """Return where a file may stand that has not got its name yet, in a folder that is there."""
    path = settings.MEDIA_ROOT / INCOMING / secrets.token_hex(16)
    path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    return path


def is_ours(path: Path) -> bool:
    """Tell whether this is where the store keeps a file, or where it writes one that is on its way."""
    if _DIGEST.fullmatch(path.name):
        return path == path_of(path.name)
    return path.parent == settings.MEDIA_ROOT / INCOMING and _ON_ITS_WAY.fullmatch(path.name) is not None


def open_verified(digest: str) -> BinaryIO:
    """Return the file, to be read from its beginning and closed by the caller, after a look at all of its content.

    Raises ``ContentMissing`` or ``ContentAltered``; both are logged, because somebody has to restore the file.
    """
    path = path_of(digest)
    try:
        file = path.open("rb")
    except OSError as error:
        logger.error("content %s cannot be read: %s", digest, error)
        raise ContentMissing from error
    try:
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            logger.error("content %s was altered on disk: %s", digest, path)
            raise ContentAltered
        file.seek(0)
    except OSError as error:
        file.close()
        logger.error("content %s cannot be read: %s", digest, error)
        raise ContentMissing from error
    except BaseException:
        file.close()
        raise
    return file


def verify(digest: str) -> None:
    """Read the content and hold it against its digest. Raises what ``open_verified`` raises."""
    open_verified(digest).close()


def _write(stream: BinaryIO, path: Path) -> Stored:
    checksum, size = hashlib.sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while piece := stream.read(PIECE_BYTES):
            checksum.update(piece)
            size += file.write(piece)
        file.flush()
        os.fchmod(file.fileno(), _FILE_MODE)
        _sync(file.fileno())
    return Stored(checksum.hexdigest(), size)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _sync(descriptor)
    finally:
        os.close(descriptor)


_sync = os.fsync
"""By this name, so that tests, whose files outlive nothing, need not wait for the disk."""
