"""Faults of ours, handed to an error tracker with what is known of the request.

``ERROR_REPORTER`` names a function of the operator's own, as ``module.function``. It is called as
``function(exception, context)`` for every exception that is logged as an error: what answered 500, what failed behind
an answer, what ended a command. Nothing is sent anywhere without it.
"""

import logging
from functools import cached_property

from django.utils.module_loading import import_string

from shopplanr import __version__
from shopplanr.watch import exchange
from shopplanr.watch.logs import without_secrets

logger = logging.getLogger("shopplanr.reporting")


class ReporterHandler(logging.Handler):
    """Gives exceptions that are logged as errors to the operator's function; what that raises is logged, no more."""

    def __init__(self, reporter: str):
        super().__init__(logging.ERROR)
        self._name_of_reporter = reporter

    @cached_property
    def _report(self):
        return import_string(self._name_of_reporter)

    def emit(self, record: logging.LogRecord) -> None:
        """Hand the record's exception on."""
        if not record.exc_info or record.exc_info[1] is None:
            return
        try:
            self._report(record.exc_info[1], context_of(record))
        except Exception:
            logger.warning("%s failed", self._name_of_reporter, exc_info=True)


def context_of(record: logging.LogRecord) -> dict[str, object]:
    """Return what is known: version, logger and message, and of the request its id, method, route and caller.

    Neither headers nor a body nor the query string is among it.
    """
    context: dict[str, object] = {
        "version": __version__,
        "logger": record.name,
        "message": without_secrets(record.getMessage()),
        "request_id": exchange.current_request_id(),
    }
    current = exchange.current()
    if current is None or current.request is None:
        return context
    # these look at models, which are not there yet where the log is set up
    from shopplanr.watch.callers import caller_of
    from shopplanr.watch.routes import route_of

    caller = caller_of(current.request)
    return context | {
        "method": current.request.method,
        "route": route_of(current.request),
        "user": caller.user_id,
        "credential": caller.credential,
        "statements": current.statements,
        "database_seconds": round(current.database_seconds, 4),
    }
