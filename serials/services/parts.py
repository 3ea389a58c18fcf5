"""Finding, locking and changing one part: what every transition does first and last."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter

from django.db import connection
from django.db.models import QuerySet

from audit import history
from audit.bulk import GivenRows
from audit.models import AuditEntry
from serials import routing
from serials.models import Serial, StepStatus
from shopplanr import clock
from shopplanr.actor import Actor
from shopplanr.ids import serial_number
from shopplanr.refusals import Invalid, NotFound

BATCH_MAX = 100_000
"""Parts that one call may make."""
SELECTION_MAX = 10_000
"""Parts that one call may name."""

StepChange = tuple[Serial, routing.RouteStep, str]
"""A part, one of its steps as it was read, and the status that it gets."""

_PARTS = GivenRows("part", number="bigint")

# Every transition reads this. Asking the ORM to write it each time took longer than all that the database does.
_ROUTES = """
    SELECT record.serial_id, path.advancement_mode, step.id, step.name, record.step_index, step.optional,
           step.dependency_type, record.status,
           EXISTS (
               SELECT 1 FROM serials_stepoverride override
               WHERE override.serial_id = record.serial_id AND override.step_id = record.step_id AND override.active
           ),
           EXISTS (
               SELECT 1 FROM serials_steprequirement requirement
               WHERE requirement.step_id = record.step_id AND requirement.retired_at IS NULL
           )
    FROM {parts}
    JOIN serials_stepstatus record ON record.serial_id = part.number
    JOIN serials_step step ON step.id = record.step_id
    JOIN serials_path path ON path.id = step.path_id
    ORDER BY record.serial_id, record.step_index
"""

_CHANGES = GivenRows("given", serial_id="bigint", step_id="text", before="text", after="text")

# Every transition does this as well. Each row is compared with how it was read.
_SET_STATUSES = """
    UPDATE serials_stepstatus AS record SET status = given.after, updated_at = %s
    FROM {changes}
    WHERE record.serial_id = given.serial_id AND record.step_id = given.step_id AND record.status = given.before
