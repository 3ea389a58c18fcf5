"""``/metrics``: what is counted, where it is counted, and who may see it."""

from ipaddress import ip_network

import pytest
from django.db import OperationalError, transaction
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from audit import trail
from audit.models import Action
from serials.models import Serial
from serials.services import advancement, batches, deferrals, endings, overrides
from shopplanr.accounts.roles import Role
from shopplanr.watch import checks, scrape
from shopplanr.watch.waiting import parts_that_wait
from tests.accounts.factories import AdministratorFactory, UserFactory, token_client
from tests.factories import OPERATOR, PathFactory, make_serials, steps_of
from tests.floor.visitors import visitor
from tests.queries import counted_statements

TOKEN = "a-token-for-tests-0123456789"


@pytest.fixture
def figures(settings):
    """Return a function that scrapes, and returns the samples by name and labels."""
    settings.METRICS_TOKEN = TOKEN

    def read() -> dict[tuple[str, frozenset], float]:
        response = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert response.status_code == 200
        assert response["Content-Type"].startswith("text/plain")
        families = text_string_to_metric_families(response.content.decode())
        return {(each.name, frozenset(each.labels.items())): each.value for f in families for each in f.samples}

    return read


def value(samples: dict, name: str, **labels: str) -> float:
    return samples.get((name, frozenset(labels.items())), 0)


@pytest.fixture
def grown(figures):
    """Return a function that tells by how much a figure has grown since the fixture was made."""
    before = figures()
    return lambda name, **labels: value(figures(), name, **labels) - value(before, name, **labels)


# --- Who may see it ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestWhoMaySeeIt:
    """Nobody, unless a setting says so."""

    def test_it_is_closed_until_it_is_opened(self):
        response = Client().get("/metrics")
        assert response.status_code == 404
        assert b"shopplanr_" not in response.content

    @pytest.mark.parametrize(
        "header", ["", "Bearer", "Bearer wrong", "Token " + TOKEN, TOKEN, "Bearer " + TOKEN[:-1], "Bearer ÿ"]
    )
    def test_without_the_token_it_asks_for_it(self, settings, header):
        settings.METRICS_TOKEN = TOKEN
        response = Client().get("/metrics", headers={"Authorization": header})
        assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
        assert b"shopplanr_" not in response.content

    def test_an_address_is_let_in_by_its_network(self, settings):
        settings.METRICS_NETWORKS = [ip_network("192.0.2.0/28")]
        assert Client(REMOTE_ADDR="192.0.2.3").get("/metrics").status_code == 200
        assert Client(REMOTE_ADDR="::ffff:192.0.2.3").get("/metrics").status_code == 200
        assert Client(REMOTE_ADDR="192.0.2.30").get("/metrics").status_code == 403
        for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
            response = Client(REMOTE_ADDR="192.0.2.3").get("/metrics", headers={header: "192.0.2.3"})
            assert response.status_code == 403, "whoever stands behind a proxy is somebody else"

    def test_the_host_name_and_tls_do_not_matter_to_a_machine_next_door(self, settings):
        settings.METRICS_TOKEN, settings.SECURE_SSL_REDIRECT = TOKEN, True
        headers = {"Authorization": f"Bearer {TOKEN}", "Host": "10.0.0.7:8000"}
        assert Client().get("/metrics", headers=headers).status_code == 200


def test_a_token_that_can_be_guessed_is_refused_at_start(settings):
    settings.METRICS_TOKEN, settings.METRICS_DIR = "short", "/tmp"
    assert [each.id for each in checks.figures_are_for_those_who_are_meant()] == ["shopplanr.E041"]
    settings.METRICS_TOKEN = TOKEN
    assert checks.figures_are_for_those_who_are_meant() == []


def test_figures_of_one_process_alone_are_warned_of(settings):
    settings.METRICS_TOKEN, settings.METRICS_DIR = TOKEN, None
    assert [each.id for each in checks.figures_are_for_those_who_are_meant()] == ["shopplanr.W042"]


# --- What is counted -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_requests_are_counted_by_method_route_and_status_with_their_time(grown):
    client = token_client(UserFactory(role=Role.INTEGRATIONS))
    for part in ("SN-00001", "SN-00002"):
        client.get(f"/api/serials/{part}")
    client.generic("BREW", "/api/jobs")
    for path in ("/wp-login.php", "/api/x/y", "/api"):
        client.get(path)

    route = "api/serials/<str:id>"
    assert grown("shopplanr_requests_total", method="GET", route=route, status="404") == 2
    assert grown("shopplanr_request_seconds_count", method="GET", route=route) == 2
    assert grown("shopplanr_request_seconds_bucket", method="GET", route=route, le="+Inf") == 2
    assert grown("shopplanr_request_seconds_sum", method="GET", route=route) > 0
    assert grown("shopplanr_database_seconds_total", route=route) > 0
    assert grown("shopplanr_database_statements_total", route=route) >= 4
    assert grown("shopplanr_requests_total", method="OTHER", route="api/jobs", status="405") == 1
    assert grown("shopplanr_requests_total", method="GET", route="unknown", status="404") == 3


