"""What a jump of several parts would do, target by target, before anybody confirms it. The rules themselves say it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from certificates import demands, gate
from certificates.demands import Demand
from serials import routing
from serials.models import Serial, Step
from serials.services import advancement, parts
from serials.services.leaving import Leaving
from shopplanr.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Target:
    """A step index to which the parts may jump. ``name`` says the step, all of them where routes differ.

    ``skipped`` and ``deferred`` say how many parts pass which step; ``refusals`` name the parts that cannot go there.
    """

    index: int
    name: str
    location: str
    skipped: Mapping[str, int]
    deferred: Mapping[str, int]
    refusals: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Jump:
    """The parts, and where they may go together."""

    serials: Sequence[Serial]
    targets: Sequence[Target]


def jump_of(serial_ids: Sequence[str]) -> Jump:
    """Return what a jump would do to these parts; four queries, and five more at most where steps ask for anything.

    Raises ``SerialNumber not found``.
    """
    serials = parts.find_all(serial_ids, "SerialNumber")
    routes = list(parts.routes_of(serials.values()))
    locations = dict(
        Step.objects.filter(path__in={serial.path_id for serial in serials.values()}).values_list("pk", "location")
    )
    first = min((serial.current_step_index for serial in serials.values()), default=0) + 1
    longest = max((len(steps) for _, _, steps in routes), default=0)
    targets = range(max(first, 0), longest + 1)
    outcomes = {index: [_outcome(index, *route) for route in routes] for index in targets}
    lacking = _lacking(serials, [outcome for each in outcomes.values() for outcome in each])
    return Jump(
        serials=list(serials.values()),
        targets=[_target(index, routes, outcomes[index], lacking, locations) for index in targets],
    )


Route = tuple[Serial, str, list[routing.RouteStep]]
Outcome = tuple[Serial, routing.Move | Refusal]


def _outcome(index: int, serial: Serial, mode: str, steps: Sequence[routing.RouteStep]) -> Outcome:
    """Return the move of a part to the step at this index, or why its route does not allow it."""
    try:
        advancement.check_may_jump(serial, None)
        return serial, routing.jump(serial.id, steps, mode, serial.current_step_index, index)
    except Refusal as refusal:
        return serial, refusal


def _lacking(serials: Mapping[str, Serial], outcomes: Sequence[Outcome]) -> Mapping[str, Sequence[Demand]]:
    """Return by serial id what would be missing at any step that some move looks at."""
    asked: dict[str, dict[str, routing.RouteStep]] = {}
    origins: dict[str, routing.RouteStep] = {}
    for serial, move in outcomes:
        if isinstance(move, routing.Move) and move.asked:
            origins[serial.id] = move.origin
            asked.setdefault(serial.id, {}).update((step.step_id, step) for step in move.asked)
    leaving = [Leaving(serials[key], origins[key], tuple(steps.values())) for key, steps in asked.items()]
    return demands.of_leaving(leaving) if leaving else {}


def _target(
    index: int,
    routes: Sequence[Route],
    outcomes: Sequence[Outcome],
    lacking: Mapping[str, Sequence[Demand]],
    locations: Mapping[str, str],
) -> Target:
    skipped: Counter[str] = Counter()
    deferred: Counter[str] = Counter()
    refusals, names, places = [], [], []
    for (serial, _, steps), (_, move) in zip(routes, outcomes, strict=True):
        target = steps[index] if index < len(steps) else None
        names.append(target.name if target else "Completed")
        places.append(locations.get(target.step_id, "") if target else "")
        try:
            if isinstance(move, Refusal):
                raise move
            gate.check(serial.id, move.origin, lacking.get(serial.id, ()), completes=move.completes)
        except Refusal as refusal:
            refusals.append((serial.id, refusal.message))
            continue
        for bypass in move.bypassed:
            (skipped if bypass.classification == routing.SKIPPED else deferred)[bypass.step.name] += 1
    return Target(
        index=index,
        name=" or ".join(dict.fromkeys(names)),
        location=" or ".join(dict.fromkeys(filter(None, places))),
        skipped=dict(skipped),  # a template would take a Counter's ``items`` for a step of that name
        deferred=dict(deferred),
        refusals=refusals,
    )