"""


def find(serial_id: object, noun: str = "Serial", rows: QuerySet[Serial] | None = None) -> Serial:
    """Return the part; raise the documented ``{noun} not found: {id}`` where there is none."""
    number = serial_number(serial_id)
    serial = None if number is None else (Serial.objects.all() if rows is None else rows).filter(pk=number).first()
    if serial is None:
        raise NotFound.of(noun, serial_id)
    return serial


def lock(serial_id: object, noun: str = "Serial") -> Serial:
    """Lock the part's row until the transaction ends and return it as it now stands.

    Every transition does this first. Two callers get their turns one after the other, and each sees what the one
    before it left. (SQLite has no row locks; there, the transaction itself is exclusive from its first statement.)
    """
    return find(serial_id, noun, Serial.objects.select_for_update(no_key=True))


def lock_all(serial_ids: Sequence[object], noun: str = "Serial") -> dict[str, Serial]:
    """Lock these parts' rows, lowest number first so that two callers cannot wait for each other.

    Returns and raises what ``find_all`` does.
    """
    return find_all(serial_ids, noun, Serial.objects.select_for_update(no_key=True))


def find_all(
    serial_ids: Sequence[object], noun: str = "Serial", rows: QuerySet[Serial] | None = None
) -> dict[str, Serial]:
    """Return these parts by id, in the order given.

    Raises ``{noun} not found: {id}`` for the first id that is no part's.
    """
    numbers = {number for serial_id in serial_ids if (number := serial_number(serial_id)) is not None}
    rows = (Serial.objects.all() if rows is None else rows).filter(pk__in=numbers).order_by("pk")
    found = {serial.id: serial for serial in rows}
    for serial_id in serial_ids:
        if not isinstance(serial_id, str) or serial_id not in found:
            raise NotFound.of(noun, serial_id)
    return {serial_id: found[serial_id] for serial_id in serial_ids}


def selection(value: object, field: str = "serialIds") -> list[str]:
    """Return the ids of a selection of parts, as they were sent.

    Raises ``{field} must have at least one item``, also where it is no list, and says so where it is too long.
    """
    if not isinstance(value, list) or not value:
        raise Invalid.field(field, f"{field} must have at least one item", code="empty")
    if len(value) > SELECTION_MAX:
        raise Invalid.field(field, f"{field} must have at most {SELECTION_MAX} items", code="too_many")
    if not all(isinstance(serial_id, str) for serial_id in value):
        raise Invalid.field(field, f"{field} must be a list of serial ids", code="not_an_id")
    return value


def route_of(serial: Serial) -> tuple[str, list[routing.RouteStep]]:
    """Return the path's advancement mode and the part's steps in order, in one query."""
    return next((mode, steps) for _, mode, steps in routes_of([serial]))


def routes_of(serials: Iterable[Serial]) -> Iterator[tuple[Serial, str, list[routing.RouteStep]]]:
    """Yield each of the parts, lowest number first, with its path's advancement mode and its own steps in order.

    One query for any number of parts and paths. No more than one part's steps are in memory at once.
    """
    by_number = {serial.pk: serial for serial in serials}
    with connection.cursor() as cursor:
        vendor = connection.vendor
        cursor.execute(_routes_statement(vendor), _PARTS.parameters(vendor, [(number,) for number in by_number]))
        for number, of_part in groupby(cursor, itemgetter(0)):
            rows = list(of_part)
            steps = [
                routing.RouteStep(
                    step_id, name, index, bool(optional), dependency_type, status, bool(overridden), bool(asks)
                )
                for _, _, step_id, name, index, optional, dependency_type, status, overridden, asks in rows
            ]
            yield by_number[number], rows[0][1], steps


@cache
def _routes_statement(vendor: str) -> str:
    return _ROUTES.format(parts=_PARTS.sql(vendor))


def set_step_statuses(changes: Sequence[StepChange]) -> None:
    """Make these changes of step statuses, in one statement.

    Only the changes in ``routing.ALLOWED_CHANGES`` exist. Anything else is a fault of the program, so it raises
    ``RuntimeError`` and the transaction is undone. So is a row that is not as it was read.
    """
    for serial, step, status in changes:
        if not routing.may_change(step.status, status):
            raise RuntimeError(f"{serial.id}: step {step.step_id} cannot go from {step.status} to {status}")
    if not changes:
        return
    rows = [(serial.pk, step.step_id, step.status, str(status)) for serial, step, status in changes]
    moment = StepStatus._meta.get_field("updated_at").get_db_prep_save(clock.now(), connection)
    with connection.cursor() as cursor:
        vendor = connection.vendor
        cursor.execute(_statuses_statement(vendor), [moment, *_CHANGES.parameters(vendor, rows)])
        changed = cursor.rowcount
    if changed != len(changes):
        wanted = ", ".join(sorted({str(status) for _, _, status in changes}))
        raise RuntimeError(f"{changed} of {len(changes)} steps could be set to {wanted}")


@cache
def _statuses_statement(vendor: str) -> str:
    return _SET_STATUSES.format(changes=_CHANGES.sql(vendor))


def save(serial: Serial, actor: Actor, entry: AuditEntry, *, reason: str | None = None, **changes) -> Serial:
    """Write these columns of a locked part, and the version that the audit entry caused."""
    changes["updated_at"] = clock.now()
    row = Serial.objects.filter(pk=serial.pk)
    row.update(**changes)
    history.record_versions(row, history.CHANGED, actor, reason=reason, entry=entry)
    for name, value in changes.items():
        setattr(serial, name, value)
    return serial


def places(serial: Serial) -> dict[str, str]:
    """Return what every audit entry about this part carries."""
    return {"serial_id": serial.id, "job_id": serial.job_id, "path_id": serial.path_id}
