"""How many parts are at which station: work in progress by the name of the step, over all jobs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from serials.models import Step
from serials.queues.standing import standing


@dataclass(frozen=True, slots=True)
class Station:
    """Steps of one name, wherever they are. ``coming_count``: parts that are one step before it."""

    step_name: str
    locations: Sequence[str]
    part_count: int
    coming_count: int


@dataclass(frozen=True, slots=True)
class StationLoad:
    """How many parts are at a station. The fullest one is the bottleneck; where several are, all of them."""

    step_name: str
    part_count: int
    is_bottleneck: bool


def stations() -> list[Station]:
    """Return every name that a step has, in alphabetical order, and what is there now; two queries."""
    locations: dict[str, list[str]] = {}
    for name, location in Step.objects.order_by("name", "location").values_list("name", "location").distinct():
        known = locations.setdefault(name, [])
        if location:
            known.append(location)
    here, coming = _count()
    return [
        Station(name, known, here[name], coming[name])
        for name, known in sorted(locations.items(), key=lambda station: (station[0].casefold(), station[0]))
    ]


def loads() -> list[StationLoad]:
    """Return the stations with parts, the fullest first; one query."""
    here, _ = _count()
    fullest = max(here.values(), default=0)
    return [
        StationLoad(name, count, count == fullest)
        for name, count in sorted(here.items(), key=lambda load: (-load[1], load[0].casefold(), load[0]))
    ]


def _count() -> tuple[Counter[str], Counter[str]]:
    """Count the parts at each station, and those that are one step before it and not at it already."""
    here: Counter[str] = Counter()
    coming: Counter[str] = Counter()
    moves = standing().order_by().values_list("at__name", "following__name").annotate(Count("pk"))
    for name, following, count in moves:
        here[name] += count
        if following is not None and following != name:
            coming[following] += count
    return here, coming
