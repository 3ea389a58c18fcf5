"""Tells on whose behalf a request acts (decision 5 of the specification).

The API and the pages ask this before they call a service; what a refusal or an audit entry says of the person comes
from here.
"""

from django.http import HttpRequest
from rest_framework.request import Request

from shopplanr.accounts.kiosk import KioskUser
from shopplanr.accounts.models import ApiToken
from shopplanr.accounts.roles import Right, refusal_sentence
from shopplanr.accounts.services import active_user
from shopplanr.actor import ANONYMOUS, KIOSK, Actor
from shopplanr.refusals import Forbidden
from shopplanr.values import given_text

SESSION = "session"

NAME_MAX_LENGTH = 255
"""Characters that the record keeps of who did something."""


def actor_for(request: Request | HttpRequest, given: object, *, anonymous: bool = False) -> Actor:
    """Return the one who acts, ``given`` being the request's ``userId`` as it came (None where it has none).

    At a kiosk ``userId`` is self-reported text; where it is missing, and ``anonymous`` says that the contract allows
    it, the actor is ``anonymous``. A signed-in caller acts as themselves, or in the name of another active user: then
    the actor keeps both. No query unless somebody else is named.

    Raises Invalid (``User not found or inactive``, a text that is too long, a value that is no text where it could be
    left out). That a kiosk must name somebody is for ``Actor.identified`` to say, behind a service's other checks.
    """
    caller, credential = request.user, _credential(request)
    if isinstance(caller, KioskUser):
        if anonymous:
            return Actor(given_text(given, "userId", NAME_MAX_LENGTH) or ANONYMOUS, credential=credential)
        return Actor(_text_or_none(given, "userId"), credential=credential)
    named = given_text(given, "userId", NAME_MAX_LENGTH)
    if named in ("", caller.pk):
        return Actor(caller.pk, credential=credential)
    return Actor(active_user(named).pk, called_by=caller.pk, credential=credential)


def approver_for(request: Request | HttpRequest, given: object) -> Actor:
    """Return who approves a waiver, ``given`` being the request's ``approverId``, which the contract requires.

    A caller is never taken for the approver: where none is given the actor has no ``user_id``, and the service refuses.
    At a kiosk the approver is self-reported text. Elsewhere it is an active user who may waive steps; one query unless
    it is the caller.

    Raises Invalid ``User not found or inactive``, and Forbidden where that user may not waive steps.
    """
    caller, credential = request.user, _credential(request)
    named = _text_or_none(given, "approverId")
    if named is None or isinstance(caller, KioskUser):
        return Actor(named, credential=credential)
    approver = caller if named == caller.pk else active_user(named, field="approverId")
    if not approver.has_perm(Right.WAIVE):
        raise Forbidden(refusal_sentence(Right.WAIVE, who=approver.name))
    return Actor(approver.pk, called_by="" if approver.pk == caller.pk else caller.pk, credential=credential)


def decider_for(request: Request | HttpRequest, given: object, right: Right) -> Actor:
    """Return who decides about a request of somebody's, ``given`` being the call's ``userId``: the caller unless named.

    Raises what ``actor_for`` does, and Forbidden where somebody else is named who lacks the right.
    """
    actor = actor_for(request, given)
    if actor.called_by:
        decider = active_user(actor.user_id)
        if not decider.has_perm(right):
            raise Forbidden(refusal_sentence(right, who=decider.name))
    return actor


def _text_or_none(given: object, field: str) -> str | None:
    """Return the text of a required field. What is no text counts as missing (api.md, Errors)."""
    return given_text(given, field, NAME_MAX_LENGTH) or None if isinstance(given, str) else None


def _credential(request: Request | HttpRequest) -> str:
    if isinstance(request.user, KioskUser):
        return KIOSK
    token = getattr(request, "auth", None)
    return token.pk if isinstance(token, ApiToken) else SESSION
