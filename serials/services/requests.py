"""What was asked for and awaits a decision: a transition that is carried out answers it, whoever carries it out.

The rule of two people is asked here, once, by every transition that it holds for. So it holds on pages, in the API, in
the admin and in commands alike.
"""

from collections.abc import Sequence

from django.conf import settings
from django.db.models import Case, Value, When

from serials import second_person
from serials.models import ApprovalKind, ApprovalRequest, ApprovalState, Serial
from serials.refusals import SomeRefuse
from shopplanr import clock
from shopplanr.actor import Actor
from shopplanr.refusals import Refusal


def settle(
    kind: ApprovalKind,
    serials: Sequence[Serial],
    step_id: str | None,
    actor: Actor,
    reason: str,
    requirement_id: str | None = None,
) -> dict[int, dict[str, str]]:
    """Answer what was asked for about these locked parts, which ``actor`` is about to carry out for this reason.

    ``step_id`` is None for the whole part; ``requirement_id`` is of a requirement override alone.

    Returns what the audit entry of each part, by its number, carries beside its own facts: nothing where nobody had
    asked. Two statements at most. Raises ``SecondPersonRequired`` (of several parts, ``SomeRefuse``).
    """
    rows = ApprovalRequest.objects.filter(
        serial__in=[serial.pk for serial in serials],
        step=step_id,
        requirement=requirement_id,
        kind=kind,
        state=ApprovalState.OPEN,
    )
    found = {row.serial_id: row for row in rows.order_by()}
    _check(kind, serials, found, actor)
    if found:
        ApprovalRequest.objects.filter(pk__in=[row.pk for row in found.values()]).update(
            state=ApprovalState.APPROVED,
            decided_by=actor.identified(),
            decided_at=clock.now(),
            decision_reason=Case(When(reason=reason, then=Value("")), default=Value(reason)),
        )
    return {serial.pk: _facts(found.get(serial.pk)) for serial in serials}


def asked(row: ApprovalRequest) -> second_person.Asked:
    """Return who asked, as the rule wants to know it."""
    return second_person.Asked(row.requested_by, row.called_by, row.credential)


def _check(kind: ApprovalKind, serials: Sequence[Serial], found: dict[int, ApprovalRequest], actor: Actor) -> None:
    refused: dict[str, Refusal] = {}
    for serial in serials:
        row = found.get(serial.pk)
        try:
            second_person.check_approver(kind, row and asked(row), actor, two_people=settings.TWO_PERSON_RULE)
        except second_person.SecondPersonRequired as refusal:
            refused[serial.id] = refusal
    if refused and len(serials) == 1:
        raise next(iter(refused.values()))
    if refused:
        raise SomeRefuse(refused)


def _facts(row: ApprovalRequest | None) -> dict[str, str]:
    return {"approvalId": row.pk, "requestedBy": row.requested_by} if row else {}
