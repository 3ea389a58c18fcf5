"""Counts of calls within a window of time, shared by all server processes of a machine through one small file.

Nothing here asks the database, which is what such a count is there to protect. The file has a fixed size: a place is
taken from whoever called least or is through with his window, and counts are lost with the file, which harms nobody.
Without a file, or on a system without locks on parts of a file, each process counts for itself.

It is read and written rather than mapped: on a full disk a write fails, where a map would end the process.
"""

import logging
import os
import struct
import time
from dataclasses import dataclass
from hashlib import blake2b
from math import ceil
from pathlib import Path
from threading import Lock

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

logger = logging.getLogger("shopplanr.limits")

WINDOW_SECONDS = 60

BUCKETS = 1024

PLACES_PER_BUCKET = 8
"""Callers who share a bucket; more of them within one window take each other's places."""

_PLACE = struct.Struct("<16sdQ")  # whose, when the window began, how many calls
BUCKET_BYTES = PLACES_PER_BUCKET * _PLACE.size
FILE_BYTES = BUCKETS * BUCKET_BYTES


@dataclass(frozen=True, slots=True)
class Count:
    """How often somebody has called within the window, this call included, and when the window is over."""

    calls: int
    seconds_left: int


class SharedCounts:
    """The counts. ``secret`` keeps strangers from choosing whose place they take."""

    def __init__(self, path: Path | None, secret: str):
        self._secret = blake2b(secret.encode(), digest_size=32).digest()
        self._lock = Lock()
        self._file = _opened(path) if path is not None and fcntl is not None else None
        self._memory = bytearray(0 if self._file is not None else FILE_BYTES)

    @property
    def is_shared(self) -> bool:
        """Tell whether other processes see these counts."""
        return self._file is not None

    def add(self, caller: str, now: float | None = None) -> Count:
        """Count a call. ``now`` is in seconds of a clock that is the machine's and cannot be set."""
        moment = time.monotonic() if now is None else now
        digest = blake2b(caller.encode("utf-8", "backslashreplace"), digest_size=16, key=self._secret).digest()
        offset = int.from_bytes(digest[:4]) % BUCKETS * BUCKET_BYTES
        with self._lock:
            if self._file is None:
                return self._counted(digest, offset, moment)
            try:
                # A lock is the process's, so the threads have one of their own around it. Who dies loses his lock.
                fcntl.lockf(self._file, fcntl.LOCK_EX, BUCKET_BYTES, offset)
                try:
                    return self._counted(digest, offset, moment)
                finally:
                    fcntl.lockf(self._file, fcntl.LOCK_UN, BUCKET_BYTES, offset)
            except OSError as error:  # a network's disk without locks, for example: a limit is no reason to fail a call
                logger.warning("The file of counts fails, so that this process counts by itself: %s", error)
                self.close()
                return self._counted(digest, offset, moment)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file, self._memory = None, bytearray(FILE_BYTES)

    def _counted(self, digest: bytes, offset: int, now: float) -> Count:
        bucket = self._read(offset)
        place = bucket.find(digest)
        if place % _PLACE.size:  # there is none of his: -1, or what looks like it and begins elsewhere
            place = min(range(0, BUCKET_BYTES, _PLACE.size), key=lambda each: _worth(bucket, each, now))
        whose, began, calls = _PLACE.unpack_from(bucket, place)
        if whose != digest or not _is_running(began, now):
            began, calls = now, 0
        calls += 1
        self._write(offset + place, _PLACE.pack(digest, began, calls))
        return Count(calls, max(1, ceil(began + WINDOW_SECONDS - now)))

    def _read(self, offset: int) -> bytes:
        if self._file is None:
            return self._memory[offset : offset + BUCKET_BYTES]
        return os.pread(self._file, BUCKET_BYTES, offset).ljust(BUCKET_BYTES, b"\0")

    def _write(self, offset: int, place: bytes) -> None:
        if self._file is None:
            self._memory[offset : offset + _PLACE.size] = place
            return
        try:
            os.pwrite(self._file, place, offset)
        except OSError:  # on a full disk this call is not counted, and goes on
            logger.debug("a call could not be counted", exc_info=True)


def _is_running(began: float, now: float) -> bool:
    """Tell whether the window is still open. One that began later than now is from before the machine started anew."""
    return began <= now < began + WINDOW_SECONDS


def _worth(bucket: bytes, place: int, now: float) -> int:
    _, began, calls = _PLACE.unpack_from(bucket, place)
    return calls if _is_running(began, now) else 0


def _opened(path: Path) -> int | None:
    """Open the file, made to its full size where it is new; None where that cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            size = os.fstat(file).st_size
            if size < FILE_BYTES:
                os.pwrite(file, bytes(FILE_BYTES - size), size)
        except OSError:
            os.close(file)
            raise
    except OSError as error:
        logger.warning("%s cannot be used, so that each server process counts calls by itself: %s", path, error)
        return None
    return file
