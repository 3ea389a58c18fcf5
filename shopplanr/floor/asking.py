"""What was asked for and awaits a decision, as pages show it: by whom, why, and what the person in front can do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from serials import approvals
from serials.models import ApprovalKind, ApprovalRequest
from shopplanr.accounts.roles import Right, who_may
from shopplanr.actor import Actor


@dataclass(frozen=True, slots=True)
class Asked:
    """A request in front of somebody. ``why_not`` they cannot approve it, ``""`` where they can."""

    request: ApprovalRequest
    who: str
    called_by: str
    decider: str
    why_not: str
    may_decline: bool
    is_theirs: bool
    waits_for: str
    """Who may decide, as one says to whom to turn."""

    @property
    def form(self) -> str:
        """The name of the form that decides about it."""
        return f"decide-{self.request.pk}"


@dataclass(frozen=True, slots=True)
class Door:
    """How somebody brings a waiver, an override or a force-completion about.

    ``why_not`` they cannot do it by themselves, ``""`` where they can; whether they may ask for it.
    """

    why_not: str
    may_ask: bool


def door(kind: str, actor: Actor, may: approvals.May) -> Door:
    """Return how this person brings about something of this kind."""
    why_not = approvals.why_not_decide(kind, may) or approvals.why_not_alone(kind, actor)
    return Door(why_not, may(Right.ASK))


def asked_of(
    requests: Sequence[ApprovalRequest],
    people: Mapping[str, str],
    actor: Actor,
    may: approvals.May,
    obstacles: Mapping[str, str],
) -> list[Asked]:
    """Return the requests as this person sees them. ``obstacles`` say why one can no longer be carried out at all."""
    return [
        Asked(
            request=each,
            who=people.get(each.requested_by, each.requested_by),
            called_by=people.get(each.called_by, each.called_by),
            decider=people.get(each.decided_by, each.decided_by),
            why_not=(
                obstacles.get(each.pk, "")
                or approvals.why_not_decide(each.kind, may)
                or approvals.why_not_alone(each.kind, actor, each)
            ),
            may_decline=not approvals.why_not_decide(each.kind, may),
            is_theirs=approvals.is_theirs(each, actor),
            waits_for=who_may(approvals.RIGHT_OF[ApprovalKind(each.kind)]),
        )
        for each in requests
    ]


def people_of(requests: Sequence[ApprovalRequest]) -> set[str]:
    """Return whom the requests name."""
    return {person for each in requests for person in (each.requested_by, each.called_by, each.decided_by)}
