"""Finding parts by what somebody types, scans or pastes."""

import re

from django.db.models import Q, QuerySet

from serials.models import Job, Path
from shopplanr.ids import serial_number

NAMED_AT_MOST = 1_000
"""Parts that one search may name one by one."""

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
    for word in words[:10]:
        condition &= Q(**{f"{of}job__in": _named(Job.objects.all(), word)}) | Q(
            **{f"{of}path__in": _named(Path.objects.all(), word)}
        )
    return condition


def _named(rows: QuerySet, word: str) -> QuerySet:
    return rows.filter(Q(name__icontains=word) | Q(pk=word)).order_by().values("pk")
