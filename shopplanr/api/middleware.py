"""A request's id, and the paths of the API."""

import logging
import re
import secrets
from contextvars import ContextVar

REQUEST_ID_HEADER = "X-Request-ID"

_current: ContextVar[str] = ContextVar("request_id", default="-")
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


def current_request_id() -> str:
    """Return the id of the request at hand, ``-`` outside of one."""
    return _current.get()


class RequestIdMiddleware:
    """Give every request an id, and every response a header that says it.

    A caller's own ``X-Request-ID`` is kept where it is plain, so that two systems' logs can be laid side by side.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        given = request.headers.get(REQUEST_ID_HEADER, "")
        request.request_id = given if _ACCEPTABLE.fullmatch(given) else secrets.token_hex(8)
        token = _current.set(request.request_id)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        response[REQUEST_ID_HEADER] = request.request_id
        return response


class RequestIdFilter(logging.Filter):
    """Put the request's id on every log record, as ``record.request_id``."""

    def filter(self, record):
        """Let every record pass."""
        if not hasattr(record, "request_id"):
            request = getattr(record, "request", None)
            record.request_id = getattr(request, "request_id", None) or current_request_id()
        return True


class ApiPathMiddleware:
    """Take a trailing slash off a path of the API: both spellings are the same endpoint (api.md)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path_info.startswith("/api/") and request.path_info.endswith("/"):
            request.path_info = request.path_info.removesuffix("/")
        return self.get_response(request)
