"""The one place that reads the time.

The API shows milliseconds, so milliseconds are what is stored: a timestamp that a client read is a timestamp that a
filter finds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_told: ContextVar[datetime | None] = ContextVar("told_time", default=None)


def now() -> datetime:
    """Return the present moment in UTC, cut to whole milliseconds."""
    moment = _told.get() or datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@contextmanager
def told(moment: datetime) -> Iterator[None]:
    """Make ``now()`` answer ``moment`` within the block.

    For the demo shop, whose past is written through the same services as the present, and for tests.
    """
    token = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(token)
