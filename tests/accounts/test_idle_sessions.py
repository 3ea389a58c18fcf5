"""Sessions by password, which open the admin, end when they are not used; and what has ended is removed.

Those by PIN are in test_pin_sessions.py.
"""

from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.contrib.sessions.models import Session
from django.test import Client

from shopplanr import clock
from shopplanr.accounts import idle_sessions
from shopplanr.accounts.sessions import SessionStore
from tests.accounts.factories import PASSWORD, AdministratorFactory
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

PAGE = "/admin/password_change/"


@pytest.fixture
def desk():
    """A browser in which somebody has just signed in to the admin."""
    browser, administrator = Client(), AdministratorFactory()
    browser.post("/admin/login/", {"username": administrator.username, "password": PASSWORD})
    assert browser.get(PAGE).status_code == 200
    return browser


def session_of(browser) -> Session:
    return Session.objects.get(pk=browser.cookies[configured.SESSION_COOKIE_NAME].value)


def minutes_left(browser) -> float:
    return (session_of(browser).expire_date - clock.now()).total_seconds() / 60


def test_it_ends_when_it_was_not_used_for_two_hours(desk):
    assert 119 < minutes_left(desk) <= 120
    assert desk.cookies[configured.SESSION_COOKIE_NAME]["max-age"] == 120 * 60

    Session.objects.update(expire_date=clock.now())

    assert desk.get(PAGE).status_code == 302


def test_the_time_is_a_setting(settings):
    settings.PASSWORD_SESSION_IDLE_MINUTES = 5
    browser = Client()
    browser.force_login(AdministratorFactory())

    assert 4 < minutes_left(browser) <= 5


def test_using_it_prolongs_it_and_writes_once_a_minute_at_most(desk):
    before = session_of(desk).expire_date

    with clock.told(clock.now() + timedelta(seconds=50)):
        desk.get(PAGE)
    assert session_of(desk).expire_date == before

    with clock.told(clock.now() + timedelta(seconds=61)):
        with counted_statements() as first:
            desk.get(PAGE)
        with counted_statements() as second:
            desk.get(PAGE)
    assert session_of(desk).expire_date > before
    assert [sql.split()[0] for sql in first.queries[len(second) :]] == ["UPDATE"]


def test_a_session_of_before_there_was_an_end_gets_one_when_it_is_used(desk):
    store = SessionStore(desk.cookies[configured.SESSION_COOKIE_NAME].value)
    del store[idle_sessions.RENEWED_AT], store["_session_expiry"]
    store.save()
    assert minutes_left(desk) > 24 * 60

    desk.get(PAGE)

    assert minutes_left(desk) <= 120


def test_signing_in_removes_sessions_that_have_ended_and_no_others(desk):
    ended = SessionStore()
    ended.set_expiry(clock.now() - timedelta(seconds=1))
    ended.save()

    Client().force_login(AdministratorFactory())

    assert not Session.objects.filter(pk=ended.session_key).exists()
    assert desk.get(PAGE).status_code == 200


def test_a_few_are_removed_at_a_time():
    Session.objects.bulk_create(
        Session(session_key=f"{number:032}", session_data="", expire_date=clock.now() - timedelta(days=1))
        for number in range(5)
    )

    assert [idle_sessions.remove_ended(2) for _ in range(4)] == [2, 2, 1, 0]
