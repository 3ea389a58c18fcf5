"""Making a step effectively optional for a part, and taking that back (Serials API, "Step Overrides")."""

from django.db import transaction

from audit import trail
from audit.models import Action
from serials import refusals, routing
from serials.models import ApprovalKind, SerialStatus, StepOverride, StepStatus
from serials.services import parts, requests
from shopplanr.actor import Actor
from shopplanr.lookup import is_plausible_id
from shopplanr.refusals import NotFound
from shopplanr.values import given_text, required_text


@transaction.atomic
def create(serial_id: str, serial_ids: object, step_id: object, reason: object, actor: Actor) -> list[StepOverride]:
    """Override one step for several parts (None: for the part ``serial_id`` alone), all or none of them.

    Returns the overrides that are new; a part that has an active one is passed over. Raises ``Serial not found``,
    ``serialIds must have at least one item``, ``stepId is required``, ``OverrideCompletedStep``,
    ``reason is required``, ``ProcessStep not found`` where a part's path has no such step, and what ``second_person``
    raises.
    """
    parts.find(serial_id)
    serials = parts.lock_all([serial_id] if serial_ids is None else parts.selection(serial_ids))
    step_id = required_text(step_id, "stepId")
    numbers = [serial.pk for serial in serials.values()]
    statuses = (
        dict(StepStatus.objects.filter(serial__in=numbers, step=step_id).values_list("serial", "status"))
        if is_plausible_id(step_id)
        else {}
    )
    if len(statuses) < len(numbers):
        raise NotFound.of("ProcessStep", step_id)
    for status in statuses.values():
        check_may_override(status)
    reason = required_text(reason, "reason")
    created_by = actor.identified()

    active = set(
        StepOverride.objects.filter(serial__in=numbers, step=step_id, active=True).values_list("serial", flat=True)
    )
    chosen = [serial for serial in serials.values() if serial.pk not in active]
    asked = requests.settle(ApprovalKind.OVERRIDE, chosen, step_id, actor, reason)
    overrides = StepOverride.objects.bulk_create(
        [StepOverride(serial=serial, step_id=step_id, reason=reason, created_by=created_by) for serial in chosen]
    )
    trail.record_all(
        Action.STEP_OVERRIDE_CREATED,
        actor,
        [
            parts.places(serial) | {"step_id": step_id, "metadata": {"reason": reason} | asked[serial.pk]}
            for serial in chosen
        ],
    )
    return overrides


def check_may_override(status: str) -> None:
    """Raise ``OverrideCompletedStep`` where a step of this status needs no override any more."""
    if status == routing.COMPLETED:
        raise refusals.OverrideCompletedStep()


@transaction.atomic
def reverse(serial_id: str, step_id: str, actor: Actor, reason: object = None) -> None:
    """Take an override back; it is kept, as inactive.

    Raises ``Serial not found``, ``NoActiveOverride``, ``ReverseSkipped``, ``ReverseCompleted``, and
    ``CompletedByOverride`` where the part could be completed only because of it.
    """
    serial = parts.lock(serial_id)
    _, steps = parts.route_of(serial)
    step = next((step for step in steps if step.step_id == step_id), None)
    if step is None or not step.overridden:
        raise refusals.NoActiveOverride()
    if step.status == routing.SKIPPED:
        raise refusals.ReverseSkipped()
    if step.status == routing.COMPLETED:
        raise refusals.ReverseCompleted()
    if step.status == routing.DEFERRED and serial.status == SerialStatus.COMPLETED and not serial.force_completed:
        raise refusals.CompletedByOverride()
    reason = given_text(reason, "reason")
    actor.identified()

    StepOverride.objects.filter(serial=serial, step=step_id, active=True).update(active=False)
    facts = {"metadata": {"reason": reason}} if reason else {}
    trail.record(Action.STEP_OVERRIDE_REVERSED, actor, step_id=step_id, **facts, **parts.places(serial))
