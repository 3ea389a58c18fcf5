"""Everything that a part's page shows: its route with who and when, and what can be done with it now, or why not."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from audit import trail
from audit.models import Action, AuditEntry
from certificates import evidence, gate, readiness, standing
from certificates.demands import Demand, Known
from certificates.models import CertAttachment
from certificates.readiness import Readiness
from certificates.services import attaching, late
from serials import routing
from serials.approvals import awaiting_of, why_not_possible
from serials.models import (
    ApprovalKind,
    Serial,
    SerialStatus,
    StepOverride,
    StepRequirement,
    StepStatus,
)
from serials.services import advancement, endings, parts
from shopplanr.accounts.roles import Right, refusal_sentence
from shopplanr.actor import Actor
from shopplanr.admin.people import names_of
from shopplanr.floor import asking
from shopplanr.floor.asking import Asked, Door
from shopplanr.floor.entries import Described, Names, describe
from shopplanr.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a step: what, by whom (as people know them), when, and why."""

    what: str
    who: str
    when: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """One step of the part's route: how it stands, where it is, what happened there, which certificates it got."""

    step: routing.RouteStep
    location: str
    since: datetime
    is_current: bool
    events: Sequence[Event] = ()
    attachments: Sequence[CertAttachment] = ()
    override: bool = False
    demands: Sequence[Demand] = ()
    not_done: str = ""
    """Why a deferred step cannot be recorded as done; ``""`` where it can, or where it is not deferred."""
    asked: Sequence[Asked] = ()
    """What was asked for about the step, and awaits a decision."""
    not_waivable: str = ""
    """Why the step cannot be waived by anybody; ``""`` where it can, or where it is not deferred."""

    @property
    def waiver_asked(self) -> bool:
        """Whether somebody asked for a waiver."""
        return any(each.request.kind == ApprovalKind.WAIVER for each in self.asked)

    @property
    def is_deferred(self) -> bool:
        """Whether its work is still owed."""
        return self.step.status == routing.DEFERRED


@dataclass(frozen=True, slots=True)
class Target:
    """A step to which the part may jump, or the end of its path; what that does to the steps between, or why not."""

    index: int
    name: str
    location: str
    skipped: Sequence[str] = ()
    deferred: Sequence[str] = ()
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class PartPage:
    """A part with all that its page shows. ``obstacles`` say of each action why it cannot be done; ``""``: it can.

    ``doors`` say by kind how a waiver, an override or a force-completion comes about.
    """

    serial: Serial
    mode: str
    stops: Sequence[Stop]
    targets: Sequence[Target]
    obstacles: Mapping[str, str]
    readiness: Readiness
    entries: Sequence[Described]
    doors: Mapping[str, Door]
    requests: Mapping[str, Asked] = field(default_factory=dict)
    """All that was asked for about the part and awaits a decision, by id; readiness says it in words."""
    people: Mapping[str, str] = field(default_factory=dict)

    @property
    def here(self) -> Stop | None:
        """The step where the part stands, None once it has left its path."""
        return next((stop for stop in self.stops if stop.is_current), None)

    @property
    def following(self) -> Stop | None:
        """The step behind the one where it stands."""
        here = self.here
        return next((stop for stop in self.stops if here and stop.step.index == here.step.index + 1), None)

    @property
    def place(self) -> Stop:
        """The step that a note is about: where the part stands or was scrapped, the last one of a completed part."""
        index = self.serial.current_step_index
        return self.stops[index]

    @property
    def attachments(self) -> Sequence[tuple[CertAttachment, str]]:
        """Its certificates with the name of the step where each was attached, in the order of attaching."""
        pairs = [(each, stop.step.name) for stop in self.stops for each in stop.attachments]
        return sorted(pairs, key=lambda pair: pair[0].sequence)

    @property
    def place_of(self) -> Mapping[str, int]:
        """Where each step stands in the route, by its id."""
        return {stop.step.step_id: stop.step.index for stop in self.stops}

    @property
    def asked(self) -> Sequence[Asked]:
        """What was asked for about the part as a whole."""
        return [each for each in self.requests.values() if each.request.step_id is None]

    @property
    def requirements_asked_about(self) -> Collection[str]:
        """The requirements, by id, that somebody asks to let the part go on without."""
        return {each.request.requirement_id for each in self.requests.values()} - {None}

    @property
    def left_behind(self) -> Sequence[Stop]:
        """The steps at which a certificate would come late."""
        return [stop for stop in self.stops if late.has_left(self.serial, stop.step.status)]

    @property
    def overridable(self) -> Sequence[Stop]:
        """The steps that an override would change something about, and for which none was asked."""
        open_ones = {routing.PENDING, routing.IN_PROGRESS, routing.DEFERRED}
        return [
            stop
            for stop in self.stops
            if stop.step.required
            and stop.step.status in open_ones
            and all(each.request.kind != ApprovalKind.OVERRIDE for each in stop.asked)
        ]


