"""How parts go through a route: who waits for whom, when each thing happens, and in which lots.

A small simulation: each operation takes its parts in the order in which they arrive, one at a time or a lot at once, so
queues, bottlenecks and lots come out as they would on a floor. It works in milliseconds from the route's first moment.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from serials.models import ApprovalKind
from shopplanr.demo.asking import OverrideRequirements
from shopplanr.demo.events import (
    Advance,
    Attach,
    CompleteDeferred,
    Event,
    ForcePart,
    Jump,
    OverrideStep,
    Record,
    ReverseOverride,
    ScrapPart,
    Start,
    WaiveStep,
    WriteNote,
)
from shopplanr.demo.hours import HOUR, MINUTE, SECOND, shop_time
from shopplanr.demo.plan import (
    Decision,
    DoneLater,
    Fate,
    Force,
    JobPlan,
    LetPass,
    Operation,
    Override,
    Part,
    Question,
    Remark,
    Reversal,
    Route,
    Scrap,
    Waiver,
)
from shopplanr.demo.requests import Answer, Ask

Timed = tuple[int, Event]

WAIVER, OVERRIDE, FORCE_COMPLETE = (
    ApprovalKind.WAIVER.value,
    ApprovalKind.OVERRIDE.value,
    ApprovalKind.FORCE_COMPLETE.value,
)
REQUIREMENT_OVERRIDE = ApprovalKind.REQUIREMENT_OVERRIDE.value

_SCAN = 7 * SECOND
"""From one part's scan to the next, when a lot is moved on."""


@dataclass
class _Walk:
    """A part on its way: where it has arrived, and when."""

    part: Part
    fate: Fate
    arrived: int
    index: int = 0


