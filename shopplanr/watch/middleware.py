"""The frame around every request: timed, counted, logged in one line; and a calm answer where there is an outage."""

import logging
from collections.abc import Callable, Iterator
from time import perf_counter

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from shopplanr.watch import exchange, figures, probes, scrape
from shopplanr.watch.answers import away
from shopplanr.watch.callers import caller_of
from shopplanr.watch.exchange import Exchange
from shopplanr.watch.outages import outage_of
from shopplanr.watch.routes import STATIC, route_of

access = logging.getLogger("shopplanr.access")
outages = logging.getLogger("shopplanr.outages")

SHOWN_PATH_CHARACTERS = 200

Answer = Callable[[HttpRequest], HttpResponseBase]


class AccessMiddleware:
    """Counts and logs every answer once it is there; one that streams, when its last byte is.

    The query string is never logged, and neither are headers nor the body: whatever a secret comes in stays out.
    """

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request."""
        began, current = perf_counter(), exchange.current()
        response = self.get_response(request)

        def finish() -> None:
            _finish(current, request, response, perf_counter() - began)

        # A file is handed to the server, which sends it without us.
        if response.streaming and not isinstance(response, FileResponse):
            response.streaming_content = _Stream(response.streaming_content, current, finish)
        else:
            finish()
        return response


class _Stream:
    """The pieces of an answer, each made within its exchange: what the database does meanwhile is the request's."""

    def __init__(self, pieces: Iterator[bytes], current: Exchange, finish: Callable[[], None]):
        self._pieces, self._exchange, self._finish = pieces, current, finish

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        token = exchange.enter(self._exchange)
        try:
            return next(self._pieces)
        finally:
            exchange.leave(token)

    def close(self) -> None:
        """Finish, once: the server has sent everything, or the client has gone."""
        finish, self._finish = self._finish, lambda: None
        finish()


class ProbesMiddleware:
    """Answers ``/healthz``, ``/readyz`` and ``/metrics`` before anything looks at the host name, a session or TLS.

    Who asks for these is a machine next to this one, which knows an address and no name.
    """

    def __init__(self, get_response: Answer):
        self.get_response = get_response
        self._probes = {"/healthz": probes.healthz, "/readyz": probes.readyz, "/metrics": scrape.metrics}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a probe, or pass the request on."""
        probe = self._probes.get(request.path_info)
        if probe is None or (probe is scrape.metrics and not scrape.is_open()):
            return self.get_response(request)
        request.probe = request.path_info.removeprefix("/")
        return probe(request)


class OutageMiddleware:
    """Answers what a view could not do for an outage; the API's own handler does so for its views."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return what to say, None where it is no outage: then it is a fault, and answered as one."""
        outage = outage_of(exception)
        if outage is None:
            return None
        outages.warning("%s: %s: %s", outage.code, type(exception).__name__, exception)
        return away(request, outage)


def _finish(current: Exchange, request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    route, status = route_of(request), response.status_code
    refusal = current.refusal or (f"http_{status}" if 400 <= status < 500 else "")
    figures.answered(request.method, route, status, seconds, current.database_seconds, current.statements, refusal)
    quiet = route == STATIC or hasattr(request, "probe")
    level = logging.DEBUG if quiet and status < 500 else logging.INFO
    if not access.isEnabledFor(level):
        return
    caller = caller_of(request)
    facts = {
        "method": request.method,
        "route": route,
        "path": request.path[:SHOWN_PATH_CHARACTERS],
        "status": status,
        "duration_seconds": round(seconds, 4),
        "user": caller.user_id,
        "credential": caller.credential,
        "address": request.META.get("REMOTE_ADDR", ""),
        "database_seconds": round(current.database_seconds, 4),
        "statements": current.statements,
        **({"refusal": refusal} if refusal else {}),
    }
    access.log(
        level,
        "%s %s %d in %.1f ms, user %s by %s, database %.1f ms in %d%s",
        request.method,
        facts["path"],
        status,
        seconds * 1000,
        caller.user_id or "-",
        caller.credential,
        current.database_seconds * 1000,
        current.statements,
        f", refused: {refusal}" if refusal else "",
        extra={"facts": facts, "request_id": current.request_id},
    )
