"""The work queue: every step where there is something to do, of everybody, of one person, or person by person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from serials.models import Path, Serial, SerialStatus, Step
from serials.queues.routes import WorkQueueJob, at_place, routes_of
from serials.queues.standing import SINCE, first_of_each, in_progress, standing
from shopplanr.ids import serial_id
from shopplanr.lookup import is_plausible_id

EVERYBODY = "_all"
"""What stands for a person where everybody's work is listed."""

UNASSIGNED = "Unassigned"
"""The name of the group of steps that are nobody's."""


@dataclass(frozen=True, slots=True)
class OperatorQueue:
    """Steps with work for one person, or for everybody (``_all``); the most urgent first."""

    operator_id: str
    jobs: Sequence[WorkQueueJob]

    @property
    def total_parts(self) -> int:
        """How many parts lie at these steps."""
        return _parts(self.jobs)


@dataclass(frozen=True, slots=True)
class WorkQueueGroup:
    """The steps of one person. Those that are nobody's have no ``operator_id``."""

    operator_id: str | None
    operator_name: str
    jobs: Sequence[WorkQueueJob]

    @property
    def total_parts(self) -> int:
        """How many parts lie at these steps."""
        return _parts(self.jobs)


@dataclass(frozen=True, slots=True)
class WorkQueue:
    """All work on the floor, person by person in order of their names; what is nobody's comes last."""

    groups: Sequence[WorkQueueGroup]

    @property
    def total_parts(self) -> int:
        """How many parts are in progress."""
        return sum(group.total_parts for group in self.groups)


def work_queue(most: int | None = None) -> WorkQueue:
    """Return every step with parts, and the first step of every path that is not finished, person by person.

    Two queries. ``most``: so many ids of parts for each step. A path is finished when its goal is reached and no part
    of it is in progress; until then a batch may still be started on it, and so its first step is listed without parts
    too.
    """
    people: dict[str | None, tuple[str, list[WorkQueueJob]]] = {}
    for job in _work(most):
        owner = job.step.assigned_to
        people.setdefault(owner, (job.step.assignee_name or UNASSIGNED, []))[1].append(job)
    groups = [WorkQueueGroup(owner, name, jobs) for owner, (name, jobs) in people.items()]
    return WorkQueue(sorted(groups, key=_by_name))


def whole_queue(most: int | None = None) -> OperatorQueue:
    """Return every step that ``work_queue`` has, in one list; two queries."""
    return OperatorQueue(EVERYBODY, _work(most))


def queue_of(user_id: str, most: int | None = None) -> OperatorQueue:
    """Return the steps of ``work_queue`` that are assigned to one person, none for an unknown one; two queries."""
    if not is_plausible_id(user_id):
        return OperatorQueue(user_id, [])
    return OperatorQueue(user_id, _work(most, owner=user_id))


def _by_name(group: WorkQueueGroup) -> tuple:
    return (group.operator_id is None, group.operator_name.casefold(), group.operator_id or "")


def _parts(jobs: Iterable[WorkQueueJob]) -> int:
    return sum(job.part_count for job in jobs)


def _unfinished() -> QuerySet[Path]:
    """Return the paths with a part in progress, or with fewer completed parts than their goal."""
    completed = (
        Serial.objects.filter(path=OuterRef("pk"), status=SerialStatus.COMPLETED.value)
        .order_by()
        .values("path")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return Path.objects.filter(
        Exists(in_progress().filter(path=OuterRef("pk"))) | Q(goal_quantity__gt=Coalesce(Subquery(completed), 0))
    )


def _work(most: int | None, owner: str | None = None) -> list[WorkQueueJob]:
    """Return what lies where, of everybody or of the ``owner``: urgent jobs first, and of these what waits longest."""
    parts, paths = standing(), _unfinished()
    if owner is not None:
        parts = parts.filter(at__assigned_to=owner)
        paths = paths.filter(Exists(Step.objects.filter(path=OuterRef("pk"), assigned_to=owner)))
    routes = routes_of(Step.objects.filter(path__in=paths))

    place = ("path_id", "current_step_index")
    lying: dict[tuple[str, int], tuple[list[str], int, datetime]] = {}
    for path_id, order, number, since, total in first_of_each(parts, place, most).values_list(
        *place, "number", SINCE, "total"
    ):
        serial_ids, _, _ = lying.setdefault((path_id, order), ([], total, since))
        if most is None or len(serial_ids) < most:
            serial_ids.append(serial_id(number))

    jobs = [
        at_place(route, step.order, *lying.get((step.path_id, step.order), ()))
        for route in routes
        for step in route
        if (owner is None or step.assigned_to == owner) and (step.order == 0 or (step.path_id, step.order) in lying)
    ]
    return sorted(jobs, key=_turn)


_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


def _turn(job: WorkQueueJob) -> tuple:
    """What is listed without parts has nothing that waits, and comes behind what has. The rest is as it was read."""
    return (job.step.urgency, job.oldest_since or _END_OF_TIME)
