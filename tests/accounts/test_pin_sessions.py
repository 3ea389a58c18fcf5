"""What a session that was made with a PIN may, and when it ends."""

from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.test import Client

from shopplanr import clock
from shopplanr.accounts import idle_sessions, pin_sessions, pins
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.models import User
from shopplanr.accounts.roles import Role
from shopplanr.accounts.sessions import SessionStore
from tests.accounts.factories import DEVICE, PASSWORD, PIN, AdministratorFactory, UserFactory, json_client, pin_client
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

CALL = "/api/users"


@pytest.fixture
def maria():
    return UserFactory(name="Maria Santos")


@pytest.fixture
def tablet(maria):
    return pin_client(maria)


def key_of(client) -> str:
    return client.cookies[configured.SESSION_COOKIE_NAME].value


def is_signed_in(client) -> bool:
    status = client.get(CALL).status_code
    assert status in {200, 401}
    return status == 200


def ends_at(client):
    return Session.objects.get(pk=key_of(client)).expire_date


class TestWhatItMay:
    """The floor, and not the admin."""

    def test_it_calls_with_the_users_rights_in_two_queries(self, tablet):
        with counted_statements() as statements:
            assert tablet.get(CALL).status_code == 200

        password = json_client()
        user = UserFactory(password=PASSWORD)
        password.login(username=user.username, password=PASSWORD)
        with counted_statements() as as_many_as:
            password.get(CALL)
        assert len(statements) == len(as_many_as)

    def test_the_record_says_that_it_was_a_session(self, maria, rf):
        request = rf.get("/")
        request.user = maria

        actor = actor_for(request, None)

        assert (actor.user_id, actor.credential) == (maria.pk, "session")

    @pytest.mark.parametrize("make", [AdministratorFactory, lambda: UserFactory(role=Role.QC, is_staff=True)])
    def test_staff_do_not_come_into_the_admin_with_it(self, make):
        tablet = pin_client(make())

        assert is_signed_in(tablet)
        for page in ("/admin/", "/admin/serials/serial/", "/admin/accounts/user/", "/admin/jsi18n/"):
            response = tablet.get(page)
            assert (response.status_code, response.url) == (302, f"/admin/login/?next={page}"), page

    def test_the_admin_asks_them_for_the_password_and_lets_them_in_with_it(self):
        administrator = AdministratorFactory(name="Robin Adler", password=PASSWORD)
        tablet = pin_client(administrator)
        before = key_of(tablet)

        asked = tablet.get("/admin/login/?next=/admin/").content.decode()
        assert "Robin Adler, you signed in with your PIN. The admin asks for your password." in asked
        assert "not authorized" not in asked
        tablet.post("/admin/login/", {"username": administrator.username, "password": PASSWORD})

        assert tablet.get("/admin/").status_code == 200
        assert key_of(tablet) != before and not Session.objects.filter(pk=before).exists()
        assert idle_sessions.BY not in SessionStore(key_of(tablet))

    def test_the_admins_words_for_others_are_djangos(self, maria):
        client = Client()
        client.force_login(maria)

        assert "not authorized" in client.get("/admin/login/").content.decode()

    def test_the_pin_is_no_password(self, maria, tablet):
        assert not Client().login(username=maria.username, password=PIN)


class TestSigningIn:
    """On a device where somebody else was before."""

    def test_nothing_of_the_earlier_session_is_left(self, maria, tablet, rf):
        request = rf.get("/")
        request.session = SessionStore(key_of(tablet))
        request.session["filter"] = "mine"
        request.session.save()

        dale = UserFactory()
        pin_sessions.begin(request, pins.set_pin(dale.pk, pins.issue_code(dale, by="test"), PIN, PIN, DEVICE))
        request.session.save()

        assert request.session[SESSION_KEY] == dale.pk
        assert "filter" not in request.session
        assert request.session.session_key != key_of(tablet)
        assert not is_signed_in(tablet)

    def test_it_notes_when(self, maria, tablet):
        assert User.objects.get(pk=maria.pk).last_login is not None


class TestItsEnd:
    """When nobody is there, when the account is closed, when the PIN is another."""

    def test_it_ends_when_the_device_was_not_used_for_a_shift(self, tablet):
        cookie = ends_at(tablet) - clock.now()
        assert timedelta(minutes=479) < cookie <= timedelta(minutes=480)

        Session.objects.update(expire_date=clock.now())
        assert not is_signed_in(tablet)

    def test_the_time_is_a_setting(self, settings, maria):
        settings.PIN_SESSION_IDLE_MINUTES = 5

        assert ends_at(pin_client(maria)) - clock.now() <= timedelta(minutes=5)

    def test_using_it_prolongs_it_but_writes_once_a_minute_at_most(self, tablet):
        Session.objects.update(expire_date=clock.now() + timedelta(minutes=7))
        soon = ends_at(tablet)

        with clock.told(clock.now() + timedelta(seconds=50)):
            response = tablet.get(CALL)
        assert ends_at(tablet) == soon and configured.SESSION_COOKIE_NAME not in response.cookies

        with clock.told(clock.now() + timedelta(seconds=61)):
            response = tablet.get(CALL)
        assert ends_at(tablet) - clock.now() > timedelta(minutes=479)
        assert response.cookies[configured.SESSION_COOKIE_NAME]["max-age"] == 480 * 60

    def test_a_page_that_refreshes_itself_is_nobody(self, tablet):
        before = ends_at(tablet)

        with clock.told(clock.now() + timedelta(hours=1)):
            assert tablet.get(CALL, headers={idle_sessions.UNATTENDED_HEADER: "1"}).status_code == 200

        assert ends_at(tablet) == before

    def test_it_ends_with_the_account(self, maria, tablet):
        assert is_signed_in(tablet)
        User.objects.filter(pk=maria.pk).update(is_active=False)

        assert not is_signed_in(tablet)

    def test_it_ends_when_an_administrator_takes_the_pin_away(self, maria, tablet):
        pins.issue_code(maria, by="test")

        assert not is_signed_in(tablet)

    def test_it_ends_when_the_pin_is_changed_elsewhere(self, maria, tablet):
        pins.change_pin(maria, PIN, "7412", "7412", DEVICE)

        assert not is_signed_in(tablet)

    def test_a_session_by_password_outlives_the_pin(self, maria, tablet):
        client = Client()
        client.force_login(maria)
        pins.issue_code(maria, by="test")

        assert is_signed_in(client)

    def test_it_outlives_a_new_password(self, maria, tablet):
        maria.set_password(PASSWORD)
        maria.save()

        assert is_signed_in(tablet)


def test_a_request_without_a_session_is_asked_for_none():
    with counted_statements() as statements:
        response = Client().get("/api/schema")

    assert statements.queries == []
    assert "Cookie" not in response.get("Vary", "")
