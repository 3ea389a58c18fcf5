"""What stands in a cell, made into what a service takes; and back. Whether it can be is mostly the service's to say.

A spreadsheet changes what people type: it makes dates of fractions, and numbers of what only looks like one. Where that
can be undone it is, and where it cannot the cell says so.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from certificates.exchange.tables import Cell, is_blank
from certificates.gtin import GTIN_LENGTH
from shopplanr import strict_json
from shopplanr.spreadsheets import unguarded

EXACT_DIGITS = 15
"""Digits of a number that a spreadsheet keeps; further ones become zeros."""

AS_TEXT = "Make the column a text column, and type it again."

_LENGTHS_WITHOUT_ZEROS = (7, 9, 10, 11)
"""Of the digits that are left of a GTIN with zeros on the left. What is shorter is more likely no GTIN at all."""
_MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?$")
_SHORTENED = re.compile(r"(\d)(?:[.,](\d+))?E\+(\d+)", re.IGNORECASE | re.ASCII)


class UnusableCell(Exception):
    """No value can be made of the cell; the text is a sentence for whoever typed it."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """A value, and what had to be assumed to get it."""

    value: object
    note: str


def text(cell: Cell) -> str:
    """Return the text; a number as its digits."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return unguarded(cell)
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, date):
        raise UnusableCell(f"A spreadsheet made a date of this ({cell.isoformat()}). {AS_TEXT}")
    return _digits(cell)


def word(cell: Cell) -> str:
    """Return one of a few words, in whatever case it was typed."""
    return text(cell).strip().lower()


def day(cell: Cell) -> object:
    """Return a day as it is, text without a time that says midnight, None where there is nothing."""
    if isinstance(cell, date):
        return cell
    return _MIDNIGHT.sub("", text(cell).strip()) or None


def gtin(cell: Cell) -> str | Assumed:
    """Return the digits of a GTIN. Zeros on the left that a spreadsheet took away are put back, and said."""
    typed = text(cell).strip()
    digits = _lengthened(typed)
    if digits.isascii() and digits.isdigit() and len(digits) in _LENGTHS_WITHOUT_ZEROS:
        whole = digits.zfill(GTIN_LENGTH)
        return Assumed(
            whole, f"{typed} has lost its zeros on the left, as spreadsheets take them away; read as {whole}."
        )
    return digits


def json_object(cell: Cell) -> object:
    """Return the JSON in the cell, None where there is nothing."""
    typed = text(cell).strip()
    if not typed:
        return None
    try:
        return strict_json.loads(typed)
    except strict_json.UnusableJSON as unusable:
        raise UnusableCell(f'This {unusable}. It is written as {{"heat": "4711"}}.') from None


def words(cell: Cell) -> list[str]:
    """Return the words between commas, semicolons and blanks."""
    return re.split(r"[\s,;]+", text(cell).strip(" ,;\t\r\n")) if not is_blank(cell) else []


def _digits(number: int | float) -> str:
    if isinstance(number, float) and not number.is_integer():
        return f"{number:.{EXACT_DIGITS}g}"
    digits = str(int(number))
    if len(digits.lstrip("-")) > EXACT_DIGITS:
        raise UnusableCell(
            f"A spreadsheet keeps {EXACT_DIGITS} digits of a number, and this has {len(digits)}. {AS_TEXT}"
        )
    return digits


def _lengthened(typed: str) -> str:
    """Return the digits of a number that was written as 4.006381333931E+12, where all of them are there."""
    shortened = _SHORTENED.fullmatch(typed)
    if not shortened:
        return typed
    first, rest, exponent = shortened[1], shortened[2] or "", int(shortened[3])
    if exponent > len(rest) or exponent >= GTIN_LENGTH:
        raise UnusableCell(f"A spreadsheet shortened this number to {typed}. {AS_TEXT}")
    try:
        return str(int(Decimal(f"{first}.{rest or 0}E{exponent}")))
    except (InvalidOperation, ValueError):
        return typed
