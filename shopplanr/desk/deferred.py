"""Deferred steps: required work that parts went past, which somebody does after all or waives."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from serials.models import SerialStatus, Step, StepOverride, StepStatus, StepStatusCode

READ_AT_MOST = 5_000
"""Deferred steps that are looked at, the oldest first."""


@dataclass(frozen=True, slots=True)
class DeferredStep:
    """A step of a path, on how many parts it is deferred, and since when on the first of them."""

    step: Step
    parts: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Deferred:
    """What is deferred: the steps that waited longest, and how many there are in all. ``cut``: there are more."""

    steps: Sequence[DeferredStep]
    step_count: int
    record_count: int
    cut: bool


def waiting() -> QuerySet[StepStatus]:
    """Return the deferred steps that parts in production still owe, those that have waited longest first."""
    overridden = StepOverride.objects.filter(serial=OuterRef("serial"), step=OuterRef("step"), active=True)
    # said in the words of the index: SQLite takes an index of some rows only where the query repeats its condition
    return StepStatus.objects.filter(
        ~Exists(overridden), status=StepStatusCode.DEFERRED.value, serial__status=SerialStatus.IN_PROGRESS.value
    ).order_by("updated_at")


def deferred(most: int) -> Deferred:
    """Return the steps that parts in production still owe; two statements.

    A step that is overridden for a part is owed no longer, and a part that has ended owes nothing.
    """
    rows = list(waiting().values_list("step_id", "updated_at")[: READ_AT_MOST + 1])
    counts: dict[str, int] = {}
    since: dict[str, datetime] = {}
    for step_id, moment in rows[:READ_AT_MOST]:
        counts[step_id] = counts.get(step_id, 0) + 1
        since.setdefault(step_id, moment)
    steps = Step.objects.select_related("path__job").in_bulk(list(since)[:most]) if since else {}
    return Deferred(
        [DeferredStep(steps[step_id], counts[step_id], since[step_id]) for step_id in list(since)[:most]],
        step_count=len(since),
        record_count=min(len(rows), READ_AT_MOST),
        cut=len(rows) > READ_AT_MOST,
    )
