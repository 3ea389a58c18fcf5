"""Moving a selection of parts, all of them or none.

Each part makes the move that ``serials.services.advancement`` would make of it, under the same rules. A call that says
where it saw the parts (``expected_step_index``) can be sent any number of times, and moves them once.
"""

from collections.abc import Callable, Mapping, Sequence

from django.db import transaction

from serials import refusals, routing
from serials.models import Serial
from serials.services import advancement, leaving, moves, parts
from serials.services.moves import Planned
from shopplanr.actor import Actor
from shopplanr.refusals import Invalid, Refusal
from shopplanr.values import given_whole_number, whole_number

Plan = Callable[[Serial, str, Sequence[routing.RouteStep], int | None], routing.Move]
"""Returns the move of a part that was expected at this index, or raises why it does not move."""


@transaction.atomic
def advance_all(serial_ids: object, actor: Actor, *, expected_step_index: object = None) -> list[Planned]:
    """Move each of the parts one step on from where it stands; return parts and moves in the order given.

    The parts may be on different paths and at different steps; one that is named twice counts once. A constant number
    of statements. ``expected_step_index`` is where the caller saw the parts: one index for all of them, or a mapping
    by serial id.

    Raises ``serialIds must have at least one item``, what is wrong with ``expectedStepIndex``, ``userId is required``,
    ``SerialNumber not found``, and ``SomeRefuse`` with what ``advancement.advance`` would say of each; then no part is
    moved.
    """

    def plan(serial: Serial, mode: str, steps: Sequence[routing.RouteStep], expected: int | None) -> routing.Move:
        advancement.check_may_advance(serial, expected)
        return routing.advance(serial.id, steps, serial.current_step_index)

    selected = parts.selection(serial_ids)
    return _move(selected, plan, actor, _expectations(expected_step_index, selected))


@transaction.atomic
def advance_all_to(
    serial_ids: object, target_step_index: object, actor: Actor, *, expected_step_index: object = None
) -> list[Planned]:
    """Move each of the parts to the step at this index of its path; return parts and moves in the order given.

    Like ``advance_all``. Raises ``targetStepIndex is required`` besides, and ``SomeRefuse`` with what
    ``advancement.advance_to`` would say of each.
    """
    selected = parts.selection(serial_ids)
    target = whole_number(target_step_index, "targetStepIndex")

    def plan(serial: Serial, mode: str, steps: Sequence[routing.RouteStep], expected: int | None) -> routing.Move:
        advancement.check_may_jump(serial, expected)
        return routing.jump(serial.id, steps, mode, serial.current_step_index, target)

    return _move(selected, plan, actor, _expectations(expected_step_index, selected))


def _move(serial_ids: Sequence[str], plan: Plan, actor: Actor, expected: Mapping[str, int | None]) -> list[Planned]:
    actor.identified()
    serials = parts.lock_all(serial_ids, "SerialNumber")
    outcomes: dict[str, Planned | Refusal] = dict.fromkeys(serials)  # in the order given
    for serial, mode, steps in parts.routes_of(serials.values()):
        try:
            outcomes[serial.id] = Planned(serial, plan(serial, mode, steps, expected[serial.id]))
        except Refusal as refusal:
            outcomes[serial.id] = refusal
    outcomes |= leaving.refused(each.leaving for each in outcomes.values() if isinstance(each, Planned))
    refused = {serial_id: outcome for serial_id, outcome in outcomes.items() if isinstance(outcome, Refusal)}
    if refused:
        raise refusals.SomeRefuse(refused)
    planned = list(outcomes.values())
    moves.carry_out(planned, actor)
    return planned


def _expectations(given: object, serial_ids: Sequence[str]) -> dict[str, int | None]:
    """Return where each part is expected, None where that was not said.

    What names a part that is not selected is refused: whoever misspells an id must not believe that it is watched.
    """
    if not isinstance(given, Mapping):
        return dict.fromkeys(serial_ids, given_whole_number(given, "expectedStepIndex"))
    expected: dict[str, int | None] = dict.fromkeys(serial_ids)
    for serial_id, index in given.items():
        if serial_id not in expected:
            message = f"expectedStepIndex names a serial that is not in serialIds: {serial_id}"
            raise Invalid.field("expectedStepIndex", message, code="serial_not_named")
        expected[serial_id] = given_whole_number(index, "expectedStepIndex")
    return expected
