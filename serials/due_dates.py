"""Which jobs are late, at risk or still open: the rule of ``serials.scheduling``, asked of the database."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, TruncDate
from django.utils.timezone import get_default_timezone

from serials import scheduling
from serials.expressions import DayNumber
from serials.models import Job, Path, Serial, SerialStatus, Step
from serials.scheduling import DueStatus
from shopplanr import clock


def _figure(rows: QuerySet, by: str, what: Count | Sum) -> Subquery:
    """Return one figure about the rows that belong to the outer row, by this column; NULL where there are none."""
    return Subquery(rows.order_by().values(by).annotate(figure=what).values("figure"), output_field=BigIntegerField())


def _or_zero(figure: Combinable) -> Coalesce:
    return Coalesce(figure, 0, output_field=BigIntegerField())


# --- Of one path

_PARTS = Serial.objects.filter(path=OuterRef("pk"))
_COMPLETED_ON_PATH = _figure(_PARTS.filter(status=SerialStatus.COMPLETED), "path", Count("pk"))
_STEPS_PASSED = _figure(_PARTS.filter(status=SerialStatus.IN_PROGRESS), "path", Sum("current_step_index"))
_STEPS = _figure(Step.objects.filter(path=OuterRef("pk")), "path", Count("pk"))

# --- Of one job, by way of its paths: the index of parts by their places begins with those

_COMPLETED = _or_zero(
    _figure(Serial.objects.filter(path__job=OuterRef("pk"), status=SerialStatus.COMPLETED), "path__job", Count("pk"))
)
_IN_WORK = _or_zero(_figure(Path.objects.filter(job=OuterRef("pk")), "job", Sum(_STEPS_PASSED / _STEPS)))


def with_due_status(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Return the jobs with ``due_status`` as of today, None where none is due: ``scheduling.due_status`` in SQL.

    For filters, which have to judge every job. What is shown is judged by ``put_due_status``, for a tenth of the cost.
    """
    today = clock.today()
    goal = F("goal_quantity")
    due, made = DayNumber("due_date"), DayNumber(TruncDate("created_at", tzinfo=get_default_timezone()))
    gone, whole = Value(today.toordinal(), BigIntegerField()) - made, due - made
    # scheduling._lags
    worked = (F("completed_parts") + F("parts_worth")) * 100 + goal * scheduling.TOLERANCE_PERCENT
    jobs = jobs.alias(
        completed_parts=_COMPLETED,
        parts_worth=_IN_WORK,
        days_left=due - today.toordinal(),
        days_gone=gone,
        work_by_time=worked * whole,
        time_by_work=gone * 100 * goal,
    )
    lags = Q(days_gone__gt=0, work_by_time__lt=F("time_by_work"))
    return jobs.annotate(
        due_status=Case(
            When(due_date=None, then=None),
            When(completed_parts__gte=goal, then=Value(DueStatus.DONE.value)),
            When(due_date__lt=today, then=Value(DueStatus.LATE.value)),
            When(Q(days_left__lte=scheduling.SOON_DAYS) | lags, then=Value(DueStatus.AT_RISK.value)),
            default=Value(DueStatus.ON_TRACK.value),
            output_field=CharField(),
        )
    )


def still_open(jobs: QuerySet[Job], answer: bool = True) -> QuerySet[Job]:
    """Return the jobs whose goal is not reached yet; where ``answer`` is false, the others."""
    jobs = jobs.alias(completed_parts=_COMPLETED)
    goal = F("goal_quantity")
    return jobs.filter(completed_parts__lt=goal) if answer else jobs.filter(completed_parts__gte=goal)


def open_first(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Return the jobs with ``reached``, by which those whose goal is reached come behind the others."""
    jobs = jobs.alias(completed_parts=_COMPLETED)
    return jobs.alias(reached=Case(When(completed_parts__gte=F("goal_quantity"), then=1), default=0))


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of some jobs stand how."""

    all: int
    open: int
    late: int
    at_risk: int


def tally(jobs: QuerySet[Job]) -> Tally:
    """Count the jobs by how they stand, as of today; one query."""
    found = with_due_status(jobs).annotate(
        open=Case(When(completed_parts__lt=F("goal_quantity"), then=Value(1)), default=Value(0))
    )
    rows = found.order_by().values_list("open", "due_status").annotate(Count("pk"))
    counts = {(is_open, status): number for is_open, status, number in rows}
    return Tally(
        all=sum(counts.values()),
        open=sum(number for (is_open, _), number in counts.items() if is_open),
        late=counts.get((1, DueStatus.LATE.value), 0),
        at_risk=counts.get((1, DueStatus.AT_RISK.value), 0),
    )


def standing(jobs: QuerySet[Job], status: DueStatus, answer: bool = True) -> QuerySet[Job]:
    """Return the jobs that stand like this to their due date; where ``answer`` is false, the others."""
    jobs = with_due_status(jobs)
    if answer:
        return jobs.filter(due_status=status.value)
    # Said outright, because a comparison with NULL has no opposite.
    return jobs.filter(Q(due_status=None) | ~Q(due_status=status.value))


def put_due_status(jobs: Sequence[Job]) -> Sequence[Job]:
    """Put ``due_status`` on these jobs, as of today, None where none is due; return them.

    One query for all of them, none where no job has a due date.
    """
    due = [job.pk for job in jobs if job.due_date is not None]
    rows = Path.objects.filter(job__in=due).order_by() if due else Path.objects.none()
    completed, in_work = Counter(), Counter()
    figures = (_or_zero(_COMPLETED_ON_PATH), _or_zero(_STEPS_PASSED), _or_zero(_STEPS))
    for job_id, done, passed, steps in rows.values_list("job", *figures):
        completed[job_id] += done
        in_work[job_id] += scheduling.parts_worth(passed, steps)
    for job in jobs:
        job.due_status = scheduling.due_status(
            due=job.due_date,
            today=clock.today(),
            made=clock.day_of(job.created_at),
            goal=job.goal_quantity,
            completed=completed[job.pk],
            in_work=in_work[job.pk],
        )
    return jobs
