"""Opening step records: one for every part and step."""

from django.db.models import Case, F, QuerySet, Value, When

from audit.bulk import RandomId, insert_from_select
from serials.models import Serial, StepStatus, StepStatusCode
from shopplanr import clock


def open_for(serials: QuerySet[Serial], *, from_index: int = 0) -> None:
    """Write a record for each of the parts and each step of its path from ``from_index`` on, in one statement.

    The path's first step is in progress, the others are pending (lifecycle.md, "Step statuses").
    """
    first_is_in_progress = Case(
        When(path__steps__order=0, then=Value(StepStatusCode.IN_PROGRESS.value)),
        default=Value(StepStatusCode.PENDING.value),
    )
    insert_from_select(
        StepStatus,
        {
            "id": RandomId("snss"),
            "serial_id": F("number"),
            "step_id": F("path__steps__id"),
            "step_index": F("path__steps__order"),
            "status": first_is_in_progress,
            "updated_at": Value(clock.now()),
        },
        serials.filter(path__steps__order__gte=from_index).order_by("number", "path__steps__order"),
    )
