"""The shop's working hours, and the demo's past laid out on them.

The demo is planned in *shop time*: milliseconds of worked time since its story begins, nights, weekends and lunch left
out. So the plan is the same whenever it is loaded. Only here does it get its dates, in such a way that the story ends
now, or at the end of the last shift where nobody is working now.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

_SHIFT = ((time(6, 30), time(11, 30)), (time(12, 0), time(16, 0)))
"""The hours of a working day, Monday to Friday, in the site's time zone; lunch lies between."""

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
_DAYS_OF_A_WORKING_WEEK = 5


def _milliseconds(duration: timedelta) -> int:
    return duration // timedelta(milliseconds=1)


def _since_midnight(clock_time: time) -> int:
    return _milliseconds(timedelta(hours=clock_time.hour, minutes=clock_time.minute))


DAY = sum(_since_midnight(end) - _since_midnight(start) for start, end in _SHIFT)
"""Milliseconds that are worked in a day."""
STORY_DAYS = 30
"""Working days that the story takes: six weeks."""
STORY = STORY_DAYS * DAY


def shop_time(days: float) -> int:
    """Return the shop time after so many working days."""
    return round(days * DAY)


class Calendar:
    """Puts dates on shop time, the story's end being ``now``."""

    def __init__(self, now: datetime, zone: tzinfo):
        self._zone = zone
        local = now.astimezone(zone)
        self.today: date = local.date()
        # One millisecond back: the end of a shift is also the start of the next one, which may lie ahead.
        self._end = _worked_until(local.replace(tzinfo=None)) - 1

    def moment(self, shop_ms: int) -> datetime:
        """Return when the shop's clock showed ``shop_ms``, in UTC; later shop time is never an earlier moment."""
        days, rest = divmod(self._end - STORY + shop_ms, DAY)
        weeks, weekday = divmod(days, _DAYS_OF_A_WORKING_WEEK)
        midnight = datetime.combine(date.fromordinal(1 + weeks * 7 + weekday), time.min)
        for start, end in _SHIFT:
            length = _since_midnight(end) - _since_midnight(start)
            if rest < length:
                local = midnight + timedelta(milliseconds=_since_midnight(start) + rest)
                return local.replace(tzinfo=self._zone).astimezone(UTC)
            rest -= length
        raise AssertionError("a day is as long as its shifts")

    def date(self, shop_ms: int) -> date:
        """Return the shop's own date at ``shop_ms``."""
        return self.moment(shop_ms).astimezone(self._zone).date()


def _worked_until(local: datetime) -> int:
    """Return the milliseconds worked from the first day of the calendar, a Monday, to this local time."""
    weeks, weekday = divmod(local.toordinal() - 1, 7)
    whole_days = weeks * _DAYS_OF_A_WORKING_WEEK + min(weekday, _DAYS_OF_A_WORKING_WEEK)
    if weekday >= _DAYS_OF_A_WORKING_WEEK:
        return whole_days * DAY
    now = _milliseconds(timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)) + (
        local.microsecond // 1000
    )
    worked_today = sum(
        min(max(now - _since_midnight(start), 0), _since_midnight(end) - _since_midnight(start))
        for start, end in _SHIFT
    )
    return whole_days * DAY + worked_today
