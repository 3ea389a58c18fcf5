"""Texts in files that people open with a spreadsheet, which takes some of them for formulas.

A text that begins like a formula gets an apostrophe in front, which spreadsheets show and do not compute. What is read
back loses it again; a text that has one of its own there gets a second, so that nothing is lost on the way.
"""

import re

BYTE_ORDER_MARK = "\ufeff"
"""Without it, spreadsheets take UTF-8 for something else."""

_LIKE_A_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def guarded(value: object) -> object:
    """Keep a spreadsheet from taking a text for a formula: somebody's reason must not compute anything."""
    return f"'{value}" if isinstance(value, str) and _LIKE_A_FORMULA.match(value) else value


def guarded_again(value: object) -> object:
    """Return what is ``value`` behind ``unguarded``, where the file says itself what is text and what a formula."""
    return f"'{value}" if isinstance(value, str) and _GUARDED.match(value) else value


def unguarded(text: str) -> str:
    """Return the text that was guarded."""
    return text[1:] if _GUARDED.match(text) else text
