"""The parts in progress: where each stands, since when, where it goes next, and which one's turn it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, Count, F, FilteredRelation, OrderBy, Q, QuerySet, When, Window
from django.db.models.functions import RowNumber

from serials.models import Serial, SerialStatus
from shopplanr.ids import serial_id


def urgency(job: str = "") -> list[OrderBy]:
    """Return what makes one job more urgent than another, most urgent first; ``job`` is the way to it from a row.

    This is the one place for it: jobs, parts, steps and queues are all in this order. Jobs that planners have put in
    order come first, as they are ranked. The earliest due date decides among the others, and those without one come
    last.
    """
    way = f"{job}__" if job else ""
    rank = Case(When(**{f"{way}ranked": True}, then=F(f"{way}priority")), default=None)
    return [rank.asc(nulls_last=True), F(f"{way}due_date").asc(nulls_last=True)]


def working_order() -> list[OrderBy]:
    """Return the order in which parts are worked on: most urgent job, then longest at its step, then number."""
    return [*urgency("job"), F(SINCE).asc(), F("number").asc()]


def in_progress() -> QuerySet[Serial]:
    """Return the parts in progress. Scrapped and completed ones are on nobody's list."""
    return Serial.objects.filter(status=SerialStatus.IN_PROGRESS.value)


def standing() -> QuerySet[Serial]:
    """Return the parts in progress, each with the step ``at`` which it stands, the ``following`` one, its ``record``.

    The record is that of the step where it stands: its last change is when the part came there. What of these is not
    asked for is not looked up either.
    """
    here, next_one = F("current_step_index"), F("current_step_index") + 1
    return in_progress().annotate(
        at=FilteredRelation("path__steps", condition=Q(path__steps__order=here)),
        following=FilteredRelation("path__steps", condition=Q(path__steps__order=next_one)),
        record=FilteredRelation("step_statuses", condition=Q(step_statuses__step=F("at__id"))),
    )


SINCE = "record__updated_at"
"""The column of ``standing()`` that says since when a part is at its step."""


TURN_MAX = 2**31 - 1
"""The largest number that a turn is compared with: PostgreSQL counts further, Django does not let it compare."""


def first_of_each(parts: QuerySet[Serial], group: Sequence[str], most: int | None) -> QuerySet[Serial]:
    """Return the first ``most`` parts of each group in working order, all of them where it is None.

    ``group`` names the columns that parts of one group share. ``total`` is how many there are in a part's group.
    There is one part of each group even where ``most`` is 0: it tells the total, and since when the first one waits.
    """
    window = {"partition_by": [F(column) for column in group]}
    parts = parts.annotate(
        turn=Window(RowNumber(), order_by=working_order(), **window),
        total=Window(Count("*"), **window),
    )
    if most is not None:
        parts = parts.filter(turn__lte=min(max(most, 1), TURN_MAX))
    return parts.order_by(*group, "turn")


@dataclass(frozen=True, slots=True)
class PartInfo:
    """A part in progress. ``next_step_…`` is the step after the one where it stands, None behind the last."""

    number: int
    job_id: str
    job_name: str
    due_date: date | None
    path_id: str
    path_name: str
    step_id: str
    current_step_index: int
    current_step_name: str
    current_step_location: str
    assigned_to: str | None
    next_step_id: str | None
    next_step_name: str | None
    next_step_location: str | None
    since: datetime

    @property
    def serial_id(self) -> str:
        """The part's public id."""
        return serial_id(self.number)

    @property
    def is_final_step(self) -> bool:
        """Whether the part stands at the last step of its path."""
        return self.next_step_id is None


PART_COLUMNS = (
    "number",
    "job_id",
    "job__name",
    "job__due_date",
    "path_id",
    "path__name",
    "at__id",
    "current_step_index",
    "at__name",
    "at__location",
    "at__assigned_to",
    "following__id",
    "following__name",
    "following__location",
    SINCE,
)
"""Columns of ``standing()`` that make a ``PartInfo``, in its order."""
