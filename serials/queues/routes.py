"""Steps with their path and job, and the work that lies at one: what the queues are made of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import F, QuerySet, Window
from django.db.models.functions import DenseRank

from serials.models import Step
from serials.queues.standing import urgency


@dataclass(frozen=True, slots=True)
class RoutedStep:
    """A step, and what it belongs to. ``urgency`` is its job's rank among those that were read with it, 1 first."""

    id: str
    name: str
    order: int
    location: str
    assigned_to: str | None
    assignee_name: str | None
    path_id: str
    path_name: str
    job_id: str
    job_name: str
    due_date: date | None
    urgency: int = field(compare=False)


_COLUMNS = (
    "id",
    "name",
    "order",
    "location",
    "assigned_to",
    "assigned_to__name",
    "path_id",
    "path__name",
    "path__job_id",
    "path__job__name",
    "path__job__due_date",
    "urgency",
)

Route = list[RoutedStep]


def routes_of(steps: QuerySet[Step]) -> list[Route]:
    """Return these steps by path, oldest path first, each path's in order; one query."""
    rows = (
        steps.annotate(urgency=Window(DenseRank(), order_by=urgency("path__job")))
        .order_by(F("path__created_at"), "path_id", "order")
        .values_list(*_COLUMNS)
    )
    routes: dict[str, Route] = {}
    for step in (RoutedStep(*row) for row in rows):
        routes.setdefault(step.path_id, []).append(step)
    return list(routes.values())


@dataclass(frozen=True, slots=True)
class WorkQueueJob:
    """What lies at one step of one path. ``oldest_since`` is since when the part waits that waits longest.

    ``serial_ids`` are in working order, and as many as were asked for; ``part_count`` is how many parts there are.
    """

    step: RoutedStep
    next_step: RoutedStep | None
    total_steps: int
    serial_ids: Sequence[str]
    part_count: int
    oldest_since: datetime | None

    @property
    def is_final_step(self) -> bool:
        """Whether parts complete from here."""
        return self.next_step is None

    @property
    def next_step_name(self) -> str:
        """The name of the step where parts go from here."""
        return self.next_step.name if self.next_step else ""

    @property
    def next_step_location(self) -> str:
        """Where that step is."""
        return self.next_step.location if self.next_step else ""


def at_place(
    route: Route, order: int, serial_ids: Sequence[str] = (), part_count: int = 0, oldest_since: datetime | None = None
) -> WorkQueueJob:
    """Return what lies at the step at ``order`` of a whole route."""
    following = route[order + 1] if order + 1 < len(route) else None
    return WorkQueueJob(route[order], following, len(route), serial_ids, part_count, oldest_since)
