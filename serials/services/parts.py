"""Finding, locking and changing one part: what every transition does first and last."""

from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef, QuerySet

from audit import history
from audit.models import AuditEntry
from serials import routing
from serials.models import Serial, StepOverride, StepStatus
from shopplanr import clock
from shopplanr.actor import Actor
from shopplanr.ids import serial_number
from shopplanr.refusals import Invalid, NotFound

BATCH_MAX = 100_000
"""Parts that one call may make."""
SELECTION_MAX = 10_000
"""Parts that one call may name."""


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

    Returns them by id. Raises ``{noun} not found: {id}`` for the first id, in the order given, that is no part's.
    """
    numbers = {number for serial_id in serial_ids if (number := serial_number(serial_id)) is not None}
    rows = Serial.objects.select_for_update(no_key=True).filter(pk__in=numbers).order_by("pk")
    found = {serial.id: serial for serial in rows}
    for serial_id in serial_ids:
        if not isinstance(serial_id, str) or serial_id not in found:
            raise NotFound.of(noun, serial_id)
    return found


def selection(value: object, field: str = "serialIds") -> list[object]:
    """Return the ids of a selection of parts, as they were sent.

    Raises ``{field} must have at least one item``, also where it is no list, and says so where it is too long.
    """
    if not isinstance(value, list) or not value:
        raise Invalid.field(field, f"{field} must have at least one item", code="empty")
    if len(value) > SELECTION_MAX:
        raise Invalid.field(field, f"{field} must have at most {SELECTION_MAX} items", code="too_many")
    return value


def route_of(serial: Serial) -> tuple[str, list[routing.RouteStep]]:
    """Return the path's advancement mode and the part's steps in order, in one query."""
    overridden = StepOverride.objects.filter(serial=OuterRef("serial"), step=OuterRef("step"), active=True)
    rows = (
        StepStatus.objects.filter(serial=serial.pk)
        .order_by("step_index")
        .values_list(
            "step__path__advancement_mode",
            "step_id",
            "step__name",
            "step_index",
            "step__optional",
            "step__dependency_type",
            "status",
            Exists(overridden),
        )
    )
    mode, steps = routing.STRICT, []
    for mode, *step in rows:  # noqa: B007 - the mode is the path's, the same in every row
        steps.append(routing.RouteStep(*step))
    return mode, steps


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
