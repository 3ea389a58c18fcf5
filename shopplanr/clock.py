"""The one place that reads the time.

What is stored has microseconds, so that "oldest first" is the order in which things were made. The API shows
milliseconds (``shopplanr.api.shapes.timestamp`` cuts them).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time

from django.utils.timezone import get_default_timezone

_told: ContextVar[datetime | None] = ContextVar("told_time", default=None)


def now() -> datetime:
    """Return the present moment in UTC."""
    return _told.get() or datetime.now(UTC)


def today() -> date:
    """Return the day that it is in the site's time zone (the setting ``TIME_ZONE``)."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """Return the day on which the moment lies in the site's time zone."""
    return moment.astimezone(get_default_timezone()).date()


def beginning_of(day: date) -> datetime:
    """Return the moment at which a day begins in the site's time zone, in UTC."""
    return datetime.combine(day, time.min, get_default_timezone()).astimezone(UTC)


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
