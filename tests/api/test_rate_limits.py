"""How many calls a minute a caller of the API may make, and how the answers say so."""

import re

import pytest
from django.db import OperationalError
from django.test import Client

from shopplanr.accounts import authentication
from shopplanr.accounts.roles import Role
from tests.accounts.factories import UserFactory, json_client, open_kiosk, token_client, token_for
from tests.api.answers import assert_envelope
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

CALL = "/api/jobs"


@pytest.fixture(autouse=True)
def _limits(settings, tmp_path):
    settings.RATE_LIMIT_PER_MINUTE = 3
    settings.RATE_LIMIT_ANONYMOUS_PER_MINUTE = 2
    settings.RATE_LIMIT_FILE = tmp_path / "counts"


@pytest.fixture
def program():
    return UserFactory(role=Role.INTEGRATIONS)


def left(response) -> int:
    """Return how many calls are left, by the header, which is held to the form that it has."""
    policy = re.fullmatch(r'"(default|anonymous)";q=([0-9]+);w=60', response["RateLimit-Policy"])
    state = re.fullmatch(r'"(default|anonymous)";r=([0-9]+);t=([0-9]+)', response["RateLimit"])
    assert policy[1] == state[1]
    assert int(policy[2]) == {"default": 3, "anonymous": 2}[policy[1]]
    assert 1 <= int(state[3]) <= 60
    return int(state[2])


def assert_limited(response, quota: int) -> None:
    body = assert_envelope(response)
    assert (response.status_code, body["code"]) == (429, "rate_limited")
    assert re.fullmatch(
        rf"At most {quota} calls a minute are answered; send this one again in [0-9]+ seconds?", body["message"]
    )
    assert left(response) == 0
    assert response["Retry-After"] == re.search(r"t=([0-9]+)", response["RateLimit"])[1]


class TestSomebodyWhoIsKnown:
    def test_is_told_what_is_left_and_refused_when_nothing_is(self, program):
        client = token_client(program)

        assert [left(client.get(CALL)) for _ in range(3)] == [2, 1, 0]
        assert_limited(client.get(CALL), 3)

    def test_what_is_refused_is_not_carried_out_and_comes_before_the_right(self):
        client = token_client(UserFactory(role=Role.AUDITORS))
        body = {"name": "New", "goalQuantity": 1}

        assert [client.post(CALL, body).status_code for _ in range(4)] == [403, 403, 403, 429]

    def test_refusals_count_and_say_what_is_left(self, program):
        client = token_client(program)

        assert left(client.post(CALL, {"name": 7})) == 2
        assert left(client.get(f"{CALL}/nobody")) == 1

    def test_each_token_has_its_own(self, program):
        first, second = (json_client(Authorization=f"Token {token_for(program, name)}") for name in "ab")
        for _ in range(4):
            first.get(CALL)

        assert left(second.get(CALL)) == 2

    def test_a_session_counts_for_its_user_on_whatever_device(self, program):
        tablet, phone, other = Client(), Client(), Client()
        tablet.force_login(program)
        phone.force_login(program)
        other.force_login(UserFactory())

        assert [left(client.get(CALL)) for client in (tablet, phone, other)] == [2, 1, 2]

    def test_a_kiosk_counts_for_its_address(self, settings):
        client = open_kiosk(settings, network="192.0.2.0/24")
        addresses = ["192.0.2.1", "192.0.2.1", "192.0.2.2"]

        assert [left(client.get(CALL, REMOTE_ADDR=address)) for address in addresses] == [2, 1, 2]

    def test_no_statement_more_goes_to_the_database(self, program, settings):
        credentials = {"Authorization": f"Token {token_for(program)}"}
        limited = json_client(**credentials)
        limited.get(CALL)
        with counted_statements() as with_limits:
            assert left(limited.get(CALL)) == 1
        settings.RATE_LIMIT_PER_MINUTE = settings.RATE_LIMIT_ANONYMOUS_PER_MINUTE = 0
        with counted_statements() as without:
            assert "RateLimit" not in json_client(**credentials).get(CALL)

        assert len(with_limits) == len(without) > 0


class TestStrangers:
    def test_are_known_by_address_and_may_do_less(self):
        client = json_client()

        assert [left(client.get(CALL)) for _ in range(2)] == [1, 0]
        assert_limited(client.get(CALL), 2)
        assert left(client.get(CALL, REMOTE_ADDR="192.0.2.1")) == 1

    def test_a_token_that_is_none_is_a_stranger(self):
        client = json_client(Authorization="Token spk_nobodys")

        assert [client.get(CALL).status_code for _ in range(3)] == [401, 401, 429]

    def test_on_ipv6_a_network_is_one_stranger(self):
        addresses = ["2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"]

        assert [left(json_client().get(CALL, REMOTE_ADDR=address)) for address in addresses] == [1, 0, 1]

    def test_they_shut_nobody_out_who_is_known(self, program):
        stranger = json_client()
        for _ in range(5):
            stranger.get(CALL)

        assert left(token_client(program).get(CALL)) == 2

    def test_while_the_database_is_away_nobody_is_taken_for_one(self, program, monkeypatch):
        def be_away(digest):
            raise OperationalError("the connection failed")

        monkeypatch.setattr(authentication, "load_token", be_away)
        client = token_client(program)

        assert [client.get(CALL).status_code for _ in range(4)] == [503] * 4
        monkeypatch.undo()
        assert left(client.get(CALL)) == 2

    @pytest.mark.parametrize("path", ["/api/schema", "/api/docs", "/api/nothing-here", "/api/nothing-here/"])
    def test_what_is_open_to_everybody_counts_as_well(self, path):
        client = Client()

        assert [left(client.get(path)) for _ in range(2)] == [1, 0]
        assert_limited(client.get(path), 2)


class TestTheSetting:
    def test_nothing_is_counted_where_there_is_no_limit(self, settings, program, tmp_path):
        settings.RATE_LIMIT_PER_MINUTE = settings.RATE_LIMIT_ANONYMOUS_PER_MINUTE = 0
        client = token_client(program)

        assert [client.get(CALL).status_code for _ in range(5)] == [200] * 5
        assert not list(tmp_path.iterdir())

    def test_either_can_be_off(self, settings, program):
        settings.RATE_LIMIT_PER_MINUTE = 0
        response = token_client(program).get(CALL)

        assert response.status_code == 200 and "RateLimit" not in response
        assert left(json_client().get(CALL)) == 1

    def test_pages_are_not_counted(self):
        assert "RateLimit" not in Client().get("/sign-in/", follow=True)
