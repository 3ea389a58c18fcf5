"""``GET /audit``."""

import pytest

from audit.models import Action, AuditEntry
from certificates.services import attaching
from serials.services import advancement, endings
from shopplanr.actor import Actor
from tests.accounts.factories import UserFactory
from tests.api.answers import assert_envelope, assert_refused, later, moment, nothing_written
from tests.factories import OPERATOR, CertificateFactory, PathFactory, make_serials, steps_of

URL = "/api/audit"


def actions(response):
    assert response.status_code == 200, response.content
    return [entry["action"] for entry in response.json()]


@pytest.fixture
def path(db):
    return PathFactory(steps=("Saw", "Mill"))


@pytest.fixture
def serials(path):
    """Two parts: created, the first advanced, certified and scrapped."""
    serials = make_serials(path, 2)
    with later():
        advancement.advance(serials[0].id, Actor("anna"))
    with later(minutes=2):
        attaching.attach(serials[0].id, CertificateFactory().id, OPERATOR)
    with later(minutes=3):
        endings.scrap(serials[0].id, "other", "fell down", OPERATOR)
    return serials


ALL = ["serial_scrapped", "cert_attached", "serial_advanced", "serial_created"]


def test_a_shop_in_which_nothing_happened(client):
    assert client.get(URL).content == b"[]"


def test_entries_are_shown_as_documented_newest_first(client, path, serials):
    saw, mill = steps_of(path)
    of_part = {"serialId": serials[0].id, "jobId": path.job_id, "pathId": path.id}
    entries = list(AuditEntry.objects.order_by("-sequence"))

    response = client.get(URL)

    assert response.status_code == 200
    assert response.json() == [
        {"id": entry.entry_id, "timestamp": moment(entry.timestamp)} | expected
        for entry, expected in zip(
            entries,
            [
                {
                    "action": "serial_scrapped",
                    "userId": "operator",
                    "stepId": mill.id,
                    "metadata": {"reason": "other", "explanation": "fell down"},
                }
                | of_part,
                {
                    "action": "cert_attached",
                    "userId": "operator",
                    "certId": serials[0].cert_attachments.get().certificate_id,
                    "stepId": mill.id,
                }
                | of_part,
                {"action": "serial_advanced", "userId": "anna", "fromStepId": saw.id, "toStepId": mill.id} | of_part,
                {
                    "action": "serial_created",
                    "userId": "operator",
                    "jobId": path.job_id,
                    "pathId": path.id,
                    "batchQuantity": 2,
                },
            ],
            strict=True,
        )
    ]
    assert all(entry.entry_id.startswith("aud_") for entry in entries)


def test_who_really_called_is_shown_where_that_is_somebody_else(client, program, path):
    anna = UserFactory()
    serial = make_serials(path)[0]

    client.post(f"/api/serials/{serial.id}/advance", {"userId": anna.pk})

    entry = client.get(URL).json()[0]
    assert (entry["userId"], entry["calledBy"]) == (anna.pk, program.pk)


def test_the_order_is_total_where_times_are_equal(client, path):
    with later():
        for serial in make_serials(path, 6):
            advancement.advance(serial.id, OPERATOR)

    whole = [entry["id"] for entry in client.get(URL).json()]
    pages = [client.get(URL, {"limit": 1, "offset": offset}).json()[0]["id"] for offset in range(7)]

    assert pages == whole
    assert whole == list(AuditEntry.objects.order_by("-sequence").values_list("entry_id", flat=True))


