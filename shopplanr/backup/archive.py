"""The file that a backup is: a tar archive that any system can open.

``manifest.json`` says what there is, with a checksum of each table; ``tables/<name>.jsonl.gz`` have the rows
(``shopplanr.backup.rows``), ``documents/<digest>`` the files of the record, and ``audit/`` the signed
checkpoints of the audit trail and the public keys. The key that signs is not in it.
"""

import gzip
import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO

FORMAT = 1
"""Of the archive. A later version of the product goes on reading the earlier ones."""

MANIFEST = "manifest.json"
CHECKPOINTS, PUBLIC_KEYS = "audit/checkpoints.jsonl", "audit/public_keys"
_TABLES, _DOCUMENTS = "tables", "documents"

_PIECE_BYTES = 256 * 1024


class Unreadable(Exception):
    """The file is no backup, or not a whole one."""


@dataclass(frozen=True, slots=True)
class Table:
    """How many rows of a table there are, and the SHA-256 of their lines."""

    rows: int
    sha256: str
    columns: list[str]


@dataclass
class Manifest:
    """What an archive holds."""

    format: int
    version: str
    made_at: str
    engine: str
    migrations: list[str]
    tables: dict[str, Table] = field(default_factory=dict)
    documents: list[str] = field(default_factory=list)
    missing_documents: list[str] = field(default_factory=list)
    """Files that the record names and that were gone or altered when the backup was made."""

    @classmethod
    def read(cls, content: bytes) -> "Manifest":
        """Return what the text says; raise ``Unreadable`` where that makes no sense."""
        try:
            facts = json.loads(content)
            manifest = cls(**facts)
            manifest.tables = {name: Table(**table) for name, table in facts["tables"].items()}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Unreadable(f"its {MANIFEST} cannot be read: {error}") from error
        if manifest.format != FORMAT:
            raise Unreadable(f"it is of format {manifest.format}; this version reads format {FORMAT}")
        return manifest


class Writer:
    """Writes an archive. What is read is written piece by piece, and never in memory as a whole."""

    def __init__(self, tar: tarfile.TarFile, moment: float):
        self._tar, self._moment = tar, moment

    def add_table(self, name: str, columns: list[str], lines: Iterable[bytes]) -> Table:
        """Write the lines of a table; return what the manifest says of it."""
        checksum, rows = hashlib.sha256(), 0
        with tempfile.TemporaryFile() as file:
            with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=3, mtime=0) as packed:
                for line in lines:
                    checksum.update(line)
                    packed.write(line)
                    rows += 1
            self._add(f"{_TABLES}/{name}.jsonl.gz", file)
        return Table(rows, checksum.hexdigest(), columns)

    def add_document(self, digest: str, file: BinaryIO) -> None:
        """Write a file of the record."""
        self._add(f"{_DOCUMENTS}/{digest}", file)

    def add(self, name: str, content: bytes) -> None:
        """Write something small."""
        self._add(name, io.BytesIO(content))

    def close(self, manifest: Manifest) -> None:
        """Write the manifest, which is the last: an archive without it is not a whole one."""
        self.add(MANIFEST, json.dumps(asdict(manifest), indent=1).encode())

    def _add(self, name: str, file: BinaryIO) -> None:
        member = tarfile.TarInfo(name)
        member.size = file.seek(0, io.SEEK_END)
        member.mode, member.mtime = 0o600, self._moment
        file.seek(0)
        self._tar.addfile(member, file)


@contextmanager
def writing(path: Path, moment: float) -> Iterator[Writer]:
    """Give what writes the archive. It has its name only when it is whole and on the disk; only its owner reads it."""
    partial = path.with_name(f"{path.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield Writer(tar, moment)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


class Reader:
    """Reads an archive. Members are looked up by name; where one would be put is nobody's say but ours."""

    def __init__(self, tar: tarfile.TarFile):
        try:
            self._members = {member.name: member for member in tar if member.isfile()}
        except tarfile.TarError as error:
            raise Unreadable(f"it is damaged: {error}") from error
        self._tar = tar
        if MANIFEST not in self._members:
            raise Unreadable(f"it has no {MANIFEST}: it was not written to its end, or is something else")
        self.manifest = Manifest.read(self._content(MANIFEST))

    def lines(self, table: str) -> Iterator[bytes]:
        """Yield the lines of a table; raise ``Unreadable`` where they end early or cannot be unpacked."""
        name = f"{_TABLES}/{table}.jsonl.gz"
        try:
            with self._open(name) as file, gzip.GzipFile(fileobj=file) as packed:
                yield from packed
        except (OSError, EOFError) as error:
            raise Unreadable(f"{name} is damaged: {error}") from error

    def document(self, digest: str) -> BinaryIO:
        """Return a file of the record, to be read and closed."""
        return self._open(f"{_DOCUMENTS}/{digest}")

    def content(self, name: str) -> bytes | None:
        """Return something small, None where there is no such thing."""
        return self._content(name) if name in self._members else None

    def _content(self, name: str) -> bytes:
        with self._open(name) as file:
            content = file.read()
        if len(content) < self._members[name].size:
            raise Unreadable(f"{name} is not whole")
        return content

    def _open(self, name: str) -> BinaryIO:
        if name not in self._members:
            raise Unreadable(f"it has no {name}")
        return self._tar.extractfile(self._members[name])


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """Give what reads the archive. Raises ``Unreadable``."""
    with ExitStack() as stack:
        try:
            tar = stack.enter_context(tarfile.open(path, mode="r:"))
        except (OSError, tarfile.TarError) as error:
            raise Unreadable(str(error)) from error
        yield Reader(tar)
