"""What people of the demo shop ask for, and what becomes of it where it is not approved.

What is approved needs no event of its own: the waiver, the override or the force-completion answers the request.
"""

from dataclasses import dataclass

from serials.models import ApprovalKind, StepRequirement
from serials.services import approvals
from shopplanr.demo.events import Books, Event
from shopplanr.demo.plan import Part, Question, Route


@dataclass(frozen=True)
class Ask(Event):
    """Somebody asks for a waiver, an override or a force-completion; ``step`` is empty for the latter.

    Of a requirement override it is the step that asks for certificates, for one kind of them.
    """

    part: Part
    route: Route
    kind: str
    step: str
    reason: str
    by: str

    def carry_out(self, books: Books) -> None:
        step = books.step(self.route, self.step) if self.step else None
        of_requirement = self.kind == ApprovalKind.REQUIREMENT_OVERRIDE
        asked = approvals.request(
            self.kind,
            books.serial(self.part),
            step,
            self.reason,
            books.actor(self.by),
            requirement_id=StepRequirement.active().get(step=step).pk if of_requirement else None,
        )
        books.requests[self.part, self.kind, self.step] = asked.pk


@dataclass(frozen=True)
class Answer(Event):
    """It is declined, or withdrawn by whoever asked."""

    part: Part
    question: Question

    def carry_out(self, books: Books) -> None:
        question = self.question
        request = books.requests[self.part, question.kind, question.step]
        if question.declined_by:
            approvals.decline(request, question.because, books.actor(question.declined_by))
        else:
            approvals.withdraw(request, books.actor(question.by))
