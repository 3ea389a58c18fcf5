"""A program's token: how it is sent, when it is refused, what its use costs."""

from datetime import timedelta

import pytest

from shopplanr import clock
from shopplanr.accounts import authentication
from shopplanr.accounts.models import ApiToken
from shopplanr.accounts.rights import load_token
from shopplanr.accounts.services import revoke_token
from shopplanr.accounts.tokens import digest
from tests.accounts.factories import UserFactory, json_client, token_client, token_for
from tests.accounts.probe import URL

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.probe")]

UNKNOWN = "spk_" + "x" * 43


def refused(response, code, sentence):
    assert response.status_code == 401
    assert response.json() == {"statusCode": 401, "message": sentence, "code": code}
    assert response["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize(
    "header",
    [
        lambda secret: {"Authorization": f"Token {secret}"},
        lambda secret: {"Authorization": f"token   {secret} "},
        lambda secret: {"X-API-Key": secret},
        lambda secret: {"X-API-Key": secret, "Authorization": f"Token {secret}"},
        # a proxy in front that asks browsers for a password of its own
        lambda secret: {"X-API-Key": secret, "Authorization": "Basic dTpw"},
    ],
    ids=["Authorization", "in other letters", "X-API-Key", "both", "beside another scheme"],
)
def test_a_token_says_who_calls(header):
    user = UserFactory()

    response = json_client(**header(token_for(user))).get(URL)

    assert response.status_code == 200
    assert response.json()["user"] == user.pk


@pytest.mark.parametrize(
    "secret",
    [
        UNKNOWN,
        UNKNOWN[:-1],
        "spk_",
        "x",
        "two words",
        "a\0b",
        "é\x80\xff",
        "\u00a0",
        "x" * 100_000,
        "%00",
    ],
    ids=["unknown", "short", "prefix", "x", "two words", "NUL", "bytes", "blank", "very long", "escaped"],
)
@pytest.mark.parametrize("header", ["HTTP_AUTHORIZATION", "HTTP_X_API_KEY"])
def test_anything_else_is_not_known(header, secret):
    value = f"Token {secret}" if header == "HTTP_AUTHORIZATION" else secret

    response = json_client().get(URL, **{header: value})

    assert response.status_code == 401
    assert response.json()["code"] in {"token_invalid", "token_malformed"}


@pytest.mark.parametrize("header", ["", " ", "Token", "Token ", "Bearer x", "bearer"])
def test_a_header_without_a_token_says_how_to_send_one(header):
    response = json_client().get(URL, HTTP_AUTHORIZATION=header)

    assert response.status_code == 401
    assert response.json()["code"] == "token_malformed"
    assert "Authorization: Token …" in response.json()["message"]


def test_an_empty_key_is_refused_even_where_a_session_would_do():
    assert json_client().get(URL, HTTP_X_API_KEY="").json()["code"] == "token_malformed"


def test_two_different_tokens_are_one_too_many():
    user = UserFactory()
    client = json_client(**{"Authorization": f"Token {token_for(user, 'one')}", "X-API-Key": token_for(user, "two")})

    refused(client.get(URL), "token_malformed", "The request brings two different tokens; send one.")


def test_without_a_token_nobody_is_known():
    response = json_client().get(URL)

    assert response.status_code == 401
    assert response.json()["code"] == "not_authenticated"
    assert response["WWW-Authenticate"] == "Token"


def test_an_unknown_token_is_refused():
    refused(json_client(Authorization=f"Token {UNKNOWN}").get(URL), "token_invalid", "This token is not valid.")


def test_a_revoked_token_is_refused_from_the_next_call_on():
    user = UserFactory()
    client = token_client(user)
    assert client.get(URL).status_code == 200

    revoke_token(user.api_tokens.get().pk, by="test")

    refused(client.get(URL), "token_revoked", "This token was revoked.")


def test_the_token_of_an_inactive_user_is_refused():
    user = UserFactory()
    client = token_client(user)
    user.is_active = False
    user.save()

    refused(client.get(URL), "account_inactive", "The account of this token is deactivated.")


def test_a_call_costs_one_query_and_the_first_of_a_minute_two(django_assert_num_queries):
    client = token_client(UserFactory())

    with django_assert_num_queries(2):
        assert client.get(URL).status_code == 200
    with django_assert_num_queries(1):
        assert client.get(URL).status_code == 200


def test_what_cannot_be_a_token_costs_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        json_client(Authorization="Token x").get(URL)


def test_the_last_use_is_kept_to_the_minute():
    user = UserFactory()
    client, start = token_client(user), clock.now()

    for seconds, written in ((0, 0), (59, 0), (60, 60), (100, 60), (3600, 3600)):
        with clock.told(start + timedelta(seconds=seconds)):
            client.get(URL)
        assert user.api_tokens.get().last_used_at == start + timedelta(seconds=written)


def test_of_two_calls_at_the_same_moment_one_writes():
    secret = token_for(UserFactory())
    one, other = (load_token(digest(secret)) for _ in range(2))
    start = clock.now()

    with clock.told(start):
        authentication._note_use(one)
    with clock.told(start + timedelta(seconds=1)):
        authentication._note_use(other)

    assert ApiToken.objects.get().last_used_at == start
