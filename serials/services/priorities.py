"""The shop's order of work: which job comes before which.

Every job has a place, from 1, without doubles and without gaps. A new job comes behind the others. Whoever adds a job
or moves one holds the order until the transaction ends, so that two at once get their turns.
"""

from django.db import transaction
from django.db.models import Case, F, Max, Q, QuerySet, Value, When

from audit import history
from serials import refusals
from serials.due_dates import still_open
from serials.job_list import in_turn
from serials.models import Job, OrderOfWork
from shopplanr import clock
from shopplanr.actor import Actor
from shopplanr.lookup import get_or_refuse, is_plausible_id
from shopplanr.refusals import Invalid, NotFound
from shopplanr.values import given_whole_number

REORDERED_MOST = 1000
"""Jobs that one call may put in order."""

_ASIDE = 1_000_000_000
"""Places are unique: whoever moves gets out of the way first, by so many places, and then takes the new one."""


def given_place(value: object, field: str = "priority") -> int | None:
    """Return the place in a request, None where there is none, which is behind all others.

    Raises ``{field} must be a whole number``, ``{field} must be greater than 0``.
    """
    place = given_whole_number(None if value == "" else value, field)
    if place is not None and place <= 0:
        raise Invalid.field(field, f"{field} must be greater than 0", code="not_positive")
    return place


def hold() -> None:
    """Hold the order of work until the transaction ends. Before any job is locked, so that nobody waits in a ring."""
    OrderOfWork.objects.select_for_update().get(pk=1)


def put(job: Job, place: int | None, actor: Actor) -> None:
    """Give the job this place, and let those in between make room; None is behind all others, as for a new job.

    The caller holds the order, has made or locked the job, and saves its ``priority`` and ``ranked``. A place behind
    the last one is the last one. At most five statements, whatever the number of jobs.
    """
    end = (Job.objects.aggregate(last=Max("priority"))["last"] or 0) + job._state.adding
    before, after = (end if job._state.adding else job.priority), (end if place is None else min(place, end))
    job.priority, job.ranked = after, place is not None
    if after == before:
        return
    lowest, highest = sorted((before, after))
    Job.objects.filter(priority__gte=lowest, priority__lte=highest).update(priority=F("priority") + _ASIDE)
    by = 1 if after < before else -1
    others = Job.objects.filter(priority__gt=_ASIDE).exclude(pk=job.pk)
    others.update(priority=F("priority") - _ASIDE + by, updated_at=clock.now())
    lowest, highest = (lowest + 1, highest) if by == 1 else (lowest, highest - 1)
    _record(Job.objects.filter(priority__gte=lowest, priority__lte=highest), actor)


@transaction.atomic
def move(job_id: object, actor: Actor, *, before: object = None, position: object = None) -> Job:
    """Move one job to the place of another one, which with those behind it makes room, or to a place; return it.

    Without either it goes behind all others. Raises ``Job not found``, and as ``given_place``.
    """
    place = given_place(position, "position")
    hold()
    job = get_or_refuse(Job.objects.select_for_update(no_key=True), job_id, "Job")
    if before is not None:
        other = get_or_refuse(Job.objects.all(), before, "Job")
        # Where the job itself leaves a place in front of the other one, that moves up.
        place = other.priority - (job.priority < other.priority) if other.pk != job.pk else job.priority
    was = (job.priority, job.ranked)
    put(job, place, actor)
    if (job.priority, job.ranked) != was:
        job.updated_at = clock.now()
        history.attribute(job, actor).save(update_fields=["priority", "ranked", "updated_at"])
    return job


@transaction.atomic
def reorder(job_ids: object, actor: Actor) -> list[Job]:
    """Put these jobs in this order, on the places that they have together; return them in it.

    All others stay where they are, so the jobs of one customer can be put in order without one of another customer
    losing its place. Who names all jobs orders all. A job that is where it belongs gets no version. A constant number
    of statements.

    Raises ``jobIds must have at least one item``, ``jobIds names the same job twice``, ``Job not found``.
    """
    job_ids = _selection(job_ids)
    hold()
    plausible = [job_id for job_id in job_ids if is_plausible_id(job_id)]
    found = {job.pk: job for job in Job.objects.select_for_update(no_key=True).filter(pk__in=plausible).order_by("pk")}
    for job_id in job_ids:
        if job_id not in found:
            raise NotFound.of("Job", job_id)
    jobs = [found[job_id] for job_id in job_ids]
    moved, now = [], clock.now()
    for job, place in zip(jobs, sorted(job.priority for job in jobs), strict=True):
        if (job.priority, job.ranked) != (place, True):
            job.priority, job.ranked, job.updated_at = place, True, now
            moved.append(job)
    if moved:
        rows = Job.objects.filter(pk__in=[job.pk for job in moved])
        rows.update(priority=F("priority") + _ASIDE)
        places = Case(*(When(pk=job.pk, then=Value(job.priority)) for job in moved))
        rows.update(priority=places, ranked=True, updated_at=now)
        _record(rows, actor)
    return jobs


@transaction.atomic
def place(job_id: object, actor: Actor, *, before: object = None, behind: object = None) -> Job:
    """Have the floor work on a job right before another one, or right behind it; return it.

    The floor takes the jobs that were given a place first and goes by the due date among the others
    (``queues.standing.urgency``). So that no other job's turn changes, those in front of the job keep theirs by getting
    it as a place. Done twice it changes nothing more. A constant number of statements.

    Raises ``Job not found``, ``RankedTooMany``.
    """
    hold()
    job = get_or_refuse(Job.objects.all(), job_id, "Job")
    other = get_or_refuse(Job.objects.all(), behind if before is None else before, "Job")
    # whose goal is reached has no turn any more, and is in nobody's way
    waiting = still_open(Job.objects.all()).values("pk")
    rows = Job.objects.filter(Q(pk__in=[job.pk, other.pk]) | Q(pk__in=waiting))
    ranked = dict(in_turn(rows).values_list("pk", "ranked"))
    was = list(ranked)
    order = [each for each in was if each != job.pk]
    if other.pk != job.pk:
        order.insert(order.index(other.pk) + (before is None), job.pk)
    if other.pk == job.pk or order == was:
        return job
    last = max(index for index, each in enumerate(order) if ranked[each] or each == job.pk)
    if last >= REORDERED_MOST:
        raise refusals.RankedTooMany(REORDERED_MOST)
    return next(each for each in reorder(order[: last + 1], actor) if each.pk == job.pk)


def _record(rows: QuerySet[Job], actor: Actor) -> None:
    history.record_versions(rows, history.CHANGED, actor)


def _selection(value: object) -> list[str]:
    """Return the ids of a request, as they were sent."""
    field = "jobIds"
    if not isinstance(value, list) or not value:
        raise Invalid.field(field, f"{field} must have at least one item", code="empty")
    if len(value) > REORDERED_MOST:
        raise Invalid.field(field, f"{field} must have at most {REORDERED_MOST} items", code="too_many")
    if not all(isinstance(job_id, str) for job_id in value):
        raise Invalid.field(field, f"{field} must be a list of job ids", code="not_an_id")
    if len(set(value)) < len(value):
        raise Invalid.field(field, f"{field} names the same job twice", code="job_twice")
    return value
