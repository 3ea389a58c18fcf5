"""The audit trail: what happened, found by part, person, action, job and day, and taken along as CSV."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from audit import trail
from audit.api import AuditFilters
from audit.models import Action, AuditEntry
from audit.proof.state import proof_state
from shopplanr import clock, csv_lines
from shopplanr.accounts.roles import Right
from shopplanr.api.listing import CHUNK_ROWS, VALUE_MAX_LENGTH
from shopplanr.api.shapes import timestamp
from shopplanr.floor.entries import Described, describe
from shopplanr.floor.pages import page, show
from shopplanr.floor.paging import page_of
from shopplanr.ids import serial_number
from shopplanr.refusals import Invalid, Refusal
from shopplanr.values import calendar_date

FILTERS = ("action", "person", "part", "jobId", "certId", "stepId", "since", "until")

PEOPLE_OFFERED = 200

COLUMNS = (
    *("sequence", "entry_id", "timestamp", "action", "user_id", "user", "called_by", "credential", "serial_id"),
    *("batch", "job_id", "job", "path_id", "step_id", "from_step_id", "to_step_id", "step", "cert_id", "certificate"),
    *("reason", "metadata"),
)
"""Of the CSV. Ids stay beside names: they are what other systems know."""


@page(Right.READ_AUDIT)
@require_GET
def entries(request: HttpRequest) -> HttpResponse:
    """Show the entries that the address asks for, newest first."""
    asked = {name: request.GET.get(name, "").strip() for name in FILTERS}
    refusal = None
    try:
        found = _found(asked)
    except Refusal as unusable:
        found, refusal = AuditEntry.objects.none(), unusable
    listed = page_of(found.order_by("-sequence"), request.GET.get("page"))
    people = get_user_model().objects.order_by("-is_active", "name").values_list("pk", "name")[:PEOPLE_OFFERED]
    context = {
        "listed": listed,
        "rows": describe(listed.rows),
        "asked": asked,
        "filtered": any(asked.values()),
        "refusal": refusal,
        "actions": Action.choices,
        "people": people,
        "proof": proof_state(),
    }
    return show(request, "audit/entries.html", context, status=refusal.status if refusal else 200)


def _found(asked: dict[str, str]) -> QuerySet[AuditEntry]:
    """Return the entries; days are the site's own, both ends inclusive. Raises what a filter cannot use."""
    for name, value in asked.items():
        if len(value) > VALUE_MAX_LENGTH or "\0" in value:
            raise Invalid.field(name, f"{name} cannot be looked for like this", code="invalid_filter")
    rows = AuditEntry.objects.all()
    if part := asked["part"].upper():
        if serial_number(part) is None:
            raise Invalid.field("part", "A part is looked for by its number, such as SN-00042", code="invalid_filter")
        rows = AuditEntry.objects.filter(pk__in=trail.of_serial(part).order_by().values("pk"))
    if person := asked["person"]:
        rows = rows.filter(Q(user_id=person) | Q(called_by=person))
    if since := calendar_date(asked["since"], "since"):
        rows = rows.filter(timestamp__gte=clock.beginning_of(since))
    if until := calendar_date(asked["until"], "until"):
        rows = rows.filter(timestamp__lt=clock.beginning_of(until + timedelta(days=1)))
    given = {name: asked[name] for name in ("action", "jobId", "certId", "stepId") if asked[name]}
    filterset = AuditFilters(given, queryset=rows)
    if not filterset.is_valid():
        name, messages = next(iter(filterset.errors.items()))
        raise Invalid.field(name, str(messages[0]), code="invalid_filter")
    return filterset.qs


@page(Right.READ_AUDIT)
@require_GET
def as_csv(request: HttpRequest) -> HttpResponse:
    """Hand out the same entries as a file, oldest first, streamed."""
    asked = {name: request.GET.get(name, "").strip() for name in FILTERS}
    entries = _found(asked).order_by("sequence").iterator(chunk_size=CHUNK_ROWS)
    return csv_lines.file(f"audit-{clock.today():%Y-%m-%d}.csv", COLUMNS, _rows(entries))


def _rows(entries: Iterator[AuditEntry]) -> Iterator[tuple[object, ...]]:
    while chunk := list(islice(entries, CHUNK_ROWS)):
        yield from map(_cells, describe(chunk))


def _cells(each: Described) -> tuple[object, ...]:
    entry = each.entry
    return (
        *(entry.sequence, entry.entry_id, timestamp(entry.timestamp), entry.action),
        *(entry.user_id, each.who, each.called_by, entry.credential, entry.serial_id),
        *(each.part if entry.batch_start else "", entry.job_id, each.job, entry.path_id),
        *(entry.step_id, entry.from_step_id, entry.to_step_id, each.where, entry.cert_id, each.certificate),
        *(each.why, AuditEntry._meta.get_field("metadata").get_prep_value(entry.metadata) or ""),
    )


urls = [
    path("audit", entries, name="audit"),
    path("audit.csv", as_csv, name="audit-csv"),
]
