"""When a certification holds: edge days, leap days, open ends; and the same in SQL."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates import expressions
from certificates.models import CertificationAssignment
from certificates.validity import covers, in_order
from tests.factories import AssignmentFactory

DAYS = st.dates(date(2023, 12, 25), date(2024, 3, 5))
ENDS = st.none() | DAYS

LEAP_DAY = date(2024, 2, 29)


@given(DAYS)
def test_without_dates_it_always_holds(day):
    assert covers(None, None, day)


@given(DAYS, st.integers(0, 800))
def test_both_ends_are_included_and_the_days_beside_them_are_not(first, length):
    last = first + timedelta(days=length)

    assert covers(first, last, first)
    assert covers(first, last, last)
    assert not covers(first, last, first - timedelta(days=1))
    assert not covers(first, last, last + timedelta(days=1))


@given(ENDS, ENDS, DAYS)
def test_an_open_end_is_open(valid_from, expiration_date, day):
    assert covers(valid_from, None, day) == (valid_from is None or valid_from <= day)
    assert covers(None, expiration_date, day) == (expiration_date is None or day <= expiration_date)
    assert covers(valid_from, expiration_date, day) == (
        covers(valid_from, None, day) and covers(None, expiration_date, day)
    )


@given(ENDS, ENDS, DAYS)
def test_what_holds_on_a_day_is_in_order(valid_from, expiration_date, day):
    if covers(valid_from, expiration_date, day):
        assert in_order(valid_from, expiration_date)


@given(DAYS, DAYS)
def test_dates_are_in_order_exactly_if_they_cover_a_day(first, last):
    assert in_order(first, last) == covers(first, last, first)


@pytest.mark.parametrize(
    ("valid_from", "expiration_date", "day", "holds"),
    [
        (None, LEAP_DAY, LEAP_DAY, True),
        (None, LEAP_DAY, date(2024, 3, 1), False),
        (None, date(2024, 2, 28), LEAP_DAY, False),
        (LEAP_DAY, None, date(2024, 2, 28), False),
        (LEAP_DAY, LEAP_DAY, LEAP_DAY, True),
        (LEAP_DAY, date(2028, 2, 29), date(2028, 2, 29), True),
        (date(2023, 12, 31), date(2024, 1, 1), date(2024, 1, 1), True),
        (None, date.max, date.max, True),
        (date.min, None, date.min, True),
    ],
)
def test_days_that_are_easily_got_wrong(valid_from, expiration_date, day, holds):
    assert covers(valid_from, expiration_date, day) is holds


@pytest.mark.django_db
def test_sql_says_the_same():
    edges = (None, date(2024, 2, 28), LEAP_DAY, date(2024, 3, 1))
    for valid_from in edges:
        for expiration_date in edges:
            if in_order(valid_from, expiration_date):
                AssignmentFactory(valid_from=valid_from, expiration_date=expiration_date)

    for day in (date(2024, 2, 27), *edges[1:], date(2024, 3, 2), date.min, date.max):
        holding = set(CertificationAssignment.objects.filter(expressions.covering(day)))
        others = set(CertificationAssignment.objects.filter(expressions.not_covering(day)))
        assert holding == {
            each for each in CertificationAssignment.objects.all() if covers(each.valid_from, each.expiration_date, day)
        }
        assert holding | others == set(CertificationAssignment.objects.all())
        assert not holding & others
