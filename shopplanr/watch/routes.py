"""The pattern of a request's address: few and known beforehand, whatever clients ask for."""

from django.conf import settings
from django.http import HttpRequest

STATIC, UNKNOWN = "static", "unknown"
"""What stands for the route of a static file, and of an address that is nobody's."""


def route_of(request: HttpRequest) -> str:
    """Return the route, such as ``api/serials/<str:id>/advance``."""
    if probe := getattr(request, "probe", ""):
        return probe
    match = request.resolver_match
    if match is None:
        return STATIC if request.path_info.startswith(settings.STATIC_URL) else UNKNOWN
    route = match.route
    return UNKNOWN if route.startswith("^") else route or "/"
