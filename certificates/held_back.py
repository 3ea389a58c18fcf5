"""Parts that cannot go on: the step where they stand asks for certificates that they do not have."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, OuterRef, Q, Subquery

from certificates import demands
from certificates.coverage import BLOCK, BLOCK_OR_OVERRIDE
from certificates.demands import Demand
from serials import routing
from serials.models import Serial, SerialStatus, Step, StepStatus
from serials.routing import RouteStep
from serials.services.leaving import Leaving

_RECORD = ("serial", "step", "status")

READ_AT_MOST = 1_000
"""Parts that are looked at, those that were made first."""


@dataclass(frozen=True, slots=True)
class PartHeldBack:
    """A part, the step where it stands, and what it lacks to leave it, or to complete there."""

    part: Serial
    here: Step
    gaps: Sequence[Demand]


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Parts that are held back, those that were made first. ``cut``: not all parts were looked at."""

    parts: Sequence[PartHeldBack]
    cut: bool


def held_back() -> HeldBack:
    """Return which parts their gate would not let go; at most nine statements, whatever the number of parts.

    What is asked is the gate's own question. At the last step it is about every step that was done before as well, so
    a part stands here whose certificate was revoked after the work.
    """
    standing, cut = _standing_where_something_is_asked()
    if not standing:
        return HeldBack((), cut=False)
    steps = Step.objects.in_bulk({step_id for ids in standing.values() for step_id in ids})
    records = StepStatus.objects.filter(serial__in=list(standing), step__in=list(steps)).order_by()
    statuses = {(number, step_id): status for number, step_id, status in records.values_list(*_RECORD)}
    here = _where_they_stand(list(standing))
    leaving = []
    for number, step_ids in standing.items():
        part, step = here[number]
        asked = [
            _as_route_step(steps[step_id], status)
            for step_id in step_ids
            if (status := statuses.get((number, step_id))) in (routing.IN_PROGRESS, routing.COMPLETED)
        ]
        if asked:
            leaving.append(Leaving(part, _as_route_step(step, routing.IN_PROGRESS), asked))
    gaps = demands.of_leaving(leaving)
    found = [
        PartHeldBack(each.serial, here[each.serial.pk][1], holding)
        for each in leaving
        if (holding := [gap for gap in gaps[each.serial.id] if gap.holds_back])
    ]
    return HeldBack(found, cut)


def _standing_where_something_is_asked() -> tuple[Mapping[int, list[str]], bool]:
    """Return, by part, the steps whose certificates it needs to go on; and whether there are further parts."""
    last = Step.objects.filter(path=OuterRef("path")).order_by("-order").values("order")[:1]
    # In one filter, so that step, requirement and part are those of one row.
    pairs = (
        Serial.objects.annotate(last_place=Subquery(last))
        .filter(
            Q(current_step_index=F("path__steps__order")) | Q(current_step_index=F("last_place")),
            status=SerialStatus.IN_PROGRESS.value,
            path__steps__requirements__retired_at=None,
            path__steps__requirements__policy__in=(BLOCK, BLOCK_OR_OVERRIDE),
        )
        .order_by("pk")
        .values_list("pk", "path__steps")
        .distinct()
    )
    found: dict[int, list[str]] = defaultdict(list)
    # A part stands at one step, and the last one asks about a handful: the pairs are not many more than the parts.
    for number, step_id in pairs[: 4 * READ_AT_MOST]:
        if len(found) == READ_AT_MOST and number not in found:
            return found, True
        found[number].append(step_id)
    return found, False


def _where_they_stand(numbers: Sequence[int]) -> dict[int, tuple[Serial, Step]]:
    parts = Serial.objects.in_bulk(numbers)
    paths = {part.path_id for part in parts.values()}
    steps = {
        (step.path_id, step.order): step for step in Step.objects.filter(path__in=paths).select_related("path__job")
    }
    return {number: (part, steps[part.path_id, part.current_step_index]) for number, part in parts.items()}


def _as_route_step(step: Step, status: str) -> RouteStep:
    return RouteStep(step.pk, step.name, step.order, step.optional, step.dependency_type, status, False, asks=True)
