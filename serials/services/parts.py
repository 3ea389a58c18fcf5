"""Finding, locking and changing one part: what every transition does first and last."""

from collections.abc import Iterable, Sequence

from django.db import connections
from django.db.models import QuerySet

from audit import history
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

# Every transition reads this. Asking the ORM to write it each time took longer than all that the database does.
_ROUTE = """
    SELECT path.advancement_mode, step.id, step.name, record.step_index, step.optional, step.dependency_type,
           record.status,
           EXISTS (
               SELECT 1 FROM serials_stepoverride override
               WHERE override.serial_id = record.serial_id AND override.step_id = record.step_id AND override.active
           )
    FROM serials_stepstatus record
    JOIN serials_step step ON step.id = record.step_id
    JOIN serials_path path ON path.id = step.path_id
    WHERE record.serial_id = %s
    ORDER BY record.step_index
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
    with connections[serial._state.db].cursor() as cursor:
        cursor.execute(_ROUTE, [serial.pk])
        rows = cursor.fetchall()
    steps = [
        routing.RouteStep(step_id, name, index, bool(optional), dependency_type, status, bool(overridden))
        for _, step_id, name, index, optional, dependency_type, status, overridden in rows
    ]
    return rows[0][0], steps


def set_step_status(serial: Serial, steps: Iterable[routing.RouteStep], status: str) -> None:
    """Move these steps of the part to ``status``.

    Only the changes in ``routing.ALLOWED_CHANGES`` exist. Anything else is a fault of the program, so it raises
    ``RuntimeError`` and the transaction is undone. So is a row that is not as it was read.
    """
    steps = list(steps)
    for step in steps:
        if not routing.may_change(step.status, status):
            raise RuntimeError(f"{serial.id}: step {step.step_id} cannot go from {step.status} to {status}")
    if not steps:
        return
    changed = StepStatus.objects.filter(
        serial=serial.pk,
        step__in=[step.step_id for step in steps],
        status__in={step.status for step in steps},
    ).update(status=status, updated_at=clock.now())
    if changed != len(steps):
        raise RuntimeError(f"{serial.id}: {changed} of {len(steps)} steps could be set to {status}")


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
