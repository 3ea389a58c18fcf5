"""``Idempotency-Key`` on every POST of the API."""

from collections.abc import Callable
from functools import partial

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.datastructures import MultiValueDict
from rest_framework.request import Request

from shopplanr.idempotency.answers import Answer
from shopplanr.idempotency.keys import HEADER, checked_key, digest_of_fields, fingerprint, scope_of
from shopplanr.idempotency.service import once


class AnsweredOnce:
    """A viewset whose POSTs take effect once for each key that a caller sends; its actions know nothing of it.

    A call without the header costs no query more.
    """

    def initial(self, request: Request, *args, **kwargs) -> None:
        """Let the framework find out who calls, and whether they may; then put the key in front of the action."""
        super().initial(request, *args, **kwargs)
        if request.method == "POST" and HEADER in request.headers and hasattr(self, "post"):
            self.post = partial(self._answer_once, self.post)  # where ``dispatch`` looks next

    def _answer_once(self, action: Callable[..., HttpResponseBase], request: Request, *args, **kwargs) -> HttpResponse:
        def act() -> Answer:
            response = action(request, *args, **kwargs)
            return Answer.of(self.finalize_response(request, response, *args, **kwargs))

        key = checked_key(request.headers[HEADER])
        sent = fingerprint(request.method, request.get_full_path_info(), _body_of(request))
        return once(key, scope_of(request.user), sent, act).response()


def _body_of(request: Request) -> bytes:
    """Return what stands for the body: its bytes, or a digest of a form's fields and files.

    Raises what the parser raises, because a body that nobody can read is no call.
    """
    if isinstance(request.data, MultiValueDict):
        return digest_of_fields(request.data)
    return getattr(request, "raw_body", b"")
