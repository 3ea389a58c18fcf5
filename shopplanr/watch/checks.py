"""System checks of what the watch is told by its settings."""

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution
from django.utils.module_loading import import_string

SHORTEST_TOKEN_CHARACTERS = 20


@register("shopplanr")
def figures_are_for_those_who_are_meant(app_configs=None, **kwargs) -> list[CheckMessage]:
    """A token that can be guessed is none, and figures of one process among several mislead."""
    messages: list[CheckMessage] = []
    if settings.METRICS_TOKEN and len(settings.METRICS_TOKEN) < SHORTEST_TOKEN_CHARACTERS:
        messages.append(
            Error(
                f"METRICS_TOKEN is weak: it needs {SHORTEST_TOKEN_CHARACTERS} or more random characters.",
                hint="Make one with: python -c 'import secrets; print(secrets.token_urlsafe(24))'",
                id="shopplanr.E041",
            )
        )
    if (settings.METRICS_TOKEN or settings.METRICS_NETWORKS) and not settings.METRICS_DIR:
        messages.append(
            Caution(
                "METRICS_DIR is not set: of several server processes each would tell its own figures alone.",
                hint="Set METRICS_DIR to a folder of this server's own that is emptied when it starts.",
                id="shopplanr.W042",
            )
        )
    return messages


@register("shopplanr")
def error_reporter_is_there(app_configs=None, **kwargs) -> list[CheckMessage]:
    """A name that leads nowhere would be noticed on the day when it is needed."""
    if not settings.ERROR_REPORTER:
        return []
    try:
        reporter = import_string(settings.ERROR_REPORTER)
    except ImportError as error:
        said = str(error)
    else:
        said = "" if callable(reporter) else "it is no function"
    if not said:
        return []
    return [
        Error(
            f"ERROR_REPORTER cannot be used: {said}.",
            hint="Name a function as module.function, in a module that this Python can import.",
            id="shopplanr.E043",
        )
    ]
