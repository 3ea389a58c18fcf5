"""Routes on which a batch can be started at a station."""

from dataclasses import dataclass

from django.db.models import Count, F, Q

from serials.models import Path, SerialStatus
from serials.models.routes import NAME_MAX_LENGTH
from serials.queues.standing import urgency

LISTED = 20


@dataclass(frozen=True, slots=True)
class Startable:
    """A path that begins at the station and still lacks parts. ``started`` are its parts without the scrapped ones."""

    path_id: str
    path_name: str
    job_id: str
    job_name: str
    goal: int
    started: int


def startable_at(step_name: str) -> list[Startable]:
    """Return the paths whose first step has exactly this name and that have fewer good parts than their goal.

    The most urgent first, twenty at most; one query.
    """
    if not 0 < len(step_name) <= NAME_MAX_LENGTH or "\0" in step_name:
        return []
    rows = (
        Path.objects.filter(steps__name=step_name, steps__order=0)
        .annotate(started=Count("serials", filter=~Q(serials__status=SerialStatus.SCRAPPED.value)))
        .filter(started__lt=F("goal_quantity"))
        .order_by(*urgency("job"), "created_at", "pk")
        .values_list("pk", "name", "job_id", "job__name", "goal_quantity", "started")
    )
    return [Startable(*row) for row in rows[:LISTED]]
