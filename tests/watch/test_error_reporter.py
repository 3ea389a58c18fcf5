"""``ERROR_REPORTER``: a function of the operator's own is told of every fault, with what is known of the request."""

import logging
import sys
from types import ModuleType

import pytest
from django.test import Client

from certificates.api.jobs import ProductJobViewSet
from shopplanr import __version__
from shopplanr.accounts.roles import Role
from shopplanr.floor.views import jobs as jobs_page
from shopplanr.watch import checks
from shopplanr.watch.reporting import ReporterHandler
from tests.accounts.factories import UserFactory, token_client
from tests.floor.visitors import visitor


class Tracker(ModuleType):
    """A module as an operator would write it, around an error tracker's own library."""

    def __init__(self):
        super().__init__("our_tracker")
        self.told = []

    def report(self, exception, context):
        """Keep what is told."""
        self.told.append((exception, context))

    def broken(self, exception, context):
        """Fail, as a tracker that cannot be reached does."""
        raise ConnectionError("the tracker is gone")


@pytest.fixture
def tracker(monkeypatch):
    tracker = Tracker()
    monkeypatch.setitem(sys.modules, "our_tracker", tracker)
    return tracker


@pytest.fixture
def attach():
    """Return a function that puts a reporter where the settings would."""
    root, attached = logging.getLogger(), []

    def put(name: str) -> None:
        attached.append(ReporterHandler(name))
        root.addHandler(attached[-1])

    yield put
    for handler in attached:
        root.removeHandler(handler)


def crash(*args, **kwargs):
    raise RuntimeError("the inside")


@pytest.mark.django_db
def test_a_fault_of_the_api_is_told_with_its_request(tracker, attach, monkeypatch):
    attach("our_tracker.report")
    monkeypatch.setattr(ProductJobViewSet, "list", crash)
    program = UserFactory(role=Role.INTEGRATIONS)

    token_client(program).get("/api/jobs?token=s3cret", headers={"X-Request-ID": "erp-11"})

    ((exception, context),) = tracker.told
    assert str(exception) == "the inside"
    assert exception.__traceback__ is not None
    assert context.pop("statements") >= 1
    assert context.pop("database_seconds") >= 0
    assert context == {
        "version": __version__,
        "logger": "shopplanr.api",
        "message": "GET /api/jobs failed",
        "request_id": "erp-11",
        "method": "GET",
        "route": "api/jobs",
        "user": program.pk,
        "credential": "token",
    }


@pytest.mark.django_db
def test_a_fault_of_a_page_is_told_too(tracker, attach, monkeypatch):
    attach("our_tracker.report")
    monkeypatch.setattr(jobs_page, "_context", crash)
    browser = visitor()
    browser.raise_request_exception = False

    assert browser.get("/jobs").status_code == 500

    ((_, context),) = tracker.told
    assert (context["route"], context["user"], context["credential"]) == ("jobs", browser.person.pk, "password")


@pytest.mark.django_db
def test_neither_refusals_nor_outages_are_faults(tracker, attach):
    attach("our_tracker.report")
    Client().get("/api/jobs")
    token_client(UserFactory()).get("/api/jobs/job_x")
    assert tracker.told == []


def test_what_fails_outside_of_requests_is_told(tracker, attach):
    attach("our_tracker.report")
    log = logging.getLogger("shopplanr.anything")
    log.error("without an exception")
    try:
        crash()
    except RuntimeError:
        log.exception("with password=s3cret")
    ((_, context),) = tracker.told
    assert context["request_id"] == "-"
    assert context["message"] == "with password=[hidden]"
    assert "route" not in context


def test_a_tracker_that_fails_disturbs_nobody(tracker, attach, caplog):
    attach("our_tracker.broken")
    try:
        crash()
    except RuntimeError:
        logging.getLogger("shopplanr.anything").exception("a fault")
    assert "our_tracker.broken failed" in caplog.text
    assert "the tracker is gone" in caplog.text


@pytest.mark.parametrize("name", ["no_such_module.report", "our_tracker.no_such_function", "our_tracker.told", "plain"])
def test_a_name_that_leads_nowhere_is_refused_at_start(tracker, settings, name):
    settings.ERROR_REPORTER = name
    assert [each.id for each in checks.error_reporter_is_there()] == ["shopplanr.E043"]


def test_a_name_that_leads_somewhere_is_not(tracker, settings):
    for settings.ERROR_REPORTER in ("", "our_tracker.report"):
        assert checks.error_reporter_is_there() == []
