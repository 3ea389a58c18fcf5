"""One's own account: who one is, what one may do, and the PIN."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from shopplanr.accounts import pin_sessions, pins
from shopplanr.accounts.people import pin_set_at
from shopplanr.accounts.pin_rules import in_words
from shopplanr.accounts.roles import Right, refusal_sentence
from shopplanr.floor.pages import Tried, go, page, show
from shopplanr.refusals import Refusal


@page()
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Show the account; change its PIN."""
    tried = None
    if request.method == "POST":
        given = (request.POST.get(field) for field in ("old", "pin", "repeat"))
        try:
            user = pins.change_pin(request.user, *given, request.META.get("REMOTE_ADDR", ""))
        except Refusal as refusal:
            tried = Tried("pin", refusal, request.POST)
        else:
            pin_sessions.renew(request, user)
            messages.success(request, "Your PIN is changed. Other devices where you were signed in ask for it.", "done")
            return go(request, reverse("floor:account"))
    user = request.user
    by_pin = pin_sessions.is_by_pin(request)
    context = {
        "tried": tried,
        "wait": getattr(tried.refusal, "wait_seconds", 0) if tried else 0,
        "roles": sorted(group.name for group in user.groups.all()),
        "pin_set_at": pin_set_at(user.pk),
        "by_pin": by_pin,
        "idle": in_words(settings.PIN_SESSION_IDLE_MINUTES * 60) if by_pin else "",
        "may": [right.phrase for right in Right if user.has_perm(right)],
        "may_not": [refusal_sentence(right) for right in Right if not user.has_perm(right)],
    }
    return show(request, "sign_in/account.html", context, status=tried.refusal.status if tried else 200)


urls = [path("account", account, name="account")]
