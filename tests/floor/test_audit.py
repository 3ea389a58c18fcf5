"""The audit trail in words: found by part, person, action and day, and taken along as CSV."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest

from serials.services import advancement, endings
from shopplanr import clock
from shopplanr.accounts.models import User
from shopplanr.accounts.roles import Role
from shopplanr.actor import Actor
from tests.accounts.factories import UserFactory
from tests.factories import JobFactory, PathFactory, make_serials
from tests.floor.visitors import MOST_BYTES, MOST_QUERIES, compressed_bytes, in_order, main, visitor
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def maria() -> User:
    return UserFactory(name="Maria Santos")


@pytest.fixture
def parts(maria):
    path = PathFactory(job=JobFactory(name="Bracket"), steps=("Saw", "Mill", "Pack"))
    parts = make_serials(path, 3)
    advancement.advance(parts[0].id, Actor(maria.pk, called_by="erp"))
    endings.scrap(parts[1].id, "out_of_tolerance", "bore +0.04", Actor(maria.pk))
    return parts


@pytest.fixture
def auditor():
    return visitor(Role.AUDITORS)


def rows(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(StringIO(text)))


def actions(client, **asked) -> list[str]:
    return [row.entry.action for row in client.get("/audit", asked).context["rows"]]


class TestPage:
    def test_newest_first_in_words(self, parts, auditor):
        page = main(auditor.get("/audit"))

        assert in_order(page, "3 entries", "Scrapped", "out of tolerance: bore +0.04", parts[1].id, "Saw", "Bracket")
        assert in_order(page, "Advanced", parts[0].id, "Saw → Mill", "Maria Santos called by erp")
        assert in_order(page, "Batch created", f"{parts[0].id} to {parts[2].id}")

    def test_filters_work_on_the_server(self, parts, maria, auditor):
        assert actions(auditor, part=parts[1].id.lower()) == ["serial_scrapped", "serial_created"]
        assert actions(auditor, action="serial_advanced") == ["serial_advanced"]
        assert actions(auditor, person=maria.pk) == ["serial_scrapped", "serial_advanced"]
        assert actions(auditor, person="erp") == ["serial_advanced"]
        assert len(actions(auditor, jobId=parts[0].job_id)) == 3

    def test_days_are_the_sites_own_and_both_ends_count(self, auditor, settings):
        settings.TIME_ZONE = "Europe/Berlin"
        path = PathFactory()
        with clock.told(datetime(2026, 3, 1, 23, 30, tzinfo=UTC)):  # half past midnight of the second, in Berlin
            make_serials(path)

        assert actions(auditor, since="2026-03-02", until="2026-03-02") == ["serial_created"]
        assert actions(auditor, until="2026-03-01") == []

    @pytest.mark.parametrize(
        "asked",
        ["part=x", "action=x", "since=yesterday", "until=2026-13-01", "jobId=%00", "person=" + "x" * 2000],
    )
    def test_what_cannot_be_looked_for_is_said(self, asked, parts, auditor):
        response = auditor.get(f"/audit?{asked}")

        assert response.status_code == 400
        assert "data-refusal" in response.content.decode()

    def test_it_costs_the_same_for_a_long_trail(self, parts, auditor):
        path = parts[0].path
        for part in make_serials(path, 60):
            advancement.advance(part.id, Actor("somebody"))

        with counted_statements() as statements:
            auditor.get("/audit")

        assert len(statements) <= MOST_QUERIES
        assert compressed_bytes(auditor, "/audit") <= MOST_BYTES


class TestCSV:
    def test_the_same_entries_oldest_first_with_ids_and_names(self, parts, maria, auditor):
        response = auditor.get("/audit.csv", {"person": maria.pk})

        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert f"audit-{clock.today():%Y-%m-%d}.csv" in response.headers["Content-Disposition"]
        head, advanced, scrapped = rows(response)
        first = dict(zip(head, advanced, strict=True))
        assert (first["action"], first["user_id"], first["user"]) == ("serial_advanced", maria.pk, "Maria Santos")
        assert (first["serial_id"], first["step"], first["job"]) == (parts[0].id, "Saw → Mill", "Bracket")
        assert dict(zip(head, scrapped, strict=True))["reason"] == "out of tolerance: bore +0.04"

    def test_nobodys_words_become_a_formula(self, parts, auditor):
        endings.scrap(parts[2].id, "other", '=HYPERLINK("http://evil.example")', Actor("+49 30 1"))

        head, *_, last = rows(auditor.get("/audit.csv"))

        entry = dict(zip(head, last, strict=True))
        assert entry["user"] == "'+49 30 1"
        assert all(not value.startswith(("=", "+", "@")) for value in last)

    def test_a_long_trail_is_streamed_in_a_few_queries(self, parts, auditor):
        for part in make_serials(parts[0].path, 200):
            advancement.advance(part.id, Actor("somebody"))

        with counted_statements() as statements:
            assert len(rows(auditor.get("/audit.csv"))) == 1 + 3 + 201

        assert len(statements) <= MOST_QUERIES

    def test_who_may_not_read_the_trail_gets_no_file(self, parts):
        client = visitor(role=None)

        assert client.get("/audit.csv").status_code == 403
        assert client.get("/audit").status_code == 403


def test_what_happened_long_ago_has_its_year(auditor):
    with clock.told(clock.now() - timedelta(days=800)):
        make_serials()
        year = clock.now().year

    assert str(year) in main(auditor.get("/audit"))
