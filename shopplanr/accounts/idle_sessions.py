"""Sessions end when nobody is at the device any more: those by PIN after a shift, those by password sooner.

Which of the two a session is says how it was made. Sessions that have ended are removed when somebody signs in, a few
at a time, so that they do not pile up.
"""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from shopplanr import clock

BY = "by"
PIN = "pin"

UNATTENDED_HEADER = "X-Unattended"
"""What a page sends along when it refreshes itself: that is no sign of somebody being there."""

RENEWED_AT = "renewed_at"
"""When the session was last prolonged, in whole seconds since 1970."""

RENEWAL_GRAIN_SECONDS = 60
"""The end of a session is exact to this: a row written at every request would cost more than the request."""

A_FEW = 100
"""Sessions that are removed at a sign-in: more than come in."""


class IdleSessionMiddleware:
    """Prolongs the session of somebody who is signed in, while it is used: for the idle minutes from then on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request. Of a request that asked for no session, none is looked at here either."""
        response = self.get_response(request)
        session = request.session
        # Where the service cannot work, the session cannot be asked for either.
        attended = response.status_code < 500 and session.accessed and UNATTENDED_HEADER not in request.headers
        if attended and SESSION_KEY in session and _is_due(session):
            prolong(session)
        return response


def prolong(session: SessionBase) -> None:
    """Let the session go on from now."""
    by_pin = session.get(BY) == PIN
    minutes = settings.PIN_SESSION_IDLE_MINUTES if by_pin else settings.PASSWORD_SESSION_IDLE_MINUTES
    session[RENEWED_AT] = _now()
    session.set_expiry(minutes * 60)


@receiver(user_logged_in, dispatch_uid="accounts.idle_sessions")
def begin(sender: type, request: HttpRequest, **kwargs: object) -> None:
    """Give a new session its end, and remove some that have theirs behind them."""
    prolong(request.session)
    remove_ended(A_FEW)


def remove_ended(most: int) -> int:
    """Remove sessions that have ended, so many at most; return how many. Rows that another one removes are left."""
    sessions = _sessions()
    with transaction.atomic(savepoint=False):
        ended = sessions.filter(expire_date__lt=clock.now()).select_for_update(skip_locked=True)
        keys = list(ended.order_by("expire_date").values_list("pk", flat=True)[:most])
        return sessions.filter(pk__in=keys)._raw_delete(sessions.db) if keys else 0


def _sessions():
    from django.contrib.sessions.models import Session  # needs the apps to be there

    return Session.objects.all()


def _is_due(session: SessionBase) -> bool:
    """Tell whether to write. A session of before there were idle minutes for it gets them at its next use."""
    return _now() - session.get(RENEWED_AT, 0) >= RENEWAL_GRAIN_SECONDS


def _now() -> int:
    return int(clock.now().timestamp())
