"""Global Trade Item Numbers: the forms that they are written in, and GS1's check digit.

A number of 8, 12, 13 or 14 digits is one number in four widths: zeros on the left change nothing, the check digit
included. So the widest form is what is stored, looked up and answered. Source: GS1 General Specifications, 7.9.
"""

import re

from certificates.refusals import InvalidGtin

GTIN_LENGTH = 14

_FORMS = re.compile(r"[0-9]{8}|[0-9]{12,14}")  # not \d, which takes the digits of every script


def check_digit(digits: str) -> int:
    """Return the digit that belongs behind ``digits``: their sum, weighted 3, 1, 3 … from the right, to a ten."""
    weighted = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return -weighted % 10


def normalized(value: object, field: str = "gtin") -> str:
    """Return the number in 14 digits.

    Raises InvalidGtin for anything but 8, 12, 13 or 14 digits, and for a number whose check digit is wrong.
    """
    if not isinstance(value, str) or not _FORMS.fullmatch(value):
        raise InvalidGtin(field, "must be 8, 12, 13 or 14 digits")
    digit = str(check_digit(value[:-1]))
    if value[-1] != digit:
        raise InvalidGtin(field, f"has a wrong check digit: {value} ends in {value[-1]}, and {digit} belongs there")
    return value.zfill(GTIN_LENGTH)
