"""The station: what is here, what comes next, what is further back, and finishing it. The operator's home page."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from certificates.models import Certificate
from certificates.services import attaching
from serials import queues
from serials.models import ScrapReason
from serials.services import bulk_moves
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right
from shopplanr.floor import device, latest_scans, offered
from shopplanr.floor.chosen import chosen, parts_in_words, require_some, where_seen
from shopplanr.floor.moved import said
from shopplanr.floor.pages import Tried, go, is_fragment, page, require, show
from shopplanr.lookup import get_or_refuse
from shopplanr.refusals import Invalid, Refusal

ROWS = 50
"""Parts of each kind that are listed. Who has more here finds the others by scanning, or in the list of parts."""


@page()
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show the station where this device stands; ask for it where that is not known."""
    name = device.station(request)
    if not name:
        return redirect("floor:stations")
    return _station(request, name)


@page()
@require_GET
def station(request: HttpRequest, name: str) -> HttpResponse:
    """Show any station: a lead looks around, and the device stays where it is."""
    return _station(request, name)


@page()
def stations(request: HttpRequest) -> HttpResponse:
    """Ask where the device stands, and remember it."""
    if request.method == "POST":
        name = request.POST.get("name", "").strip()
        known = {each.step_name for each in queues.stations()}
        if name not in known:
            raise Invalid.field("name", "No route has a step of this name. Choose one of the list.", code="no_station")
        response = go(request, reverse("floor:home"))
        device.remember(request, response, device.STATION, name)
        return response
    return show(request, "station/choose.html", {"stations": queues.stations()})


@page()
@require_POST
def finish(request: HttpRequest) -> HttpResponse:
    """Move the chosen parts one step on, all of them or none; a part that is no longer where it was seen is refused."""
    require(request, Right.ADVANCE)
    parts = chosen(request.POST)
    try:
        moved = bulk_moves.advance_all(
            require_some(parts, "that are done"), actor_for(request, None), expected_step_index=where_seen(parts)
        )
    except Refusal as refusal:
        return again(request, refusal)
    return done(request, *said(moved))


@page()
@require_POST
def attach(request: HttpRequest) -> HttpResponse:
    """Attach a certificate to the chosen parts, all of them or none."""
    require(request, Right.ATTACH)
    try:
        serial_ids = require_some(chosen(request.POST), "that get the certificate")
        certificate_id = request.POST.get("cert") or device.certificate(request)
        attached = attaching.attach_all(certificate_id, serial_ids, actor_for(request, None))
    except Refusal as refusal:
        return again(request, refusal)
    name = Certificate.objects.values_list("name", flat=True).get(pk=attached[0].certificate_id)
    return done(request, f"{parts_in_words(len(attached))} {'has' if len(attached) == 1 else 'have'} {name} now.")


@page()
@require_POST
def in_hand(request: HttpRequest) -> HttpResponse:
    """Take a certificate in hand, so that scans attach it; or put it away."""
    certificate_id = request.POST.get("cert", "")
    if certificate_id:
        require(request, Right.ATTACH)
        get_or_refuse(Certificate.objects.all(), certificate_id, "Certificate")
    response = go(request, back(request))
    device.remember(request, response, device.CERTIFICATE, certificate_id)
    return response


def _station(request: HttpRequest, name: str, said: Mapping | None = None) -> HttpResponse:
    return _show(request, station_context(request, name) | {"said": said})


def _show(request: HttpRequest, context: Mapping[str, object], status: int = 200) -> HttpResponse:
    template = "station/parts.html" if is_fragment(request) else "station/station.html"
    return show(request, template, context, status=status)


def station_context(request: HttpRequest, name: str, tried: Tried | None = None) -> dict[str, object]:
    """Return what the station's templates show. Ten queries at most, with those of the person."""
    hand = device.certificate(request)
    certificates = offered.certificates(in_hand=hand)
    return {
        "queue": queues.at_station(name, most=ROWS),
        "startable": queues.startable_at(name),
        "certificates": certificates,
        "in_hand": next((each for each in certificates if each.pk == hand), None),
        "scans": latest_scans.at(name, request.user.pk),
        "chosen": set(map(str, chosen(request.POST))) if tried else set(),
        "at_station": name,
        "own": name == device.station(request),
        "tried": tried,
        "may_advance": request.user.has_perm(Right.ADVANCE),
        "may_attach": request.user.has_perm(Right.ATTACH),
        "may_create": request.user.has_perm(Right.CREATE_SERIALS),
    }


def done(request: HttpRequest, happened: str, following: str = "") -> HttpResponse:
    """Show the station as it is now, with what happened there; without scripts the browser goes there."""
    if is_fragment(request):
        words = {"verdict": "done", "message": happened, "next": following}
        return _station(request, request.POST.get("station", ""), words)
    messages.success(request, f"{happened} Next: {following}." if following else happened, extra_tags="done")
    return go(request, back(request))


def again(request: HttpRequest, refusal: Refusal, *, opened: str = "") -> HttpResponse:
    """Show the station with the sentence, and with everything ticked that was.

    ``opened`` is the row that the form is about, as ``SN-00042@3``: there the sentence stands, and what was typed.
    Where that row is gone, or offers nothing to this person, it stands above the list.
    """
    name = request.POST.get("station", "")
    context = station_context(request, name, Tried("parts", refusal, request.POST))
    here = {f"{part.serial_id}@{part.current_step_index}" for part in context["queue"].current.parts}
    if opened in here and context["may_advance"] and request.user.has_perm(Right.SCRAP):
        row = {"opened": opened, "tried": Tried("scrap", refusal, request.POST), "scrap_reasons": ScrapReason.choices}
        context |= row | {"chosen": set(request.POST.getlist("seen"))}
    return _show(request, context, refusal.status)


def back(request: HttpRequest) -> str:
    """Return the address of the station that a form is about."""
    return address_of(request, request.POST.get("station", ""))


def address_of(request: HttpRequest, name: str) -> str:
    """Return the address of a station; its own is the home page of a device."""
    if not name or name == device.station(request):
        return reverse("floor:home")
    return reverse("floor:station", args=[name])


urls = [
    path("", home, name="home"),
    path("stations", stations, name="stations"),
    path("station/finish", finish, name="finish"),
    path("station/attach", attach, name="attach"),
    path("station/certificate", in_hand, name="in-hand"),
    path("station/at/<path:name>", station, name="station"),
]
