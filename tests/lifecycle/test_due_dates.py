"""The database and the pure rule say the same of every job, in any time zone; and lists cost the same at any length."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from serials import due_dates, scheduling
from serials.models import Job, Path, Serial, Step
from serials.scheduling import DueStatus
from shopplanr import clock
from tests.factories import JobFactory, PathFactory, make_serials
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

NOW = datetime(2024, 3, 1, 0, 30, tzinfo=UTC)
"""Half an hour behind the leap day."""
TODAY = NOW.date()

PATHS = st.tuples(st.integers(0, 4), st.integers(0, 3), st.lists(st.integers(0, 3), max_size=4), st.integers(0, 2))
"""How many steps, parts that are completed, places of those in progress, and parts that were scrapped."""

JOBS = st.tuples(
    st.integers(1, 8),
    st.none() | st.integers(-3, 40),
    st.integers(-60, 2) | st.sampled_from([-10, -20, -100]),
    st.lists(PATHS, max_size=2),
)
"""The goal, in how many days it is due, when it was made, and its paths."""


def make(jobs) -> list[dict]:
    """Write the jobs, past the services: only figures matter here. Return those, counted as they are written."""
    made, paths, steps, parts, figures = [], [], [], [], []
    for place, (goal, due, age, routes) in enumerate(jobs, start=1):
        job = Job(
            name=f"Job {place}",
            goal_quantity=goal,
            priority=place,
            due_date=None if due is None else TODAY + timedelta(days=due),
            created_at=NOW + timedelta(days=age, minutes=place),
        )
        made.append(job)
        completed = worth = 0
        for length, ended, places, scrapped in routes:
            path = Path(job=job, name="Path", goal_quantity=1)
            route = [Step(path=path, name="Step", order=order) for order in range(length)]
            paths.append(path)
            steps += route
            there = [min(at, length - 1) for at in places if length]
            states = [{"status": "completed", "current_step_index": -1}] * ended
            states += [{"current_step_index": at} for at in there]
            if length:
                end = {"scrap_reason": "damaged", "scrap_step": route[0], "scrapped_at": NOW, "scrapped_by": "li"}
                states += [{"status": "scrapped", "current_step_index": length - 1} | end] * scrapped
            parts += [{"job": job, "path": path} | state for state in states]
            completed += ended
            worth += sum(there) // length if length else 0
        figures.append({"job": job, "completed": completed, "in_work": worth})
    Job.objects.bulk_create(made)
    Path.objects.bulk_create(paths)
    Step.objects.bulk_create(steps)
    Serial.objects.bulk_create(Serial(number=number, **part) for number, part in enumerate(parts, start=1))
    return figures


def in_python(job: Job, completed: int, in_work: int) -> DueStatus | None:
    """Return what the pure rule says."""
    facts = {"due": job.due_date, "made": clock.day_of(job.created_at), "goal": job.goal_quantity}
    return scheduling.due_status(today=clock.today(), completed=completed, in_work=in_work, **facts)


def agree(figures: list[dict]) -> None:
    """Check that every way to ask how a job stands gives the same answer."""
    expected = {each["job"].pk: in_python(**each) for each in figures}
    assert dict(due_dates.with_due_status(Job.objects.all()).values_list("pk", "due_status")) == expected
    judged = due_dates.put_due_status(list(Job.objects.all()))
    assert {job.pk: job.due_status for job in judged} == expected
    for status in DueStatus:
        such = set(due_dates.standing(Job.objects.all(), status).values_list("pk", flat=True))
        others = set(due_dates.standing(Job.objects.all(), status, answer=False).values_list("pk", flat=True))
        assert such == {key for key, found in expected.items() if found == status}
        assert others == set(expected) - such
    still_open = set(due_dates.still_open(Job.objects.all()).values_list("pk", flat=True))
    assert still_open == {each["job"].pk for each in figures if each["completed"] < each["job"].goal_quantity}
    closed = due_dates.still_open(Job.objects.all(), answer=False).values_list("pk", flat=True)
    assert set(closed) == set(expected) - still_open


@settings(max_examples=settings.default.max_examples // 10)
@given(st.lists(JOBS, min_size=15, max_size=30))
def test_sql_says_the_same_as_the_rule(jobs):
    with transaction.atomic(), clock.told(NOW):
        agree(make(jobs))
        transaction.set_rollback(True)


def test_sql_says_the_same_at_the_edges():
    """Just within the tolerance and just beyond it, today and the days beside it."""
    jobs = [
        (10, left, left - length, [(2, completed, (1,) * moved, 1)])
        for length in (1, 2, 10, 20)
        for left in (-1, 0, 2, 3, length // 2, length - length // 10, length)
        for completed, moved in ((0, 0), (0, 2), (3, 2), (9, 0), (10, 0))
    ]
    with clock.told(NOW):
        figures = make(jobs)
        assert {in_python(**each) for each in figures} == set(DueStatus)
        agree(figures)


def test_sql_says_the_same_of_the_largest_figures():
    with clock.told(NOW):
        figures = make([(1_000_000, 5, -5, [(2, completed, (1,) * 4, 0)]) for completed in range(4)])
        for each in figures:
            each["job"].due_date, each["job"].created_at = date.max, datetime(1, 1, 2, tzinfo=UTC)
        Job.objects.bulk_update([each["job"] for each in figures], ["due_date", "created_at"])
        agree(figures)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "UTC", "Pacific/Kiritimati"])
def test_the_day_is_that_of_the_site(zone, settings):
    settings.TIME_ZONE = zone
    with clock.told(NOW):
        agree(make([(10, due, made, []) for due in (-2, -1, 0, 1, 2, 3, 9) for made in (-2, -1, 0)]))
        late = due_dates.standing(Job.objects.all(), DueStatus.LATE)
        assert {job.due_date for job in late} == {
            day for day in Job.objects.values_list("due_date", flat=True) if day < clock.today()
        }


def test_what_is_done_on_the_way_counts():
    with clock.told(NOW - timedelta(days=50)):
        path = PathFactory(job=JobFactory(goalQuantity=4, dueDate="2024-04-20"), steps=("Saw", "Mill"))
        make_serials(path, 4)

    def status() -> DueStatus:
        (job,) = due_dates.put_due_status([path.job])
        return job.due_status

    with clock.told(NOW):
        assert status() == DueStatus.AT_RISK
        path.serials.update(current_step_index=1)
        assert status() == DueStatus.ON_TRACK


def test_the_number_of_statements_does_not_grow():
    for due, statements in ((None, 0), ("2030-01-01", 1)):
        for _ in range(3):
            make_serials(PathFactory(job=JobFactory(dueDate=due)), 2)
        jobs = list(Job.objects.all())
        with counted_statements() as counted:
            due_dates.put_due_status(jobs)
        assert len(counted) == statements
    with counted_statements() as counted:
        assert len(due_dates.with_due_status(Job.objects.all())) == 6
    assert len(counted) == 1
