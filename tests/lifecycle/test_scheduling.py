"""Whether a job is late, at risk, on track or done: edge days, and what holds for any job."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serials.scheduling import SOON_DAYS, TOLERANCE_PERCENT, DueStatus, due_status, parts_worth

LATE, AT_RISK, ON_TRACK, DONE = DueStatus.LATE, DueStatus.AT_RISK, DueStatus.ON_TRACK, DueStatus.DONE
BETTER = [LATE, AT_RISK, ON_TRACK, DONE]
"""From the worst to the best."""

MADE = date(2024, 1, 1)


def after(days: int) -> date:
    """Return the day so many days after the job was made."""
    return MADE + timedelta(days=days)


def stands(*, due: int | None, today: int, goal: int = 10, completed: int = 0, in_work: int = 0) -> DueStatus | None:
    """Ask for a job, with days counted from the day on which it was made."""
    return due_status(
        due=None if due is None else after(due),
        today=after(today),
        made=MADE,
        goal=goal,
        completed=completed,
        in_work=in_work,
    )


JOBS = [
    # due, today, completed, in work, of 10: how it stands
    (None, 50, 0, 0, None),
    (None, 50, 10, 0, None),
    (20, 0, 0, 0, ON_TRACK),
    (20, 2, 0, 0, ON_TRACK),  # 10 % of the time is gone: within the tolerance
    (20, 3, 0, 0, AT_RISK),
    (20, 3, 1, 0, ON_TRACK),
    (20, 3, 0, 1, ON_TRACK),  # what is in work counts
    (20, 10, 4, 0, ON_TRACK),  # half of the time, and 40 % with 10 % of tolerance
    (20, 10, 3, 0, AT_RISK),
    (20, 10, 2, 2, ON_TRACK),
    (20, 17, 9, 0, ON_TRACK),
    (20, 18, 9, 0, AT_RISK),  # two days are left, and something to make
    (20, 18, 0, 9, AT_RISK),
    (20, 20, 9, 0, AT_RISK),  # on the day itself it is not late
    (20, 21, 9, 0, LATE),
    (20, 21, 9, 5, LATE),  # what is in work is not there yet
    (20, 21, 10, 0, DONE),
    (20, 0, 10, 0, DONE),
    (20, 21, 12, 0, DONE),  # over the goal
    (0, 0, 0, 0, AT_RISK),  # due on the day on which it was made
    (-5, 0, 0, 0, LATE),  # late from the beginning
    (2, 0, 0, 0, AT_RISK),
    (3, 0, 0, 0, ON_TRACK),
    (30, -3, 0, 0, ON_TRACK),  # the clock was set back
]


@pytest.mark.parametrize(("due", "today", "completed", "in_work", "expected"), JOBS)
def test_jobs_that_are_easily_got_wrong(due, today, completed, in_work, expected):
    assert stands(due=due, today=today, completed=completed, in_work=in_work) == expected


def test_a_status_is_written_as_the_contract_writes_it():
    assert [status.value for status in BETTER] == ["late", "at_risk", "on_track", "done"]
    assert (SOON_DAYS, TOLERANCE_PERCENT) == (2, 10)


DAYS = st.integers(-20, 400)
FACTS = st.fixed_dictionaries(
    {
        "due": DAYS,
        "today": DAYS,
        "goal": st.integers(1, 50),
        "completed": st.integers(0, 60),
        "in_work": st.integers(0, 30),
    }
)


@given(FACTS)
def test_done_is_who_has_reached_the_goal_whenever_it_is_due(facts):
    assert (stands(**facts) == DONE) == (facts["completed"] >= facts["goal"])


@given(FACTS)
def test_late_is_who_has_not_reached_it_by_the_end_of_the_day(facts):
    assert (stands(**facts) == LATE) == (facts["due"] < facts["today"] and facts["completed"] < facts["goal"])


@given(FACTS)
def test_without_a_due_date_nothing_is_late_or_in_time(facts):
    assert stands(**facts | {"due": None}) is None


@given(FACTS, st.integers(0, 20), st.integers(0, 20))
def test_more_work_never_makes_it_worse(facts, completed, in_work):
    more = facts | {"completed": facts["completed"] + completed, "in_work": facts["in_work"] + in_work}
    assert BETTER.index(stands(**more)) >= BETTER.index(stands(**facts))


@given(FACTS, st.integers(0, 60))
def test_a_later_due_date_never_makes_it_worse(facts, days):
    assert BETTER.index(stands(**facts | {"due": facts["due"] + days})) >= BETTER.index(stands(**facts))


@given(FACTS, st.integers(0, 60))
def test_time_that_goes_by_without_work_never_makes_it_better(facts, days):
    assert BETTER.index(stands(**facts | {"today": facts["today"] + days})) <= BETTER.index(stands(**facts))


@given(FACTS)
def test_soon_is_a_risk_as_long_as_anything_is_left(facts):
    if facts["completed"] < facts["goal"]:
        soon = facts | {"due": facts["today"] + SOON_DAYS}
        assert stands(**soon) == AT_RISK


@given(st.integers(1, 500), st.integers(1, 100))
def test_work_that_keeps_pace_with_time_is_no_risk(days, goal):
    """Day by day, with the parts that have to be there by then, rounded down to the tolerance."""
    for gone in range(days - SOON_DAYS):
        done = -(-goal * gone // days)
        if done < goal:
            assert stands(due=days, today=gone, goal=goal, completed=done) == ON_TRACK


@given(st.integers(0, 1000), st.integers(0, 50))
def test_parts_in_work_are_never_worth_more_than_they_are(parts, steps):
    assert parts_worth(parts * max(steps - 1, 0), steps) <= parts
    assert parts_worth(parts * steps, steps) == (parts if steps else 0)


def test_parts_in_work_are_worth_whole_parts():
    assert [parts_worth(passed, 4) for passed in (0, 3, 4, 7, 8)] == [0, 0, 1, 1, 2]
    assert parts_worth(0, 0) == 0
