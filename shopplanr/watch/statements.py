"""Every statement that goes to the database is counted and timed, and the slow ones are logged.

What is logged is the statement as it was written, with places for its values: what people typed stays out of the log.
Counting costs no statement of its own.
"""

import logging
from collections.abc import Callable
from functools import wraps
from time import perf_counter

from django.conf import settings

from shopplanr.watch import exchange, figures

logger = logging.getLogger("shopplanr.database")

SHOWN_CHARACTERS = 2000
"""Of a slow statement; the longest of ours has half of that."""


def watch(connection, **kwargs) -> None:
    """Watch a connection that has just been opened, once however often it is opened again."""
    if _timed in connection.execute_wrappers:
        return
    # First: whoever wraps for a while takes the last one off again.
    connection.execute_wrappers.insert(0, _timed)
    # A commit is no statement to Django, and is where a database waits for its disk.
    connection._commit = _timed_commit(connection._commit)


def waited(what: str, seconds: float) -> None:
    """Note a wait for the database that is no statement: for a commit, or for the turn to write."""
    exchange.spent(seconds)
    _note_slow(what, seconds)


def _timed(execute: Callable, sql: object, params: object, many: bool, context: dict) -> object:
    began = perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        seconds = perf_counter() - began
        exchange.spent(seconds, statements=1)
        # What a driver has put together itself may have values in it.
        _note_slow(sql if isinstance(sql, str) else type(sql).__name__, seconds)


def _timed_commit(commit: Callable[[], object]) -> Callable[[], object]:
    @wraps(commit)
    def timed() -> object:
        began = perf_counter()
        try:
            return commit()
        finally:
            waited("COMMIT", perf_counter() - began)

    return timed


def _note_slow(what: str, seconds: float) -> None:
    if not settings.SLOW_QUERY_SECONDS or seconds < settings.SLOW_QUERY_SECONDS:
        return
    figures.SLOW_STATEMENTS.inc()
    text = " ".join(what.split())
    shown = text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
    facts = {"seconds": round(seconds, 3), "statement": shown}
    logger.warning("slow statement: %.3f s: %s", seconds, shown, extra={"facts": facts})
