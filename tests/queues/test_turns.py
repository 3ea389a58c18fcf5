"""The order in which the floor takes jobs, and putting one job before or behind another one in it."""

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from serials.job_list import in_turn
from serials.models import Job
from serials.refusals import RankedTooMany
from serials.services import advancement, priorities
from shopplanr.refusals import NotFound
from tests.api.answers import nothing_written
from tests.factories import OPERATOR, PLANNER, JobFactory, PathFactory, make_serial
from tests.lifecycle.tables import versions_that_lag_behind
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db


def turns() -> str:
    """Return the names of the jobs, the one whose turn is next first."""
    return "".join(in_turn(Job.objects.all()).values_list("name", flat=True))


def make(due: str, **ranked: int) -> dict[str, str]:
    """Make jobs A, B, C … that are due in this order, one day each; ``-`` has no due date. Return their ids by name."""
    ids = {}
    for place, day in enumerate(due):
        name = "ABCDEF"[place]
        ids[name] = JobFactory(name=name, dueDate=None if day == "-" else f"2024-03-0{day}").id
    for name, place in sorted(ranked.items(), key=lambda each: each[1]):
        priorities.move(ids[name], PLANNER, position=place)
    return ids


def test_who_has_a_place_comes_first_then_the_due_date():
    make("32-1", D=1, C=2)

    assert turns() == "DCBA"


def test_a_job_that_is_done_has_no_turn_any_more():
    path = PathFactory(job=JobFactory(name="D", goalQuantity=1, dueDate="2024-03-01"), steps=("Saw",))
    JobFactory(name="E")
    advancement.advance(make_serial(path).id, OPERATOR)

    assert turns() == "ED"


@pytest.mark.parametrize(
    ("due", "ranked", "moved", "where", "expected"),
    [
        ("123", {}, "C", {"before": "B"}, "ACB"),
        ("123", {}, "A", {"behind": "B"}, "BAC"),
        ("123", {"C": 1}, "B", {"before": "A"}, "CBA"),
        ("123", {"C": 1}, "A", {"before": "C"}, "ACB"),
        ("123", {"A": 1, "B": 2, "C": 3}, "A", {"behind": "C"}, "BCA"),
        ("123", {"C": 1}, "C", {"behind": "A"}, "ACB"),
    ],
)
def test_only_the_job_itself_changes_its_turn(due, ranked, moved, where, expected):
    ids = make(due, **ranked)

    priorities.place(ids[moved], PLANNER, **{side: ids[name] for side, name in where.items()})

    assert turns() == expected
    assert versions_that_lag_behind() == []


@settings(max_examples=settings().max_examples // 2)
@given(
    due=st.lists(st.sampled_from("123-"), min_size=2, max_size=6),
    ranked=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 6)), max_size=4),
    pair=st.tuples(st.integers(0, 5), st.integers(0, 5)),
    side=st.sampled_from(["before", "behind"]),
)
def test_any_move_in_any_order_does_just_that(due, ranked, pair, side):
    with transaction.atomic():
        names = "ABCDEF"[: len(due)]
        ids = make("".join(due), **{names[job % len(due)]: place for job, place in ranked})
        moved, other = (names[each % len(due)] for each in pair)
        rest = turns().replace(moved, "")
        at = rest.index(other) + (side == "behind") if moved != other else turns().index(moved)

        priorities.place(ids[moved], PLANNER, **{side: ids[other]})

        assert turns() == rest[:at] + moved + rest[at:]
        assert sorted(Job.objects.values_list("priority", flat=True)) == list(range(1, len(due) + 1))
        transaction.set_rollback(True)


def test_it_may_be_done_twice():
    ids = make("123")
    priorities.place(ids["C"], PLANNER, before=ids["A"])

    with nothing_written():
        priorities.place(ids["C"], PLANNER, before=ids["A"])
        priorities.place(ids["C"], PLANNER, before=ids["C"])


def test_unknown_jobs_are_refused():
    ids = make("12")

    for job, other in ((ids["A"], "job_x"), ("job_x", ids["A"]), (ids["A"], "\0")):
        with pytest.raises(NotFound), nothing_written():
            priorities.place(job, PLANNER, before=other)


def test_no_more_jobs_get_a_place_by_it_than_one_call_may_give(monkeypatch):
    monkeypatch.setattr(priorities, "REORDERED_MOST", 2)
    ids = make("1234")
    priorities.place(ids["B"], PLANNER, before=ids["A"])

    with pytest.raises(RankedTooMany), nothing_written():
        priorities.place(ids["D"], PLANNER, before=ids["C"])


def test_it_costs_the_same_in_any_shop():
    costs = []
    for number in (4, 40):
        ids = [JobFactory(dueDate="2024-03-01").id for _ in range(number)]
        with counted_statements() as statements:
            priorities.place(ids[-1], PLANNER, before=ids[0])
        costs.append(len(statements))

    assert costs[0] == costs[1]
