"""A station's parts: those at a step, those one step before it, and those further back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, Exists, F, OuterRef, QuerySet, Value, When, Window
from django.db.models.functions import Least

from serials.models import Serial, Step
from serials.models.routes import NAME_MAX_LENGTH
from serials.queues.routes import RoutedStep, WorkQueueJob, at_place, routes_of
from serials.queues.standing import PART_COLUMNS, PartInfo, first_of_each, standing
from shopplanr.lookup import is_plausible_id
from shopplanr.refusals import NotFound

BUCKETS = ("current", "coming_soon", "backlog")
"""Parts that have no step to go, one, and two; those with more to go are in the last one too."""

VENDOR = "vendor"
"""A location with this word in it, in capitals or not, is somebody else's shop."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Parts in working order, as many as were asked for; ``count`` is how many there are."""

    parts: Sequence[PartInfo] = ()
    count: int = 0
    at_vendor: int = 0
    first_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approaching:
    """Parts by how far they have to go. Those behind the step are in none of these."""

    current: Bucket = Bucket()
    coming_soon: Bucket = Bucket()
    backlog: Bucket = Bucket()


@dataclass(frozen=True, slots=True, kw_only=True)
class StationQueue(Approaching):
    """What lies at the steps of one name, of all jobs, and what is on its way there."""

    step_name: str
    location: str = ""
    step_ids: Sequence[str] = ()

    @property
    def vendor_parts_count(self) -> int:
        """How many of the current parts are at somebody else's shop."""
        return self.current.at_vendor


@dataclass(frozen=True, slots=True, kw_only=True)
class StepQueue(Approaching):
    """What lies at one step of one path, and what is on its way there."""

    job: WorkQueueJob
    previous_step: RoutedStep | None

    @property
    def next_step(self) -> RoutedStep | None:
        """The step behind it, None where parts complete from here."""
        return self.job.next_step


def at_station(step_name: str, most: int | None = None) -> StationQueue:
    """Return the parts at, before and further before the steps of exactly this name; two queries.

    ``most``: so many parts of each kind. On a path that has the name twice, a part is listed once: on its way to the
    next step of that name, or at it. ``location`` is that of the first such step that has one, by age of the paths. A
    name that no step has is a station without parts.
    """
    if not 0 < len(step_name) <= NAME_MAX_LENGTH or "\0" in step_name:  # such a name would not even be looked for
        return StationQueue(step_name=step_name)
    steps = (
        Step.objects.filter(name=step_name)
        .order_by("path__created_at", "path_id", "order")
        .values_list("pk", "location")
    )
    found = list(steps)
    # joined once, in one filter(): the annotation then speaks of the same step
    parts = (
        standing()
        .filter(path__steps__name=step_name, path__steps__order__gte=F("current_step_index"))
        .annotate(target_order=F("path__steps__order"))
    )
    nearer = Step.objects.filter(
        path=OuterRef("path_id"),
        name=step_name,
        order__gte=OuterRef("current_step_index"),
        order__lt=OuterRef("target_order"),
    )
    parts = parts.filter(~Exists(nearer)).annotate(to_go=F("target_order") - F("current_step_index"))
    return StationQueue(
        step_name=step_name,
        location=next((location for _, location in found if location), ""),
        step_ids=[step_id for step_id, _ in found],
        **(_buckets(parts, most) if found else {}),
    )


def at_step(step_id: str, most: int | None = None) -> StepQueue:
    """Return the parts at, before and further before one step; two queries.

    ``most``: so many parts of each kind. Raises ``ProcessStep not found``.
    """
    routes = routes_of(Step.objects.filter(path__steps=step_id)) if is_plausible_id(step_id) else []
    if not routes:
        raise NotFound.of("ProcessStep", step_id)
    (route,) = routes
    order = next(step.order for step in route if step.id == step_id)
    approaching = standing().filter(path=route[0].path_id, current_step_index__lte=order)
    buckets = _buckets(approaching.annotate(to_go=Value(order) - F("current_step_index")), most)
    current = buckets["current"]
    return StepQueue(
        job=at_place(route, order, [part.serial_id for part in current.parts], current.count, current.first_since),
        previous_step=route[order - 1] if order else None,
        **buckets,
    )


def _buckets(parts: QuerySet[Serial], most: int | None) -> dict[str, Bucket]:
    """Sort parts by how many steps they have ``to_go``; one query."""
    parts = parts.annotate(bucket=Least("to_go", Value(len(BUCKETS) - 1)))
    at_vendor = Count(Case(When(at__location__icontains=VENDOR, then=1)))
    parts = parts.annotate(at_vendor=Window(at_vendor, partition_by=[F("bucket")]))
    rows: dict[int, list[tuple]] = {}
    for bucket, *row in first_of_each(parts, ["bucket"], most).values_list(
        "bucket", "total", "at_vendor", *PART_COLUMNS
    ):
        rows.setdefault(bucket, []).append(row)
    return {name: _bucket(rows.get(bucket, []), most) for bucket, name in enumerate(BUCKETS)}


def _bucket(rows: list[list], most: int | None) -> Bucket:
    if not rows:
        return Bucket()
    parts = [PartInfo(*columns) for _, _, *columns in rows]
    total, at_vendor, *_ = rows[0]
    return Bucket(parts[:most], total, at_vendor, parts[0].since)
