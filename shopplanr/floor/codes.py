"""What a scanner sent, made plain, and what it means. Nothing here reads or writes anything.

A keyboard-wedge scanner types what stands in a code, and more: a prefix and a suffix that its owner chose, the name of
the symbology that it read (``]d2``, AIM DPM), FNC1 as the character GS, a Tab or Enter at the end.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from unicodedata import category
from urllib.parse import unquote, urlsplit

from django.http.request import split_domain_port, validate_host

from shopplanr.ids import ID_MAX_LENGTH, serial_id, serial_number

CODE_MAX_LENGTH = 500
"""Characters of a code that is looked at: a label of ours has fewer than a hundred, whatever its symbology."""

_SYMBOLOGY_IDENTIFIER = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_RECORD_ID = re.compile(r"(job|cert)_[A-Za-z0-9_-]+")

_GS = "\x1d"
"""What FNC1 becomes between the elements of a GS1 element string."""

_SERIAL_ELEMENT = "21"
"""The GS1 application identifier of a serial number."""

_WHOLE_LENGTHS = (
    {"00": 20, "01": 16, "02": 16, "03": 16, "04": 18, "20": 4, "41": 16}
    | {str(number): 8 for number in range(11, 20)}
    | {str(number): 10 for number in range(31, 37)}
)
"""Characters of an element, its identifier included, by the first two of them (GS1 General Specifications, 7.8.5).
Elements that are not in it are as long as they like, and end with GS."""


class Kind(StrEnum):
    """What a code can stand for."""

    SERIAL = "serial"
    CERTIFICATE = "certificate"
    JOB = "job"


@dataclass(frozen=True, slots=True)
class Meaning:
    """Which record a code names. That it exists is not said."""

    kind: Kind
    id: str


_PLACES = {"serials": Kind.SERIAL, "certificates": Kind.CERTIFICATE, "jobs": Kind.JOB}
"""Where the pages of records are."""


def normalized(raw: str, prefix: str = "", suffix: str = "") -> str:
    """Return what stands in the code.

    That is without blanks and control characters around it, without the prefix and the suffix that the shop's scanners
    add, and without a symbology identifier in front.
    """
    text = _stripped(raw)
    if prefix:
        text = _stripped(text.removeprefix(prefix))
    if suffix:
        text = _stripped(text.removesuffix(suffix))
    while _SYMBOLOGY_IDENTIFIER.match(text):
        text = _stripped(text[3:])
    return text


def meaning_of(code: str, own_hosts: Iterable[str]) -> Meaning | None:
    """Return what a normalized code names, None where it is nothing of ours.

    That is a record's id, the address of its page on one of ``own_hosts`` (as in ``ALLOWED_HOSTS``, with or without a
    port), or a GS1 element string with the id of a part as its serial number.
    """
    if len(code) > CODE_MAX_LENGTH:
        return None
    return _record(code) or _page(code, own_hosts) or _serial_element(code)


def _stripped(text: str) -> str:
    """Return the text without blanks, control and format characters at either end."""
    start, end = 0, len(text)
    while start < end and _is_no_ink(text[start]):
        start += 1
    while end > start and _is_no_ink(text[end - 1]):
        end -= 1
    return text[start:end]


def _is_no_ink(character: str) -> bool:
    return character.isspace() or category(character) in {"Cc", "Cf"}


def _record(text: str, kinds: Iterable[Kind] = tuple(Kind)) -> Meaning | None:
    """Return the record whose id this is. Scanners with Caps Lock change the case of a serial's id, which has one."""
    meaning = None
    number = serial_number(text.upper()) if text.isascii() else None
    if number is not None:
        meaning = Meaning(Kind.SERIAL, serial_id(number))
    elif len(text) <= ID_MAX_LENGTH and (match := _RECORD_ID.fullmatch(text)):
        meaning = Meaning(Kind.JOB if match[1] == "job" else Kind.CERTIFICATE, text)
    return meaning if meaning and meaning.kind in kinds else None


def _page(text: str, own_hosts: Iterable[str]) -> Meaning | None:
    """Return the record whose page this is the address of."""
    with suppress(ValueError):  # half of an IPv6 address
        parts = urlsplit(text)
        if parts.scheme not in {"http", "https"} or "@" in parts.netloc:
            return None
        domains = [split_domain_port(host)[0] or host for host in own_hosts]
        # whoever lets every name in has not made every site his own
        if not validate_host(split_domain_port(parts.netloc)[0], [domain for domain in domains if domain != "*"]):
            return None
        segments = [unquote(segment) for segment in parts.path.split("/")]
        for place, identifier in pairwise(segments):
            if place in _PLACES:
                return _record(identifier, [_PLACES[place]])
    return None


def _serial_element(text: str) -> Meaning | None:
    """Return the part whose id is the serial number in a GS1 element string."""
    for element in _elements(text):
        if element.startswith(_SERIAL_ELEMENT):
            return _record(element.removeprefix(_SERIAL_ELEMENT), [Kind.SERIAL])
    return None


def _elements(text: str) -> Iterator[str]:
    """Yield the elements of a GS1 element string, each with its identifier in front."""
    while text := text.lstrip(_GS):
        end = _WHOLE_LENGTHS.get(text[:2]) or text.find(_GS)
        element, text = (text, "") if end < 0 else (text[:end], text[end:])
        yield element
