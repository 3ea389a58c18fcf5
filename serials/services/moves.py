"""Carrying out moves: what ``serials.routing`` says happens, written for one part or for thousands of them.

Every move that there is, of one part or of a selection, is written here. A constant number of statements, whatever the
number of parts, of their paths, and of the steps that they pass.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from django.db import connection

from audit import history, trail
from audit.bulk import GivenRows
from audit.models import Action
from serials import routing
from serials.models import Serial, SerialStatus
from serials.models.parts import COMPLETED_INDEX
from serials.services import leaving, parts
from serials.services.leaving import Leaving
from shopplanr import clock
from shopplanr.actor import Actor

_ACTIONS = {routing.SKIPPED: Action.STEP_SKIPPED, routing.DEFERRED: Action.STEP_DEFERRED}

_PLACES = GivenRows("given", number="bigint", place="bigint", status="text")

_SET_PLACES = """
    UPDATE serials_serial AS part SET current_step_index = given.place, status = given.status, updated_at = %s
    FROM {places}
    WHERE part.number = given.number AND part.status = 'in_progress'
"""


@dataclass(frozen=True, slots=True)
class Planned:
    """A locked part, and the move that it makes."""

    serial: Serial
    move: routing.Move

    @property
    def leaving(self) -> Leaving:
        """What has to be there before the move is made."""
        return Leaving(self.serial, self.move.origin, self.move.asked, self.move.completes)


def carry_out_one(planned: Planned, actor: Actor) -> None:
    """Write the move of one part, once nothing holds it back; otherwise raise why (``leaving.check``)."""
    leaving.check(planned.leaving)
    carry_out([planned], actor)


def carry_out(planned: Sequence[Planned], actor: Actor) -> None:
    """Write the moves: step statuses, audit entries, the parts and their versions. The parts show where they are now.

    Nothing may hold a part back any more: the caller has asked ``leaving.refused``.
    Entries are in the order of the moves, and a part's own in the order of its route. Raises ``userId is required``.
    """
    actor.identified()
    # the step that is left goes first: no part is ever at two steps, and the database would refuse it
    parts.set_step_statuses([change for each in planned for change in _changes_behind(each)])
    parts.set_step_statuses(
        [(each.serial, each.move.target, routing.IN_PROGRESS) for each in planned if each.move.target]
    )
    events = [event for each in planned for event in _events(each)]
    sequences = trail.record_events(actor, events)
    _set_places(planned)
    # the last entry about a part is the one about its move
    causes = {facts["serial_id"]: sequence for (_, facts), sequence in zip(events, sequences, strict=True)}
    history.record_caused_versions(
        Serial, history.CHANGED, actor, {each.serial.pk: causes[each.serial.id] for each in planned}
    )


def _changes_behind(planned: Planned) -> Iterator[parts.StepChange]:
    yield planned.serial, planned.move.origin, routing.COMPLETED
    for bypass in planned.move.bypassed:
        yield planned.serial, bypass.step, bypass.classification


def _events(planned: Planned) -> Iterator[tuple[Action, dict[str, str]]]:
    where, move = parts.places(planned.serial), planned.move
    for bypass in move.bypassed:
        yield _ACTIONS[bypass.classification], where | {"step_id": bypass.step.step_id}
    if move.target:
        yield (
            Action.SERIAL_ADVANCED,
            where | {"from_step_id": move.origin.step_id, "to_step_id": move.target.step_id},
        )
    else:
        yield Action.SERIAL_COMPLETED, where | {"from_step_id": move.origin.step_id}


def _set_places(planned: Sequence[Planned]) -> None:
    moment = clock.now()
    for each in planned:
        if each.move.target:
            each.serial.current_step_index = each.move.target.index
        else:
            each.serial.current_step_index, each.serial.status = COMPLETED_INDEX, SerialStatus.COMPLETED.value
        each.serial.updated_at = moment
    rows = [(each.serial.pk, each.serial.current_step_index, each.serial.status) for each in planned]
    vendor, column = connection.vendor, Serial._meta.get_field("updated_at")
    with connection.cursor() as cursor:
        values = [column.get_db_prep_save(moment, connection), *_PLACES.parameters(vendor, rows)]
        cursor.execute(_places_statement(vendor), values)
        if cursor.rowcount != len(planned):
            raise RuntimeError(f"{cursor.rowcount} of {len(planned)} parts could be moved")


@cache
def _places_statement(vendor: str) -> str:
    return _SET_PLACES.format(places=_PLACES.sql(vendor))
