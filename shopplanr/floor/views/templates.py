"""Route templates: listed, written, made routes from, and thrown away."""

from collections.abc import Sequence

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from serials import asked
from serials.due_dates import still_open
from serials.models import Job, RouteTemplate, TemplateStep
from serials.services import planning, templates
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right, refusal_sentence
from shopplanr.api.listing import VALUE_MAX_LENGTH
from shopplanr.floor import given, route_form
from shopplanr.floor.pages import Tried, go, page, show
from shopplanr.floor.paging import page_of
from shopplanr.floor.route_editor import AS_USUAL, MODES, editor
from shopplanr.floor.route_form import RouteForm
from shopplanr.lookup import get_or_refuse, is_plausible_id
from shopplanr.refusals import Refusal

JOBS_OFFERED = 100
"""Open jobs to make a route for, the most urgent first; the search finds the others."""

MODE_WORDS = {mode.value: mode for mode in (AS_USUAL, *MODES)}


@page()
@require_GET
def all_templates(request: HttpRequest) -> HttpResponse:
    """Show the templates by name."""
    words = _words(request, "search")
    rows = RouteTemplate.objects.order_by("name", "pk").prefetch_related("steps")
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(pk__in=_with_step(words)))
    context = {
        "listed": page_of(rows, request.GET.get("page")),
        "words": words,
        "modes": MODE_WORDS,
        "may_plan": request.user.has_perm(Right.PLAN),
    }
    return show(request, "templates/list.html", context)


def _with_step(words: str):
    return TemplateStep.objects.filter(name__icontains=words).order_by().values("template")


def _words(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:VALUE_MAX_LENGTH]


@page()
@require_GET
def template(request: HttpRequest, id: str) -> HttpResponse:
    """Show what a template says, and offer to make a route of it."""
    return _template(request, id)


def _template(request: HttpRequest, template_id: str, tried: Tried | None = None) -> HttpResponse:
    found, steps = _found(template_id)
    words, may_plan = _words(request, "job"), request.user.has_perm(Right.PLAN)
    chosen = tried.typed.get("jobId", "") if tried else ""
    jobs, more = _open_jobs(words, chosen) if may_plan else ([], False)
    context = {
        "template": found,
        "steps": steps,
        "mode": MODE_WORDS[found.advancement_mode],
        "jobs": jobs,
        "chosen": chosen,
        "words": words,
        "more_jobs": more,
        "may_plan": may_plan,
        "not_planner": "" if may_plan else refusal_sentence(Right.PLAN),
        "tried": tried,
    }
    return show(request, "templates/template.html", context, status=tried.refusal.status if tried else 200)


def _found(template_id: str) -> tuple[RouteTemplate, Sequence[TemplateStep]]:
    found = get_or_refuse(RouteTemplate.objects.all(), template_id, templates.NOUN)
    return found, list(found.steps.prefetch_related(asked.of_template_steps()).order_by("order"))


def _open_jobs(words: str, chosen: str) -> tuple[Sequence[Job], bool]:
    """Return open jobs in the order of work, and whether there are more; the chosen one is among them."""
    every = Job.objects.only("name", "customer", "goal_quantity", "priority")
    rows = still_open(every).order_by("priority")
    if words:
        rows = rows.filter(
            Q(name__icontains=words)
            | Q(customer__icontains=words)
            | Q(purchase_order__icontains=words)
            | Q(part_number__icontains=words)
        )
    jobs = list(rows[: JOBS_OFFERED + 1])
    more, jobs = len(jobs) > JOBS_OFFERED, jobs[:JOBS_OFFERED]
    if is_plausible_id(chosen) and chosen not in {job.pk for job in jobs}:
        jobs += every.filter(pk=chosen)
    return jobs, more


@page(Right.PLAN)
@require_POST
def apply(request: HttpRequest, id: str) -> HttpResponse:
    """Make a route of a job from the template, and go there: people, and what differs, are written next."""
    typed = request.POST
    fields = {"jobId": typed.get("jobId"), "pathName": typed.get("pathName")}
    try:
        route = templates.apply(
            id, fields | {"goalQuantity": given.number(typed.get("goalQuantity", ""))}, actor_for(request, None)
        )
    except Refusal as refusal:
        return _template(request, id, Tried("apply", refusal, typed))
    messages.success(request, f"{route.name} is a route of {route.job.name} now.", extra_tags="done")
    return go(request, reverse("floor:edit-route", args=[route.pk]))


@page(Right.PLAN)
@require_POST
def delete(request: HttpRequest, id: str) -> HttpResponse:
    """Throw the template away; routes that were made from it stay as they are."""
    found, _ = _found(id)
    templates.delete(id, actor_for(request, None))
    messages.success(request, f"{found.name} is deleted.", extra_tags="done")
    return go(request, reverse("floor:templates"))


@page(Right.PLAN)
@require_http_methods(["GET", "POST"])
def new_template(request: HttpRequest) -> HttpResponse:
    """Write a template. Nothing is kept before it is saved."""
    form, tried = RouteForm(mode="", rows=route_form.blank_rows()), None
    if request.method == "POST":
        form, deed = route_form.typed(request.POST), request.POST.get("do", "save")
        try:
            if deed == "save":
                return _saved(request, templates.create(form.given(), actor_for(request, None)))
            form = route_form.after(form, deed)
        except Refusal as refusal:
            tried = _tried(request, refusal)
    return _editor(request, form, tried)


@page(Right.PLAN)
@require_http_methods(["GET", "POST"])
def edit_template(request: HttpRequest, id: str) -> HttpResponse:
    """Change a template; routes that were made from it stay as they are."""
    found, steps = _found(id)
    form, seen, tried = route_form.of_template(found, steps), planning.mark_of(found, steps), None
    if request.method == "POST":
        form, seen = route_form.typed(request.POST), request.POST.get("seen", "")
        deed = request.POST.get("do", "save")
        try:
            if deed == "save":
                saved = planning.save_template(id, form.given(), actor_for(request, None), seen=seen)
                return _saved(request, saved)
            form = route_form.after(form, deed)
        except Refusal as refusal:
            tried = _tried(request, refusal)
    return _editor(request, form, tried, template=found, seen=seen)


def _editor(request: HttpRequest, form: RouteForm, tried: Tried | None, **more) -> HttpResponse:
    faults = form.faults(tried.refusal) if tried else {}
    shown = editor(form, with_people=False, faults=faults, is_dirty=request.method == "POST")
    context = {"editor": shown, "tried": tried} | more
    return show(request, "templates/edit.html", context, status=tried.refusal.status if tried else 200)


def _tried(request: HttpRequest, refusal: Refusal) -> Tried:
    return Tried("steps" if route_form.is_about_steps(refusal) else "route", refusal, request.POST)


def _saved(request: HttpRequest, saved: RouteTemplate) -> HttpResponse:
    messages.success(request, f"{saved.name} is saved.", extra_tags="done")
    return go(request, reverse("floor:template", args=[saved.pk]))


urls = [
    path("templates", all_templates, name="templates"),
    path("templates/new", new_template, name="new-template"),
    path("templates/<str:id>", template, name="template"),
    path("templates/<str:id>/edit", edit_template, name="edit-template"),
    path("templates/<str:id>/apply", apply, name="apply-template"),
    path("templates/<str:id>/delete", delete, name="delete-template"),
]
