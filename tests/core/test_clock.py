"""The one place that reads the time."""

from datetime import UTC, date, datetime, timedelta, timezone
from threading import Thread

import pytest

from shopplanr import clock

NOON = datetime(2024, 1, 15, 12, 0, 0, 123_999, tzinfo=UTC)


def test_the_time_is_utc():
    before = datetime.now(UTC)
    moment = clock.now()
    assert moment.utcoffset() == timedelta(0)
    assert before <= moment <= datetime.now(UTC)


def test_the_clock_can_be_told_another_time_for_a_while():
    with clock.told(NOON):
        with clock.told(NOON - timedelta(days=1)):
            assert clock.now().day == 14
        assert clock.now().day == 15
    assert clock.now() > NOON + timedelta(days=300)


def test_the_clock_goes_right_again_after_an_error():
    with pytest.raises(ZeroDivisionError), clock.told(NOON):
        _ = 1 / 0
    assert clock.now() > NOON + timedelta(days=300)


def test_another_thread_has_the_right_time_meanwhile():
    seen = []
    with clock.told(NOON):
        thread = Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
    assert seen[0] > NOON + timedelta(days=300)


def test_a_time_that_was_told_in_another_zone_is_that_same_moment():
    with clock.told(NOON.astimezone(timezone(timedelta(hours=5)))):
        assert clock.now() == NOON


class TestToday:
    """The day that it is in the site's time zone."""

    @pytest.mark.parametrize(
        ("zone", "day"),
        [
            ("UTC", date(2024, 2, 29)),
            ("America/Los_Angeles", date(2024, 2, 28)),
            ("Asia/Tokyo", date(2024, 2, 29)),
            ("Pacific/Kiritimati", date(2024, 2, 29)),
            ("Pacific/Pago_Pago", date(2024, 2, 28)),
        ],
    )
    def test_early_in_the_morning(self, zone, day, settings):
        settings.TIME_ZONE = zone
        with clock.told(datetime(2024, 2, 29, 0, 30, tzinfo=UTC)):
            assert clock.today() == day

    @pytest.mark.parametrize(
        ("zone", "day"),
        [("UTC", date(2024, 2, 29)), ("Europe/Berlin", date(2024, 3, 1)), ("America/New_York", date(2024, 2, 29))],
    )
    def test_late_in_the_evening(self, zone, day, settings):
        settings.TIME_ZONE = zone
        with clock.told(datetime(2024, 2, 29, 23, 30, tzinfo=UTC)):
            assert clock.today() == day


class TestBeginningOfADay:
    """The moment at which a day begins in the site's time zone."""

    @pytest.mark.parametrize(
        ("zone", "day", "moment"),
        [
            ("UTC", date(2024, 2, 29), datetime(2024, 2, 29, tzinfo=UTC)),
            ("Europe/Berlin", date(2024, 7, 1), datetime(2024, 6, 30, 22, tzinfo=UTC)),
            ("Asia/Kathmandu", date(2024, 1, 1), datetime(2023, 12, 31, 18, 15, tzinfo=UTC)),
            # the night in which clocks went from 23:59 to 01:00, and the one in which they had midnight twice
            ("Africa/Cairo", date(2024, 4, 26), datetime(2024, 4, 25, 22, tzinfo=UTC)),
            ("America/Havana", date(2024, 11, 3), datetime(2024, 11, 3, 4, tzinfo=UTC)),
        ],
    )
    def test_in_some_zones(self, zone, day, moment, settings):
        settings.TIME_ZONE = zone

        assert clock.beginning_of(day) == moment
        with clock.told(moment):
            assert clock.today() == day
        with clock.told(moment - timedelta(microseconds=1)):
            assert clock.today() < day
