"""What still stands between a part and its completion: one list, for the API and the part's page.

``reasons_of`` is a rule over plain values; ``of_serial`` reads what it needs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from certificates import demands
from certificates.demands import Demand, Known
from serials import approvals, routing
from serials.models import ApprovalKind, ApprovalRequest, Serial, SerialStatus
from serials.services import parts
from shopplanr.accounts.roles import Right, those_with


class Code(StrEnum):
    """What kind of reason it is."""

    SCRAPPED = "serial_scrapped"
    STEPS_TO_DO = "steps_to_do"
    STEP_DEFERRED = "step_deferred"
    CERTIFICATE_MISSING = "certificate_missing"
    CERTIFICATE_ADVISED = "certificate_advised"
    CERTIFICATE_OVERRIDDEN = "certificate_overridden"
    APPROVAL_AWAITED = "approval_awaited"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is not done yet, or was let off. ``who`` can do something about it, where that is anybody."""

    code: Code
    message: str
    blocking: bool
    step_id: str = ""
    step_name: str = ""
    requirement_id: str = ""
    approval_id: str = ""
    who: str = ""
    help: str = ""
    may_be_overridden: bool = False


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether one step on completes the part, or has completed it; if not, what comes before that."""

    serial: Serial
    reasons: Sequence[Reason]
    demands: Sequence[Demand] = ()

    @property
    def is_ready(self) -> bool:
        """Whether nothing stands in the way."""
        return not any(reason.blocking for reason in self.reasons)


def of_serial(serial_id: object) -> Readiness:
    """Return how ready the part is; eight statements at most. Raises ``Serial not found``."""
    serial = parts.find(serial_id)
    mode, steps = parts.route_of(serial)
    return judged(serial, mode, steps, list(approvals.awaiting_of(serial)))


def judged(
    serial: Serial,
    mode: str,
    steps: Sequence[routing.RouteStep],
    requests: Sequence[ApprovalRequest],
    known: Known | None = None,
) -> Readiness:
    """Return how ready a part is whose route and open requests have been read, and maybe more (``demands.of_route``).

    ``requests`` come with what a requirement override is about.
    """
    in_progress = serial.status == SerialStatus.IN_PROGRESS
    asked = demands.of_route(serial.pk, steps, in_progress=in_progress, known=known)
    lacking = [each for each in asked if each.lacking]
    return Readiness(serial, reasons_of(serial.status, mode, steps, lacking, requests), asked)


def reasons_of(
    status: str,
    mode: str,
    steps: Sequence[routing.RouteStep],
    lacking: Sequence[Demand],
    requests: Sequence[ApprovalRequest] = (),
) -> list[Reason]:
    """Return what stands between the part and its completion: what is to be done, what is owed, what is missing.

    The step where the part stands is done by leaving it, so it is no reason of its own. A certificate blocks where it
    is asked for by a step that is done, or that the part cannot pass; of a completed part it is a gap in the record.
    What somebody asks for blocks nothing by itself: what it would help with is a reason of its own.
    """
    reasons = []
    if status == SerialStatus.SCRAPPED:
        reasons.append(Reason(Code.SCRAPPED, "It is scrapped, and will not be completed.", True))
    if status == SerialStatus.IN_PROGRESS:
        reasons += _work(steps)
    names = {step.step_id: step.name for step in steps}
    return [
        *reasons,
        *(_certificate(gap, status, mode) for gap in lacking),
        *(_asked(each, names.get(each.step_id, "")) for each in requests),
    ]


def _work(steps: Sequence[routing.RouteStep]) -> list[Reason]:
    ahead = [step.name for step in steps if step.status == routing.PENDING]
    reasons = []
    if ahead:
        words = f"{len(ahead)} step{'s' if len(ahead) > 1 else ''} still to come: {', '.join(ahead)}"
        reasons.append(Reason(Code.STEPS_TO_DO, words, True, who=those_with(Right.ADVANCE)))
    for step in steps:
        if step.status == routing.DEFERRED and step.required:
            done, waived = those_with(Right.ADVANCE), those_with(Right.WAIVE)
            reasons.append(
                Reason(
                    Code.STEP_DEFERRED,
                    f"{step.name} is deferred: it has to be done or waived",
                    True,
                    step.step_id,
                    step.name,
                    who=done,
                    help=f"{demands.capital(done)} can record it as done, {waived} can waive it.",
                )
            )
    return reasons


def _certificate(gap: Demand, status: str, mode: str) -> Reason:
    step = gap.step
    where = (step.step_id, step.name, gap.requirement.pk)
    if not gap.holds_back and gap.overridden:
        return Reason(Code.CERTIFICATE_OVERRIDDEN, f"{step.name} goes without {gap.what}: overridden", False, *where)
    if not gap.holds_back:
        message = f"{step.name} should have {gap.what}"
        return Reason(Code.CERTIFICATE_ADVISED, message, False, *where, who=gap.who, help=gap.help)
    return Reason(
        Code.CERTIFICATE_MISSING,
        f"{step.name} is missing {gap.what}",
        status == SerialStatus.IN_PROGRESS and _has_to_be_done(step, mode),
        *where,
        who=gap.who,
        help=gap.help,
        may_be_overridden=gap.may_be_overridden and status == SerialStatus.IN_PROGRESS,
    )


def _asked(request: ApprovalRequest, step_name: str) -> Reason:
    match request.kind:
        case ApprovalKind.WAIVER:
            message = f"A waiver of {step_name} is asked for"
        case ApprovalKind.OVERRIDE:
            message = f"It is asked to make {step_name} optional"
        case ApprovalKind.REQUIREMENT_OVERRIDE:
            message = f"It is asked to let {step_name} go without {request.requirement.words}"
        case _:
            message = "Completion by force is asked for"
    who = those_with(approvals.RIGHT_OF[ApprovalKind(request.kind)])
    return Reason(
        Code.APPROVAL_AWAITED,
        message,
        False,
        request.step_id or "",
        step_name,
        request.requirement_id or "",
        request.pk,
        who=who,
        help=f"{demands.capital(who)} can decide.",
    )


def _has_to_be_done(step: routing.RouteStep, mode: str) -> bool:
    """Tell whether the part cannot complete without this step: it is done, or required, or nothing can be passed."""
    return (
        step.status in (routing.COMPLETED, routing.IN_PROGRESS)
        or step.required
        or (mode == routing.STRICT and step.status == routing.PENDING)
    )
