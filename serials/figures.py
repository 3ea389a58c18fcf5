"""Figures about jobs and paths: how far they are, and where the parts stand (api.md, Jobs and Paths)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from serials.models import Job, Path, Serial, SerialStatus, Step


@dataclass(frozen=True, slots=True)
class PathProgress:
    """Completed parts of one path against its goal. ``percent_complete`` may exceed 100."""

    path_id: str
    path_name: str
    goal: int
    completed: int

    @property
    def percent_complete(self) -> float:
        """Completed parts in percent of the goal."""
        return percent(self.completed, self.goal)


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is, over all its paths."""

    job_id: str
    job_name: str
    goal_quantity: int
    in_progress_serials: int
    completed_serials: int
    scrapped_serials: int
    path_progress: Sequence[PathProgress]

    @property
    def total_goal(self) -> int:
        """The sum of the paths' goals."""
        return sum(path.goal for path in self.path_progress)

    @property
    def total_completed(self) -> int:
        """Parts that were completed, forced ones included."""
        return self.completed_serials

    @property
    def percent_complete(self) -> float:
        """Completed parts in percent of the paths' goals; may exceed 100."""
        return percent(self.total_completed, self.total_goal)

    @property
    def total_serials(self) -> int:
        """Parts that were ever made."""
        return self.in_progress_serials + self.completed_serials + self.scrapped_serials

    @property
    def progress_percent(self) -> float:
        """Completed parts in percent of the goal less scrap; without anything left to make, all or nothing."""
        wanted = self.goal_quantity - self.scrapped_serials
        if wanted <= 0:
            return 100.0 if self.completed_serials else 0.0
        return percent(self.completed_serials, wanted)


@dataclass(frozen=True, slots=True)
class PartCounts:
    """How many parts there are, by how they stand."""

    in_progress: int = 0
    completed: int = 0
    scrapped: int = 0

    @property
    def total(self) -> int:
        """Parts that were ever made."""
        return self.in_progress + self.completed + self.scrapped

    @property
    def good(self) -> int:
        """Parts that are done or may still come to be."""
        return self.in_progress + self.completed

    def missing_to(self, goal: int) -> int:
        """Return how many parts are yet to be started for so many good ones."""
        return max(0, goal - self.good)

    def __add__(self, other: "PartCounts") -> "PartCounts":
        return PartCounts(
            self.in_progress + other.in_progress, self.completed + other.completed, self.scrapped + other.scrapped
        )


@dataclass(frozen=True, slots=True)
class StepLoad:
    """How many parts stand at a step. ``completed_count`` is the whole path's."""

    step: Step
    serial_count: int
    completed_count: int
    is_bottleneck: bool


def percent(part: int, whole: int) -> float:
    """Return ``part`` in percent of ``whole``, 0 without a whole."""
    return part / whole * 100 if whole else 0.0


def counts_by_job(job_ids: Iterable[str]) -> Mapping[str, PartCounts]:
    """Count the parts of these jobs, in one query. A job without parts is not among them."""
    # by way of the paths: the index of parts by their places begins with those, and has the states too
    return _counts(Serial.objects.filter(path__job__in=list(job_ids)), "path__job")


def counts_by_path(job: Job) -> Mapping[str, PartCounts]:
    """Count the parts on each path of a job, in one query. A path without parts is not among them."""
    return _counts(Serial.objects.filter(path__job=job), "path")


def _counts(parts: QuerySet[Serial], by: str) -> dict[str, PartCounts]:
    counts: dict[str, dict[str, int]] = {}
    for key, status, number in parts.order_by().values_list(by, "status").annotate(Count("pk")):
        counts.setdefault(key, {})[SerialStatus(status).value] = number
    return {key: PartCounts(**by_status) for key, by_status in counts.items()}


def bottlenecks(loads: Mapping[int, int]) -> frozenset[int]:
    """Return where the most parts of a path stand, by how many stand where: all places, where several have as many."""
    fullest = max(loads.values(), default=0)
    return frozenset(place for place, load in loads.items() if load and load == fullest)


def job_progress(job: Job, paths: Sequence[Path]) -> JobProgress:
    """Count a job's parts, in one query whatever their number."""
    counts = Serial.objects.filter(job=job).order_by().values_list("path", "status").annotate(Count("pk"))
    by_path_and_status = {(path, status): number for path, status, number in counts}
    by_status: Counter[str] = Counter()
    for (_, status), number in by_path_and_status.items():
        by_status[status] += number
    return JobProgress(
        job_id=job.id,
        job_name=job.name,
        goal_quantity=job.goal_quantity,
        in_progress_serials=by_status[SerialStatus.IN_PROGRESS],
        completed_serials=by_status[SerialStatus.COMPLETED],
        scrapped_serials=by_status[SerialStatus.SCRAPPED],
        path_progress=[
            PathProgress(
                path_id=path.id,
                path_name=path.name,
                goal=path.goal_quantity,
                completed=by_path_and_status.get((path.id, SerialStatus.COMPLETED), 0),
            )
            for path in paths
        ],
    )


def distribution(path: Path, steps: Sequence[Step]) -> list[StepLoad]:
    """Count the parts in progress at each step of a path, in one query. The fullest steps are its bottleneck."""
    counts = (
        Serial.objects.filter(path=path)
        .exclude(status=SerialStatus.SCRAPPED)
        .order_by()
        .values_list("current_step_index")
        .annotate(Count("pk"))
    )
    by_index = dict(counts)
    completed = by_index.pop(-1, 0)
    fullest = bottlenecks(by_index)
    return [
        StepLoad(
            step=step,
            serial_count=by_index.get(step.order, 0),
            completed_count=completed,
            is_bottleneck=step.order in fullest,
        )
        for step in steps
    ]
