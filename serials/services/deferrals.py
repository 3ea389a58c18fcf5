"""Settling a deferred step in place, without moving the part: the work is done later, or waived."""

from collections.abc import Sequence

from django.db import transaction

from audit import trail
from audit.models import Action
from serials import refusals, routing
from serials.models import ApprovalKind, Serial, StepStatus
from serials.services import leaving, parts, requests
from serials.services.leaving import Leaving
from shopplanr.actor import Actor
from shopplanr.refusals import NotFound
from shopplanr.values import given_text


@transaction.atomic
def waive(serial_id: str, step_id: str, reason: object, approver: Actor) -> StepStatus:
    """Excuse a deferred required step for good; return its record.

    Raises ``Serial not found``, ``WaiverIncomplete``, ``SnStepStatus not found``, ``WaiveNotDeferred``,
    ``WaiveOptional``, and what ``second_person`` raises.
    """
    serial = parts.lock(serial_id)
    reason = given_text(reason, "reason") if isinstance(reason, str) else ""
    if lacking := [field for field, given in (("reason", reason), ("approverId", approver.user_id)) if not given]:
        raise refusals.WaiverIncomplete(*lacking)
    step = step_of(serial, parts.route_of(serial)[1], step_id)
    check_may_waive(step)
    asked = requests.settle(ApprovalKind.WAIVER, [serial], step_id, approver, reason)
    trail.record(
        Action.STEP_WAIVED,
        approver,
        step_id=step_id,
        metadata={"reason": reason, "approverId": approver.user_id} | asked[serial.pk],
        **parts.places(serial),
    )
    return _settle(serial, step, routing.WAIVED)


@transaction.atomic
def complete_deferred(serial_id: str, step_id: str, actor: Actor) -> StepStatus:
    """Record that the work of a deferred step was done after all; return its record.

    Raises ``Serial not found``, ``SnStepStatus not found``, ``NotDeferred``, and what ``leaving.check`` raises.
    """
    serial = parts.lock(serial_id)
    step = step_of(serial, parts.route_of(serial)[1], step_id)
    if step.status != routing.DEFERRED:
        raise refusals.NotDeferred(step.status)
    leaving.check(Leaving(serial, step, (step,) if step.asks else ()))
    trail.record(Action.DEFERRED_STEP_COMPLETED, actor, step_id=step_id, **parts.places(serial))
    return _settle(serial, step, routing.COMPLETED)


def check_may_waive(step: routing.RouteStep) -> None:
    """Raise ``WaiveNotDeferred`` or ``WaiveOptional`` where there is nothing to waive about the step."""
    if step.status != routing.DEFERRED:
        raise refusals.WaiveNotDeferred()
    if not step.required:
        raise refusals.WaiveOptional()


def step_of(serial: Serial, steps: Sequence[routing.RouteStep], step_id: object) -> routing.RouteStep:
    """Return the step of this id among the part's; raise the documented ``SnStepStatus not found``."""
    for step in steps:
        if step.step_id == step_id:
            return step
    raise NotFound.of("SnStepStatus", f"{serial.id}/{step_id}")


def _settle(serial: Serial, step: routing.RouteStep, status: str) -> StepStatus:
    parts.set_step_statuses([(serial, step, status)])
    return StepStatus.objects.get(serial=serial.pk, step=step.step_id)
