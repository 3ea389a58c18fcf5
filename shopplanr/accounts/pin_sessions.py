"""Sessions that were made with a PIN: they end when nobody is at the device any more, and never open the admin."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse

from shopplanr import clock
from shopplanr.accounts.models import User
from shopplanr.accounts.pin_rules import device_of

logger = logging.getLogger("shopplanr.accounts")

BY = "by"
PIN = "pin"

UNATTENDED_HEADER = "X-Unattended"
"""What a page sends along when it refreshes itself: that is no sign of somebody being there."""

RENEWED_AT = "renewed_at"
"""When the session was last prolonged, in whole seconds since 1970."""

RENEWAL_GRAIN_SECONDS = 60
"""The end of a session is exact to this: a row written at every request would cost more than the request."""

_BACKEND = "shopplanr.accounts.rights.PinBackend"


def begin(request: HttpRequest, user: User) -> None:
    """Sign in the user whom a service of ``pins`` returned. Nothing of an earlier session on the device is left."""
    request.session.flush()
    login(request, user, backend=_BACKEND)
    request.session[BY] = PIN
    _prolong(request)


def renew(request: HttpRequest, user: User) -> None:
    """Go on with the session of somebody whose PIN was changed here; those on other devices end with the old PIN."""
    if is_by_pin(request):
        begin(request, user)


def end(request: HttpRequest) -> None:
    """Sign out whoever is signed in. Nothing of the session is left on the device."""
    if request.user.is_authenticated:
        logger.info("%s signed out from %s", request.user.pk, device_of(request.META.get("REMOTE_ADDR", "")))
    logout(request)


def is_by_pin(request: HttpRequest) -> bool:
    """Tell whether the session was made with a PIN."""
    return request.session.get(BY) == PIN


class PinSessionMiddleware:
    """Prolongs a session that was made with a PIN while somebody uses it: ``PIN_SESSION_IDLE_MINUTES`` from then on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request. Of a request that asked for no session, none is looked at here either."""
        response = self.get_response(request)
        # Where the service cannot work, the session cannot be asked for either.
        attended = response.status_code < 500 and request.session.accessed and UNATTENDED_HEADER not in request.headers
        if attended and is_by_pin(request) and _now() - request.session[RENEWED_AT] >= RENEWAL_GRAIN_SECONDS:
            _prolong(request)
        return response


def _prolong(request: HttpRequest) -> None:
    request.session[RENEWED_AT] = _now()
    request.session.set_expiry(settings.PIN_SESSION_IDLE_MINUTES * 60)


def _now() -> int:
    return int(clock.now().timestamp())
