"""Reading Excel workbooks (.xlsx, .xlsm, .xls, .xlsb) and OpenDocument ones, by a process of its own.

Macros are not looked at, and formulas count by the value that was saved with them.
"""

import json
import subprocess
import sys
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, LargeZipFile, ZipFile

from certificates.exchange import workbook_process
from certificates.exchange.tables import ROWS_MAX, Cell, Table, Unreadable, table_of

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""What workbooks begin with: new ones are archives, old ones and protected ones are not."""

_LOCKED = "EncryptedPackage".encode("utf-16-le")
"""What a new workbook is called within the container that keeps it locked. An old one says so where it is read."""

UNPACKED_MAX_BYTES = 100 * 1024 * 1024
FILES_MAX = 2000
_BLANK_ROWS = 1000
"""Blank rows and rows above the headings that a sheet may have beside the others."""

_SECONDS_MAX = 30

_IN_WORDS = {
    "no_sheet": "The workbook has no sheet that can be seen.",
    "password": "The workbook is protected with a password. Save it without one.",
    "broken": "The workbook is broken, or none. Open it in a spreadsheet and save it again.",
}
TOO_LARGE = "The workbook unpacks into more than can be read here. Save the one sheet that is meant as CSV."


def is_workbook(content: bytes) -> bool:
    """Tell by its first bytes whether the file is a workbook; a name says what its sender likes."""
    return content.startswith((ZIP, OLE))


def read_workbook(content: bytes) -> Table:
    """Return the table on the first sheet that can be seen. Raises Unreadable."""
    if content.startswith(ZIP):
        _look_into(content)
    elif _LOCKED in content:
        raise Unreadable(_IN_WORDS["password"])
    told = _ask(content)
    if refused := told.get("refused"):
        raise Unreadable(_IN_WORDS[refused])
    if told["more"]:
        raise Unreadable(f"The file has more than {ROWS_MAX:,} rows. Cut it into several files.")
    notes = []
    if others := told["others"]:
        notes.append(f"Only the first sheet, {told['sheet']}, was read; passed over: {', '.join(others)}.")
    return table_of(((number, [_cell(cell) for cell in row]) for number, row in enumerate(told["rows"], 1)), notes)


def _look_into(content: bytes) -> None:
    """Refuse an archive that says itself that it is broken or becomes too large. One that lies meets the bounds."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
    except (BadZipFile, LargeZipFile, ValueError, NotImplementedError, UnicodeDecodeError):
        raise Unreadable(_IN_WORDS["broken"]) from None
    if len(entries) > FILES_MAX or sum(entry.file_size for entry in entries) > UNPACKED_MAX_BYTES:
        raise Unreadable(TOO_LARGE)


def _ask(content: bytes) -> dict:
    program = [sys.executable, "-I", str(Path(workbook_process.__file__)), str(ROWS_MAX + _BLANK_ROWS)]
    try:
        done = subprocess.run(program, input=content, capture_output=True, timeout=_SECONDS_MAX, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise Unreadable(TOO_LARGE) from None
    if done.returncode < 0 or b"MemoryError" in done.stderr:  # the system ended it
        raise Unreadable(TOO_LARGE)
    if done.returncode:
        raise Unreadable(_IN_WORDS["broken"])
    return json.loads(done.stdout)


def _cell(cell: object) -> Cell:
    return date.fromisoformat(cell["day"]) if isinstance(cell, dict) else cell
