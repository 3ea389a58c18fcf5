"""What planners know of a job, as labels and travelers show it."""

from dataclasses import dataclass
from datetime import date

from serials.models import Job


@dataclass(frozen=True, slots=True)
class PlanningFacts:
    """Empty where the job does not say. ``quantity`` is how many good parts the order asks for."""

    quantity: int
    due_date: date | None
    customer: str
    purchase_order: str
    part_number: str
    revision: str

    @property
    def part(self) -> str:
        """The part number with its revision."""
        return " ".join(filter(None, (self.part_number, f"Rev. {self.revision}" if self.revision else "")))


def facts_of(job: Job) -> PlanningFacts:
    """Return the facts; the part number may also come from the job's ticket."""
    return PlanningFacts(
        quantity=job.goal_quantity,
        due_date=job.due_date,
        customer=job.customer,
        purchase_order=job.purchase_order,
        part_number=job.part_number or job.jira_part_number,
        revision=job.part_revision,
    )
