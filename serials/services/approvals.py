"""Asking for a waiver, an override or a force-completion, and deciding about what somebody else asks for.

Approving it is carrying it out: the service of its name does so, with the approver as the one who acts.
"""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from audit import trail
from audit.models import Action
from serials import refusals, routing, second_person
from serials.models import ApprovalKind, ApprovalRequest, ApprovalState, Serial, StepRequirement
from serials.services import deferrals, endings, overrides, parts, requests, requirement_overrides
from shopplanr import clock
from shopplanr.actor import Actor
from shopplanr.lookup import get_or_refuse
from shopplanr.refusals import Invalid, NotFound
from shopplanr.values import choice, given_text, required_text

NOUN = "Approval"


def readable(rows: QuerySet[ApprovalRequest] | None = None) -> QuerySet[ApprovalRequest]:
    """Return these requests, or all, with what is shown of them, in one query."""
    rows = ApprovalRequest.objects.all() if rows is None else rows
    return rows.select_related("serial__job", "serial__path", "step", "requirement")


def find(request_id: object) -> ApprovalRequest:
    """Return the request; raise ``Approval not found: {id}``."""
    return get_or_refuse(readable(), request_id, NOUN)


@transaction.atomic
def request(
    kind: object,
    serial_id: object,
    step_id: object,
    reason: object,
    actor: Actor,
    *,
    requirement_id: object = None,
) -> ApprovalRequest:
    """Ask for something that could be done now; return the request.

    ``step_id`` is None for a force-completion, which is of the whole part, and may be for a requirement override,
    which alone has a ``requirement_id``. Raises ``kind must be one of …``, ``Serial not found``, ``stepId is
    required``, ``requirementId is required``, the refusals of the transition itself, ``AlreadyOverridden``,
    ``RequirementOverridden``, ``reason is required``, ``userId is required``, ``SecondPersonRequired``,
    ``AskedAlready``.
    """
    kind = ApprovalKind(choice(kind, "kind", ApprovalKind.values))
    serial = parts.lock(serial_id)
    requirement = _requirement_asked_about(kind, serial, requirement_id)
    step_id = _step_asked_about(kind, step_id, requirement)
    check_possible(kind, serial, parts.route_of(serial)[1], step_id, requirement)
    if requirement and requirement_overrides.existing_for(serial, requirement):
        raise refusals.RequirementOverridden()
    reason = required_text(reason, "reason")
    requested_by = actor.identified()
    second_person.check_asker(kind, actor, two_people=settings.TWO_PERSON_RULE)
    same = ApprovalRequest.objects.filter(serial=serial, step=step_id, requirement=requirement, kind=kind)
    if same.filter(state=ApprovalState.OPEN).exists():
        raise refusals.AskedAlready(serial.id)

    asked = ApprovalRequest.objects.create(
        kind=kind,
        serial=serial,
        step_id=step_id,
        requirement=requirement,
        reason=reason,
        requested_by=requested_by,
        called_by="" if actor.called_by == requested_by else actor.called_by,
        credential=actor.credential,
    )
    _record(Action.APPROVAL_REQUESTED, asked, actor, reason)
    return find(asked.pk)


@transaction.atomic
def approve(request_id: object, actor: Actor, reason: object = None) -> ApprovalRequest:
    """Carry out what was asked, as ``actor``; return the request, which is approved.

    The reason on record is the one that was asked with, unless the approver says another. Where it can no longer be
    carried out the request stays open. Raises ``Approval not found``, ``DecidedAlready``, the refusals of the
    transition, and ``SecondPersonRequired``.
    """
    asked = _lock_open(request_id)
    reason = given_text(reason, "reason") or asked.reason
    actor.identified()
    serial_id = asked.serial_public_id
    match asked.kind:
        case ApprovalKind.WAIVER:
            deferrals.waive(serial_id, asked.step_id, reason, actor)
        case ApprovalKind.OVERRIDE:
            overrides.create(serial_id, None, asked.step_id, reason, actor)
        case ApprovalKind.FORCE_COMPLETE:
            endings.force_complete(serial_id, reason, actor)
        case ApprovalKind.REQUIREMENT_OVERRIDE:
            given = {"requirementId": asked.requirement_id, "reason": reason}
            requirement_overrides.create(serial_id, given, actor)
    return find(asked.pk)


