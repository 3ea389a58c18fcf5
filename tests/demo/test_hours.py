"""The shop's hours: shop time gets dates, on working days and within the shift."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopplanr.demo.hours import DAY, HOUR, MINUTE, STORY, STORY_DAYS, Calendar, shop_time

CHICAGO = ZoneInfo("America/Chicago")

# A Wednesday, and what it is in the shop's own time.
WEDNESDAY = datetime(2026, 3, 11, 14, 20, tzinfo=CHICAGO)


def local(calendar: Calendar, shop_ms: int) -> datetime:
    return calendar.moment(shop_ms).astimezone(CHICAGO)


def test_the_story_ends_now_where_somebody_is_working():
    assert WEDNESDAY - Calendar(WEDNESDAY, CHICAGO).moment(STORY) == timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-03-11 22:45", "2026-03-11 16:00"),  # at night: the end of that day's shift
        ("2026-03-12 03:10", "2026-03-11 16:00"),
        ("2026-03-12 11:47", "2026-03-12 11:30"),  # over lunch
        ("2026-03-14 13:00", "2026-03-13 16:00"),  # Saturday: the end of Friday's
        ("2026-03-15 23:59", "2026-03-13 16:00"),
        ("2026-03-16 06:30", "2026-03-13 16:00"),  # Monday, as the first one comes in
    ],
)
def test_the_story_ends_with_the_last_shift_where_nobody_is_working(now, end):
    now, end = (datetime.fromisoformat(text).replace(tzinfo=CHICAGO) for text in (now, end))
    assert end - local(Calendar(now, CHICAGO), STORY) == timedelta(milliseconds=1)


def test_a_story_takes_six_weeks():
    calendar = Calendar(WEDNESDAY, CHICAGO)
    assert STORY_DAYS * DAY == STORY
    assert local(calendar, STORY).date() - local(calendar, 0).date() == timedelta(weeks=6)


def test_a_working_day_later_is_the_next_morning_and_after_friday_comes_monday():
    calendar = Calendar(WEDNESDAY, CHICAGO)
    days = [calendar.date(STORY - shop_time(days)).isoformat() for days in (0, 1, 2, 3, 4)]
    assert days == ["2026-03-11", "2026-03-10", "2026-03-09", "2026-03-06", "2026-03-05"]


def test_lunch_and_the_clock_change_take_no_shop_time():
    # Chicago's clocks went forward on 8 March 2026: the hours before and after it are worked all the same.
    calendar = Calendar(WEDNESDAY, CHICAGO)
    assert local(calendar, STORY - 3 * HOUR).time() == time(10, 49, 59, 999000)
    assert local(calendar, STORY - 5 * DAY).time() == local(calendar, STORY).time()


@given(
    now=st.integers(0, 15 * 366 * 24 * 3600).map(lambda seconds: datetime.fromtimestamp(1_700_000_000 + seconds, UTC)),
    zone=st.sampled_from([UTC, CHICAGO, ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")]),
    times=st.lists(st.integers(0, STORY), min_size=2, max_size=30).map(sorted),
)
def test_later_shop_time_is_never_an_earlier_moment_nor_one_to_come_nor_outside_the_shift(now, zone, times):
    calendar = Calendar(now, zone)
    moments = [calendar.moment(shop_ms) for shop_ms in times]
    assert all(earlier <= later for earlier, later in pairwise(moments))
    assert moments[-1] <= now
    for moment in moments:
        there = moment.astimezone(zone)
        assert there.weekday() < 5
        assert time(6, 30) <= there.time() < time(11, 30) or time(12) <= there.time() < time(16)


def test_a_minute_of_work_is_a_minute():
    calendar = Calendar(WEDNESDAY, CHICAGO)
    assert calendar.moment(STORY) - calendar.moment(STORY - MINUTE) == timedelta(minutes=1)
