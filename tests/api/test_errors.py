"""One envelope for whatever goes wrong under ``/api`` (api.md, "Errors")."""

from urllib.parse import unquote

import pytest
from django.test import Client

from shopplanr.accounts.roles import Role
from tests.accounts.factories import UserFactory, json_client, token_client
from tests.api.answers import assert_envelope, assert_refused, nothing_written
from tests.factories import JobFactory

JSON = "application/json"

URL = "/api/jobs"


@pytest.fixture
def browser(db):
    """A session of somebody with every documented right, and all that a browser's requests go through."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(UserFactory(role=Role.INTEGRATIONS))
    return client


@pytest.fixture
def stranger(db):
    """Nobody, with all that a request from outside goes through."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


@pytest.fixture
def job_body():
    return {"name": "Bracket", "goalQuantity": 5}


class TestRoutes:
    """Paths and verbs that are nobody's."""

    @pytest.mark.parametrize("verb", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "FOO"])
    @pytest.mark.parametrize(
        "path",
        [
            "/api",
            "/api/",
            "/api/nowhere",
            "/api/nowhere/",
            "/api/jobs/x/colour",
            "/api//jobs",
            "/api/jobs//",
            "/api/%0A",
        ],
    )
    def test_an_unknown_path(self, verb, path, browser, stranger):
        for caller in (browser, stranger):
            response = caller.generic(verb, path, b"{}", content_type=JSON)
            assert_refused(response, 404, f"No such endpoint: {verb} {unquote(path)}", code="unknown_endpoint")

    @pytest.mark.parametrize(
        ("verb", "path", "allowed"),
        [
            ("DELETE", "/api/jobs", {"GET", "POST"}),
            ("PATCH", "/api/jobs/job_x", {"GET", "PUT"}),
            ("POST", "/api/serials/SN-00001", {"GET"}),
            ("GET", "/api/serials/SN-00001/advance", {"POST"}),
            ("POST", "/api/certs/cert_x/attachments", {"GET"}),
            ("OPTIONS", "/api/certs", {"GET", "POST"}),
            ("TRACE", "/api/audit", {"GET"}),
            ("FOO", "/api/users", {"GET", "POST"}),
            ("POST", "/api/schema", {"GET"}),
            ("DELETE", "/api/docs", {"GET"}),
        ],
    )
    def test_an_unknown_verb(self, verb, path, allowed, client):
        response = client.generic(verb, path, b"{}", content_type=JSON)

        assert_refused(response, 405, f'Method "{verb}" not allowed.', code="method_not_allowed")
        assert {each.strip() for each in response["Allow"].split(",")} - {"HEAD", "OPTIONS"} == allowed

    def test_a_slash_at_the_end_is_the_same_endpoint(self, client, job_body):
        for url in ("/api/jobs", "/api/jobs/"):
            assert client.post(url, job_body).status_code == 201
        assert client.get("/api/jobs/").json() == client.get("/api/jobs").json()
        job_id = client.get("/api/jobs").json()[0]["id"]
        assert client.put(f"/api/jobs/{job_id}/", {"name": "Flange"}).json()["name"] == "Flange"

    def test_a_head_is_a_get_without_its_body(self, client):
        for url, status in ((URL, 200), (f"{URL}/job_x", 404), ("/api/nowhere", 404)):
            response = client.head(url)
            assert (response.status_code, response.content) == (status, b"")

    def test_what_is_not_the_apis_is_not_answered_in_json(self, stranger):
        response = stranger.get("/apis")

        assert response.status_code == 404
        assert response["Content-Type"].startswith("text/html")