@transaction.atomic
def decline(request_id: object, reason: object, actor: Actor) -> ApprovalRequest:
    """Say no, and why; return the request.

    Raises ``Approval not found``, ``DecidedAlready``, ``reason is required``, ``userId is required``.
    """
    asked = _lock_open(request_id)
    reason = required_text(reason, "reason")
    return _close(asked, ApprovalState.DECLINED, Action.APPROVAL_DECLINED, actor, reason)


@transaction.atomic
def withdraw(request_id: object, actor: Actor) -> ApprovalRequest:
    """Take one's own request back; return it.

    Raises ``Approval not found``, ``DecidedAlready``, ``userId is required``, ``NotTheirRequest``.
    """
    asked = _lock_open(request_id)
    actor.identified()
    if not second_person.is_theirs(requests.asked(asked), actor):
        raise refusals.NotTheirRequest()
    return _close(asked, ApprovalState.WITHDRAWN, Action.APPROVAL_WITHDRAWN, actor)


def check_possible(
    kind: str,
    serial: Serial,
    steps: Sequence[routing.RouteStep],
    step_id: str | None,
    requirement: StepRequirement | None = None,
) -> None:
    """Raise the transition's own refusal where it cannot be carried out, whoever approves it."""
    if kind == ApprovalKind.FORCE_COMPLETE:
        endings.check_may_force(serial, steps)
    elif kind == ApprovalKind.WAIVER:
        deferrals.check_may_waive(deferrals.step_of(serial, steps, step_id))
    elif requirement is not None:
        requirement_overrides.check_may_override(serial, requirement)
    else:
        step = next((step for step in steps if step.step_id == step_id), None)
        if step is None:
            raise NotFound.of("ProcessStep", step_id)
        overrides.check_may_override(step.status)
        if step.overridden:
            raise refusals.AlreadyOverridden()


def _requirement_asked_about(kind: ApprovalKind, serial: Serial, requirement_id: object) -> StepRequirement | None:
    if kind == ApprovalKind.REQUIREMENT_OVERRIDE:
        return requirement_overrides.find_asked(serial, requirement_id)
    if requirement_id not in (None, ""):
        words = "Only a requirement override is of a requirement: leave requirementId out"
        raise Invalid.field("requirementId", words, code="not_of_a_requirement")
    return None


def _step_asked_about(kind: ApprovalKind, step_id: object, requirement: StepRequirement | None) -> str | None:
    if requirement is not None:
        if step_id not in (None, "", requirement.step_id):
            raise Invalid.field("stepId", "The requirement is of another step: leave stepId out", code="not_of_a_step")
        return requirement.step_id
    if kind != ApprovalKind.FORCE_COMPLETE:
        return required_text(step_id, "stepId")
    if step_id not in (None, ""):
        raise Invalid.field("stepId", "A force-completion is of the whole part: leave stepId out", code="not_of_a_step")
    return None


def _lock_open(request_id: object) -> ApprovalRequest:
    """Lock the part, as every transition does first, and return the request as it then stands."""
    parts.lock(find(request_id).serial_public_id)
    asked = find(request_id)
    if not asked.is_open:
        raise refusals.DecidedAlready(asked.state)
    return asked


def _close(
    asked: ApprovalRequest, state: ApprovalState, action: Action, actor: Actor, reason: str = ""
) -> ApprovalRequest:
    asked.state, asked.decided_by, asked.decided_at = state, actor.identified(), clock.now()
    asked.decision_reason = reason
    asked.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    _record(action, asked, actor, reason)
    return asked


def _record(action: Action, asked: ApprovalRequest, actor: Actor, reason: str) -> None:
    facts = {"approvalId": asked.pk, "kind": str(asked.kind)} | ({"reason": reason} if reason else {})
    if asked.requirement_id:
        facts["requirementId"] = asked.requirement_id
    trail.record(action, actor, step_id=asked.step_id or "", metadata=facts, **parts.places(asked.serial))
