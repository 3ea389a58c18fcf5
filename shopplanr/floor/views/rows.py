"""What else can be done with one part of the station's list, beside finishing it: its row opens, and offers it."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from serials.models import ScrapReason
from serials.services import endings, parts
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right
from shopplanr.floor.chosen import chosen, require_some
from shopplanr.floor.pages import page, require, show
from shopplanr.floor.part import why_not_scrap
from shopplanr.floor.views.home import again, done
from shopplanr.refusals import Refusal


@page()
@require_GET
def more(request: HttpRequest) -> HttpResponse:
    """Show what the row of a part offers; a script puts it there. Without one the row leads to the part's page."""
    (serial_id,) = require_some(chosen(request.GET)[:1], "to do more with")
    part = parts.find(serial_id, "SerialNumber")
    context = {
        "serial_id": part.id,
        "seen": request.GET["one"],
        "scrap_reasons": ScrapReason.choices,
        "why_not_scrap": why_not_scrap(part, request.user.has_perm),
    }
    return show(request, "station/more.html", context)


@page()
@require_POST
def scrap(request: HttpRequest) -> HttpResponse:
    """Scrap the part of one row. A refusal comes back in that row, with what was typed."""
    try:
        require(request, Right.SCRAP)
        (serial_id,) = require_some(chosen(request.POST)[:1], "to be scrapped")
        given = request.POST
        scrapped = endings.scrap(serial_id, given.get("reason"), given.get("explanation"), actor_for(request, None))
    except Refusal as refusal:
        return again(request, refusal, opened=request.POST.get("one", ""))
    return done(request, f"{scrapped.id} is scrapped: {scrapped.get_scrap_reason_display().lower()}.")


urls = [
    path("station/more", more, name="more"),
    path("station/scrap", scrap, name="scrap-here"),
]