class TestBodies:
    """What cannot be read as a JSON object."""

    @pytest.mark.parametrize("body", [b"{", b"{'name': 1}", b"nonsense", b'{"name": "x",}', b"\xff\xfe", b"{}{}", b" "])
    def test_malformed_json(self, body, client):
        response = client.generic("POST", URL, body, content_type=JSON)

        assert_refused(response, 400, "The body is not valid JSON", code="malformed_json")

    @pytest.mark.parametrize("body", [b"[]", b'[{"name":"x"}]', b"null", b'"text"', b"5", b"1.5", b"true", b"false"])
    def test_something_else_than_an_object(self, body, client):
        response = client.generic("POST", URL, body, content_type=JSON)

        assert_refused(response, 400, "The body must be a JSON object", code="not_an_object")

    @pytest.mark.parametrize(
        "content_type",
        [
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "multipart/form-data",
            "text/plain",
            "text/json",
            "application/xml",
            "application/vnd.api+json",
            "json",
            "",
            ";",
            "application/json, text/plain",
            "x" * 5000,
            "appliçation/json",
        ],
    )
    def test_another_content_type(self, content_type, client):
        with nothing_written():
            response = client.generic("POST", URL, b'{"name":"x","goalQuantity":1}', content_type=content_type)

        assert assert_envelope(response, 415)["code"] == "unsupported_media_type"

    @pytest.mark.parametrize(
        "content_type", ["application/json; charset=utf-8", "application/json;charset", "Application/JSON", f"{JSON};;"]
    )
    def test_parameters_of_the_content_type_do_not_matter(self, content_type, client):
        response = client.generic("POST", URL, '{"name":"Ø","goalQuantity":1}'.encode(), content_type=content_type)

        assert (response.status_code, response.json()["name"]) == (201, "Ø")

    def test_an_empty_body_is_an_empty_object(self, client):
        for content_type in (JSON, "text/plain", ""):
            response = client.generic("POST", URL, b"", content_type=content_type)
            assert_refused(response, 400, "name is required", field="name")

    def test_a_body_that_is_too_large(self, client, kiosk, settings):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2000
        filling = b'{"name":"x","goalQuantity":1,"more":"%s"}'
        fits, too_large = (filling % (b"x" * (size - len(filling) + 2)) for size in (2000, 2001))

        for caller in (client, kiosk):
            assert caller.generic("POST", URL, fits, content_type=JSON).status_code == 201
            response = caller.generic("POST", URL, too_large, content_type=JSON)
            assert_refused(response, 413, "The body is larger than 2000 bytes", code="body_too_large")


class TestCallers:
    """Who is not known, and who may not."""

    def test_nobody(self, stranger):
        response = stranger.get(URL)

        assert_refused(response, 401, "Authentication credentials were not provided.", code="not_authenticated")
        assert response["WWW-Authenticate"] == "Token"

    @pytest.mark.parametrize("header", ["Token", "Token x", "Token " + "x" * 5000, "Bearer x", "Token ÿ", "Token a b"])
    def test_a_token_that_is_none(self, header, stranger):
        response = stranger.get(URL, headers={"Authorization": header})

        assert_envelope(response, 401)
        assert response["WWW-Authenticate"] == "Token"

    @pytest.mark.parametrize("session", ['"\\000\\000abcdefgh"', '"\\000"', "x" * 5000, "%00abcdefgh", '"', "ÿ"])
    def test_a_session_that_is_none(self, session, stranger):
        response = stranger.get(URL, headers={"Cookie": f"sessionid={session}"})

        # PostgreSQL cannot even look for one with a NUL character in it
        assert assert_envelope(response)["statusCode"] in {400, 401}

    def test_somebody_who_may_not(self, db, job_body):
        auditor = token_client(UserFactory(role=Role.AUDITORS))

        with nothing_written():
            response = auditor.post(URL, job_body)

        message = "You may not plan jobs and paths. Ask a supervisor or an administrator."
        assert_refused(response, 403, message, code="forbidden")

    def test_a_session_without_its_csrf_token(self, browser, job_body):
        with nothing_written():
            response = browser.post(URL, job_body, content_type=JSON)

        assert assert_envelope(response, 403)["message"].startswith("CSRF Failed: ")


@pytest.mark.parametrize("accept", ["application/xml", "text/html", "image/*", "garbage", ";;q=,", "*/*", ""])
@pytest.mark.parametrize("url", [URL, f"{URL}/job_x", "/api/nowhere"])
def test_answers_are_json_whatever_is_asked_for(accept, url, client):
    response = client.get(url, headers={"Accept": accept})

    assert response.status_code == (200 if url == URL else 404)
    assert response["Content-Type"] == JSON


class TestRequests:
    """Requests that are wrong before any view sees them."""

    @pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "a b", "[::1", ""])
    def test_a_host_that_is_not_ours(self, host, stranger):
        response = stranger.get(URL, headers={"Host": host})

        assert_refused(response, 400, "Bad request", code="bad_request")

    def test_more_parameters_than_anybody_sends(self, client, settings):
        too_many = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1

        assert_envelope(client.get(f"{URL}?{'&'.join(['name=x'] * too_many)}"), 400)

    def test_an_address_without_end(self, client):
        assert_envelope(client.get(f"{URL}/{'x' * 100_000}"), 404)


def test_refusals_of_one_cause_have_one_code(client):
    """``code`` tells causes apart where sentences only differ."""
    job = JobFactory()
    codes = {
        assert_envelope(response)["code"]
        for response in (
            client.put(f"{URL}/{job.id}", {"goalQuantity": 0}),
            client.put(f"{URL}/{job.id}", {"goalQuantity": -1}),
            client.post(URL, {"name": "x", "goalQuantity": 0}),
        )
    }
    assert codes == {"not_positive"}


def test_a_kiosk_that_is_closed_is_nobody(db):
    assert_envelope(json_client().post(URL, {"name": "x"}), 401)
