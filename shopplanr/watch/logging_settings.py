"""What Python's logging is configured with. It is read with the settings: nothing else of the product may be needed."""


def logging_settings(level: str, form: str, *, with_access: bool, reporter: str) -> dict[str, object]:
    """Return it: everything to standard error, in this form; faults also to the function that ``reporter`` names."""
    handlers: dict[str, object] = {
        "stderr": {"class": "logging.StreamHandler", "filters": ["request_id"], "formatter": form},
    }
    if reporter:
        handlers["reporter"] = {"()": "shopplanr.watch.reporting.ReporterHandler", "reporter": reporter}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": "shopplanr.watch.logs.RequestIdFilter"}},
        "formatters": {
            "line": {"()": "shopplanr.watch.logs.LineFormatter"},
            "json": {"()": "shopplanr.watch.logs.JsonFormatter"},
        },
        "handlers": handlers,
        "root": {"handlers": list(handlers), "level": level},
        "loggers": {
            # Without its own handlers, which mail the administrators: everything goes through the one above.
            "django": {"handlers": [], "level": level, "propagate": True},
            # Every statement at DEBUG would bury the rest.
            "django.db.backends": {"level": "INFO"},
            # One line for each request; those of probes and of static files at DEBUG.
            "shopplanr.access": {"level": level if with_access else "CRITICAL"},
        },
    }
