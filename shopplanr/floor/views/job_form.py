"""Planning a new job, and changing one: the facts of a job in a form."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from certificates.models import Product
from certificates.services import products_of_jobs
from serials import job_list
from serials.models import Job
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right
from shopplanr.floor import given
from shopplanr.floor.pages import Tried, go, page, show
from shopplanr.lookup import get_or_refuse
from shopplanr.refusals import Refusal

TEXTS = {
    "name": "name",
    "goalQuantity": "goal_quantity",
    "customer": "customer",
    "purchaseOrder": "purchase_order",
    "partNumber": "part_number",
    "partRevision": "part_revision",
    "dueDate": "due_date",
    "tags": "tags",
    "productGtin": "product_gtin",
}
"""The fields of the form, as the API calls them, and the job's columns."""

SUGGESTED = 100
"""Customers and products that are suggested while typing."""

_READ = {"goalQuantity": given.number, "tags": given.listed}
"""How text becomes what the services take, where they take no text."""


@page(Right.PLAN)
@require_http_methods(["GET", "POST"])
def new_job(request: HttpRequest) -> HttpResponse:
    """Ask what to make and how many; with that the job is there, and its route is planned next."""
    if request.method == "GET":
        return _form(request, None)
    try:
        job = products_of_jobs.create(_fields(request.POST), actor_for(request, None))
    except Refusal as refusal:
        return _form(request, None, Tried("job", refusal, request.POST), refusal.status)
    messages.success(request, f"{job.name} is planned. It needs a route next.", extra_tags="done")
    return go(request, reverse("floor:job", args=[job.pk]))


@page(Right.PLAN)
@require_http_methods(["GET", "POST"])
def edit_job(request: HttpRequest, id: str) -> HttpResponse:
    """Change the facts of a job: those that were changed in the form, so that two who do so at once both succeed."""
    job = get_or_refuse(products_of_jobs.with_product(Job.objects.all()), id, "Job")
    if request.method == "GET":
        return _form(request, job)
    fields = _fields(request.POST)
    changes = {
        name: value for name, value in fields.items() if request.POST.get(name) != request.POST.get(f"was-{name}")
    }
    try:
        if changes:
            job = products_of_jobs.update(id, changes, actor_for(request, None))
    except Refusal as refusal:
        return _form(request, job, Tried("job", refusal, request.POST), refusal.status)
    messages.success(request, f"{job.name} is changed." if changes else "Nothing was changed.", extra_tags="done")
    return go(request, reverse("floor:job", args=[job.pk]))


def _form(request: HttpRequest, job: Job | None, tried: Tried | None = None, status: int = 200) -> HttpResponse:
    was = {name: _written(getattr(job, column)) if job else "" for name, column in TEXTS.items()}
    typed = tried.typed if tried else {}
    context = {
        "job": job,
        "values": {name: typed.get(name, value) for name, value in was.items()},
        "was": {name: typed.get(f"was-{name}", value) for name, value in was.items()} if job else {},
        "customers": job_list.customers()[:SUGGESTED],
        "products": list(Product.objects.order_by("name", "gtin").values_list("gtin", "name")[:SUGGESTED]),
        "tried": tried,
    }
    return show(request, "job/form.html", context, status=status)


def _written(value: object) -> str:
    """Return a fact as it stands in its field."""
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else str(value)


def _fields(typed: Mapping[str, str]) -> dict[str, object]:
    """Return what was typed, as the services take it."""
    return {name: _READ.get(name, str)(typed[name]) for name in TEXTS if name in typed}


urls = [
    path("jobs/new", new_job, name="new-job"),
    path("jobs/<str:id>/edit", edit_job, name="edit-job"),
]
