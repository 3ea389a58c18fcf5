"""One line for each request: what was asked, what came of it, who asked, how long it took, what the database did."""

import logging

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client

from shopplanr.accounts.models import ApiToken
from shopplanr.accounts.roles import Role
from shopplanr.watch import statements
from shopplanr.watch.logs import JsonFormatter
from tests.accounts.factories import PASSWORD, AdministratorFactory, UserFactory, open_kiosk, pin_client, token_client
from tests.factories import PathFactory, make_serial
from tests.queries import counted_statements
from tests.watch.lines import objects, written

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def watched():
    """A connection that was opened before the product was loaded is watched like those that come later."""
    connection.ensure_connection()
    statements.watch(connection)


def access_line(client, path: str, method: str = "get", **request) -> dict:
    """Make the request; return its one access line."""
    with written(JsonFormatter()) as text:
        response = getattr(client, method)(path, **request)
    (line,) = objects(text, "shopplanr.access")
    assert line["request_id"] == response["X-Request-ID"]
    assert line["status"] == response.status_code
    return line


def test_a_call_of_the_api_is_one_line_with_everything():
    part = make_serial(PathFactory(steps=("Saw", "Mill")))
    program = UserFactory(role=Role.INTEGRATIONS)
    client = token_client(program)

    line = access_line(
        client, f"/api/serials/{part.id}/advance?token=spk_", "post", data={}, headers={"X-Request-ID": "erp-7"}
    )

    assert line["level"] == "INFO"
    assert line["time"].endswith("Z")
    assert (line["method"], line["route"]) == ("POST", "api/serials/<str:id>/advance")
    assert line["path"] == f"/api/serials/{part.id}/advance"
    assert (line["user"], line["credential"]) == (program.pk, "token")
    assert line["request_id"] == "erp-7"
    assert line["statements"] >= 8
    assert 0 < line["database_seconds"] <= line["duration_seconds"] < 30
    assert "refusal" not in line


def test_a_refusal_is_named_by_its_code():
    client = token_client(UserFactory(role=Role.INTEGRATIONS))

    assert access_line(client, "/api/jobs/job_x")["refusal"] == "not_found"
    assert access_line(client, "/api/jobs", "post", data={})["refusal"] == "required"
    assert access_line(Client(), "/api/jobs")["refusal"] == "not_authenticated"
    assert access_line(client, "/api/nowhere")["refusal"] == "http_404"


def test_the_credential_is_told_by_its_kind(settings):
    password, pin = Client(), UserFactory()
    password.login(username=AdministratorFactory().username, password=PASSWORD)

    assert access_line(password, "/admin/")["credential"] == "password"
    line = access_line(pin_client(pin), "/jobs")
    assert (line["user"], line["credential"], line["route"]) == (pin.pk, "pin", "jobs")
    assert access_line(Client(), "/nowhere")["credential"] == "none"
    line = access_line(open_kiosk(settings), "/api/jobs")
    assert (line["user"], line["credential"]) == ("", "kiosk")


def test_nobody_is_looked_up_for_the_log(client):
    """A session that answering did not ask for is not asked for by the log."""
    browser = Client()
    browser.force_login(UserFactory())
    with counted_statements() as counted, written():
        browser.get("/healthz")
        browser.get("/static/nowhere.css")
    assert len(counted) == 0


def test_the_line_costs_no_statement():
    client = token_client(UserFactory(role=Role.INTEGRATIONS))
    client.get("/api/jobs")
    ApiToken.objects.update(last_used_at=None)
    client.get("/api/jobs")
    with counted_statements() as without:
        client.get("/api/jobs")
    with counted_statements() as counted:
        line = access_line(client, "/api/jobs")
    assert len(counted) == len(without) == line["statements"]


def test_what_streams_is_logged_when_it_has_ended_with_the_statements_of_its_pieces(monkeypatch):
    monkeypatch.setattr("shopplanr.api.listing.CHUNK_ROWS", 2)
    path = PathFactory()
    for _ in range(5):
        make_serial(path)
    client = token_client(UserFactory(role=Role.AUDITORS))
    with written(JsonFormatter()) as text:
        response = client.get("/api/serials")
        assert response.streaming
        assert objects(text, "shopplanr.access") == []
        assert len(b"".join(response.streaming_content)) > 500
    (line,) = objects(text, "shopplanr.access")
    assert (line["route"], line["request_id"]) == ("api/serials", response["X-Request-ID"])
    assert line["statements"] >= 2


def test_probes_and_static_files_are_quiet():
    with written(JsonFormatter()) as text:
        Client().get("/healthz")
        Client().get("/static/nowhere.css")
    assert objects(text, "shopplanr.access") == []
    with written(JsonFormatter(), level=logging.DEBUG) as text:
        Client().get("/healthz")
    # the root logger passes what the access logger lets through
    assert [line["route"] for line in objects(text, "shopplanr.access")] == ["healthz"]


def test_a_line_for_people_says_the_same():
    program = UserFactory(role=Role.INTEGRATIONS)
    with written() as text:
        token_client(program).get("/api/jobs/job_x", headers={"X-Request-ID": "erp-8"})
    (line,) = (line for line in text.getvalue().splitlines() if "shopplanr.access" in line)
    assert "INFO [erp-8] shopplanr.access: GET /api/jobs/job_x 404 in " in line
    assert f"user {program.pk} by token, database " in line
    assert line.endswith(", refused: not_found")


@pytest.mark.parametrize("formatter", [None, JsonFormatter()])
def test_a_client_cannot_write_a_line_of_its_own(formatter):
    forged = "2026-01-01 INFO [-] shopplanr.access: forged"
    with written(formatter) as text:
        Client().get(f"/nowhere%0A{forged}%0D{forged}%1b[2J".replace(" ", "%20"))
    lines = text.getvalue().splitlines()
    assert lines
    assert not any(line.startswith("2026-01-01") for line in lines)
    assert "\x1b" not in text.getvalue()


def test_a_line_is_written_for_what_crashes(monkeypatch):
    def crash(request):
        raise RuntimeError("inside")

    monkeypatch.setattr("shopplanr.floor.views.home.station_context", crash)
    monkeypatch.setattr("shopplanr.accounts.rights.RightsBackend.get_user", lambda self, user_id: crash(None))
    browser = Client(raise_request_exception=False)
    browser.force_login(UserFactory())
    line = access_line(browser, "/jobs")
    assert (line["status"], line["credential"]) == (500, "none")


def test_somebody_anonymous_is_nobody(rf):
    from shopplanr.watch.callers import NOBODY, caller_of

    request = rf.get("/")
    assert caller_of(request) == NOBODY
    request.user = AnonymousUser()
    assert caller_of(request) == NOBODY
