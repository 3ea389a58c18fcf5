"""Several planners at the same moment: each order is done whole, and no place is given twice."""

from functools import partial

import pytest

from serials.models import Job
from serials.services import jobs, priorities
from tests.factories import PLANNER, JobFactory
from tests.lifecycle.tables import versions_that_lag_behind
from tests.products.test_races import AT_ONCE, at_once


def places() -> list[int]:
    """Return all places, in order."""
    return list(Job.objects.order_by("priority").values_list("priority", flat=True))


@pytest.mark.django_db(transaction=True)
def test_jobs_that_come_in_together_come_one_behind_the_other():
    made = at_once(*[lambda: jobs.create({"name": "x", "goalQuantity": 1}, PLANNER)] * AT_ONCE)

    assert sorted(job.priority for job in made) == places() == list(range(1, AT_ONCE + 1))


@pytest.mark.django_db(transaction=True)
def test_orders_that_are_given_together_are_carried_out_one_after_the_other():
    ids = [JobFactory().id for _ in range(6)]
    orders = [ids[:], ids[::-1], [ids[5], ids[0], ids[2]], [ids[3], ids[1]]]
    calls = [partial(priorities.reorder, order, PLANNER) for order in orders]
    calls += [
        partial(priorities.move, ids[4], PLANNER, position=1),
        partial(priorities.move, ids[0], PLANNER, before=ids[3]),
        partial(jobs.update, ids[2], {"priority": 6, "name": "renamed"}, PLANNER),
        partial(jobs.create, {"name": "new", "goalQuantity": 1, "priority": 2}, PLANNER),
    ]

    answers = at_once(*calls)

    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert places() == list(range(1, 8))
    assert Job.objects.get(pk=ids[2]).name == "renamed"
    assert versions_that_lag_behind() == []
    for order, answer in zip(orders, answers, strict=False):
        assert [job.pk for job in answer] == order
        assert sorted(job.priority for job in answer) == [job.priority for job in answer]
