"""What every page of the floor is: who may see it, how a refusal is shown, and what the shell around it needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.gzip import gzip_page
from django_htmx.http import HttpResponseClientRedirect

from shopplanr.accounts.authentication import kiosk_user
from shopplanr.accounts.roles import Right, refusal_sentence
from shopplanr.floor import device, navigation
from shopplanr.idempotency.forms import answer_form_once
from shopplanr.refusals import Forbidden, Refusal
from shopplanr.watch import exchange

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Tried:
    """A form that was refused: which one, the sentence, and what was typed, so that it stands there again."""

    form: str
    refusal: Refusal
    typed: QueryDict

    def errors_of(self, field: str) -> list[str]:
        """Return the messages about one field."""
        return list((self.refusal.errors or {}).get(field, ()))


def page(right: Right = Right.READ, *, kiosk: bool = False, compressed: bool = True) -> Callable[[View], View]:
    """Make a view a page of the floor: for somebody who is signed in and holds ``right``.

    Who is not is sent to the sign-in, and back afterwards. ``kiosk`` also lets in what stands in ``KIOSK_NETWORKS``
    without anybody's name: a screen on the wall. A refusal that the view lets through becomes a page with its sentence.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def shown(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            if not request.user.is_authenticated and kiosk:
                request.user = kiosk_user(request) or request.user
            if not request.user.is_authenticated:
                return guarded(_to_sign_in(request))
            try:
                require(request, right)
                response = _carried_out_once(request, lambda: view(request, *args, **kwargs))
            except Refusal as refusal:
                response = refused(request, refusal)
            return guarded(response)

        return gzip_page(shown) if compressed else shown

    return decorate


def _carried_out_once(request: HttpRequest, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Return what the view answers; a form that is sent again gets the answer that it had, and does nothing."""
    return answer_form_once(request, act) if request.method == "POST" else act()


def public_page(view: View) -> View:
    """Make a view a page that needs nobody signed in."""

    @gzip_page
    @wraps(view)
    def shown(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Refusal as refusal:
            response = refused(request, refusal)
        return guarded(response)

    return shown


def require(request: HttpRequest, right: Right) -> None:
    """Raise Forbidden, with whom to ask, where the person lacks the right."""
    if not request.user.has_perm(right):
        raise Forbidden(refusal_sentence(right))


def show(
    request: HttpRequest, template: str, context: Mapping[str, object] | None = None, *, status: int = 200
) -> HttpResponse:
    """Render a template within the shell. For a fragment alone the shell costs nothing: it is only asked when shown."""
    _note_refusal(status, context or {})
    shell = {
        "here": navigation.place_of(request),
        "places": navigation.places_for(request.user),
        "station": device.station(request),
        "theme": device.theme(request),
        "sound": device.sound(request),
    }
    return render(request, f"floor/{template}", shell | dict(context or {}), status=status)


def _note_refusal(status: int, context: Mapping[str, object]) -> None:
    """Tell the watch what a page refuses: what it shows above a form, or instead of what was asked for."""
    refusal = getattr(context.get("tried"), "refusal", None) or context.get("refusal")
    if status >= 400 and isinstance(refusal, Refusal):
        exchange.refused(refusal.code)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Show a refusal: a page of its own, or a banner where only a part of a page was asked for."""
    template = "includes/refusal.html" if is_fragment(request) else "refused.html"
    return show(request, template, {"refusal": refusal}, status=refusal.status)


def is_fragment(request: HttpRequest) -> bool:
    """Tell whether a script asks for a part of the page. A boosted form gets whole pages, as without scripts."""
    return bool(request.htmx) and not request.htmx.boosted


def go(request: HttpRequest, address: str) -> HttpResponse:
    """Go on to another page after a form; the browser asks for it anew."""
    if not request.htmx:
        return HttpResponseRedirect(address, status=303)
    # To a place on the page that it shows a browser only scrolls; to the page itself it goes, and so loads it.
    whole, shown = (url.partition("#")[0] for url in (address, request.htmx.current_url_abs_path or ""))
    return HttpResponseClientRedirect(whole if whole == shown else address)


def own_address(request: HttpRequest, address: str, otherwise: str) -> str:
    """Return the address where it is one of this site's, else ``otherwise``."""
    ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if ours else otherwise


def guarded(response: HttpResponse) -> HttpResponse:
    """Have nobody else's browser keep the page. What may run in it says ``shopplanr.browser_rules``."""
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form was refused because its page is older than the sign-in of the device (``CSRF_FAILURE_VIEW``)."""
    refusal = Forbidden(
        "This page was open before somebody signed in or out on this device. Open it again, then repeat what you did.",
        code="stale_form",
    )
    return guarded(refused(request, refusal))


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send somebody to the sign-in, and afterwards to the page where they were: not to where a form goes."""
    if request.method == "GET" and not request.htmx:
        return redirect_to_login(request.get_full_path(), reverse("floor:sign-in"))
    page = request.htmx.current_url_abs_path if request.htmx else request.headers.get("Referer", "")
    back = own_address(request, page or "", "")
    return go(request, resolve_url("floor:sign-in") + (f"?{urlencode({'next': back})}" if back else ""))
