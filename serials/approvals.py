"""What awaits a decision, who may decide about it, and what stands in the way: for pages, admin and API alike."""

from collections.abc import Callable, Sequence

from django.conf import settings
from django.db.models import QuerySet

from serials import routing, second_person
from serials.models import ApprovalKind, ApprovalRequest, ApprovalState, Serial
from serials.services import parts, requests
from serials.services.approvals import check_possible
from shopplanr.accounts.roles import Right, refusal_sentence
from shopplanr.actor import Actor
from shopplanr.refusals import Refusal

RIGHT_OF = {
    ApprovalKind.WAIVER: Right.WAIVE,
    ApprovalKind.OVERRIDE: Right.OVERRIDE,
    ApprovalKind.FORCE_COMPLETE: Right.FORCE_COMPLETE,
    ApprovalKind.REQUIREMENT_OVERRIDE: Right.OVERRIDE,
}
"""Who decides about a request: whoever could carry it out."""

May = Callable[[Right], bool]


def awaiting() -> QuerySet[ApprovalRequest]:
    """Return what awaits a decision, the oldest first."""
    return ApprovalRequest.objects.filter(state=ApprovalState.OPEN.value).order_by("requested_at", "id")


def awaiting_of(serial: Serial) -> QuerySet[ApprovalRequest]:
    """Return what was asked about this part and awaits a decision, with what it is about."""
    return awaiting().filter(serial=serial.pk).select_related("requirement")


def decided() -> QuerySet[ApprovalRequest]:
    """Return what was decided or withdrawn, the newest first."""
    return ApprovalRequest.objects.exclude(state=ApprovalState.OPEN.value).order_by("-decided_at", "id")


def obstacles(asked: Sequence[ApprovalRequest]) -> dict[str, str]:
    """Return why these open requests can no longer be carried out, by id, ``""`` where they can.

    In the words with which the transition would be refused. One query where the parts and the
    requirements came along.
    """
    routes = {serial.pk: (serial, steps) for serial, _, steps in parts.routes_of([each.serial for each in asked])}
    return {each.pk: why_not_possible(each, *routes[each.serial_id]) for each in asked}


def why_not_possible(asked: ApprovalRequest, serial: Serial, steps: Sequence[routing.RouteStep]) -> str:
    """Return why this request can no longer be carried out, ``""`` where it can; no query for what came along."""
    return _refusal_of(lambda: check_possible(asked.kind, serial, steps, asked.step_id, asked.requirement))


def why_not_decide(kind: str, may: May) -> str:
    """Return why somebody with these rights cannot decide about a request of this kind, ``""`` where they can."""
    right = RIGHT_OF[ApprovalKind(kind)]
    return "" if may(right) else refusal_sentence(right)


def why_not_alone(kind: str, actor: Actor, asked: ApprovalRequest | None = None) -> str:
    """Return why the rule of two people keeps this one from it, ``""`` where it does not.

    ``asked`` is the request that they would approve, None where they would act without one.
    """
    return _refusal_of(
        lambda: second_person.check_approver(
            kind, asked and requests.asked(asked), actor, two_people=settings.TWO_PERSON_RULE
        )
    )


def is_theirs(asked: ApprovalRequest, actor: Actor) -> bool:
    """Tell whether the request is this one's own, to be withdrawn."""
    return second_person.is_theirs(requests.asked(asked), actor)


def _refusal_of(check: Callable[[], None]) -> str:
    try:
        check()
    except Refusal as refusal:
        return refusal.message
    return ""
