"""What a browser may do with our answers: whose scripts run in a page, who may frame it, what it may tell others.

One policy for every page: the floor's, the admin's, the API's documentation and the pages about errors. What is no page
may do nothing at all, should a browser ever show it as one.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

POLICY_HEADER = "Content-Security-Policy"

PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Scripts, styles and pictures of our own, nothing inline, nobody's frame."""

DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""For JSON, CSV, pictures and whatever else is no page."""

PERMISSIONS = ", ".join(
    (
        "camera=(self)",  # photos of notes, and codes that are scanned with it
        *(f"{feature}=()" for feature in ("display-capture", "geolocation", "microphone", "midi", "payment", "usb")),
    )
)
"""What of the device a page of ours may use; nobody else's may use any."""


OTHER_RULES = {
    "Permissions-Policy": PERMISSIONS,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""Nobody else's page holds ours or its pictures, nobody learns where a link was, nothing is what it does not say."""


class BrowserRulesMiddleware:
    """Puts the rules on every answer. A view that has set a policy of its own, which can only be stricter, keeps it.

    Django says some of it too, but not of probes, nor while the service is away. ``Strict-Transport-Security`` is its.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        response = self.get_response(request)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if not (settings.DEBUG and is_page and response.status_code >= 400):  # Django's own about errors need styles
            response.headers.setdefault(POLICY_HEADER, PAGE_POLICY if is_page else DATA_POLICY)
        for name, value in OTHER_RULES.items():
            response.headers.setdefault(name, value)
        return response
