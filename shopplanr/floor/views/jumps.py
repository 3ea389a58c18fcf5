"""Jumping ahead with the parts that were chosen: what that would do is seen before it is done."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.http import urlencode
from django_htmx.http import push_url, replace_url

from serials.services import bulk_moves
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right
from shopplanr.floor.chosen import Chosen, chosen, require_some, where_seen
from shopplanr.floor.given import number
from shopplanr.floor.jumping import jump_of
from shopplanr.floor.moved import said
from shopplanr.floor.pages import Tried, go, is_fragment, own_address, page, show
from shopplanr.floor.views import home
from shopplanr.refusals import Refusal


@page(Right.ADVANCE)
def jump(request: HttpRequest) -> HttpResponse:
    """Show what a jump of the chosen parts would do to each, by target; then do it to all of them or to none.

    At the station the preview takes the place of the list, and the list its place again: nothing loads anew.
    """
    given = request.POST if request.method == "POST" else request.GET
    parts = chosen(given)
    ids = require_some(parts, "that jump")
    if request.method != "POST":
        return _proposed(request, parts)
    try:
        target = number(given.get("targetStepIndex", ""))
        moved = bulk_moves.advance_all_to(ids, target, actor_for(request, None), expected_step_index=where_seen(parts))
    except Refusal as refusal:
        return _preview(request, parts, Tried("jump", refusal, request.POST))
    happened, following = said(moved)
    if is_fragment(request):
        return replace_url(home.done(request, happened, following), _back(request))
    messages.success(request, f"{happened} Next: {following}." if following else happened, extra_tags="done")
    return go(request, _back(request))


def _proposed(request: HttpRequest, parts: Sequence[Chosen]) -> HttpResponse:
    """Show the preview under an address of its own, without what else the form of the parts has in it."""
    more = [(name, request.GET[name]) for name in ("station", "back") if name in request.GET]
    address = f"{request.path}?{urlencode([*(('seen', str(part)) for part in parts), *more])}"
    if is_fragment(request):
        return push_url(_preview(request, parts), address)
    if "csrfmiddlewaretoken" in request.GET:
        return redirect(address)
    return _preview(request, parts)


def _preview(request: HttpRequest, parts: Sequence[Chosen], tried: Tried | None = None) -> HttpResponse:
    context = {
        "jump": jump_of([part.serial_id for part in parts]),
        "parts": parts,
        "back": _back(request),
        "at_station": _given(request, "station"),
        "tried": tried,
    }
    template = "serials/jump_form.html" if is_fragment(request) else "serials/jump.html"
    return show(request, template, context, status=tried.refusal.status if tried else 200)


def _back(request: HttpRequest) -> str:
    """Return where the parts were chosen."""
    if station := _given(request, "station"):
        return home.address_of(request, station)
    return own_address(request, _given(request, "back"), reverse("floor:home"))


def _given(request: HttpRequest, name: str) -> str:
    return (request.POST if request.method == "POST" else request.GET).get(name, "")


urls = [path("serials/jump", jump, name="jump")]
