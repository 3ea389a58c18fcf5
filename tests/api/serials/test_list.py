"""``GET /api/serials``: the list of serials, its filters and its orders. Its pages are in test_list_pages.py."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from certificates.services import attaching
from serials.models import SerialCounter
from serials.services import advancement, endings
from serials.services.steps import assign
from shopplanr import clock
from tests.accounts.factories import UserFactory
from tests.api.answers import nothing_written
from tests.api.serials.contract import Refusal, refusal
from tests.api.serials.states import flexible_path
from tests.factories import (
    OPERATOR,
    PLANNER,
    CertificateFactory,
    JobFactory,
    PathFactory,
    make_serial,
    make_serials,
    steps_of,
)

URL = "/api/serials"

ELEVEN, TWELVE, ONE, TWO, THREE, FOUR = (datetime(2024, 1, 15, hour, tzinfo=UTC) for hour in range(11, 17))

ROW_KEYS = {
    "id",
    "jobId",
    "jobName",
    "pathId",
    "pathName",
    "currentStepIndex",
    "currentStepName",
    "status",
    "createdAt",
}


def rows(client, **query):
    response = client.get(URL, query)
    assert response.status_code == 200, response.content
    return response.json()


@pytest.fixture
def shop(db):
    """Two jobs with a serial in every state; Anna mills the brackets, and Ben inspects them."""
    bracket = PathFactory(job=JobFactory(name="Bracket"), name="Main route")
    housing = flexible_path("Cast", "Turn")
    anna, ben = UserFactory(name="Anna"), UserFactory(name="Ben")
    _, mill, inspect = steps_of(bracket)
    assign(mill.id, anna.pk, PLANNER)
    assign(inspect.id, ben.pk, PLANNER)
    with clock.told(ELEVEN):
        fresh, milling, scrapped = (make_serial(bracket) for _ in range(3))
    with clock.told(TWELVE):
        done, forced = (make_serial(housing) for _ in range(2))
    for moment, serial in ((THREE, milling), (ONE, scrapped), (FOUR, done), (FOUR, done)):
        with clock.told(moment):
            advancement.advance(serial.id, OPERATOR)
    with clock.told(ONE):
        endings.scrap(scrapped.id, "damaged", None, OPERATOR)
    with clock.told(TWO):
        endings.force_complete(forced.id, None, OPERATOR)
    certificate = CertificateFactory()
    for serial in (fresh, milling):
        attaching.attach(serial.id, certificate.id, OPERATOR)
    return SimpleNamespace(
        bracket=bracket,
        housing=housing,
        anna=anna,
        ben=ben,
        mill=mill,
        inspect=inspect,
        certificate=certificate,
        serials={"fresh": fresh, "milling": milling, "scrapped": scrapped, "done": done, "forced": forced},
    )


def found(client, shop, **query):
    """The serials of the shop that the list shows, by their names in the shop."""
    names = {serial.id: name for name, serial in shop.serials.items()}
    return " ".join(names[row["id"]] for row in rows(client, **query))


class TestRows:
    def test_a_serial_in_progress(self, shop, client):
        row = rows(client)[1]

        assert row == {
            "id": shop.serials["milling"].id,
            "jobId": shop.bracket.job_id,
            "jobName": "Bracket",
            "pathId": shop.bracket.id,
            "pathName": "Main route",
            "currentStepIndex": 1,
            "currentStepName": "Mill",
            "assignedTo": shop.anna.pk,
            "status": "in-progress",
            "createdAt": "2024-01-15T11:00:00.000Z",
        }

    def test_what_is_absent_is_left_out(self, shop, client):
        keys = {name: set(row) for name, row in zip(shop.serials, rows(client), strict=True)}

        assert keys == {
            "fresh": ROW_KEYS,
            "milling": ROW_KEYS | {"assignedTo"},
            "scrapped": ROW_KEYS | {"scrapReason"},
            "done": ROW_KEYS,
            "forced": ROW_KEYS | {"forceCompleted"},
        }

    def test_the_ends_have_names_of_their_own(self, shop, client):
        shown = [(row["status"], row["currentStepIndex"], row["currentStepName"]) for row in rows(client)]

        assert shown == [
            ("in-progress", 0, "Saw"),
            ("in-progress", 1, "Mill"),
            ("scrapped", 1, "Scrapped"),
            ("completed", -1, "Completed"),
            ("completed", -1, "Completed"),
        ]

    def test_why_and_whether_by_force(self, shop, client):
        _, _, scrapped, _, forced = rows(client)

        assert scrapped["scrapReason"] == "damaged"
        assert forced["forceCompleted"] is True

    @pytest.mark.parametrize("url", [URL, URL + "/"])
    def test_an_empty_shop_has_an_empty_list(self, url, client):
        response = client.get(url)

        assert (response.status_code, response.json()) == (200, [])
        assert response["Content-Type"] == "application/json"


class TestOrder:
    def test_without_a_word_they_are_ascending_by_number(self, client):
        SerialCounter.objects.update(last_number=99_998)
        make_serials(quantity=2)

        assert [row["id"] for row in rows(client)] == ["SN-99999", "SN-100000"]

    def test_every_order(self, shop, client):
        for ordering, expected in {
            "id": "fresh milling scrapped done forced",
            "-id": "forced done scrapped milling fresh",
            "status": "done forced fresh milling scrapped",
            "-status": "scrapped fresh milling done forced",
            "status,-id": "forced done milling fresh scrapped",
            "currentStepIndex": "done forced fresh milling scrapped",
            "-currentStepIndex": "milling scrapped fresh done forced",
            "createdAt": "fresh milling scrapped done forced",
            "-createdAt": "done forced fresh milling scrapped",
            "-createdAt,-id": "forced done scrapped milling fresh",
            "updatedAt": "fresh scrapped forced milling done",
            "-updatedAt": "done milling forced scrapped fresh",
            "jobName": "fresh milling scrapped done forced",
            "-jobName": "done forced fresh milling scrapped",
            "pathName": "fresh milling scrapped done forced",
            "-pathName": "done forced fresh milling scrapped",
            " -status , -id ": "scrapped milling fresh forced done",
            "": "fresh milling scrapped done forced",
        }.items():
            assert (ordering, found(client, shop, ordering=ordering)) == (ordering, expected)

    def test_an_unknown_order_is_refused(self, client):
        for word in ("number", "pk", "job__name", "-ID", "--id", "?", "scrapped_by", "\0", "🔩"):
            expected = Refusal(400, f"Unknown ordering: {word.removeprefix('-')}", "unknown_ordering", ("ordering",))
            assert refusal(client.get, URL, {"ordering": f"id,{word}"}) == expected


class TestFilters:
    def test_what_each_finds(self, shop, client):
        done = shop.serials["done"].id
        for name, value, expected in [
            ("status", "in_progress", "fresh milling"),
            ("status", "in-progress", "fresh milling"),
            ("status", "completed", "done forced"),
            ("status", "scrapped", "scrapped"),
            ("currentStepIndex", "0", "fresh"),
            ("currentStepIndex", "1", "milling scrapped"),
            ("currentStepIndex", "-1", "done forced"),
            ("scrapReason", "damaged", "scrapped"),
            ("scrapReason", "other", ""),
            ("forceCompleted", "true", "forced"),
            ("forceCompleted", "false", "fresh milling scrapped done"),
            ("createdSince", "2024-01-15T12:00:00.000Z", "done forced"),
            ("createdSince", "2024-01-15T13:00:00+01:00", "done forced"),
            ("createdBefore", "2024-01-15T12:00:00.000Z", "fresh milling scrapped"),
            ("jobId", shop.bracket.job_id, "fresh milling scrapped"),
            ("pathId", shop.housing.id, "done forced"),
            ("stepId", shop.mill.id, "milling"),
            ("stepId", shop.inspect.id, ""),
            ("assignedTo", shop.anna.pk, "milling"),
            ("assignedTo", shop.ben.pk, ""),
            ("certId", shop.certificate.id, "fresh milling"),
            ("search", "brack", "fresh milling scrapped"),
            ("search", "MAIN", "fresh milling scrapped"),
            ("search", done, "done"),
            ("search", f" {done.lower()} ", "done"),
            ("search", "SN-99999", ""),
            ("search", "nothing of the kind", ""),
        ]:
            assert (name, value, found(client, shop, **{name: value})) == (name, value, expected)

    def test_an_id_of_nothing_finds_nothing(self, shop, client):
        for name in ("jobId", "pathId", "stepId", "assignedTo", "certId"):
            for value in ("job_000000000000", "x" * 500, "🔩", "' OR 1=1 --", "%"):
                assert found(client, shop, **{name: value}) == ""

    def test_several_filters_narrow_the_list(self, shop, client):
        assert found(client, shop, status="completed", forceCompleted="false") == "done"
        assert found(client, shop, jobId=shop.bracket.job_id, status="completed") == ""
        assert found(client, shop, search="bracket", status="in-progress", ordering="-id") == "milling fresh"

    def test_an_unknown_filter_is_refused_by_its_name(self, client):
        for name in ("state", "job_id", "jobid", "status__in", "number", "id", "format", "page", "🔩"):
            expected = Refusal(400, f"Unknown filter: {name}", "unknown_filter", (name,))
            assert refusal(client.get, URL, {"status": "completed", name: "x"}) == expected

    def test_a_value_that_a_filter_cannot_use_is_refused(self, client):
        for name, values in {
            "status": ("in progress", "done", "completed\0"),
            "currentStepIndex": ("first", "0.5", 2**31, "9" * 400),
            "scrapReason": ("lost",),
            "forceCompleted": ("yes", "True"),
            "createdSince": ("yesterday", "2024-13-01"),
            "createdBefore": ("11:00",),
            "jobId": ("job\0",),
            "search": ("\0",),
        }.items():
            for value in values:
                answer = refusal(client.get, URL, {name: value})
                assert (answer.status, answer.code, answer.fields) == (400, "invalid_filter", (name,))


def test_reading_writes_nothing(shop, client):
    with nothing_written():
        rows(client)
