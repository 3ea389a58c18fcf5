"""Finding parts by what somebody types, scans or pastes."""

import re

from django.db.models import Q

from serials.models import Path
from shopplanr.ids import serial_number

NAMED_AT_MOST = 1_000
"""Parts that one search may name one by one."""

WORDS_AT_MOST = 10

_RANGE = re.compile(r"(\S+?)\s*(?:\.\.|–)\s*(\S+)")
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)


def part_number(text: str) -> int | None:
    """Return the number in ``SN-00042``, ``sn-00042`` or ``42``; None where the text is neither."""
    if _NUMBER.fullmatch(text):
        return int(text)
    return serial_number(text.upper())


def parts_filter(text: str, of: str = "") -> Q:
    """Return the condition for a search: parts, a range ``SN-00010..SN-00050``, or words of a job or path.

    ``of`` leads from the listed records to the part: ``serial__`` or nothing.
    """
    text = text.strip()
    if between := _RANGE.fullmatch(text):
        first, last = (part_number(end) for end in between.groups())
        if first is not None and last is not None:
            key = "serial" if of else "pk"
            return Q(**{f"{key}__gte": first, f"{key}__lte": last})
    words = text.replace(",", " ").split()
    numbers = [part_number(word) for word in words[:NAMED_AT_MOST]]
    if words and None not in numbers:
        return Q(**{"serial__in" if of else "pk__in": numbers})
    condition = Q()
    for word in words[:WORDS_AT_MOST]:
        condition &= Q(name__icontains=word) | Q(job__name__icontains=word) | Q(pk=word) | Q(job=word)
    # Looked up first: of a hundred thousand parts, the engine would ask each whether its path is among those.
    return Q(**{f"{of}path__in": list(Path.objects.filter(condition).order_by().values_list("pk", flat=True))})
