"""How a call of the API shows who is calling: with a token, a browser's session, or from a kiosk.

Each class either knows the caller, or says nothing, or refuses with 401 and a sentence. All of them name the same
challenge, so that whoever is not known gets 401 whichever of them is asked first.
"""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from shopplanr import clock
from shopplanr.accounts import tokens
from shopplanr.accounts.kiosk import KioskUser, is_from_kiosk
from shopplanr.accounts.models import ApiToken, User
from shopplanr.accounts.rights import load_token, rights_of_role

CHALLENGE = "Token"
"""What ``WWW-Authenticate`` says: the one scheme that a program can use."""

LAST_USE_GRAIN = timedelta(minutes=1)
"""``last_used_at`` is exact to this: a row written at every call would cost more than the call."""

_HOW = "Send it as `Authorization: Token …` or as `X-API-Key: …`."


class TokenAuthentication(authentication.BaseAuthentication):
    """A program's token, in ``Authorization: Token …`` or ``X-API-Key: …``. One query."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the token's user and the token, or None where the request brings no token.

        Raises AuthenticationFailed for a token that is malformed, unknown, revoked, expired or of an inactive user.
        """
        secret = _secret_in(request)
        if secret is None:
            return None
        token = load_token(tokens.digest(secret)) if tokens.is_secret(secret) else None
        if token is None:
            raise AuthenticationFailed("This token is not valid.", code="token_invalid")
        if token.revoked_at is not None:
            raise AuthenticationFailed("This token was revoked.", code="token_revoked")
        if token.has_expired:
            raise AuthenticationFailed("This token has expired.", code="token_expired")
        if not token.user.is_active:
            raise AuthenticationFailed("The account of this token is deactivated.", code="account_inactive")
        _note_use(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge."""
        return CHALLENGE


class SessionAuthentication(authentication.SessionAuthentication):
    """The session of somebody who signed in with a browser; what changes something needs the CSRF token as well."""

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge: without one, the framework would answer 403 instead of 401."""
        return CHALLENGE


class KioskAuthentication(authentication.BaseAuthentication):
    """A request without credentials from one of the shop's kiosks. One query, none where no kiosk is open."""

    def authenticate(self, request: Request) -> tuple[KioskUser, None] | None:
        """Return a kiosk's user with the rights of ``KIOSK_ROLE``, or None where it is not a kiosk that calls."""
        user = kiosk_user(request._request)
        return None if user is None else (user, None)

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge."""
        return CHALLENGE


def kiosk_user(request: HttpRequest) -> KioskUser | None:
    """Return a kiosk's user with the rights of ``KIOSK_ROLE``, None where it is not a kiosk that asks. One query."""
    return KioskUser(rights_of_role(settings.KIOSK_ROLE)) if is_from_kiosk(request) else None


def _secret_in(request: Request) -> str | None:
    """Return what the request brings as its token, None where it brings none.

    Another scheme of ``Authorization`` is left alone: a proxy in front may ask browsers for a password of its own.
    """
    given = []
    if (header := request.META.get("HTTP_AUTHORIZATION")) is not None:
        scheme, _, secret = header.strip().partition(" ")
        if scheme.lower() == CHALLENGE.lower():
            given.append(secret.strip())
        elif scheme.lower() in ("", "bearer"):
            raise AuthenticationFailed(f"The Authorization header brings no token. {_HOW}", code="token_malformed")
    if (header := request.META.get("HTTP_X_API_KEY")) is not None:
        given.append(header.strip())
    if not given:
        return None
    if not all(given):
        raise AuthenticationFailed(f"The token is empty. {_HOW}", code="token_malformed")
    if len(set(given)) > 1:
        raise AuthenticationFailed("The request brings two different tokens; send one.", code="token_malformed")
    return given[0]


def _note_use(token: ApiToken) -> None:
    """Write when the token was last used, unless that was less than a minute ago.

    Compared and set in one statement: of many calls at the same moment, one writes.
    """
    now = clock.now()
    if token.last_used_at is not None and now - token.last_used_at < LAST_USE_GRAIN:
        return
    if ApiToken.objects.filter(pk=token.pk, last_used_at=token.last_used_at).update(last_used_at=now):
        token.last_used_at = now
