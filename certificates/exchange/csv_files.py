"""Reading CSV as spreadsheets of all countries write it: by comma, semicolon or tab, in UTF-8 or what was before it."""

import csv
import io
import re
from collections.abc import Iterator

from certificates.exchange.tables import Table, Unreadable, table_of

DELIMITERS = ",;\t"

_SAYS_ITS_DELIMITER = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_IN_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")

NO_TABLE = "This is neither CSV nor an Excel workbook."
NOT_UTF8 = (
    "The file is not in UTF-8, so it was read as Windows-1252 (Western European). "
    "Look whether letters such as ä, é and ñ are right."
)


def read_csv(content: bytes) -> Table:
    """Return the table of a CSV file. Raises Unreadable."""
    text, notes = _decoded(content)
    if text.lstrip()[:1] == "<":
        raise Unreadable("This is a web page or XML, whatever its name says. Save it as CSV or as an Excel workbook.")
    if "\0" in text[:4096]:
        raise Unreadable(NO_TABLE)
    delimiter, text = _delimiter(text)
    return table_of(_rows(text, delimiter), notes)


def _decoded(content: bytes) -> tuple[str, list[str]]:
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            try:
                return content.decode(encoding), []
            except UnicodeDecodeError:
                raise Unreadable("The file says that it is in Unicode, and is not.") from None
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError:
        pass
    try:
        if not _IN_NO_TEXT.search(content[:4096]):
            return content.decode("cp1252"), [NOT_UTF8]
        raise Unreadable(NO_TABLE)
    except UnicodeDecodeError:
        raise Unreadable("The file is in no encoding that is known here. Save it as CSV in UTF-8.") from None


def _delimiter(text: str) -> tuple[str, str]:
    """Return what separates the cells, and the text without a line that says so: what cuts most of the headings."""
    if said := _SAYS_ITS_DELIMITER.match(text):
        return said[1], text[said.end() :]
    lines = text.lstrip().splitlines()
    headings = lines[0] if lines else ""
    return max(DELIMITERS, key=lambda each: len(next(csv.reader([headings], delimiter=each), []))), text


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except (TypeError, ValueError):  # a line break that says that it separates cells
        raise Unreadable("The file says that its cells are separated by something that cannot be.") from None
    number = 0
    while True:
        number += 1
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable(f"Row {number} cannot be read: {_IN_WORDS.get(str(error), str(error))}.") from None


_IN_WORDS = {
    "unexpected end of data": "a quotation mark is opened there and never closed",
    "field larger than field limit (131072)": "a cell has more than 131,072 characters",
}
