"""Decision 5: what is a kiosk's request, and everything that keeps a request from being one."""

from ipaddress import ip_network

import pytest
from django.test import RequestFactory

from shopplanr.accounts.kiosk import KioskUser, is_from_kiosk
from shopplanr.accounts.roles import Right, Role
from tests.accounts.factories import UserFactory, json_client, open_kiosk, token_client
from tests.accounts.probe import URL

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.probe")]


@pytest.fixture
def kiosk(settings):
    return open_kiosk(settings)


def is_kiosk(response):
    assert response.status_code in {200, 401}
    return response.status_code == 200 and response.json() == {"user": None, "name": "Kiosk"}


def test_a_request_from_the_kiosks_network_needs_no_credentials(kiosk, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = kiosk.get(URL)

    assert is_kiosk(response)


def test_without_networks_there_is_no_kiosk_and_no_query(settings, django_assert_num_queries):
    settings.KIOSK_NETWORKS, settings.KIOSK_ROLE = [], "Integrations"

    with django_assert_num_queries(0):
        assert not is_kiosk(json_client().get(URL))


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("10.0.7.1", True),
        ("::ffff:10.0.7.1", True),
        ("fd00:7::1", True),
        ("fd00:7::1%eth0", True),
        ("10.0.8.1", False),
        ("::ffff:10.0.8.1", False),
        ("fd00:8::1", False),
        ("127.0.0.1", False),
        ("", False),
        ("unix:", False),
        ("10.0.7.1, 8.8.8.8", False),
    ],
)
def test_the_address_decides(address, inside, kiosk, settings):
    settings.KIOSK_NETWORKS = [ip_network("10.0.7.0/24"), ip_network("fd00:7::/64")]

    assert is_kiosk(kiosk.get(URL, REMOTE_ADDR=address)) is inside


@pytest.mark.parametrize(
    "header",
    [
        "Forwarded",
        "X-Forwarded",
        "X-Forwarded-For",
        "X-Real-IP",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-Port",
        "X-Forwarded-Server",
        "Via",
    ],
)
@pytest.mark.parametrize("value", ["127.0.0.1", ""])
def test_a_request_that_was_passed_on_is_nobodys(header, value, kiosk):
    assert not is_kiosk(kiosk.get(URL, headers={header: value}))


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://evil.example",
        "https://testserver",
        "http://testserver:8000",
        "http://testserver.evil.example",
        "null",
        "",
    ],
)
def test_a_request_on_behalf_of_another_site_is_nobodys(origin, kiosk):
    assert not is_kiosk(kiosk.get(URL, headers={"Origin": origin}))


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "anything"])
def test_a_browser_that_says_so_is_believed(site, kiosk):
    assert not is_kiosk(kiosk.get(URL, headers={"Sec-Fetch-Site": site}))


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://testserver"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
    ids=["own origin", "own page", "typed address"],
)
def test_our_own_pages_are_the_kiosks(headers, kiosk):
    assert is_kiosk(kiosk.get(URL, headers=headers))


def test_a_page_over_https_is_our_own_by_its_own_scheme(kiosk):
    assert is_kiosk(kiosk.get(URL, headers={"Origin": "https://testserver"}, secure=True))
    assert not is_kiosk(kiosk.get(URL, headers={"Origin": "http://testserver"}, secure=True))


@pytest.mark.parametrize("credentials", ["Basic dTpw", "Digest x", "Token x", ""])
def test_a_request_with_credentials_is_not_the_kiosks(credentials, kiosk):
    assert not is_kiosk(kiosk.get(URL, headers={"Authorization": credentials}))


def test_a_request_with_a_key_is_not_the_kiosks(kiosk):
    assert not is_kiosk(kiosk.get(URL, headers={"X-API-Key": "x"}))


def test_a_request_with_a_session_is_not_the_kiosks(kiosk, settings):
    kiosk.cookies[settings.SESSION_COOKIE_NAME] = "of-a-session-that-is-over"

    assert not is_kiosk(kiosk.get(URL))


def test_a_token_goes_before_the_kiosk(kiosk):
    user = UserFactory()

    assert token_client(user).get(URL).json()["user"] == user.pk


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "a b", "testserver:x"])
def test_a_request_to_a_name_that_is_not_ours_is_nobodys(host, kiosk):
    # Django's own middleware refuses it before anything else; the rule does not rely on that.
    assert kiosk.get(URL, headers={"Host": host}).status_code == 400
    assert not is_from_kiosk(RequestFactory().get(URL, headers={"Host": host}))
    assert is_from_kiosk(RequestFactory().get(URL))


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("shop.example", True),
        ("localhost:8000", True),
        ("192.0.2.7:8000", True),
        ("[::1]:8000", True),
        ("evil.example", False),
        ("192.0.2.7.evil.example", False),
    ],
)
def test_the_wildcard_makes_no_name_ours(host, ours, kiosk, settings):
    settings.ALLOWED_HOSTS = ["*", "shop.example"]

    assert is_kiosk(kiosk.get(URL, headers={"Host": host})) is ours


def test_a_kiosk_has_the_rights_of_its_role_and_no_more(settings):
    kiosk = open_kiosk(settings, role=Role.AUDITORS)

    assert kiosk.get(URL).status_code == 200
    response = kiosk.post(URL)
    assert response.status_code == 403
    assert response.json()["message"].startswith("You may not scrap parts.")


def test_a_kiosk_without_a_role_may_nothing(kiosk, settings):
    settings.KIOSK_ROLE = ""

    assert kiosk.get(URL).status_code == 403


def test_a_kiosks_user_is_nobody_in_particular():
    user = KioskUser(frozenset({Right.READ}))

    assert user.is_authenticated and user.is_active
    assert not (user.is_anonymous or user.is_staff or user.is_superuser)
    assert (user.pk, user.id, user.get_username(), str(user)) == (None, None, "", "Kiosk")
    assert user.has_perm(Right.READ) and not user.has_perm(Right.SCRAP)
    assert not user.has_perm(Right.READ, obj=object())
    assert user.has_perms([Right.READ]) and not user.has_perms([Right.READ, Right.SCRAP])
    assert user.has_module_perms("serials") and not user.has_module_perms("audit")
    assert user.get_all_permissions() == {Right.READ}
