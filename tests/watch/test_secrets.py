"""No credential gets into the log, an error page or what an error tracker is told, whatever goes wrong."""

import logging

import pytest
from django.http import QueryDict
from django.test import Client

from certificates.api.jobs import ProductJobViewSet
from shopplanr.accounts.roles import Role
from shopplanr.watch.logs import JsonFormatter, LineFormatter, without_secrets
from tests.accounts.factories import PIN, UserFactory, give_pin, json_client, token_for
from tests.watch.lines import written

TOKEN = "spk_" + "aB3-_" * 8 + "xyz"


@pytest.mark.parametrize(
    "text",
    [
        f"called with {TOKEN}",
        f"Authorization: Token {TOKEN}",
        "{'Authorization': 'Bearer s3cret-s3cret-s3cret'}",
        "HTTP_AUTHORIZATION=Basic czNjcmV0OnMzY3JldA==",
        "X-API-Key: s3cret-s3cret",
        "Cookie: theme=dark; sessionid=s3crets3crets3crets3crets3crets3",
        "Set-Cookie: csrftoken=s3cret; Path=/",
        "GET /x?api_key=s3cret&limit=3",
        "GET /x?access_token=s3cret",
        "password='s3cret', user='ann'",
        "postgres://shop:s3cret@db.example/shop",
        'connection to "postgresql://shop:s3cret@db/shop" failed',
        repr(QueryDict("pin=s3cret&repeat=s3cret&old=s3cret&code=s3cret&csrfmiddlewaretoken=s3cret")),
        repr({"password": "s3cret", "SECRET_KEY": "s3cret"}),
        "pin_hash = 'md5$s3cret'",
    ],
)
def test_what_looks_like_a_credential_is_hidden(text):
    said = without_secrets(text)
    assert "s3cret" not in said
    assert TOKEN not in said
    assert "[hidden]" in said


@pytest.mark.parametrize(
    "text",
    [
        "POST /api/serials/SN-00042/advance 200 in 12.0 ms, user user_4711 by token, database 4.1 ms in 9",
        "Token authentication is off",
        "shopping: 5, mapping=3",
        "postgres://db/shop",
        "slow statement: 1.2 s: SELECT token.* FROM accounts_apitoken token WHERE token.digest = %s",
        "the key came with another call",
    ],
)
def test_everything_else_stays(text):
    assert without_secrets(text) == text


@pytest.mark.parametrize("formatter", [LineFormatter(), JsonFormatter()], ids=["line", "json"])
def test_a_traceback_is_cleaned_too(formatter):
    with written(formatter) as text:
        try:
            raise RuntimeError(f"refused by {TOKEN}: password=s3cret")
        except RuntimeError:
            logging.getLogger("shopplanr.test").exception("failed for pin=%s", PIN)
    assert "RuntimeError" in text.getvalue()
    for secret in (TOKEN, "s3cret", PIN):
        assert secret not in text.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("formatter", [LineFormatter(), JsonFormatter()], ids=["line", "json"])
def test_requests_that_carry_secrets_in_every_place_leave_none_behind(formatter, monkeypatch):
    """In headers, cookies, the query and the body, on calls that succeed, are refused, and crash."""
    person = give_pin(UserFactory(role=Role.SUPERVISORS))
    secret = token_for(person)

    def crash(self, request):
        raise RuntimeError(f"{request.headers} {request.COOKIES} {request.data} {request.query_params}")

    program = json_client(Authorization=f"Token {secret}", Cookie="sessionid=s3creta; csrftoken=s3cretb")
    browser = Client(raise_request_exception=False)
    with written(formatter, level=logging.DEBUG) as text:
        answers = [
            program.get(f"/api/jobs?token={secret}&password=s3cretc"),
            program.get(f"/api/jobs/{'x' * 20}?api_key=s3cretd"),
            json_client(Authorization="Token spk_s3crete").get("/api/jobs"),
            json_client(**{"X-API-Key": "s3cretf"}).get("/api/jobs"),
            browser.post(f"/sign-in/{person.pk}", {"pin": "74119"}),
            browser.post(f"/sign-in/{person.pk}", {"pin": PIN}),
            browser.post("/admin/login/", {"username": person.username, "password": "s3cretg"}),
        ]
        monkeypatch.setattr(ProductJobViewSet, "list", crash)
        answers.append(program.get("/api/jobs?token=s3creth"))
    assert answers[-1].status_code == 500
    said = text.getvalue() + "".join(answer.content.decode() for answer in answers)
    assert "RuntimeError" in text.getvalue()
    for hidden in (secret, "s3cret", "74119", browser.cookies["sessionid"].value, "pin=2580"):
        assert hidden not in said, hidden
