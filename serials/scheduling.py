"""Whether a job is in time: the rule, over plain values. ``serials.due_dates`` asks the same of the database."""

from datetime import date
from enum import StrEnum

SOON_DAYS = 2
"""A job that is due in so many days, or sooner, is at risk as long as anything is left to make."""

TOLERANCE_PERCENT = 10
"""By how many percent of the goal the work may lag behind the time, before that is a risk."""


class DueStatus(StrEnum):
    """How a job stands to its due date."""

    LATE = "late"
    AT_RISK = "at_risk"
    ON_TRACK = "on_track"
    DONE = "done"


def due_status(
    *, due: date | None, today: date, made: date, goal: int, completed: int, in_work: int = 0
) -> DueStatus | None:
    """Return how a job stands to its due date on this day; None where it has none.

    ``made`` is the day on which the job was made, ``goal`` how many parts are wanted, ``completed`` how many there are,
    ``in_work`` what has been done so far on those in between (``parts_worth``).

    * *done*: the goal is reached, whenever that was.
    * *late*: the due date is over. On the due date itself a job is not late yet.
    * *at risk*: it is due within ``SOON_DAYS``, or the share of the work that is done lags behind the share of the time
      that is gone by more than ``TOLERANCE_PERCENT`` of the whole.
    * *on track*: otherwise.
    """
    if due is None:
        return None
    if completed >= goal:
        return DueStatus.DONE
    if due < today:
        return DueStatus.LATE
    if (due - today).days <= SOON_DAYS or _lags(due, today, made, goal, completed + in_work):
        return DueStatus.AT_RISK
    return DueStatus.ON_TRACK


def _lags(due: date, today: date, made: date, goal: int, worked: int) -> bool:
    """Tell whether ``worked / goal + tolerance < gone / whole``, in whole numbers: the database says just the same."""
    gone, whole = (today - made).days, (due - made).days
    return gone > 0 and (100 * worked + TOLERANCE_PERCENT * goal) * whole < 100 * gone * goal


def parts_worth(steps_passed: int, steps: int) -> int:
    """Return how many whole parts the work on a path's unfinished parts amounts to.

    ``steps_passed`` is how many steps those parts have behind them, all together, and ``steps`` how many the path has:
    four parts that are halfway are worth two. Without it a job that is made in one batch would be behind until the end.
    """
    return steps_passed // steps if steps else 0
