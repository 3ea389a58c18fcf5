"""Parts: searched, filtered and sorted, and what is done with those that are chosen."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from certificates.api.serials import CertifiedSerialFilters
from certificates.models import Certificate
from certificates.services import attaching
from serials.models import Job, Path, Serial, SerialStatus, Step
from serials.services import bulk_moves
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right
from shopplanr.api.listing import VALUE_MAX_LENGTH
from shopplanr.floor import device, offered
from shopplanr.floor.chosen import chosen, parts_in_words, require_some, where_seen
from shopplanr.floor.pages import Tried, go, own_address, page, require, show
from shopplanr.floor.paging import page_of
from shopplanr.lookup import is_plausible_id
from shopplanr.refusals import Invalid, Refusal

ORDERINGS = {"number": "number", "job": "job__name", "state": "status", "changed": "updated_at"}
"""By what the list can be sorted; a leading hyphen turns it round."""


@dataclass(frozen=True, slots=True)
class Row:
    """A part in the list, with where it is."""

    serial: Serial
    step: Step | None

    @property
    def seen(self) -> str:
        """The part and its place, as forms name it."""
        return f"{self.serial.id}@{self.serial.current_step_index}"


@page()
@require_GET
def serials(request: HttpRequest) -> HttpResponse:
    """Show the parts that the address asks for."""
    return _list(request)


def _list(request: HttpRequest, tried: Tried | None = None, status: int = 200) -> HttpResponse:
    asked = request.GET
    filters = {name: asked.get(name, "").strip() for name in ("search", "status", "station", "jobId", "pathId")}
    filters |= {name: asked.get(name, "").strip() for name in ("stepId", "assignedTo", "certId")}
    found, unusable = _filtered(request, filters)
    word = asked.get("sort", "number")
    column = ORDERINGS.get(word.removeprefix("-"), "number")
    direction = "-" if word.startswith("-") else ""
    ordered = found.select_related("job", "path").order_by(f"{direction}{column}", "number")
    listed = page_of(ordered, asked.get("page"))
    may_attach = request.user.has_perm(Right.ATTACH)
    context = {
        "listed": listed,
        "rows": _rows(listed.rows),
        "filters": filters,
        "about": _about(filters),
        "filtered": any(filters.values()),
        "unusable": unusable,
        "sort": word,
        "states": SerialStatus.choices,
        "tried": tried,
        "chosen": set(map(str, chosen(request.POST))) if tried else set(),
        "certificates": offered.certificates(in_hand=device.certificate(request)) if may_attach else [],
        "in_hand": device.certificate(request),
        "may_advance": request.user.has_perm(Right.ADVANCE),
    }
    return show(request, "serials/list.html", context, status=status)


def _filtered(request: HttpRequest, filters: dict[str, str]) -> tuple[QuerySet[Serial], str]:
    """Return the parts that the API's own filters find, and what is wrong with a value that they cannot use."""
    given = {name: value[:VALUE_MAX_LENGTH].replace("\0", "") for name, value in filters.items() if value}
    filterset = CertifiedSerialFilters(given, queryset=Serial.objects.all(), request=request)
    if not filterset.is_valid():
        return Serial.objects.none(), str(next(iter(filterset.errors.values()))[0])
    return filterset.qs, ""


def _rows(found: list[Serial]) -> list[Row]:
    """Put the step where it stands beside each part; one query."""
    steps = {
        (step.path_id, step.order): step
        for step in Step.objects.filter(path__in={serial.path_id for serial in found}).only(
            "path_id", "order", "name", "location"
        )
    }
    return [Row(serial, steps.get((serial.path_id, serial.current_step_index))) for serial in found]


def _about(filters: dict[str, str]) -> list[tuple[str, str]]:
    """Return what filters by ids mean, in words; a query for each that is set."""
    words = []
    for name, model, what in (("jobId", Job, "Job"), ("pathId", Path, "Route"), ("stepId", Step, "Step")):
        if filters[name] and is_plausible_id(filters[name]):
            found = model.objects.filter(pk=filters[name]).values_list("name", flat=True).first()
            words.append((name, f"{what}: {found or 'unknown'}"))
    if filters["certId"] and is_plausible_id(filters["certId"]):
        found = Certificate.objects.filter(pk=filters["certId"]).values_list("name", flat=True).first()
        words.append(("certId", f"Certificate: {found or 'unknown'}"))
    return words


@page()
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Do to the chosen parts what the pressed button says, to all of them or to none; then show the list again."""
    parts = chosen(request.POST)
    deed = request.POST.get("do", "")
    back = own_address(request, request.POST.get("back", ""), reverse("floor:serials"))
    try:
        if deed == "labels":
            ids = require_some(parts, "that need a label")
            return go(request, f"{reverse('floor:labels')}?{urlencode({'serials': ','.join(ids)})}")
        if deed == "jump":
            require_some(parts, "that jump")
            query = urlencode([("seen", str(part)) for part in parts] + [("back", back)])
            return go(request, f"{reverse('floor:jump')}?{query}")
        if deed == "advance":
            require(request, Right.ADVANCE)
            ids = require_some(parts, "that are done")
            moved = bulk_moves.advance_all(ids, actor_for(request, None), expected_step_index=where_seen(parts))
            words = f"{parts_in_words(len(moved))} moved one step on."
        elif deed == "attach":
            require(request, Right.ATTACH)
            ids = require_some(parts, "that get the certificate")
            attached = attaching.attach_all(request.POST.get("cert"), ids, actor_for(request, None))
            words = f"The certificate is on {parts_in_words(len(attached))} now."
        else:
            raise Invalid.field("do", "Choose what to do with the parts.", code="unknown_choice")
    except Refusal as refusal:
        _look_like(request, back)
        return _list(request, Tried("parts", refusal, request.POST), refusal.status)
    messages.success(request, words, extra_tags="done")
    return go(request, back)


def _look_like(request: HttpRequest, address: str) -> None:
    """Let the list be shown as it was when the form was sent: with its filters, on its page."""
    request.GET = QueryDict(address.partition("?")[2])


urls = [
    path("serials", serials, name="serials"),
    path("serials/act", act, name="act"),
]
