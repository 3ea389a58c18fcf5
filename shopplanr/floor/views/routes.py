"""Routes of a job: written anew, from a template or like another one, changed, and kept as a template."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from serials import asked
from serials.models import Job, Path, RouteTemplate, Step
from serials.services import planning, templates
from serials.services.route_steps import carried
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right
from shopplanr.floor import route_form
from shopplanr.floor.pages import Tried, go, page, show
from shopplanr.floor.route_editor import editor
from shopplanr.floor.route_form import RouteForm
from shopplanr.lookup import get_or_refuse
from shopplanr.refusals import Invalid, Refusal

OFFERED = 200
"""Templates, and routes of the job, that a new route can begin as."""

TEMPLATE, ROUTE = "template", "route"
"""What a new route can begin as, before the id: ``template:tmpl_…``."""


@page(Right.PLAN)
@require_http_methods(["GET", "POST"])
def new_route(request: HttpRequest, id: str) -> HttpResponse:
    """Write a route for the job. Nothing is kept before it is saved."""
    job = get_or_refuse(Job.objects.all(), id, "Job")
    routes = list(job.paths.order_by("created_at", "pk").only("job", "name", "goal_quantity"))
    form, tried = RouteForm(goal=_goal_left(job, routes), rows=route_form.blank_rows()), None
    try:
        if request.method == "GET":
            form = _begun(form, job, request.GET.get("from", ""))
        else:
            form = route_form.typed(request.POST)
            deed = request.POST.get("do", "save")
            if deed == "begin":
                form = _begun(form, job, request.POST.get("from", ""))
            elif deed != "save":
                form = route_form.after(form, deed)
            else:
                route = planning.create_path(form.given() | {"jobId": job.pk}, actor_for(request, None))
                return _saved(request, route)
    except Refusal as refusal:
        tried = _tried(request, refusal)
    context = {
        "job": job,
        "templates": RouteTemplate.objects.order_by("name", "pk").only("name")[:OFFERED],
        "routes": routes[:OFFERED],
        # Once it is filled in, nothing stays chosen: whoever presses the button again has chosen again.
        "begun": tried.typed.get("from", "") if tried and tried.form == "begin" else "",
        "editor": editor(form, faults=_faults(form, tried), is_dirty=request.method == "POST"),
        "fresh": request.method == "GET",
        "tried": tried,
    }
    return show(request, "route/new.html", context, status=tried.refusal.status if tried else 200)


def _goal_left(job: Job, routes: Sequence[Path]) -> str:
    """Return how many parts of the job's goal no route is to make yet."""
    planned = sum(route.goal_quantity for route in routes)
    return str(job.goal_quantity - planned) if planned < job.goal_quantity else ""


def _begun(form: RouteForm, job: Job, source: str) -> RouteForm:
    """Return the form filled from a template, or from another route of the job; as it is where none is named."""
    if not source:
        return form
    kind, _, source_id = source.partition(":")
    if kind == TEMPLATE:
        found = get_or_refuse(RouteTemplate.objects.all(), source_id, templates.NOUN)
    elif kind == ROUTE:
        found = get_or_refuse(job.paths.all(), source_id, "Path")
    else:
        raise Invalid.field("from", "Choose a template or a route from the list.", code="unknown_choice")
    return route_form.filled_from(form, found, found.steps.order_by("order"))


@page(Right.PLAN)
@require_http_methods(["GET", "POST"])
def edit_route(request: HttpRequest, id: str) -> HttpResponse:
    """Change a route. Steps that parts carry keep their place; everything else can change."""
    route, steps = _route(id)
    form, seen = route_form.of_path(route, steps), planning.mark_of(route, steps)
    tried = None
    if request.method == "POST":
        form, seen = route_form.typed(request.POST), request.POST.get("seen", "")
        deed = request.POST.get("do", "save")
        try:
            if deed == "save":
                return _saved(request, planning.save_path(id, form.given(), actor_for(request, None), seen=seen))
            form = route_form.after(form, deed, held=_held(steps))
        except Refusal as refusal:
            tried = _tried(request, refusal)
    return _edit_page(request, route, steps, form, tried, seen, is_dirty=request.method == "POST")


@page(Right.PLAN)
@require_POST
def save_as_template(request: HttpRequest, id: str) -> HttpResponse:
    """Keep the route, as it was saved, as a template."""
    route, steps = _route(id)
    try:
        fields = {"pathId": route.pk, "name": request.POST.get("name", "")}
        template = templates.create(fields, actor_for(request, None))
    except Refusal as refusal:
        form, tried = route_form.of_path(route, steps), Tried("template", refusal, request.POST)
        return _edit_page(request, route, steps, form, tried, planning.mark_of(route, steps))
    messages.success(request, f"{template.name} is a template now.", extra_tags="done")
    return go(request, reverse("floor:template", args=[template.pk]))


def _route(path_id: str) -> tuple[Path, Sequence[Step]]:
    route = get_or_refuse(Path.objects.select_related("job"), path_id, "Path")
    steps = route.steps.select_related("assigned_to").prefetch_related(asked.of_steps()).order_by("order")
    return route, list(steps)


def _held(steps: Sequence[Step]) -> frozenset[str]:
    return frozenset(step.pk for step in steps[: carried(steps)])


def _edit_page(
    request: HttpRequest,
    route: Path,
    steps: Sequence[Step],
    form: RouteForm,
    tried: Tried | None,
    seen: str,
    *,
    is_dirty: bool = False,
) -> HttpResponse:
    former = {step.assigned_to_id: step.assigned_to.name for step in steps if step.assigned_to_id}
    context = {
        "route": route,
        "job": route.job,
        "seen": seen,
        "editor": editor(form, held=_held(steps), former=former, faults=_faults(form, tried), is_dirty=is_dirty),
        "tried": tried,
    }
    return show(request, "route/edit.html", context, status=tried.refusal.status if tried else 200)


def _tried(request: HttpRequest, refusal: Refusal) -> Tried:
    """Return the refusal with the part of the form that it is about."""
    if request.POST.get("do", "") == "begin" or request.method == "GET":
        return Tried("begin", refusal, request.POST)
    return Tried("steps" if route_form.is_about_steps(refusal) else "route", refusal, request.POST)


def _faults(form: RouteForm, tried: Tried | None) -> dict[str, str]:
    return form.faults(tried.refusal) if tried else {}


def _saved(request: HttpRequest, route: Path) -> HttpResponse:
    messages.success(request, f"{route.name} is saved.", extra_tags="done")
    return go(request, f"{reverse('floor:job', args=[route.job_id])}#{route.pk}")


urls = [
    path("jobs/<str:id>/routes/new", new_route, name="new-route"),
    path("paths/<str:id>/edit", edit_route, name="edit-route"),
    path("paths/<str:id>/template", save_as_template, name="save-as-template"),
]