@pytest.mark.django_db
def test_refusals_are_counted_by_code_wherever_they_are_shown(grown):
    path = PathFactory(steps=("Saw", "Mill"))
    (part,) = make_serials(path, 1)
    endings.scrap(part.id, "damaged", None, OPERATOR)

    program = token_client(UserFactory(role=Role.INTEGRATIONS))
    program.post(f"/api/serials/{part.id}/advance")
    program.post("/api/scan", {"code": part.id, "station": "Saw"})
    floor = visitor()
    assert floor.post(f"/serials/{part.id}/scrap", {"reason": "damaged"}).status_code == 400
    assert floor.get("/jobs/job_x").status_code == 404
    desk = Client()
    desk.force_login(AdministratorFactory())
    refused = desk.post("/admin/serials/serial/act/scrap/", {"selected": str(part.number), "reason": "damaged"})
    assert refused.status_code == 200

    assert grown("shopplanr_refusals_total", code="not_found") == 1
    assert grown("shopplanr_refusals_total", code="serial_scrapped") == 4


@pytest.mark.django_db(transaction=True)
def test_transitions_are_counted_by_kind_once_they_are_committed(grown):
    path = PathFactory(
        steps=("Saw", {"name": "Deburr", "optional": True}, "Mill", "Inspect"), advancementMode="flexible"
    )
    first, second, third = batches.create(path.job_id, path.id, 3, OPERATOR)
    advancement.advance_to(first.id, 2, OPERATOR)
    advancement.advance(first.id, OPERATOR)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        advancement.advance(second.id, OPERATOR)
        assert grown("shopplanr_transitions_total", kind="serial_advanced") == 2
        raise ZeroDivisionError
    endings.scrap(third.id, "damaged", None, OPERATOR)

    assert grown("shopplanr_transitions_total", kind="serial_created") == 1
    assert grown("shopplanr_transitions_total", kind="serial_advanced") == 2
    assert grown("shopplanr_transitions_total", kind="step_skipped") == 1
    assert grown("shopplanr_transitions_total", kind="serial_scrapped") == 1


@pytest.mark.django_db(transaction=True)
def test_a_transition_of_many_rows_counts_each(grown):
    with transaction.atomic():
        path = PathFactory()
        make_serials(path, 3)
        with counted_statements() as counted:
            trail.record_for_rows(Action.CERT_ATTACHED, OPERATOR, Serial.objects.order_by("number"))
        assert len(counted) == 1
    assert grown("shopplanr_transitions_total", kind="cert_attached") == 3


# --- What is so now ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_depths_of_the_queues(figures):
    path = PathFactory(steps=("Saw", {"name": "Mill"}, "Inspect"), advancementMode="flexible")
    _, deferring, blocked, overridden, waived, done = make_serials(path, 6)
    mill = steps_of(path)[1]
    make_serials(PathFactory(steps=("Saw",)), 2)
    for part in (deferring, blocked, waived):
        advancement.advance_to(part.id, 2, OPERATOR)
    deferrals.waive(waived.id, mill.id, "customer agreed", OPERATOR)
    overrides.create(overridden.id, None, mill.id, "not needed", OPERATOR)
    advancement.advance_to(overridden.id, 2, OPERATOR)
    endings.scrap(done.id, "damaged", None, OPERATOR)
    overrides.create(deferring.id, None, mill.id, "done elsewhere", OPERATOR)

    with counted_statements() as counted:
        assert parts_that_wait() == {"in_progress": 7, "deferred": 2, "blocked": 1}
    assert len(counted) == 1
    samples = figures()
    assert value(samples, "shopplanr_parts", queue="blocked") == 1
    assert value(samples, "shopplanr_database_up") == 1
    assert any(name == "shopplanr_info" for name, _ in samples)


@pytest.mark.django_db
def test_a_scrape_succeeds_while_the_database_is_gone(figures, monkeypatch):
    def gone():
        raise OperationalError("connection refused")

    monkeypatch.setattr(scrape, "parts_that_wait", gone)
    samples = figures()
    assert samples["shopplanr_database_up", frozenset()] == 0
    assert not any(name == "shopplanr_parts" for name, _ in samples)
