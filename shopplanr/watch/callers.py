"""Who made a request, told from what is known of it already: nothing is looked up for the log."""

from typing import NamedTuple

from django.http import HttpRequest
from django.utils.functional import LazyObject, empty

from shopplanr.accounts.kiosk import KioskUser
from shopplanr.accounts.models import ApiToken
from shopplanr.accounts.pin_sessions import is_by_pin


class Caller(NamedTuple):
    """A user's id, empty where it is nobody's, and the kind of credential: token, pin, password, kiosk or none."""

    user_id: str
    credential: str


NOBODY = Caller("", "none")


def caller_of(request: HttpRequest) -> Caller:
    """Return who made the request, as far as answering it needed to know. No query."""
    user = request.__dict__.get("user")
    if user is None or (isinstance(user, LazyObject) and user._wrapped is empty) or not user.is_authenticated:
        return NOBODY
    if isinstance(user, KioskUser):
        return Caller("", "kiosk")
    if isinstance(getattr(request, "auth", None), ApiToken):
        return Caller(user.pk, "token")
    return Caller(user.pk, "pin" if is_by_pin(request) else "password")
