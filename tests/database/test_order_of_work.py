"""Jobs that were there before there was an order of work get their places by age, each with a version that says so."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from serials.models import Job, OrderOfWork
from serials.services import priorities
from tests.factories import PLANNER, JobFactory
from tests.lifecycle.tables import versions_that_lag_behind

BEFORE = ("serials", "0001_initial")

MADE = datetime(2024, 2, 29, 12, tzinfo=UTC)


@pytest.fixture
def jobs_of_then(transactional_db):
    """Return the model of jobs as it was then, with the tables as they were; everything is as it belongs afterwards."""
    yield MigrationExecutor(connection).migrate([BEFORE]).apps.get_model("serials", "Job")
    call_command("migrate", verbosity=0)


def test_by_age(jobs_of_then):
    for age, name in ((1, "second"), (2, "first"), (0, "third")):
        jobs_of_then.objects.create(id=f"job_{name}", name=name, goal_quantity=3, created_at=MADE - timedelta(days=age))

    call_command("migrate", verbosity=0)

    jobs = Job.objects.order_by("priority")
    assert [(job.name, job.priority, job.ranked) for job in jobs] == [
        ("first", 1, False),
        ("second", 2, False),
        ("third", 3, False),
    ]
    assert versions_that_lag_behind() == []
    version = jobs[0].history.get()
    assert (version.history_type, version.history_user_id) == ("~", "")
    assert "by age" in version.history_change_reason
    OrderOfWork.objects.get()
    assert JobFactory().priority == 4
    priorities.move("job_third", PLANNER, position=1)
    assert Job.objects.get(pk="job_first").priority == 2
