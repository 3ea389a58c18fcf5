"""Forms of pages that take effect once: a double click, a reload of the answer, a lost answer."""

import secrets
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from shopplanr.idempotency.answers import Answer
from shopplanr.idempotency.keys import checked_key, digest_of_fields, fingerprint, scope_of
from shopplanr.idempotency.service import once

FIELD = "idempotencyKey"
"""The hidden field that has a form's key."""

_NEW_EVERY_TIME = ("csrfmiddlewaretoken",)


def new_key() -> str:
    """Return a key for a form that is about to be shown."""
    return secrets.token_urlsafe(18)


def answer_form_once(request: HttpRequest, act: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Return the response of ``act`` to this form, or the one that it had when the form was sent before.

    A form without a key is simply carried out. ``act`` shows a refusal with a status of 400 or above, or lets it
    through: then the form can be sent again with its key. Raises ``KeyInvalid``, and ``KeyReused`` where the form was
    carried out and is sent with other values: a page answers that by showing what there is now.
    """
    if FIELD not in request.POST:
        return act()
    key = checked_key(request.POST[FIELD])
    fields = digest_of_fields(request.POST, request.FILES, leaving_out=_NEW_EVERY_TIME)
    sent = fingerprint(request.method, request.get_full_path_info(), fields)
    first: list[HttpResponseBase] = []

    def carry_out() -> Answer:
        first.append(act())
        return Answer.of(first[0])

    answer = once(key, scope_of(request.user), sent, carry_out)
    # The first time it is the page's own response, with the cookies that it sets, which are not kept. (A stream was
    # read to its end by now.)
    return answer.response() if answer.replayed or first[0].streaming else first[0]
