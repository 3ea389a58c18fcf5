"""Jobs as planners compare them: in the order in which the floor takes them, with how far each one is."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from serials.due_dates import open_first, put_due_status
from serials.figures import PartCounts, counts_by_job, percent
from serials.models import Job
from serials.queues.standing import urgency


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job, with how it stands to its due date (``job.due_status``), and its parts."""

    job: Job
    parts: PartCounts

    @property
    def percent(self) -> float:
        """Completed parts in percent of the goal; may exceed 100."""
        return percent(self.parts.completed, self.job.goal_quantity)


def in_turn(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Return the jobs in the order in which the floor takes them, a total one. Jobs that are done come last."""
    return open_first(jobs).order_by("reached", *urgency(), "priority")


def rows_of(jobs: Sequence[Job]) -> list[JobRow]:
    """Return these jobs with how far they are; two queries, whatever the number of jobs and parts."""
    counts = counts_by_job(job.pk for job in jobs)
    return [JobRow(job, counts.get(job.pk, PartCounts())) for job in put_due_status(jobs)]


def customers() -> list[str]:
    """Return the customers that jobs have, by name; one query."""
    rows = Job.objects.exclude(customer="").order_by("customer").values_list("customer", flat=True).distinct()
    return sorted(rows, key=lambda name: (name.casefold(), name))


def tags() -> list[str]:
    """Return the tags that jobs have, by name; one query."""
    lists = Job.objects.exclude(tags=None).order_by().values_list("tags", flat=True).distinct()
    return sorted({tag for tags in lists for tag in tags}, key=lambda tag: (tag.casefold(), tag))
