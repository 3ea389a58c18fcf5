"""A request's id, and the paths of the API."""

import re
import secrets

from shopplanr.watch import exchange

REQUEST_ID_HEADER = "X-Request-ID"

_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


class RequestIdMiddleware:
    """Give every request an id, and every response a header that says it.

    A caller's own ``X-Request-ID`` is kept where it is plain, so that two systems' logs can be laid side by side.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        given = request.headers.get(REQUEST_ID_HEADER, "")
        request.request_id = given if _ACCEPTABLE.fullmatch(given) else secrets.token_hex(8)
        token = exchange.enter(exchange.Exchange(request.request_id, request))
        try:
            response = self.get_response(request)
        finally:
            exchange.leave(token)
        response[REQUEST_ID_HEADER] = request.request_id
        return response


class ApiPathMiddleware:
    """Take a trailing slash off a path of the API: both spellings are the same endpoint (api.md)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path_info.startswith("/api/") and request.path_info.endswith("/"):
            request.path_info = request.path_info.removesuffix("/")
        return self.get_response(request)
