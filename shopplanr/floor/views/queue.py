"""The work queue: what lies where, by person, by station or by job."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from serials import queues
from serials.queues import WorkQueueJob
from shopplanr.floor.pages import page, show

LISTED = 60
"""Steps that are listed; the filters find the others."""


@dataclass(frozen=True, slots=True)
class Group:
    """What belongs together in a view of the queue. ``key`` is how the address names it."""

    key: str
    name: str
    jobs: Sequence[WorkQueueJob]

    @property
    def part_count(self) -> int:
        """How many parts lie there."""
        return sum(job.part_count for job in self.jobs)


def _of_person(job: WorkQueueJob) -> tuple[str, str]:
    return job.step.assigned_to or "nobody", job.step.assignee_name or queues.UNASSIGNED


def _of_station(job: WorkQueueJob) -> tuple[str, str]:
    return job.step.name, job.step.name


def _of_job(job: WorkQueueJob) -> tuple[str, str]:
    return job.step.job_id, job.step.job_name


VIEWS: dict[str, tuple[str, Callable[[WorkQueueJob], tuple[str, str]]]] = {
    "person": ("By person", _of_person),
    "station": ("By station", _of_station),
    "job": ("By job", _of_job),
}


@page()
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Show all work in progress; the address says how it is grouped, and whose, where or of what."""
    view = request.GET.get("by", "person")
    view = view if view in VIEWS else "person"
    work = queues.whole_queue(most=0)
    everything = {name: _grouped(work.jobs, key) for name, (_, key) in VIEWS.items()}
    chosen = {name: request.GET.get(name, "") for name in VIEWS}
    jobs = [
        job
        for job in work.jobs
        if all(not chosen[name] or key(job)[0] == chosen[name] for name, (_, key) in VIEWS.items())
        and (job.part_count or not request.GET.get("busy"))
    ]
    groups = _grouped(jobs[:LISTED], VIEWS[view][1])
    if view == "person":  # what is nobody's comes last, as everywhere
        groups.sort(key=lambda group: (group.key == "nobody", group.name.casefold()))
    context = {
        "view": view,
        "views": [(name, words) for name, (words, _) in VIEWS.items()],
        "options": [
            (name, label, sorted(everything[name], key=lambda group: group.name.casefold()), chosen[name])
            for name, label in (("person", "Person"), ("station", "Station"), ("job", "Job"))
        ],
        "busy": bool(request.GET.get("busy")),
        "filtered": any(chosen.values()) or bool(request.GET.get("busy")),
        "groups": groups,
        "left_out": max(0, len(jobs) - LISTED),
        "part_count": sum(job.part_count for job in jobs),
        "step_count": len(jobs),
    }
    return show(request, "queue/queue.html", context)


def _grouped(jobs: Iterable[WorkQueueJob], key: Callable[[WorkQueueJob], tuple[str, str]]) -> list[Group]:
    """Return the jobs by their key, in the order in which the keys come first."""
    groups: dict[tuple[str, str], list[WorkQueueJob]] = {}
    for job in jobs:
        groups.setdefault(key(job), []).append(job)
    return [Group(value, name, members) for (value, name), members in groups.items()]


urls = [path("queue", queue, name="queue")]
