"""Parts that cannot go on: the step where they stand asks for certificates that they do not have."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, Max, OuterRef, Q, Subquery

from certificates import demands
from certificates.coverage import WARN
from serials import routing
from serials.models import Serial, SerialStatus, Step, StepRequirement, StepStatus
from serials.routing import RouteStep
from serials.services.leaving import Leaving

READ_AT_MOST = 1_000
"""Parts that are looked at, those that were made first."""


@dataclass(frozen=True, slots=True)
class Lack:
    """What is lacking to how many parts that stand at a step. ``asking`` is the step that asks for it."""

    here: Step
    asking_name: str
    what: str
    who: str
    parts: int


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What is lacking where, to the most parts first, and how many parts it holds back. ``cut``: there may be more."""

    lacks: Sequence[Lack]
    lack_count: int
    part_count: int
    cut: bool


def held_back(most: int) -> HeldBack:
    """Return which parts their gate would not let go; at most nine statements, whatever the number of parts.

    What is asked is the gate's own question. At the last step it is about every step that was done before as well, so
    a part stands here whose certificate was revoked after the work.
    """
    standing, cut = _standing_where_something_is_asked()
    if not standing:
        return HeldBack((), 0, 0, cut=False)
    steps = Step.objects.select_related("path__job").in_bulk({step_id for ids in standing.values() for step_id in ids})
    records = StepStatus.objects.filter(serial__in=list(standing), step__in=list(steps)).order_by()
    statuses = {(number, step_id): status for number, step_id, status in records.values_list("serial", "step", "status")}
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
    return _grouped(leaving, {part.id: step for part, step in here.values()}, most, cut)


def _standing_where_something_is_asked() -> tuple[Mapping[int, list[str]], bool]:
    """Return, by part, the steps whose certificates it needs to go on; and whether there are further parts."""
    last = Step.objects.filter(path=OuterRef("step__path")).order_by().values("path").annotate(Max("order"))
    place = F("step__path__serials__current_step_index")
    pairs = (
        StepRequirement.active()
        .exclude(policy=WARN)
        .annotate(last_place=Subquery(last.values("order__max")), place=place)
        .filter(Q(place=F("step__order")) | Q(place=F("last_place")))
        .filter(step__path__serials__status=SerialStatus.IN_PROGRESS.value)
        .order_by("step__path__serials")
        .values_list("step__path__serials", "step")
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


def _grouped(leaving: Sequence[Leaving], here: Mapping[str, Step], most: int, cut: bool) -> HeldBack:
    counts: Counter[tuple[str, str, str, str]] = Counter()
    steps: dict[str, Step] = {}
    held = 0
    for part_id, gaps in demands.of_leaving(leaving).items():
        holding = [gap for gap in gaps if gap.holds_back]
        held += bool(holding)
        for gap in holding:
            step = here[part_id]
            steps[step.pk] = step
            counts[step.pk, gap.step.name, gap.what, gap.who] += 1
    lacks = [
        Lack(steps[step_id], asking_name, what, who, parts)
        for (step_id, asking_name, what, who), parts in counts.most_common(most)
    ]
    return HeldBack(lacks, len(counts), held, cut)
