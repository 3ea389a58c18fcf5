"""The route board: where the parts of a path stand, step by step, and what waits longest where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, F, Min, When, Window
from django.db.models.functions import RowNumber

from serials import asked
from serials.figures import PartCounts, bottlenecks, percent
from serials.models import Path, Serial, SerialStatus, Step
from serials.queues.standing import SINCE, standing
from shopplanr.ids import serial_id


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of a path, and what is there. ``oldest_since``: since when the part waits that waits longest."""

    step: Step
    part_count: int
    oldest_since: datetime | None
    is_bottleneck: bool


@dataclass(frozen=True, slots=True)
class ListedPart:
    """A part on a path; ``step_name`` is where it stands or was scrapped, ``""`` once it is completed."""

    number: int
    status: str
    force_completed: bool
    step_name: str

    @property
    def serial_id(self) -> str:
        """The part's public id."""
        return serial_id(self.number)


@dataclass(frozen=True, slots=True)
class RouteBoard:
    """A path with its steps, its parts counted, and the first of them."""

    path: Path
    stages: Sequence[Stage]
    parts: PartCounts
    listed: Sequence[ListedPart]

    @property
    def fullest(self) -> int:
        """How many parts stand at the step that has most."""
        return max((stage.part_count for stage in self.stages), default=0)

    @property
    def missing(self) -> int:
        """How many parts are yet to be started, for as many good ones as the goal asks for."""
        return self.parts.missing_to(self.path.goal_quantity)

    @property
    def percent(self) -> float:
        """Completed parts in percent of the path's goal; may exceed 100."""
        return percent(self.parts.completed, self.path.goal_quantity)


def boards_of(paths: Sequence[Path], counts: Mapping[str, PartCounts], most: int) -> list[RouteBoard]:
    """Return the boards of these paths, with ``most`` parts listed of each; four queries at most.

    ``counts`` are those of ``figures.counts_by_path``, which whoever shows a job has asked already.
    """
    if not paths:
        return []
    steps: dict[str, list[Step]] = {path.pk: [] for path in paths}
    rows = asked.asking(Step.objects.filter(path__in=paths)).select_related("assigned_to")
    every = list(rows.order_by("path_id", "order"))
    asked.put_where_asked(every)
    for step in every:
        steps[step.path_id].append(step)
    loads: dict[str, dict[int, int]] = {path.pk: {} for path in paths}
    oldest: dict[tuple[str, int], datetime] = {}
    waiting = standing().filter(path__in=paths).order_by().values_list("path_id", "current_step_index")
    for path_id, index, number, since in waiting.annotate(Count("pk"), Min(SINCE)):
        loads[path_id][index] = number
        oldest[path_id, index] = since
    listed = _first_parts(paths, steps, most)
    boards = []
    for path in paths:
        fullest = bottlenecks(loads[path.pk])
        stages = [
            Stage(
                step=step,
                part_count=loads[path.pk].get(step.order, 0),
                oldest_since=oldest.get((path.pk, step.order)),
                is_bottleneck=step.order in fullest,
            )
            for step in steps[path.pk]
        ]
        boards.append(RouteBoard(path, stages, counts.get(path.pk, PartCounts()), listed[path.pk]))
    return boards


def _first_parts(
    paths: Sequence[Path], steps: Mapping[str, Sequence[Step]], most: int
) -> Mapping[str, list[ListedPart]]:
    """Return the first parts of each path, those in progress before the others, and by number; one query."""
    ended = Case(When(status=SerialStatus.IN_PROGRESS, then=0), default=1)
    turn = Window(RowNumber(), partition_by=[F("path_id")], order_by=[ended.asc(), F("number").asc()])
    rows = Serial.objects.filter(path__in=paths).annotate(turn=turn).filter(turn__lte=most).order_by("path_id", "turn")
    listed: dict[str, list[ListedPart]] = {path.pk: [] for path in paths}
    for path_id, number, status, forced, index in rows.values_list(
        "path_id", "number", "status", "force_completed", "current_step_index"
    ):
        name = "" if index < 0 else steps[path_id][index].name
        listed[path_id].append(ListedPart(number, status, forced, name))
    return listed
