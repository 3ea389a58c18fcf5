"""What steps of the demo ask for later than from the beginning, and what single parts may go on without."""

from collections.abc import Mapping
from dataclasses import dataclass

from serials.models import StepRequirement
from serials.services import requirement_overrides, requirements
from shopplanr.demo.events import Books, Event
from shopplanr.demo.plan import JobPlan, Operation, Part, Route


@dataclass(frozen=True)
class AskFor(Event):
    """A step asks for other certificates from now on."""

    plan: JobPlan
    route: Route
    operation: Operation
    wanted: tuple[Mapping[str, object], ...]

    def carry_out(self, books: Books) -> None:
        step, actor = books.step(self.route, self.operation.name), books.actor(self.plan.planner)
        requirements.set_of_step(step, list(self.wanted), actor)


@dataclass(frozen=True)
class OverrideRequirements(Event):
    """A part may go on without the certificates that a step asks for."""

    part: Part
    route: Route
    step: str
    reason: str
    by: str

    def carry_out(self, books: Books) -> None:
        step_id, actor = books.step(self.route, self.step), books.actor(self.by)
        for requirement in StepRequirement.active().filter(step=step_id):
            given = {"requirementId": requirement.pk, "reason": self.reason}
            requirement_overrides.create(books.serial(self.part), given, actor)
