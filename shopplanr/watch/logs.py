"""How the log is written: a line for people, or a line of JSON for programs; and never a secret in either.

What a record says besides its message is in ``record.facts``.
"""

import json
import logging
import re
from datetime import UTC, datetime

from shopplanr.watch.exchange import current_request_id

HIDDEN = "[hidden]"

_SECRETS = (
    # tokens of the API, wherever they stand
    (re.compile(r"spk_[A-Za-z0-9_-]{8,}"), f"spk_{HIDDEN}"),
    # headers that carry credentials, to the end of the line
    (
        re.compile(r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key)(['\"]?\s*[:=]\s*)[^\n]+"),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"(?i)\b(bearer|basic|token)\s+[A-Za-z0-9_\-+/=.~]{16,}"), rf"\1 {HIDDEN}"),
    # values of forms, addresses and settings that are named for what they are
    (
        re.compile(
            r"(?i)\b(\w*(?:password|passwd|secret|token|sessionid|api_?key|pin|one_time_code)(?:_again|_hash|_key)?)"
            r"(['\"]?\s*[=:]\s*\[?['\"]?)[^\s'\"&,;)}\]]+"
        ),
        rf"\1\2{HIDDEN}",
    ),
    # a form's own fields, as Python writes a form down
    (re.compile(r"(['\"](?:old|repeat|code)['\"]\s*:\s*\[?['\"])[^'\"]+"), rf"\1{HIDDEN}"),
    # passwords in the address of a database
    (re.compile(r"(\w://[^\s:/@]*):[^\s/@]+@"), rf"\1:{HIDDEN}@"),
)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def without_secrets(text: str) -> str:
    """Return the text with everything hidden that looks like a credential."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def on_one_line(text: str) -> str:
    """Return the text with control characters spelled out: what a client sent must not look like a line of ours."""
    return _CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode("ascii"), text)


class RequestIdFilter(logging.Filter):
    """Put the request's id on every log record, as ``record.request_id``."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass."""
        if not hasattr(record, "request_id"):
            request = getattr(record, "request", None)
            record.request_id = getattr(request, "request_id", None) or current_request_id()
        return True


class LineFormatter(logging.Formatter):
    """A line for people; behind it the traceback, where there is one."""

    def __init__(self):
        super().__init__("{asctime} {levelname} [{request_id}] {name}: {message}", style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Write the message on one line."""
        record.message = on_one_line(record.message)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        """Return the text."""
        return without_secrets(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object on one line: time in UTC, level, logger, message, request_id, what else is known, exception."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", current_request_id()),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        safe = {name: without_secrets(value) if isinstance(value, str) else value for name, value in line.items()}
        return json.dumps(safe, ensure_ascii=False, default=str)
