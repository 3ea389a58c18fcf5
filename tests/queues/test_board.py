"""The board: where the parts are, and what today has brought, today being the site's day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from serials import board
from serials.services import advancement, endings
from shopplanr import clock
from tests.factories import OPERATOR, PathFactory, make_serials
from tests.queues.floor import OPENING, Floor, Operation, Piece, Way, furnished

pytestmark = pytest.mark.django_db

NOON = datetime(2024, 1, 15, 12, 0, tzinfo=UTC)


def test_what_is_finished_and_scrapped_is_counted_by_the_hour():
    with clock.told(NOON - timedelta(hours=5)):
        parts = make_serials(PathFactory(steps=("Saw", "Mill")), 6)
    with clock.told(NOON - timedelta(hours=3)):
        for part in parts[:2]:
            advancement.advance(part.id, OPERATOR)
            advancement.advance(part.id, OPERATOR)
        endings.scrap(parts[2].id, "damaged", None, OPERATOR)
    with clock.told(NOON - timedelta(minutes=1)):
        endings.force_complete(parts[3].id, None, OPERATOR)
        advancement.advance(parts[4].id, OPERATOR)

    with clock.told(NOON):
        shown = board.board()

    assert (shown.as_of, shown.day) == (NOON, date(2024, 1, 15))
    assert (shown.finished_today, shown.scrapped_today, shown.parts_in_progress) == (3, 1, 2)
    assert [hour.hour for hour in shown.hours] == list(range(24))
    assert {hour.hour: (hour.finished, hour.scrapped) for hour in shown.hours if hour.finished or hour.scrapped} == {
        9: (2, 1),
        11: (1, 0),
    }
    assert [(load.step_name, load.part_count, load.is_bottleneck) for load in shown.stations] == [
        ("Mill", 1, True),
        ("Saw", 1, True),
    ]


def test_an_empty_shop_has_an_empty_board():
    shown = board.board()

    assert (shown.finished_today, shown.scrapped_today, shown.parts_in_progress, list(shown.stations)) == (0, 0, 0, [])
    assert len(shown.hours) == 24


ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati"]
DAYS = [
    datetime(2024, 1, 15, tzinfo=UTC),
    datetime(2024, 3, 10, tzinfo=UTC),  # New York has no hour 2
    datetime(2024, 3, 31, tzinfo=UTC),  # nor has Berlin
    datetime(2024, 11, 3, tzinfo=UTC),  # New York has hour 1 twice
]
ends = st.lists(st.tuples(st.sampled_from(["completed", "scrapped"]), st.integers(-30 * 60, 54 * 60)), max_size=6)


@settings(max_examples=max(1, settings.default.max_examples // 3))
@given(st.sampled_from(ZONES), st.sampled_from(DAYS), st.integers(0, 24 * 60 - 1), ends)
def test_an_end_belongs_to_the_day_and_the_hour_that_the_clock_on_the_wall_shows(zone, day, minute, ends):
    now = day + timedelta(minutes=minute)
    offset = round((day - OPENING).total_seconds() / 60)
    pieces = tuple(Piece(0, 0, minutes=offset + when, state=state) for state, when in ends)
    expected: dict[str, list[int]] = {"completed": [], "scrapped": []}
    for state, when in ends:
        on_the_wall = (day + timedelta(minutes=when)).astimezone(ZoneInfo(zone))
        if on_the_wall.date() == now.astimezone(ZoneInfo(zone)).date():
            expected[state].append(on_the_wall.hour)

    with (
        override_settings(TIME_ZONE=zone),
        furnished(Floor((Way(None, (Operation("Saw"),)),), pieces)),
        clock.told(now),
    ):
        shown = board.board()

    assert shown.day == now.astimezone(ZoneInfo(zone)).date()
    assert [hour.finished for hour in shown.hours] == [expected["completed"].count(hour) for hour in range(24)]
    assert [hour.scrapped for hour in shown.hours] == [expected["scrapped"].count(hour) for hour in range(24)]
