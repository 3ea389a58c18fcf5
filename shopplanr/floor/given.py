"""What is typed into forms, as the services take it: JSON has numbers and lists where a form has text."""

import re

_NUMBER = re.compile(r"[+-]?\d{1,100}(\.\d{1,100})?", re.ASCII)


def number(text: str) -> int | float | str | None:
    """Return the number that was typed, None where nothing was; the text where it is none, for the service to say so.

    Groups of digits may be kept apart by blanks or commas, as the pages write them: ``1,200``.
    """
    digits = re.sub(r"(?<=\d)[ ,\u00a0\u202f](?=\d{3}(\D|$))", "", text.strip())
    if not digits:
        return None
    match = _NUMBER.fullmatch(digits)
    if not match:
        return text
    return float(digits) if match[1] else int(digits)


def listed(text: str) -> list[str]:
    """Return what was typed with commas in between."""
    return [word for each in text.split(",") if (word := each.strip())]
