"""The file in which checkpoints are kept outside of the database: lines are added, and reach the disk.

What it holds is read from its end, so nothing else has to remember how far it is. A line that was torn by a power cut
is left where it is, and written again behind it.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from audit.models import AuditSeal
from audit.offline.verify_audit import Checkpoint, Kept, Unusable

try:
    import fcntl
except ImportError:  # a system without file locks: a line that is there twice does no harm
    fcntl = None

PIECE_BYTES = 64 * 1024


def newest() -> Checkpoint | None:
    """Return the newest checkpoint in the file, None where there is none. Raises OSError where it cannot be read."""
    try:
        with settings.AUDIT_CHECKPOINT_FILE.open("rb") as file:
            return _last_in(file)
    except FileNotFoundError:
        return None


def bring_up_to_date() -> int:
    """Write down the checkpoints that the file does not hold yet; return how many. Raises OSError."""
    path: Path = settings.AUDIT_CHECKPOINT_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    with path.open("ab+") as file:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX)
        rows = AuditSeal.objects.defer("digests").order_by("number")
        written = 0
        for row in rows.filter(number__gt=_known(file, rows)).iterator(chunk_size=500):
            if not written and _is_torn(file):
                file.write(b"\n")
            file.write(Checkpoint(row.statement, row.signature, {}).line.encode())
            written += 1
        if written:
            file.flush()
            os.fsync(file.fileno())
    if is_new:
        _sync_folder(path.parent)
    return written


def _known(file: BinaryIO, rows) -> int:
    """Return the number of the newest checkpoint of this database's log that the file holds."""
    if (last := _last_in(file)) is None or not (row := rows.first()):
        return 0
    log = Checkpoint.read(row.statement, row.signature).facts["log"]
    if last.facts["log"] == log:
        return last.number
    return max(Kept(Path(file.name)).logs.get(log, {}), default=0)


def _last_in(file: BinaryIO) -> Checkpoint | None:
    for line in _lines_backwards(file):
        try:
            return Checkpoint.read_line(line)
        except Unusable:
            continue
    return None


def _lines_backwards(file: BinaryIO) -> Iterator[bytes]:
    position, rest = file.seek(0, os.SEEK_END), b""
    while position:
        start = max(0, position - PIECE_BYTES)
        file.seek(start)
        first, *lines = (file.read(position - start) + rest).split(b"\n")
        yield from (line for line in reversed(lines) if line)
        position, rest = start, first
    if rest:
        yield rest


def _is_torn(file: BinaryIO) -> bool:
    if not file.seek(0, os.SEEK_END):
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