def look_up(serial_id: object, may: Callable[[Right], bool], actor: Actor) -> PartPage:
    """Return the part's page for somebody with these rights; seven queries. Raises ``SerialNumber not found``.

    One more where its steps ask for certificates, and another where a certificate of it was put right.
    """
    serial = parts.find(serial_id, "SerialNumber", Serial.objects.select_related("job", "path"))
    records = list(_records(serial))
    mode, steps = serial.path.advancement_mode, _route(records)
    requests = list(awaiting_of(serial))
    attachments = standing.attached(evidence.with_newest(CertAttachment.objects.filter(serial=serial.pk)))
    entries = list(trail.of_serial(serial.id))
    people = names_of(_named(serial, entries, attachments) | asking.people_of(requests))
    asked = asking.asked_of(
        requests, people, actor, may, {each.pk: why_not_possible(each, serial, steps) for each in requests}
    )
    left_at = {each.step_id: each.updated_at for each in records if each.status == routing.COMPLETED}
    ready = readiness.judged(serial, mode, steps, requests, Known(attachments, left_at))
    stops = [
        Stop(
            step=step,
            location=record.step.location,
            since=record.updated_at,
            is_current=step.status == routing.IN_PROGRESS and serial.status == SerialStatus.IN_PROGRESS,
            events=list(_events_at(step.step_id, entries, people, {each.pk for each in requests})),
            attachments=[each for each in attachments if each.step_id == step.step_id],
            override=step.overridden,
            demands=[each for each in ready.demands if each.step.step_id == step.step_id],
            not_done=_because(
                may, Right.ADVANCE, lambda step=step: gate.check(serial.id, step, ready.demands, completes=False)
            ),
            asked=[each for each in asked if each.request.step_id == step.step_id],
            not_waivable="" if step.required else "Only required steps are waived.",
        )
        for step, record in zip(steps, records, strict=True)
    ]
    return PartPage(
        serial=serial,
        mode=mode,
        stops=stops,
        targets=_targets(serial, mode, stops, ready),
        obstacles=_obstacles(serial, steps, ready, may),
        readiness=ready,
        entries=describe(
            entries,
            Names(
                people=people,
                steps={step.step_id: step.name for step in steps},
                jobs={serial.job_id: serial.job.name},
                certificates={each.certificate_id: each.certificate.name for each in attachments},
            ),
        ),
        doors={kind: asking.door(kind, actor, may) for kind in ApprovalKind.values},
        requests={each.request.pk: each for each in asked},
        people=people,
    )


def _records(serial: Serial) -> QuerySet[StepStatus]:
    """Return the part's records with their steps, and with all that its route is made of."""
    overrides = StepOverride.objects.filter(serial=serial.pk, step=OuterRef("step"), active=True)
    asked = StepRequirement.active().filter(step=OuterRef("step"))
    rows = StepStatus.objects.filter(serial=serial.pk).annotate(overridden=Exists(overrides), asks=Exists(asked))
    return rows.select_related("step").order_by("step_index")


def _route(records: Iterable[StepStatus]) -> list[routing.RouteStep]:
    """Return the part's steps in order, from what the page reads of them anyway."""
    return [
        routing.RouteStep(
            step_id=record.step_id,
            name=record.step.name,
            index=record.step_index,
            optional=record.step.optional,
            dependency_type=record.step.dependency_type,
            status=record.status,
            overridden=record.overridden,
            asks=record.asks,
        )
        for record in records
    ]


def _named(serial: Serial, entries: Iterable, attachments: Iterable) -> set[str]:
    return {
        serial.scrapped_by,
        serial.force_completed_by,
        *(person for entry in entries for person in (entry.user_id, entry.called_by)),
        *(attachment.attached_by for attachment in attachments),
    }


