"""What a browser or a program is shown when the service cannot work, without asking anything that may be gone."""

import logging
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import escape

from shopplanr.api.envelope import is_api, json_error
from shopplanr.floor import device, pages
from shopplanr.watch import exchange
from shopplanr.watch.outages import Unavailable

logger = logging.getLogger("shopplanr.outages")

RETRY_AFTER = "Retry-After"


def away(request: HttpRequest, outage: Unavailable) -> HttpResponse:
    """Answer an outage: the envelope under ``/api``, else a page or, where a script asks, the sentence alone."""
    exchange.refused(outage.code)
    if is_api(request):
        response = json_error(outage.status, outage.message, outage.code)
    else:
        response = _page(request, outage.status, "Shop Planr is away for a moment", f"{outage.message}.")
        if _address_of(request):
            # What hangs on a wall comes back by itself.
            response.headers["Refresh"] = str(max(outage.retry_after_seconds, Unavailable.retry_after_seconds))
    response.headers[RETRY_AFTER] = str(outage.retry_after_seconds)
    return response


def fault(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours: nothing of the inside, and a number by which it is found in the log."""
    if is_api(request):
        return json_error(500, HTTPStatus.INTERNAL_SERVER_ERROR.phrase)
    sentence = "The server could not do this. Look whether it was done before you do it again."
    return _page(request, 500, "Something went wrong here", sentence)


def too_large(request: HttpRequest) -> HttpResponse:
    """Answer a form that is larger than any of ours."""
    return _page(
        request, 413, "This is too large", "What was sent is larger than this page takes. Nothing was changed."
    )


def _page(request: HttpRequest, status: int, heading: str, sentence: str) -> HttpResponse:
    template = "floor/includes/away.html" if request.headers.get("HX-Request") == "true" else "floor/away.html"
    facts = {
        "heading": heading,
        "sentence": sentence,
        "address": _address_of(request),
        "again": status == Unavailable.status,
        "theme": device.theme(request),
        "request_id": exchange.current_request_id(),
    }
    try:
        # Without the request: what pages usually ask of it, such as who is signed in, is in the database.
        content = render_to_string(template, facts)
    except Exception:  # whatever is broken, the answer to it must not be: style sheets that were never collected, say
        logger.warning("the page that says what is wrong cannot be shown", exc_info=True)
        content = escape(f"{heading}. {sentence} ({facts['request_id']})")
    response = pages.guarded(HttpResponse(content, status=status))
    response.headers["Cache-Control"] = "no-store"
    return response


def _address_of(request: HttpRequest) -> str:
    """Return the address to ask for again, empty for what was sent rather than asked for."""
    return request.get_full_path() if request.method in ("GET", "HEAD") else ""
