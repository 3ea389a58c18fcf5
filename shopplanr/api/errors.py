"""What is answered where something goes wrong: under ``/api`` in the one envelope, elsewhere as a page."""

import logging
import sys
from http import HTTPStatus

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from shopplanr.api.envelope import envelope, is_api, json_error
from shopplanr.refusals import Refusal
from shopplanr.watch import exchange
from shopplanr.watch.outages import Unavailable, outage_of

logger = logging.getLogger("shopplanr.api")
outages = logging.getLogger("shopplanr.outages")


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