_AT_STEP = {
    Action.STEP_SKIPPED: "Skipped",
    Action.STEP_DEFERRED: "Deferred",
    Action.SERIAL_SCRAPPED: "Scrapped here",
    Action.STEP_OVERRIDE_CREATED: "Made optional",
    Action.STEP_OVERRIDE_REVERSED: "Required again",
    Action.STEP_WAIVED: "Waived",
    Action.DEFERRED_STEP_COMPLETED: "Done after all",
    Action.REQUIREMENT_OVERRIDDEN: "Certificate not asked for",
}
"""What the timeline says of entries that name a step. Certificates and notes are shown by themselves."""

_ASKED = {
    Action.APPROVAL_REQUESTED: "{} asked for",
    Action.APPROVAL_DECLINED: "{} declined",
    Action.APPROVAL_WITHDRAWN: "{} no longer asked for",
}
"""The same, of what was asked for."""


def _events_at(
    step_id: str, entries: Iterable[AuditEntry], people: Mapping[str, str], shown: Collection[str]
) -> Iterable[Event]:
    """Return what happened at a step; the requests with the ids ``shown`` have a place of their own."""
    for entry in entries:
        facts = entry.metadata or {}
        if entry.from_step_id == step_id:
            words = "Done"
        elif entry.step_id == step_id and entry.action in _AT_STEP:
            words = _AT_STEP[Action(entry.action)]
        elif entry.step_id == step_id and entry.action in _ASKED and facts["approvalId"] not in shown:
            words = _ASKED[Action(entry.action)].format(ApprovalKind(facts["kind"]).label)
        else:
            continue
        why = facts.get("explanation") or facts.get("reason") or ""
        yield Event(words, people.get(entry.user_id, entry.user_id), entry.timestamp, str(why).replace("_", " "))


def _targets(serial: Serial, mode: str, stops: Sequence[Stop], ready: Readiness) -> list[Target]:
    """Ask the rules about every place ahead, the end included, and the gate about leaving the step where it stands."""
    if serial.status != SerialStatus.IN_PROGRESS:
        return []
    steps = [stop.step for stop in stops]
    targets = []
    for index in range(serial.current_step_index + 1, len(steps) + 1):
        at_end = index == len(steps)
        name, location = ("Completed", "") if at_end else (steps[index].name, stops[index].location)
        try:
            move = routing.jump(serial.id, steps, mode, serial.current_step_index, index)
            gate.check(serial.id, move.origin, ready.demands, completes=move.completes)
        except Refusal as refusal:
            targets.append(Target(index, name, location, refusal=refusal.message))
        else:
            passed = {routing.SKIPPED: [], routing.DEFERRED: []}
            for bypass in move.bypassed:
                passed[bypass.classification].append(bypass.step.name)
            targets.append(Target(index, name, location, passed[routing.SKIPPED], passed[routing.DEFERRED]))
    return targets


def _obstacles(
    serial: Serial, steps: Sequence[routing.RouteStep], ready: Readiness, may: Callable[[Right], bool]
) -> dict[str, str]:
    """Return why each action cannot be done now, in the words with which its service would refuse it."""

    def advance() -> None:
        advancement.check_may_advance(serial, None)
        move = routing.advance(serial.id, steps, serial.current_step_index)
        gate.check(serial.id, move.origin, ready.demands, completes=move.completes)

    return {
        "advance": _because(may, Right.ADVANCE, advance),
        "jump": _because(may, Right.ADVANCE, lambda: advancement.check_may_jump(serial, None)),
        "scrap": why_not_scrap(serial, may),
        "force": _because(lambda _: True, Right.FORCE_COMPLETE, lambda: endings.check_may_force(serial, steps)),
        "override": _because(may, Right.OVERRIDE),
        "attach": _because(may, Right.ATTACH, lambda: attaching.check_may_attach(serial)),
        "attach-late": _because(may, Right.ATTACH_LATE, lambda: late.check_may_attach_late(serial, steps)),
        "note": _because(may, Right.NOTE),
    }


def why_not_scrap(serial: Serial, may: Callable[[Right], bool]) -> str:
    """Return why somebody with these rights cannot scrap the part now, ``""`` where they can."""
    return _because(may, Right.SCRAP, lambda: endings.check_may_scrap(serial))


def _because(may: Callable[[Right], bool], right: Right, check: Callable[[], object] | None = None) -> str:
    """Return why not: the state first, since no right would change it."""
    try:
        if check:
            check()
    except Refusal as refusal:
        return refusal.message
    return "" if may(right) else refusal_sentence(right)
