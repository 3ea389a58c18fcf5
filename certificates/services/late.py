"""Certificates that come when the part has gone on: attached to a named step, marked as late, with the reason.

The paper of a heat treatment often arrives a week behind the parts. The record then says both: that the certificate
vouches for that step, and that it was not there when the part left it.
"""

from collections.abc import Mapping, Sequence

from django.db import transaction

from certificates.models import CertAttachment
from certificates.refusals import AttachAhead, AttachToCompleted, LateWithoutReason, NothingLeftBehind
from certificates.services import attaching
from serials import routing
from serials.models import Serial, SerialStatus, Step, StepStatus, StepStatusCode
from serials.services import parts
from shopplanr.actor import Actor
from shopplanr.lookup import get_or_refuse
from shopplanr.refusals import NotFound
from shopplanr.values import given_text, required_text


@transaction.atomic
def attach_at(
    certificate_id: object, serial_ids: object, step_id: object, late_reason: object, actor: Actor
) -> list[CertAttachment]:
    """Attach the certificate to all of these parts, or to none, at this step of their path; return as ``attach_all``.

    Where a part stands at the step this is an ordinary attachment. Where it has left the step, or is completed, it is
    late, and ``late_reason`` says why. One that exists there stays as it is. A constant number of statements.

    Raises ``certId is required``, ``serialIds must have at least one item``, ``userId is required``, ``stepId is
    required``, ``Certificate not found``, ``SerialNumber not found``, ``ProcessStep not found`` where the step is not
    on a part's path, ``AttachAhead``; without a reason ``AttachToCompleted``, ``LateWithoutReason``.
    """
    certificate_id = required_text(certificate_id, "certId")
    serial_ids = parts.selection(serial_ids)
    actor.identified()
    step_id, reason = required_text(step_id, "stepId"), given_text(late_reason, "lateReason")
    certificate = attaching.find_attachable(certificate_id)
    serials = parts.lock_all(serial_ids, "SerialNumber")
    step = get_or_refuse(Step.objects.all(), step_id, "ProcessStep")
    late = _late_ones(serials, step)
    if late and not reason:
        if late[0].status == SerialStatus.COMPLETED:
            raise AttachToCompleted(late[0].id)
        raise LateWithoutReason(late[0].id, step.name)

    lates = {serial.pk for serial in late}
    attached: dict[int, CertAttachment] = {}
    for numbers, why in (
        ([serial.pk for serial in serials.values() if serial.pk not in lates], ""),
        (list(lates), reason),
    ):
        if numbers:
            there = attaching.numbered(numbers)
            attached |= attaching.write(
                certificate,
                StepStatus.objects.filter(step=step, **there),
                CertAttachment.objects.filter(certificate=certificate, step=step, **there),
                actor,
                late_reason=why,
            )
    return [attached[serials[serial_id].pk] for serial_id in serial_ids]


def has_left(serial: Serial, status: str) -> bool:
    """Tell whether the part has left the step at which it has this status.

    A part that was force-completed has a record in progress for ever, and has left all the same.
    """
    return serial.status == SerialStatus.COMPLETED or status not in (
        StepStatusCode.IN_PROGRESS,
        StepStatusCode.PENDING,
    )


def check_may_attach_late(serial: Serial, steps: Sequence[routing.RouteStep]) -> None:
    """Raise ``NothingLeftBehind`` where the part has left no step of its route, so that nothing can come late."""
    if not any(has_left(serial, step.status) for step in steps):
        raise NothingLeftBehind(serial.id)


def _late_ones(serials: Mapping[str, Serial], step: Step) -> list[Serial]:
    """Return which of the parts have left the step; raise where one is not on its path, or not there yet."""
    records = StepStatus.objects.filter(step=step, serial__in=[serial.pk for serial in serials.values()])
    statuses = dict(records.values_list("serial_id", "status"))
    late = []
    for serial in serials.values():
        if serial.path_id != step.path_id or serial.pk not in statuses:
            raise NotFound.of("ProcessStep", step.pk)
        if has_left(serial, statuses[serial.pk]):
            late.append(serial)
        elif statuses[serial.pk] == StepStatusCode.PENDING:
            raise AttachAhead(serial.id, step.name)
    return late
