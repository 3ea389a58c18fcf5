"""Signing in with name and PIN, choosing a PIN at the first time, and making room for the next person."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from shopplanr.accounts import pin_sessions, pins
from shopplanr.accounts.models import User
from shopplanr.accounts.people import Person, people_who_sign_in, person_who_signs_in
from shopplanr.floor import device
from shopplanr.floor.pages import Tried, go, own_address, public_page, show
from shopplanr.refusals import Refusal

SHOWN_AT_MOST = 200
"""Names on the page; in a larger shop, others are found by typing."""


@public_page
@require_http_methods(["GET", "HEAD"])
def names(request: HttpRequest) -> HttpResponse:
    """Offer everybody's name, those who were here lately first."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(_afterwards(request))
    return _names(request)


@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def as_person(request: HttpRequest, id: str) -> HttpResponse:
    """Ask one person for the PIN, or let them choose one; sign them in."""
    person = person_who_signs_in(id)
    if person is None:
        return _names(request, pins.cannot_sign_in())
    form, act = ("pin", _with_pin) if person.has_pin else ("first", _with_code)
    if request.method != "POST":
        return _ask(request, person, form)
    try:
        user = act(request, person)
    except Refusal as refusal:
        return _ask(request, person, form, Tried(form, refusal, request.POST))
    pin_sessions.begin(request, user)
    response = go(request, _afterwards(request))
    device.remember_person(request, response, user.pk)
    return _unkept(response)


@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def switch_user(request: HttpRequest) -> HttpResponse:
    """Sign out and offer the names. Where the address is merely opened, nobody is signed out: the account asks."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("floor:account"))
    pin_sessions.end(request)
    return go(request, reverse("floor:sign-in"))


def _with_pin(request: HttpRequest, person: Person) -> User:
    return pins.verify(person.id, request.POST.get("pin"), request.META.get("REMOTE_ADDR", ""))


def _with_code(request: HttpRequest, person: Person) -> User:
    given = (request.POST.get(field) for field in ("code", "pin", "repeat"))
    return pins.set_pin(person.id, *given, request.META.get("REMOTE_ADDR", ""))


def _names(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    everybody = people_who_sign_in()
    wanted = request.GET.get("q", "").strip()
    found = [person for person in everybody if wanted.casefold() in f"{person.name} {person.department}".casefold()]
    by_id = {person.id: person for person in everybody}
    context = {
        "refusal": refusal,
        "wanted": wanted,
        "lately": [] if wanted else [by_id[known] for known in device.people(request) if known in by_id],
        "found": found[:SHOWN_AT_MOST],
        "more": len(found) - SHOWN_AT_MOST,
        "anybody": bool(everybody),
        "next": request.GET.get("next", ""),
        "carried": _carried(request),
    }
    return _unkept(show(request, "sign_in/names.html", context, status=refusal.status if refusal else 200))


def _ask(request: HttpRequest, person: Person, form: str, tried: Tried | None = None) -> HttpResponse:
    status, wait = (tried.refusal.status, getattr(tried.refusal, "wait_seconds", 0)) if tried else (200, 0)
    context = {"person": person, "tried": tried, "wait": wait, "carried": _carried(request)}
    return _unkept(show(request, f"sign_in/{form}.html", context, status=status))


def _afterwards(request: HttpRequest) -> str:
    """Return where to go once somebody is signed in: where they wanted to, as far as that is a page of ours."""
    home = reverse("floor:home")
    address = own_address(request, request.GET.get("next", ""), home)
    around = (reverse("floor:sign-in"), reverse("floor:switch-user"))
    return home if urlsplit(address).path.startswith(around) else address


def _carried(request: HttpRequest) -> str:
    """Return what an address of the sign-in has to have at its end, so that the wanted page is not forgotten."""
    wanted = request.GET.get("next", "")
    return f"?{urlencode({'next': wanted})}" if wanted else ""


def _unkept(response: HttpResponse) -> HttpResponse:
    """Have no browser keep the page: it belongs to a moment, and to somebody else in the next one."""
    response.headers["Cache-Control"] = "no-store"
    return response


urls = [
    path("sign-in", names, name="sign-in"),
    path("sign-in/<str:id>", as_person, name="sign-in-as"),
    path("switch-user", switch_user, name="switch-user"),
]
