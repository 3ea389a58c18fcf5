"""What nobody foresaw: 500 and nothing of the inside, or what the database refuses (api.md, "Errors")."""

import io
import logging

import pytest
from django.db import DataError, IntegrityError
from django.test import Client

from audit import trail
from certificates.api.jobs import ProductJobViewSet
from serials.services import jobs
from shopplanr.api.middleware import ApiPathMiddleware
from tests.api.answers import assert_envelope, assert_refused, nothing_written
from tests.factories import PathFactory

URL = "/api/jobs"


@pytest.fixture
def job_body():
    return {"name": "Bracket", "goalQuantity": 5}


class TestRefusalsOfTheDatabase:
    """What the database has the last word on."""

    def test_a_constraint_that_only_a_race_can_reach(self, client, job_body, monkeypatch):
        def lose_a_race(*args):
            raise IntegrityError("UNIQUE constraint failed: serials_job.secret")

        monkeypatch.setattr(jobs, "create", lose_a_race)

        response = client.post(URL, job_body)

        assert assert_envelope(response, 409)["code"] == "conflict"
        assert b"secret" not in response.content

    def test_a_value_that_a_column_cannot_hold(self, client, job_body, monkeypatch):
        def overflow(*args):
            raise DataError("value out of range: secret")

        monkeypatch.setattr(jobs, "create", overflow)

        response = client.post(URL, job_body)

        assert assert_envelope(response, 400)["code"] == "bad_request"
        assert b"secret" not in response.content


class TestCrashes:
    """500 and nothing of the inside; the request id is in the log."""

    @pytest.fixture
    def log(self):
        """What our own log handler writes, in our own format."""
        (handler,) = (each for each in logging.getLogger().handlers if each.name == "stderr")
        written = io.StringIO()
        before = handler.setStream(written)
        yield written
        handler.setStream(before)

    @pytest.fixture
    def crashing(self, monkeypatch):
        def crash(self, request):
            raise RuntimeError("a secret of the inside")

        monkeypatch.setattr(ProductJobViewSet, "list", crash)

    def assert_crashed(self, response):
        assert_refused(response, 500, "Internal Server Error", code="internal_server_error")
        assert b"secret" not in response.content

    @pytest.mark.usefixtures("crashing")
    def test_a_view_that_crashes(self, client, log):
        response = client.get(URL, headers={"X-Request-ID": "erp-42"})

        self.assert_crashed(response)
        assert response["X-Request-ID"] == "erp-42"
        assert "ERROR [erp-42] shopplanr.api: GET /api/jobs failed" in log.getvalue()
        assert "RuntimeError: a secret of the inside" in log.getvalue()

    @pytest.mark.usefixtures("crashing")
    def test_the_next_call_is_none_the_worse(self, client):
        self.assert_crashed(client.get(URL))

        assert client.get("/api/certs").status_code == 200

    def test_a_middleware_that_crashes(self, db, monkeypatch, log):
        def crash(self, request):
            raise RuntimeError("a secret of the inside")

        monkeypatch.setattr(ApiPathMiddleware, "__call__", crash)

        response = Client(raise_request_exception=False).get(URL, headers={"X-Request-ID": "erp-43"})

        self.assert_crashed(response)
        assert "ERROR [erp-43] django.request: Internal Server Error: /api/jobs" in log.getvalue()

    def test_nothing_is_kept_of_a_call_that_crashes_in_the_middle(self, client, monkeypatch):
        path = PathFactory()

        def crash(*args, **kwargs):
            raise RuntimeError("a secret of the inside")

        monkeypatch.setattr(trail, "record", crash)

        with nothing_written():
            self.assert_crashed(client.post("/api/serials", {"jobId": path.job_id, "pathId": path.id, "quantity": 3}))