@pytest.mark.usefixtures("serials")
class TestPaging:
    """``limit`` and ``offset``."""

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"limit": 2}, ALL[:2]),
            ({"limit": 2, "offset": 1}, ALL[1:3]),
            ({"offset": 3}, ALL[3:]),
            ({"limit": 100, "offset": 100}, []),
            ({"limit": "9" * 18, "offset": 1}, ALL[1:]),
        ],
    )
    def test_a_page_of_it(self, query, expected, client):
        assert actions(client.get(URL, query)) == expected

    def test_headers_carry_the_rest(self, client):
        response = client.get(URL, {"limit": 2, "userId": "operator"})

        assert response["X-Total-Count"] == "3"
        following = response["Link"].removeprefix("<").partition(">")[0]
        assert actions(client.get(following)) == ["serial_created"]

    @pytest.mark.parametrize("parameter", ["limit", "offset"])
    @pytest.mark.parametrize(
        "junk", ["", "x", "-1", "-5", "1.5", "1e2", "NaN", "null", " 1", "٣", "0x10", "9" * 19, "9" * 400, "1,2"]
    )
    def test_junk_is_ignored(self, parameter, junk, client):
        response = client.get(URL, {parameter: junk})

        assert actions(response) == ALL
        assert "X-Total-Count" not in response

    def test_junk_in_one_leaves_the_other(self, client):
        assert actions(client.get(URL, {"limit": 1, "offset": "x"})) == ALL[:1]
        assert actions(client.get(URL, {"limit": "x", "offset": 3})) == ALL[3:]


class TestFilters:
    """By what an entry carries."""

    @pytest.mark.parametrize("action", Action.values)
    def test_by_action(self, action, client, serials):
        assert actions(client.get(URL, {"action": action})) == [each for each in ALL if each == action]

    def test_by_record(self, client, path, serials):
        other = make_serials()[0]
        saw, mill = steps_of(path)
        certificate = serials[0].cert_attachments.get().certificate_id

        assert actions(client.get(URL, {"serialId": serials[0].id})) == ALL[:3]
        assert actions(client.get(URL, {"jobId": path.job_id})) == ALL
        assert actions(client.get(URL, {"pathId": other.path_id})) == ["serial_created"]
        assert actions(client.get(URL, {"certId": certificate})) == ["cert_attached"]
        assert actions(client.get(URL, {"stepId": mill.id})) == ["serial_scrapped", "cert_attached"]
        assert actions(client.get(URL, {"stepId": saw.id})) == []
        assert actions(client.get(URL, {"userId": "anna"})) == ["serial_advanced"]
        assert actions(client.get(URL, {"userId": "anna", "action": "serial_created"})) == []

    def test_by_time(self, client, serials):
        advanced = moment(AuditEntry.objects.get(action=Action.SERIAL_ADVANCED).timestamp)

        assert actions(client.get(URL, {"since": advanced})) == ALL[:3]
        assert actions(client.get(URL, {"before": advanced})) == ALL[3:]

    def test_oldest_first_on_demand(self, client, serials):
        assert actions(client.get(URL, {"ordering": "timestamp"})) == ALL[::-1]
        assert actions(client.get(URL, {"ordering": "-timestamp"})) == ALL

    def test_an_unknown_filter_is_named(self, client):
        assert_refused(client.get(URL, {"serial": "x"}), 400, "Unknown filter: serial", field="serial")

    @pytest.mark.parametrize("query", [{"action": "serial_lost"}, {"since": "x"}, {"before": "2024-13-01"}])
    def test_a_value_that_a_filter_cannot_use(self, query, client):
        body = assert_envelope(client.get(URL, query), 400)

        assert (body["code"], list(body["errors"])) == ("invalid_filter", list(query))


@pytest.mark.parametrize("verb", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("url", [URL, f"{URL}/serial/SN-00001"])
def test_the_trail_is_read_and_nothing_else(verb, url, client, serials):
    with nothing_written():
        response = getattr(client, verb)(url, {})

    assert assert_envelope(response, 405)["code"] == "method_not_allowed"


def test_queries_do_not_grow(client, path, django_assert_num_queries):
    for serial in make_serials(path, 8):
        advancement.advance(serial.id, OPERATOR)
    client.get(URL)  # the token's last use is written once a minute

    with django_assert_num_queries(2):  # the caller; the entries
        assert len(actions(client.get(URL))) == 9
