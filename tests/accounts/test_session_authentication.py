"""A browser's session as the caller of the API."""

import pytest
from django.conf import settings as configured

from tests.accounts.factories import PASSWORD, UserFactory, json_client, open_kiosk
from tests.accounts.probe import URL

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.probe")]


@pytest.fixture
def signed_in():
    user = UserFactory(password=PASSWORD)
    client = json_client()
    assert client.login(username=user.username, password=PASSWORD)
    return user, client


def test_a_session_says_who_calls(signed_in, django_assert_num_queries):
    user, client = signed_in

    with django_assert_num_queries(2):  # the session; the user with all rights
        response = client.get(URL)

    assert response.json()["user"] == user.pk


def test_a_change_needs_the_csrf_token(signed_in):
    _, client = signed_in
    client.handler.enforce_csrf_checks = True

    response = client.post(URL)

    assert response.status_code == 403
    assert response.json()["message"].startswith("CSRF Failed")


def test_a_session_ends_with_the_account(signed_in):
    user, client = signed_in
    user.is_active = False
    user.save()

    assert client.get(URL).status_code == 401


def test_whose_session_is_over_is_not_taken_for_a_kiosk(signed_in, settings):
    user, client = signed_in
    open_kiosk(settings)
    user.is_active = False
    user.save()

    assert configured.SESSION_COOKIE_NAME in client.cookies
    assert client.get(URL).status_code == 401
