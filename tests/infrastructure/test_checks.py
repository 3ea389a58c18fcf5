"""Configurations that would work and should not are named at start."""

from ipaddress import ip_network

import pytest
from django.core import checks

STRONG_KEY = "Fq3v0Zr8kTjW1xYb6nLm4cHd9sGp2uEaQi7oVtRyXfBz"


def found(**changes) -> dict[str, str]:
    """Return the sentences of our own checks by id."""
    return {message.id: message.msg for message in checks.run_checks(tags=["shopplanr"])}


@pytest.fixture(autouse=True)
def _production(settings):
    settings.DEBUG = False
    settings.SECRET_KEY = STRONG_KEY
    settings.KIOSK_NETWORKS = []
    settings.KIOSK_ROLE = ""
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    settings.RATE_LIMIT_PER_MINUTE = settings.RATE_LIMIT_ANONYMOUS_PER_MINUTE = 100


def test_the_defaults_are_silent():
    assert found() == {}


@pytest.mark.parametrize("key", ["short", "a" * 60, "insecure-key-of-a-developer-who-runs-with-DEBUG-on"])
def test_a_weak_key_is_an_error(settings, key):
    settings.SECRET_KEY = key
    assert "shopplanr.E001" in found()


def test_a_weak_key_may_be_used_while_developing(settings):
    settings.DEBUG = True
    settings.SECRET_KEY = "short"
    assert found() == {}


@pytest.mark.parametrize(
    "host", ["*", "shop.example.com", ".example.com", "192.168.7.2", "tablet", "localhost.evil.com"]
)
def test_debug_for_others_than_this_machine_is_an_error(settings, host):
    settings.DEBUG = True
    settings.ALLOWED_HOSTS = ["localhost", host]
    assert f"({host})" in found()["shopplanr.E002"]


def test_debug_on_this_machine_is_silent(settings):
    settings.DEBUG = True
    settings.ALLOWED_HOSTS = ["localhost", "shop.localhost", "127.0.0.1", "127.1.2.3", "[::1]"]
    assert found() == {}


def test_every_host_name_is_worth_a_word(settings):
    settings.ALLOWED_HOSTS = ["*"]
    assert list(found()) == ["shopplanr.W008"]


def test_cookies_that_leave_tls_are_worth_a_word(settings):
    settings.SITE_URL, settings.SESSION_COOKIE_SECURE = "https://shop.example.com", False
    assert list(found()) == ["shopplanr.W009"]
    settings.SESSION_COOKIE_SECURE = True
    assert found() == {}
    settings.SITE_URL, settings.SESSION_COOKIE_SECURE = "http://10.0.0.5", False
    assert found() == {}


@pytest.mark.parametrize("name", ["RATE_LIMIT_PER_MINUTE", "RATE_LIMIT_ANONYMOUS_PER_MINUTE"])
def test_calls_without_a_limit_are_worth_a_word(settings, name):
    setattr(settings, name, 0)
    assert found()["shopplanr.W010"].startswith(f"{name} set to 0")


def test_a_role_that_does_not_exist_is_an_error(settings):
    settings.KIOSK_NETWORKS = [ip_network("127.0.0.0/8")]
    settings.KIOSK_ROLE = "Kings"
    assert "KIOSK_ROLE names no role: 'Kings'." in found()["shopplanr.E003"]


def test_a_kiosk_without_a_role_is_an_error(settings):
    settings.KIOSK_NETWORKS = [ip_network("127.0.0.0/8")]
    assert "shopplanr.E004" in found()


def test_a_role_without_a_kiosk_is_worth_a_word(settings):
    settings.KIOSK_ROLE = "Operators"
    assert list(found()) == ["shopplanr.W005"]


@pytest.mark.parametrize(
    "networks",
    [
        ["0.0.0.0/0"],
        ["::/0"],
        ["0.0.0.0/1", "128.0.0.0/1"],
        ["8.0.0.0/8"],
        ["2001:db8::/32"],
        ["192.168.1.0/24", "::/0"],
    ],
)
def test_a_kiosk_for_strangers_is_an_error(settings, networks):
    settings.KIOSK_ROLE = "Operators"
    settings.KIOSK_NETWORKS = [ip_network(network) for network in networks]
    assert "shopplanr.E006" in found()


@pytest.mark.parametrize(
    "networks",
    [["127.0.0.0/8", "::1"], ["10.0.0.0/8"], ["192.168.10.0/28"], ["fd00:1234::/32"], ["198.51.100.7"]],
)
def test_a_shops_own_network_is_silent(settings, networks):
    settings.KIOSK_ROLE = "Operators"
    settings.KIOSK_NETWORKS = [ip_network(network) for network in networks]
    assert found() == {}


def test_a_redirect_that_would_never_end_is_worth_a_word(settings):
    settings.SECURE_SSL_REDIRECT = True
    assert list(found()) == ["shopplanr.W007"]


def test_the_roles_are_the_ones_that_the_table_of_rights_has(settings):
    from shopplanr.accounts.roles import Role

    assert set(settings.ROLE_NAMES) == {role.value for role in Role}
