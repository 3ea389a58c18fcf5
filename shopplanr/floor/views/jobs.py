"""The list of jobs in the order of work, and moving a job up or down in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import F, QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from certificates.api.jobs import ProductJobFilters
from serials import due_dates, job_list
from serials.job_list import JobRow
from serials.models import Job
from serials.queues.standing import urgency
from serials.services import priorities
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right
from shopplanr.api.listing import VALUE_MAX_LENGTH
from shopplanr.floor.pages import Tried, go, is_fragment, page, require, show
from shopplanr.floor.paging import Page, page_of
from shopplanr.refusals import Invalid, Refusal

SHOWN: Mapping[str, tuple[str, dict[str, str]]] = {
    "open": ("Open", {"open": "true"}),
    "late": ("Late", {"late": "true"}),
    "at_risk": ("At risk", {"atRisk": "true"}),
    "all": ("All", {}),
}
"""Views of the list, and the filters that each stands for."""

FILTERS = ("search", "customer", "tag")

ORDERS = {"turn": "Order of work", "due": "Due date", "name": "Name"}

OFFERED = 200
"""Customers and tags to choose from; the search finds the others."""


@dataclass(frozen=True, slots=True)
class Movable:
    """A row of the list, the jobs above and below it (``""``: none), and whether the jobs without a place begin here.

    ``place`` is where it stands in the whole list, from 1.
    """

    row: JobRow
    place: int
    above: str = ""
    below: str = ""
    is_first_by_date: bool = False


@page()
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """Show the jobs; the address says which, and in which order."""
    return _jobs(request)


def _jobs(
    request: HttpRequest, *, tried: Tried | None = None, said: Mapping | None = None, status: int = 200
) -> HttpResponse:
    template = "jobs/list.html" if is_fragment(request) else "jobs/jobs.html"
    return show(request, template, _context(request) | {"tried": tried, "said": said}, status=status)


def _context(request: HttpRequest) -> dict[str, object]:
    """Return what the list shows. Nine queries at most, with those of the person."""
    asked = {name: _words(request.GET.get(name, "")) for name in FILTERS}
    given = {name: value for name, value in asked.items() if value}
    shown = _one_of(SHOWN, request.GET.get("show"), "open")
    order = _one_of(ORDERS, request.GET.get("sort"), "turn")
    tally = due_dates.tally(ProductJobFilters(given, queryset=Job.objects.all()).qs)
    found = _ordered(ProductJobFilters(given | SHOWN[shown][1], queryset=Job.objects.all()).qs, order)
    jobs = page_of(found, request.GET.get("page"), total=getattr(tally, shown))
    is_fragment_only = is_fragment(request)
    return {
        "jobs": jobs,
        "rows": _movable(jobs, found, order),
        "asked": asked,
        "filtered": bool(given),
        "shown": shown,
        "tabs": [(name, words, getattr(tally, name)) for name, (words, _) in SHOWN.items()],
        "order": order,
        "orders": ORDERS.items(),
        "customers": [] if is_fragment_only else _offered(job_list.customers(), asked["customer"]),
        "tags": [] if is_fragment_only else _offered(job_list.tags(), asked["tag"]),
        "may_plan": request.user.has_perm(Right.PLAN),
        "may_move": request.user.has_perm(Right.PLAN) and order == "turn" and shown != "all",
        "query": request.GET.urlencode(),
    }


def _movable(jobs: Page, found: QuerySet[Job], order: str) -> list[Movable]:
    """Return the rows with their neighbours, beyond the ends of the page too: one more query where there are pages."""
    rows = job_list.rows_of(jobs.rows)
    ids = ["", *(row.job.pk for row in rows), ""]
    if order == "turn" and (jobs.before or jobs.behind):
        begin = max(0, jobs.first - 2)
        around = list(found[begin : jobs.last + 1].values_list("pk", flat=True))
        ids = [*([] if jobs.before else [""]), *around, *([] if jobs.behind else [""])]
    by_date = [row.job.pk for row in rows if not row.job.ranked]
    return [
        Movable(
            row=row,
            place=jobs.first + index,
            above=ids[index],
            below=ids[index + 2],
            is_first_by_date=order == "turn" and by_date[:1] == [row.job.pk],
        )
        for index, row in enumerate(rows)
    ]


def _ordered(found: QuerySet[Job], order: str) -> QuerySet[Job]:
    if order == "name":
        return found.order_by(Lower("name"), "pk")
    if order == "due":
        return found.order_by(F("due_date").asc(nulls_last=True), *urgency(), "priority")
    return job_list.in_turn(found)


@page()
@require_POST
def move(request: HttpRequest, id: str) -> HttpResponse:
    """Move a job before or behind the one that stood beside it, or to the top; the list comes back as it then is."""
    require(request, Right.PLAN)
    try:
        job = _moved(request.POST, id, request)
    except Refusal as refusal:
        return _jobs(request, tried=Tried("move", refusal, request.POST), status=refusal.status)
    if is_fragment(request):
        return _jobs(request, said={"verdict": "done", "message": f"{job.name} has moved."})
    messages.success(request, f"{job.name} has moved.", extra_tags="done")
    query = request.GET.urlencode()
    return go(request, f"{reverse('floor:jobs')}{'?' if query else ''}{query}#{job.pk}")


def _moved(given: Mapping, job_id: str, request: HttpRequest) -> Job:
    actor = actor_for(request, None)
    if "top" in given:
        return priorities.move(job_id, actor, position=1)
    if "before" in given:
        return priorities.place(job_id, actor, before=given["before"])
    if "behind" in given:
        return priorities.place(job_id, actor, behind=given["behind"])
    raise Invalid("Say where the job goes: up, down or to the top.")


def _one_of(known: Mapping[str, object], given: str | None, otherwise: str) -> str:
    return given if given in known else otherwise


def _words(text: str) -> str:
    return text.replace("\0", "").strip()[:VALUE_MAX_LENGTH]


def _offered(known: Sequence[str], chosen: str) -> list[str]:
    """Return what to choose from, with what is chosen already."""
    offered = list(known[:OFFERED])
    return offered if not chosen or chosen in offered else [chosen, *offered]


urls = [
    path("jobs", jobs, name="jobs"),
    path("jobs/<str:id>/move", move, name="move-job"),
]