def on_route(plan: JobPlan, route: Route, rng: random.Random) -> Iterator[Timed]:
    """Return everything that happens to the route's parts, in shop time."""
    happened = list(_from_first_moment(plan, route, rng))
    begin, end = shop_time(route.first_day) + rng.randrange(5 * MINUTE), shop_time(route.last_day)
    longest = max(moment for moment, _ in happened)
    # Stretched to fill its days: a shop makes other things in between.
    return ((begin + moment * (end - begin) // longest, event) for moment, event in happened)


def _from_first_moment(plan: JobPlan, route: Route, rng: random.Random) -> Iterator[Timed]:
    fates = iter(_in_order(route, rng))
    places = count()
    on_floor: list[_Walk] = []
    for batch in route.batches:
        started = round(batch.after_hours * HOUR)
        yield started, Start(plan, route, batch.quantity, batch.heat)
        brought = started + round(rng.uniform(10, 30) * MINUTE)
        for _ in range(batch.quantity):
            on_floor.append(_Walk(Part(route.key, next(places)), next(fates), brought))

    for index, operation in enumerate(route.operations):
        here = sorted((walk for walk in on_floor if walk.index == index), key=lambda walk: (walk.arrived, walk.part))
        for walk in here:
            if walk.fate.stays == operation.name and walk.fate.end is None:
                yield from _meanwhile(walk, route, operation, until=walk.arrived + round(operation.minutes * MINUTE))
                on_floor.remove(walk)
        worked = [walk for walk in here if not (walk.fate.stays == operation.name and walk.fate.end is None)]
        yield from _work(route, index, worked, rng)


def _in_order(route: Route, rng: random.Random) -> list[Fate]:
    """Return a fate for each part, in order of starting: what is finished was started first, scrap among it."""
    ended, waiting = [], []
    for fate in route.fates:
        open_at_the_end = fate.stays is not None and fate.end is None
        (waiting if open_at_the_end else ended).extend([fate] * fate.count)
    if len(ended) + len(waiting) != route.quantity:
        raise ValueError(f"{route.key}: {len(ended) + len(waiting)} fates for {route.quantity} parts")
    rng.shuffle(ended)
    # The further along, the earlier it was started.
    waiting.sort(key=lambda fate: -route.index(fate.stays))
    return ended + waiting


def _work(route: Route, index: int, walks: list[_Walk], rng: random.Random) -> Iterator[Timed]:
    operation = route.operations[index]
    free = certified = 0
    for number, first in enumerate(range(0, len(walks), operation.lot or 1)):
        lot = walks[first : first + (operation.lot or 1)]
        took = round(operation.minutes * rng.uniform(0.75, 1.35) * MINUTE)
        free = max(free, max(walk.arrived for walk in lot)) + took
        if operation.paper and number not in operation.without_paper:
            key, parts = f"{route.key}/{operation.name}/{number}", tuple(walk.part for walk in lot)
            yield free - took // 5, Record(key, operation.paper(rng, number), operation.paper_by)
            yield free - took // 8, Attach(key, parts, operation.paper_by)
        if operation.standing and first + len(lot) > certified:
            # Scanned once for everything that lies here by now.
            present = [walk.part for walk in walks[certified:] if walk.arrived < free - took // 10]
            certified += len(present)
            for place, key in enumerate(operation.standing):
                yield free - took // 10 + place * _SCAN, Attach(key, tuple(present), operation.by)
        if number in operation.remarks:
            yield (
                free - took // 9,
                WriteNote(tuple(walk.part for walk in lot), route, operation, operation.remarks[number]),
            )
        for place, walk in enumerate(lot):
            done = free + place * (_SCAN + round(rng.uniform(0, 3) * SECOND))
            yield from _finish(route, index, walk, done)


def _finish(route: Route, index: int, walk: _Walk, done: int) -> Iterator[Timed]:
    """Return what happens to the part from its arrival at the step until it leaves."""
    operation = route.operations[index]
    yield from _meanwhile(walk, route, operation, until=done)
    if walk.fate.stays == operation.name:
        walk.index = -1
        match walk.fate.end:
            case Scrap(reason, explanation):
                yield done, ScrapPart(walk.part, operation, reason, explanation)
            case Force(reason, asked_by, by):
                yield (walk.arrived + done) // 2, Ask(walk.part, route, FORCE_COMPLETE, "", reason, asked_by)
                yield done, ForcePart(walk.part, reason, by)
        return
    target = walk.fate.jumps.get(operation.name)
    walk.arrived = done
    walk.index = index + 1 if target is None else route.index(target)
    yield done, Advance(walk.part, operation) if target is None else Jump(walk.part, operation, walk.index)


def _meanwhile(walk: _Walk, route: Route, operation: Operation, until: int) -> Iterator[Timed]:
    """Return what is decided about the part while it stands here, spread over its stay."""
    decisions = [decision for decision in walk.fate.meanwhile if decision.at == operation.name]
    stay = until - walk.arrived
    for place, decision in enumerate(decisions, start=1):
        asked, decided = (walk.arrived + stay * half // (2 * len(decisions) + 2) for half in (2 * place - 1, 2 * place))
        if question := _question(decision, walk.part, route):
            yield asked, question
        if not isinstance(decision, Question) or decision.is_answered:
            yield decided, _decision(decision, walk.part, route)


def _question(decision: Decision | Remark, part: Part, route: Route) -> Ask | None:
    """Return what somebody asks for before it is decided; None where nobody has to."""
    match decision:
        case Override():
            return Ask(part, route, OVERRIDE, decision.step, decision.reason, decision.asked_by)
        case Waiver():
            return Ask(part, route, WAIVER, decision.step, decision.reason, decision.asked_by)
        case LetPass():
            return Ask(part, route, REQUIREMENT_OVERRIDE, decision.at, decision.reason, decision.asked_by)
        case Question():
            return Ask(part, route, decision.kind, decision.step, decision.reason, decision.by)
    return None


def _decision(decision: Decision | Remark, part: Part, route: Route) -> Event:
    match decision:
        case Override():
            return OverrideStep(part, route, decision.step, decision.reason, decision.by)
        case Reversal():
            return ReverseOverride(part, route, decision.step, decision.reason, decision.by)
        case Waiver():
            return WaiveStep(part, route, decision.step, decision.reason, decision.by)
        case DoneLater():
            return CompleteDeferred(part, route, route.operations[route.index(decision.step)])
        case LetPass():
            return OverrideRequirements(part, route, decision.at, decision.reason, decision.by)
        case Question():
            return Answer(part, decision)
        case Remark():
            operation = route.operations[route.index(decision.at)]
            return WriteNote((part,), route, operation, decision.text, decision.photo)
