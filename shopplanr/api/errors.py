"""The one error envelope: whatever goes wrong under ``/api`` answers in this shape (api.md, "Errors")."""

import logging
import sys
from http import HTTPStatus

import orjson
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from shopplanr.refusals import Refusal
from shopplanr.watch import exchange
from shopplanr.watch.outages import Unavailable, outage_of

logger = logging.getLogger("shopplanr.api")
outages = logging.getLogger("shopplanr.outages")

_CODES = {
    status.HTTP_400_BAD_REQUEST: "bad_request",
    status.HTTP_401_UNAUTHORIZED: "not_authenticated",
    status.HTTP_403_FORBIDDEN: "forbidden",
    status.HTTP_404_NOT_FOUND: "not_found",
    status.HTTP_405_METHOD_NOT_ALLOWED: "method_not_allowed",
    status.HTTP_412_PRECONDITION_FAILED: "stale",
    status.HTTP_413_REQUEST_ENTITY_TOO_LARGE: "body_too_large",
    status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type",
    status.HTTP_429_TOO_MANY_REQUESTS: "rate_limited",
    status.HTTP_500_INTERNAL_SERVER_ERROR: "internal_server_error",
}


def envelope(status_code: int, message: str, code: str | None = None, errors=None) -> dict[str, object]:
    """Return the body of an error."""
    body = {"statusCode": status_code, "message": message, "code": code or _CODES.get(status_code, "error")}
    return body | ({"errors": errors} if errors else {})


def exception_handler(exception: Exception, context: dict) -> Response:
    """Answer whatever a view raised (Django REST framework's ``EXCEPTION_HANDLER``)."""
    set_rollback()
    response = _answer(exception, context)
    exchange.refused(response.data["code"] if response.status_code != 500 else "")
    return response


def _answer(exception: Exception, context: dict) -> Response:
    if outage := outage_of(exception):
        return _answer_outage(outage, exception)
    if isinstance(exception, Refusal):
        body = envelope(exception.status, exception.message, exception.code, exception.errors)
        return Response(body, status=exception.status)
    if isinstance(exception, exceptions.APIException):
        return _answer_framework(exception)
    if isinstance(exception, Http404):
        return Response(envelope(404, "Not found"), status=404)
    if isinstance(exception, PermissionDenied):
        return Response(envelope(403, str(exception) or "You may not do this"), status=403)
    if isinstance(exception, IntegrityError):
        # The database's own rules are the last word. Services check first, so this is a race that was lost.
        logger.warning("a constraint refused: %s", exception)
        message = "This collides with what is stored meanwhile; read the record again and repeat the call"
        return Response(envelope(409, message, "conflict"), status=409)
    if isinstance(exception, DataError | SuspiciousOperation):
        logger.warning("unusable value: %s", exception)
        return Response(envelope(400, "A value in the request cannot be used"), status=400)
    request = context.get("request")
    logger.error("%s %s failed", getattr(request, "method", "?"), getattr(request, "path", "?"), exc_info=exception)
    return Response(envelope(500, HTTPStatus.INTERNAL_SERVER_ERROR.phrase), status=500)


def _answer_outage(outage: Unavailable, exception: Exception) -> Response:
    outages.warning("%s: %s: %s", outage.code, type(exception).__name__, exception)
    body = envelope(outage.status, outage.message, outage.code)
    return Response(body, status=outage.status, headers={"Retry-After": str(outage.retry_after_seconds)})


def _answer_framework(exception: exceptions.APIException) -> Response:
    headers = {}
    if isinstance(exception, exceptions.AuthenticationFailed | exceptions.NotAuthenticated):
        headers["WWW-Authenticate"] = getattr(exception, "auth_header", "Token")
    detail = exception.detail
    code = getattr(detail, "code", None) or exception.default_code
    if code in {"error", "invalid", "permission_denied"}:
        code = None
    return Response(
        envelope(exception.status_code, detail if isinstance(detail, str) else "The request cannot be used", code),
        status=exception.status_code,
        headers=headers,
    )


def is_api(request: HttpRequest) -> bool:
    """Tell whether the request is for the API, so that it is answered in JSON."""
    return request.path_info == "/api" or request.path_info.startswith("/api/")


def json_error(status_code: int, message: str, code: str | None = None) -> HttpResponse:
    """Return an error outside of any view of the API."""
    body = orjson.dumps(envelope(status_code, message, code))
    return HttpResponse(body, status=status_code, content_type="application/json")


@csrf_exempt  # there is nothing to protect, and the check would answer with a page
def unknown_endpoint(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer a path under ``/api`` that is nobody's."""
    return json_error(404, f"No such endpoint: {request.method} {request.path}", "unknown_endpoint")


def bad_request(request, exception):
    """``handler400``: for example a host name that is not ours; 413 for a form that is too large."""
    from shopplanr.watch import answers  # which uses this module

    if isinstance(exception, RequestDataTooBig):
        return json_error(413, "The body is too large") if is_api(request) else answers.too_large(request)
    if is_api(request):
        return json_error(400, "Bad request")
    return defaults.bad_request(request, exception)


def permission_denied(request, exception):
    """``handler403``."""
    if is_api(request):
        return json_error(403, "You may not do this")
    return defaults.permission_denied(request, exception)


def page_not_found(request, exception):
    """``handler404``."""
    if is_api(request):
        return unknown_endpoint(request)
    return defaults.page_not_found(request, exception)


def server_error(request):
    """``handler500``: a fault outside of the API's views; an outage where a middleware met it, not a view."""
    from shopplanr.watch import answers  # which uses this module

    exception = sys.exception()
    outage = exception and outage_of(exception)
    return answers.away(request, outage) if outage else answers.fault(request)
