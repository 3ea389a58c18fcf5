"""One job: how far it is, its route boards, starting a batch, and who does which step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from certificates.models import CertificateType
from certificates.services import attaching, products_of_jobs
from serials.due_dates import put_due_status
from serials.figures import PartCounts, counts_by_path, percent
from serials.models import Job, Path, Serial, Step
from serials.refusals import PathHasSerials
from serials.route_board import boards_of
from serials.services import paths, steps
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right, refusal_sentence
from shopplanr.floor import given, offered
from shopplanr.floor.chosen import parts_in_words
from shopplanr.floor.pages import Tried, go, is_fragment, page, require, show
from shopplanr.floor.paging import page_of
from shopplanr.ids import serial_number
from shopplanr.lookup import get_or_refuse
from shopplanr.refusals import Invalid, Refusal

ROUTES_SHOWN = 8
"""Routes on one page; the others are on the next."""

ROUTES_OFFERED = 50
"""Routes to choose from for a batch; any other one is asked for by its own button."""

PARTS_LISTED = 50
"""Parts listed of each route; the list of parts has them all."""

CERTIFICATE_FACTS = {"heat": "heatNumber", "supplier": "supplier"}
"""What the form asks about a new certificate, by the name that its metadata has for it."""


@page()
@require_GET
def job(request: HttpRequest, id: str) -> HttpResponse:
    """Show the job; where a script asks for one step of a board, that alone."""
    if is_fragment(request) and "step" in request.GET:
        return _one_stage(request, id, request.GET["step"])
    return _job(request, id)


def _job(request: HttpRequest, job_id: str, tried: Tried | None = None, status: int = 200) -> HttpResponse:
    """Show the job. Twelve queries at most, with those of the person, and one more where somebody assigns a step."""
    job = _found(job_id)
    counts = counts_by_path(job)
    parts = sum(counts.values(), PartCounts())
    routes = list(job.paths.order_by("created_at", "id"))
    routes_page = page_of(routes, request.GET.get("page"), ROUTES_SHOWN)
    boards = boards_of(routes_page.rows, counts, PARTS_LISTED)
    may = {right.name.lower(): request.user.has_perm(right) for right in (Right.PLAN, Right.CREATE_SERIALS)}
    context = {
        "job": job,
        "parts": parts,
        "percent": percent(parts.completed, job.goal_quantity),
        "boards": boards,
        "routes": routes_page,
        "asks": any(stage.step.asked for board in boards for stage in board.stages),
        "may": may,
        "started": _started(request, job),
        "tried": tried,
        **_assigning(request, tried),
        **(_batch_form(request, routes, counts, tried) if may["create_serials"] and routes else {}),
        "why_no_batch": "" if may["create_serials"] else refusal_sentence(Right.CREATE_SERIALS),
    }
    return show(request, "job/job.html", context, status=status)


def _found(job_id: str) -> Job:
    job = get_or_refuse(products_of_jobs.with_product(Job.objects.all()), job_id, "Job")
    put_due_status([job])
    return job


# --- Batches


@dataclass(frozen=True, slots=True)
class Startable:
    """A route on which parts can be started, and those that are on it already."""

    path: Path
    parts: PartCounts

    @property
    def missing(self) -> int:
        """How many are yet to be started for its goal."""
        return self.parts.missing_to(self.path.goal_quantity)


def _batch_form(
    request: HttpRequest, routes: Sequence[Path], counts: Mapping[str, PartCounts], tried: Tried | None
) -> dict[str, object]:
    """Return what the form for a batch offers: routes with what each lacks, and the latest certificates.

    Chosen is the route that was asked for, else the first that lacks parts.
    """
    startable = [Startable(route, counts.get(route.pk, PartCounts())) for route in routes]
    asked = tried.typed.get("pathId") if tried and tried.form == "batch" else request.GET.get("path")
    chosen = next((each for each in startable if each.path.pk == asked), None)
    chosen = chosen or next((each for each in startable if each.missing), startable[0])
    may_certify = request.user.has_perm(Right.CERTIFY)
    return {
        "startable": [each for place, each in enumerate(startable) if place < ROUTES_OFFERED or each is chosen],
        "chosen": chosen,
        "certificates": offered.certificates(CertificateType.MATERIAL),
        "may_certify": may_certify,
        "why_not_certify": "" if may_certify else refusal_sentence(Right.CERTIFY),
    }


@page()
@require_POST
def start_batch(request: HttpRequest, id: str) -> HttpResponse:
    """Start parts on a route of the job, with a certificate where one is named, and say which they are."""
    typed = request.POST
    try:
        require(request, Right.CREATE_SERIALS)
        certificate = _new_certificate(request)
        path_id = typed.get("pathId", "")
        batch = id, path_id, given.number(typed.get("quantity", "")), actor_for(request, None)
        seen = given.number(typed.get(f"seen-{path_id}", ""))  # how many parts the page showed there
        if certificate:
            serials = attaching.create_certified_batch(*batch, certificate, expected_parts=seen)
        else:
            serials = attaching.create_batch(*batch, typed.get("certId") or None, expected_parts=seen)
    except Refusal as refusal:
        return _job(request, id, Tried("batch", refusal, typed), refusal.status)
    return go(request, f"{reverse('floor:job', args=[id])}?started={serials[0].id}..{serials[-1].id}")


def _new_certificate(request: HttpRequest) -> dict[str, object] | None:
    """Return the fields of the certificate that is to be recorded with the batch, None where none was typed."""
    typed = {name: request.POST.get(name, "").strip() for name in ("certName", *CERTIFICATE_FACTS)}
    if not any(typed.values()):
        return None
    require(request, Right.CERTIFY)
    if request.POST.get("certId"):
        raise Invalid.field("certId", "Choose a certificate or record a new one, not both", code="two_certificates")
    facts = {fact: typed[name] for name, fact in CERTIFICATE_FACTS.items() if typed[name]}
    return {"type": CertificateType.MATERIAL.value, "name": typed["certName"], "metadata": facts or None}


def _started(request: HttpRequest, job: Job) -> dict[str, object] | None:
    """Return the batch that the address names, once it was really started; None where it names none of this job."""
    ends = [serial_number(each) for each in request.GET.get("started", "").split("..", 1)]
    if len(ends) != 2 or None in ends or ends[0] > ends[1]:
        return None
    serials = Serial.objects.filter(job=job, number__gte=ends[0], number__lte=ends[1])
    if serials.count() != ends[1] - ends[0] + 1:
        return None
    first, last = request.GET["started"].split("..", 1)
    return {
        "words": parts_in_words(ends[1] - ends[0] + 1),
        "range": first if first == last else f"{first} to {last}",
        "serials": first if first == last else f"{first}..{last}",
    }


# --- Steps


def _assigning(request: HttpRequest, tried: Tried | None) -> dict[str, object]:
    """Return which step is being given to somebody, and the people to choose from."""
    step = tried.typed.get("step", "") if tried and tried.form == "assign" else request.GET.get("assign", "")
    if not step or not request.user.has_perm(Right.PLAN):
        return {"assigning": ""}
    people = get_user_model().objects.filter(is_active=True).order_by(Lower("name"), "name")
    return {"assigning": step, "people": list(people.values_list("pk", "name"))}


def _one_stage(
    request: HttpRequest, job_id: str, step_id: str, *, tried: Tried | None = None, said: str = "", status: int = 200
) -> HttpResponse:
    """Show one step of a board: while it is given to somebody, after that, or when it was thought better of."""
    job = get_or_refuse(Job.objects.all(), job_id, "Job")
    step = get_or_refuse(Step.objects.filter(path__job=job.pk).select_related("path"), step_id, "ProcessStep")
    (board,) = boards_of([step.path], {}, 0)
    context = {
        "board": board,
        "stage": next(stage for stage in board.stages if stage.step.pk == step.pk),
        "job": job,
        "may": {"plan": request.user.has_perm(Right.PLAN)},
        "is_alone": True,
        "said": {"verdict": "done", "message": said} if said else None,
        "tried": tried,
    }
    return show(request, "job/stage.html", context | _assigning(request, tried), status=status)


@page()
@require_POST
def assign(request: HttpRequest, id: str) -> HttpResponse:
    """Give a step to somebody, or to nobody."""
    require(request, Right.PLAN)
    job_id = get_or_refuse(Step.objects.select_related("path"), id, "ProcessStep").path.job_id
    try:
        step = steps.assign(id, request.POST.get("userId") or None, actor_for(request, None))
    except Refusal as refusal:
        typed = request.POST.copy()
        typed["step"] = id
        tried = Tried("assign", refusal, typed)
        if is_fragment(request):
            return _one_stage(request, job_id, id, tried=tried, status=refusal.status)
        return _job(request, job_id, tried, refusal.status)
    who = step.assigned_to
    words = f"{step.name} is {who.name}'s now." if who else f"{step.name} is nobody's now."
    if is_fragment(request):
        return _one_stage(request, job_id, id, said=words)
    messages.success(request, words, extra_tags="done")
    return go(request, f"{reverse('floor:job', args=[job_id])}#{step.path_id}")


# --- Routes


@page(Right.PLAN)
@require_http_methods(["GET", "POST"])
def delete_route(request: HttpRequest, id: str) -> HttpResponse:
    """Ask before a route without parts is deleted, and do it."""
    route = get_or_refuse(Path.objects.select_related("job").prefetch_related("steps"), id, "Path")
    if request.method != "POST":
        why_not = PathHasSerials.sentence if route.serials.exists() else ""
        return show(request, "job/delete_route.html", {"route": route, "why_not": why_not})
    try:
        paths.delete(id, actor_for(request, None))
    except Refusal as refusal:
        context = {"route": route, "tried": Tried("delete", refusal, request.POST)}
        return show(request, "job/delete_route.html", context, status=refusal.status)
    messages.success(request, f"The route {route.name} is deleted.", extra_tags="done")
    return go(request, reverse("floor:job", args=[route.job_id]))


urls = [
    path("jobs/<str:id>", job, name="job"),
    path("jobs/<str:id>/batches", start_batch, name="start-batch"),
    path("steps/<str:id>/assign", assign, name="assign-step"),
    path("paths/<str:id>/delete", delete_route, name="delete-route"),
]
