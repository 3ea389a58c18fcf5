"""Moving a part along its path (lifecycle.md, "Advancement" and "Completion")."""

from django.db import transaction

from serials import refusals, routing
from serials.models import Serial, SerialStatus
from serials.services import moves, parts
from shopplanr.actor import Actor
from shopplanr.refusals import Refusal
from shopplanr.values import given_whole_number, whole_number


@transaction.atomic
def advance(serial_id: str, actor: Actor, *, expected_step_index: object = None) -> Serial:
    """Move the part one step on, or complete it from its last step; return it.

    ``expected_step_index`` is where the caller saw the part. Raises ``SerialNumber not found``, and what
    ``check_may_advance``, ``routing.advance`` and ``leaving.check`` raise.
    """
    serial = parts.lock(serial_id, "SerialNumber")
    check_may_advance(serial, expected_step_index)
    _, steps = parts.route_of(serial)
    moves.carry_out_one(moves.Planned(serial, routing.advance(serial.id, steps, serial.current_step_index)), actor)
    return serial


@transaction.atomic
def advance_to(
    serial_id: str, target_step_index: object, actor: Actor, *, expected_step_index: object = None
) -> tuple[Serial, tuple[routing.Bypass, ...]]:
    """Move the part to a later step; return it, and the steps that the jump passed.

    Raises ``Serial not found``, ``targetStepIndex is required``, and what ``check_may_jump``, ``routing.jump`` and
    ``leaving.check`` raise.
    """
    serial = parts.lock(serial_id)
    check_may_jump(serial, expected_step_index)
    target = whole_number(target_step_index, "targetStepIndex")
    mode, steps = parts.route_of(serial)
    move = routing.jump(serial.id, steps, mode, serial.current_step_index, target)
    moves.carry_out_one(moves.Planned(serial, move), actor)
    return serial, move.bypassed


def check_may_advance(serial: Serial, expected_step_index: object) -> None:
    """Raise ``AdvanceScrapped``, ``MovedMeanwhile`` or ``AlreadyAtTheEnd`` where the part cannot go on."""
    _check(serial, expected_step_index, refusals.AlreadyAtTheEnd)


def check_may_jump(serial: Serial, expected_step_index: object) -> None:
    """Raise ``AdvanceScrapped``, ``MovedMeanwhile`` or ``AdvanceCompleted`` where the part cannot go on."""
    _check(serial, expected_step_index, refusals.AdvanceCompleted)


def _check(serial: Serial, expected: object, at_the_end: type[Refusal]) -> None:
    if serial.status == SerialStatus.SCRAPPED:
        raise refusals.AdvanceScrapped()
    index = given_whole_number(expected, "expectedStepIndex")
    if index not in (None, serial.current_step_index):
        raise refusals.MovedMeanwhile(serial.id, index, serial.current_step_index)
    if serial.status == SerialStatus.COMPLETED:
        raise at_the_end()
