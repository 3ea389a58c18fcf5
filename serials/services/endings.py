"""The two ends of a part that are not normal completion: scrap and force-complete."""

from collections.abc import Sequence

from django.db import transaction

from audit import trail
from audit.models import Action
from serials import refusals, routing
from serials.models import ApprovalKind, ScrapReason, Serial, SerialStatus
from serials.models.parts import COMPLETED_INDEX
from serials.services import leaving, parts, requests
from serials.services.leaving import Leaving
from shopplanr import clock
from shopplanr.actor import Actor
from shopplanr.refusals import Invalid
from shopplanr.values import given_text


@transaction.atomic
def scrap(serial_id: str, reason: object, explanation: object, actor: Actor) -> Serial:
    """Take the part out of production, at the step where it is; return it.

    The step records stay as they are, so that one sees what was not done. Raises ``Serial not found``,
    ``AlreadyScrapped``, ``ScrapCompleted``, ``ScrapReasonMissing``, an unknown reason, ``ExplanationMissing``.
    """
    serial = parts.lock(serial_id)
    check_may_scrap(serial)
    if not isinstance(reason, str) or not reason.strip():
        raise refusals.ScrapReasonMissing()
    if reason not in ScrapReason.values:
        known = ", ".join(ScrapReason.values)
        raise Invalid.field("reason", f"Scrap reason must be one of: {known}", code="unknown_choice")
    if reason == ScrapReason.OTHER and not (isinstance(explanation, str) and explanation.strip()):
        raise refusals.ExplanationMissing()
    explanation = given_text(explanation, "explanation")
    scrapped_by = actor.identified()

    _, steps = parts.route_of(serial)
    step_id = steps[serial.current_step_index].step_id
    facts = {"reason": reason} | ({"explanation": explanation} if explanation else {})
    entry = trail.record(Action.SERIAL_SCRAPPED, actor, step_id=step_id, metadata=facts, **parts.places(serial))
    return parts.save(
        serial,
        actor,
        entry,
        reason=explanation or reason,
        status=SerialStatus.SCRAPPED,
        scrap_reason=reason,
        scrap_explanation=explanation,
        scrap_step_id=step_id,
        scrapped_at=clock.now(),
        scrapped_by=scrapped_by,
    )


@transaction.atomic
def force_complete(serial_id: str, reason: object, actor: Actor) -> Serial:
    """Complete the part although required steps are open; return it. The step records stay as they are.

    It needs no certificates either: the entry names the requirements that would have held the part back.

    Raises ``Serial not found``, ``ForceScrapped``, ``AlreadyCompleted``, ``NothingToForce``, and what
    ``second_person`` raises.
    """
    serial = parts.lock(serial_id)
    _, steps = parts.route_of(serial)
    incomplete = check_may_force(serial, steps)
    reason = given_text(reason, "reason")
    forced_by = actor.identified()
    asked = requests.settle(ApprovalKind.FORCE_COMPLETE, [serial], None, actor, reason)

    facts: dict[str, object] = ({"reason": reason} if reason else {}) | asked[serial.pk]
    here = steps[serial.current_step_index]
    if missing := leaving.missing(Leaving(serial, here, routing.work_done(steps, here.index), completes=True)):
        facts["missingRequirementIds"] = missing
    entry = trail.record(
        Action.SERIAL_FORCE_COMPLETED,
        actor,
        metadata=facts | {"incompleteStepIds": [step.step_id for step in incomplete]},
        **parts.places(serial),
    )
    return parts.save(
        serial,
        actor,
        entry,
        reason=reason or None,
        status=SerialStatus.COMPLETED,
        current_step_index=COMPLETED_INDEX,
        force_completed=True,
        force_completed_by=forced_by,
        force_completed_at=clock.now(),
        force_completed_reason=reason,
    )


def check_may_scrap(serial: Serial) -> None:
    """Raise ``AlreadyScrapped`` or ``ScrapCompleted`` where the part cannot be scrapped any more."""
    if serial.status == SerialStatus.SCRAPPED:
        raise refusals.AlreadyScrapped()
    if serial.status == SerialStatus.COMPLETED:
        raise refusals.ScrapCompleted()


def check_may_force(serial: Serial, steps: Sequence[routing.RouteStep]) -> list[routing.RouteStep]:
    """Return the required steps that are open; raise ``ForceScrapped``, ``AlreadyCompleted`` or ``NothingToForce``."""
    if serial.status == SerialStatus.SCRAPPED:
        raise refusals.ForceScrapped()
    if serial.status == SerialStatus.COMPLETED:
        raise refusals.AlreadyCompleted()
    incomplete = routing.open_requirements(steps)
    if not incomplete:
        raise refusals.NothingToForce()
    return incomplete
