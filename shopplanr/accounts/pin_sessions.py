"""Sessions that were made with a PIN: they never open the admin. When they end says ``idle_sessions``."""

import logging

from django.contrib.auth import login, logout
from django.http import HttpRequest

from shopplanr.accounts.idle_sessions import BY, PIN, prolong
from shopplanr.accounts.models import User
from shopplanr.accounts.pin_rules import device_of

logger = logging.getLogger("shopplanr.accounts")

_BACKEND = "shopplanr.accounts.rights.PinBackend"


def begin(request: HttpRequest, user: User) -> None:
    """Sign in the user whom a service of ``pins`` returned. Nothing of an earlier session on the device is left."""
    request.session.flush()
    login(request, user, backend=_BACKEND)
    request.session[BY] = PIN
    prolong(request.session)


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
