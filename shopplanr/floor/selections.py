"""Which parts something is printed for: named one by one, as a range, as a batch, or as what is on a path."""

import re
from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from audit import trail
from serials.admin.searching import part_number
from serials.models import Path, Serial
from shopplanr.ids import serial_id
from shopplanr.lookup import get_or_refuse
from shopplanr.refusals import Invalid, NotFound

PARTS_MAX = 500
"""Parts that are printed at once: some 25 sheets, and a page that a browser still shows in a second."""

_BETWEEN = re.compile(r"\s*(?:\.\.+|…|–|—)\s*")


def chosen(texts: Iterable[str], *, path_id: str = "", batch: str = "", most: int = PARTS_MAX) -> list[Serial]:
    """Return the parts with their jobs and paths: those that ``texts`` name, in that order, or those of a batch.

    ``batch`` is the id of any part that was started in it. With ``path_id`` alone, all parts on that path; with others,
    they must be on it. A constant number of queries. Raises Invalid for what names no part, for too many, and for a
    part on another path, ``Path not found``, ``SerialNumber not found``.
    """
    rows = Serial.objects.select_related("job", "path")
    if path_id:
        rows = rows.filter(path=get_or_refuse(Path.objects.all(), path_id, "Path"))
    numbers: Sequence[int]
    if batch:
        numbers = _batch(batch)
        refuse_more_than(most, len(numbers))
    else:
        numbers = numbers_in(" ".join(texts), most)
        if not numbers and path_id:
            return _at_most(most, rows.order_by("number"))
    found = {serial.number: serial for serial in rows.filter(number__in=numbers)}
    for number in numbers:
        if number not in found and path_id:
            raise Invalid.field("serials", f"{serial_id(number)} is not on this path", code="not_on_path")
        if number not in found:
            raise NotFound.of("SerialNumber", serial_id(number))
    return [found[number] for number in numbers]


def numbers_in(text: str, most: int = PARTS_MAX) -> list[int]:
    """Return the numbers of the parts that a text names, each once, in its order.

    ``SN-00010..SN-00059`` is a range, ends included; blanks and commas stand between one and the next. Raises Invalid,
    with what it could not read, and where they are more than ``most``.
    """
    numbers: dict[int, None] = {}
    for word in _BETWEEN.sub("..", text).replace(",", " ").split():
        first, between, last = word.partition("..")
        start, end = part_number(first), part_number(last if between else first)
        if start is None or end is None:
            message = f"No part is called {word[:60]}; write SN-00010, or SN-00010..SN-00059 for a range"
            raise Invalid.field("serials", message, code="not_an_id")
        start, end = sorted((start, end))
        refuse_more_than(most, end - start + 1)
        numbers.update(dict.fromkeys(range(start, end + 1)))
        refuse_more_than(most, len(numbers))
    return list(numbers)


def refuse_more_than(most: int, count: int) -> None:
    """Raise Invalid where more parts are asked for than are printed at once."""
    if count > most:
        message = f"At most {most} parts are printed at once; name a range of them, such as SN-00010..SN-00059"
        raise Invalid.field("serials", message, code="too_many")


def _batch(text: str) -> range:
    number = part_number(text.strip())
    numbers = None if number is None else trail.batch_of(number)
    if numbers is None:
        raise NotFound.of("SerialNumber", text)
    return numbers


def _at_most(most: int, rows: QuerySet[Serial]) -> list[Serial]:
    serials = list(rows[: most + 1])
    refuse_more_than(most, len(serials))
    return serials
