"""Session cookies that nobody ever got."""

import pytest
from django.test import Client

from tests.accounts.factories import PASSWORD, AdministratorFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/admin/", "/api/jobs"])
@pytest.mark.parametrize("cookie", [r'"\000\000abcdefgh"', "a" * 5000, "ABCDEFGHIJ", "é" * 32, "'; --"])
def test_an_odd_cookie_is_no_session(path, cookie):
    client = Client(raise_request_exception=False)
    client.cookies.load(f"sessionid={cookie}")

    response = client.get(path, HTTP_COOKIE=f"sessionid={cookie}")

    assert response.status_code in {302, 401}


def test_who_signs_in_stays_signed_in():
    user = AdministratorFactory()
    client = Client()
    client.post("/admin/login/", {"username": user.username, "password": PASSWORD})

    assert client.get("/admin/").status_code == 200
