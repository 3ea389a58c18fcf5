"""The one error envelope: whatever goes wrong under ``/api`` answers in this shape (api.md, "Errors")."""

import orjson
from django.http import HttpRequest, HttpResponse
from rest_framework import status

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


def is_api(request: HttpRequest) -> bool:
    """Tell whether the request is for the API, so that it is answered in JSON."""
    return request.path_info == "/api" or request.path_info.startswith("/api/")


def json_error(status_code: int, message: str, code: str | None = None) -> HttpResponse:
    """Return an error outside of any view of the API."""
    body = orjson.dumps(envelope(status_code, message, code))
    return HttpResponse(body, status=status_code, content_type="application/json")
