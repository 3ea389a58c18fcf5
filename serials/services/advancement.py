"""Moving a part along its path (lifecycle.md, "Advancement" and "Completion")."""

from django.db import transaction

from audit import trail
from audit.models import Action
from serials import refusals, routing
from serials.models import Serial, SerialStatus
from serials.models.parts import COMPLETED_INDEX
from serials.services import parts
from shopplanr.actor import Actor
from shopplanr.values import given_whole_number, whole_number


@transaction.atomic
def advance(serial_id: str, actor: Actor, *, expected_step_index: object = None) -> Serial:
    """Move the part one step on, or complete it from its last step; return it.

    ``expected_step_index`` is where the caller saw the part. Raises ``SerialNumber not found``, ``AdvanceScrapped``,
    ``AlreadyAtTheEnd``, ``MovedMeanwhile``, ``CompletionBlocked``.
    """
    serial = parts.lock(serial_id, "SerialNumber")
    if serial.status == SerialStatus.SCRAPPED:
        raise refusals.AdvanceScrapped()
    _expect(serial, expected_step_index)
    if serial.status == SerialStatus.COMPLETED:
        raise refusals.AlreadyAtTheEnd()
    _, steps = parts.route_of(serial)
    return _carry_out(serial, routing.advance(serial.id, steps, serial.current_step_index), actor)


@transaction.atomic
def advance_to(
    serial_id: str, target_step_index: object, actor: Actor, *, expected_step_index: object = None
) -> tuple[Serial, tuple[routing.Bypass, ...]]:
    """Move the part to a later step; return it, and the steps that the jump passed.

    Raises ``Serial not found``, ``AdvanceScrapped``, ``AdvanceCompleted``, ``targetStepIndex is required`` and what
    ``routing.jump`` raises.
    """
    serial = parts.lock(serial_id)
    if serial.status == SerialStatus.SCRAPPED:
        raise refusals.AdvanceScrapped()
    _expect(serial, expected_step_index)
    if serial.status == SerialStatus.COMPLETED:
        raise refusals.AdvanceCompleted()
    target = whole_number(target_step_index, "targetStepIndex")
    mode, steps = parts.route_of(serial)
    move = routing.jump(serial.id, steps, mode, serial.current_step_index, target)
    return _carry_out(serial, move, actor), move.bypassed


def _expect(serial: Serial, expected: object) -> None:
    index = given_whole_number(expected, "expectedStepIndex")
    if index not in (None, serial.current_step_index):
        raise refusals.MovedMeanwhile(serial.id, index, serial.current_step_index)


def _carry_out(serial: Serial, move: routing.Move, actor: Actor) -> Serial:
    """Write a move: step statuses, audit entries, the part and its version."""
    actor.identified()
    skipped = [bypass.step for bypass in move.bypassed if bypass.classification == routing.SKIPPED]
    deferred = [bypass.step for bypass in move.bypassed if bypass.classification == routing.DEFERRED]
    # the step that is left goes first: no part is ever at two steps, and the database would refuse it
    parts.set_step_status(serial, [move.origin], routing.COMPLETED)
    parts.set_step_status(serial, skipped, routing.SKIPPED)
    parts.set_step_status(serial, deferred, routing.DEFERRED)
    if move.target:
        parts.set_step_status(serial, [move.target], routing.IN_PROGRESS)

    where = parts.places(serial)
    for action, steps in ((Action.STEP_SKIPPED, skipped), (Action.STEP_DEFERRED, deferred)):
        if steps:
            trail.record_all(action, actor, [where | {"step_id": step.step_id} for step in steps])
    if move.target:
        entry = trail.record(
            Action.SERIAL_ADVANCED, actor, from_step_id=move.origin.step_id, to_step_id=move.target.step_id, **where
        )
        return parts.save(serial, actor, entry, current_step_index=move.target.index)
    entry = trail.record(Action.SERIAL_COMPLETED, actor, from_step_id=move.origin.step_id, **where)
    return parts.save(serial, actor, entry, current_step_index=COMPLETED_INDEX, status=SerialStatus.COMPLETED)
