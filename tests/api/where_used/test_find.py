"""GET /api/where-used: from a certificate, a person, a step or a time to the parts concerned."""

import csv
from io import StringIO

import orjson
import pytest
from django.contrib.auth.models import Permission

from certificates.api import where_used as endpoint
from certificates.models import Certificate
from certificates.services import attaching
from serials.services import advancement, endings
from shopplanr.actor import Actor
from tests.accounts.factories import UserFactory, token_client
from tests.api.answers import assert_refused, moment
from tests.factories import OPERATOR, JobFactory, PathFactory, make_serials, steps_of
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

URL = "/api/where-used"


@pytest.fixture
def certificate(db) -> Certificate:
    return Certificate.objects.create(type="material", name="Mill test report", heat_lot="4711", issuer="Böhler")


@pytest.fixture
def parts(certificate):
    """Four parts with the certificate: at Saw, scrapped at Saw, at Mill, completed."""
    path = PathFactory(job=JobFactory(name="=Bolt"), steps=("Saw", "Mill"))
    parts = make_serials(path, 4)
    attaching.attach_all(certificate.pk, [part.id for part in parts], OPERATOR)
    endings.scrap(parts[1].id, "damaged", "", OPERATOR)
    for part in (parts[2], parts[3], parts[3]):
        advancement.advance(part.id, Actor("ana", called_by="erp"))
    return parts


def answer(client, **asked):
    response = client.get(URL, asked)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    assert response.status_code == 200, content
    return response, content


def found(client, **asked) -> list[str]:
    response = client.get(URL, asked | {"limit": 100})
    assert response.status_code == 200, response.content
    return [each["id"] for each in response.json()["serials"]]


def lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"))))


class TestAnswer:
    def test_it_counts_and_tells_when_and_why(self, client, parts, certificate):
        body = client.get(URL, {"heat": "4711", "limit": 2}).json()

        assert body["counts"] == {"inProgress": 2, "completed": 1, "scrapped": 1, "total": 4}
        at_saw, scrapped = body["serials"]
        attached = certificate.attachments.first().attached_at
        assert at_saw == {
            "id": parts[0].id,
            "jobId": parts[0].job_id,
            "jobName": "=Bolt",
            "pathId": parts[0].path_id,
            "pathName": parts[0].path.name,
            "currentStepIndex": 0,
            "currentStepName": "Saw",
            "status": "in-progress",
            "createdAt": moment(parts[0].created_at),
            "firstAt": moment(attached),
            "lastAt": moment(attached),
            "matches": 1,
            "certIds": [certificate.pk],
        }
        assert (scrapped["currentStepName"], scrapped["scrapReason"]) == ("Scrapped", "damaged")

    def test_who_still_stands_at_the_step_has_no_last_moment(self, client, parts):
        body = client.get(URL, {"stepId": steps_of(parts[0].path)[1].pk, "limit": 9}).json()

        standing, gone = body["serials"]
        assert "lastAt" not in standing
        assert gone["lastAt"] > gone["firstAt"]
        assert standing["events"] == gone["events"] == ["at_step"]

    def test_every_question_reaches_the_core(self, client, parts, certificate):
        ids = [part.id for part in parts]

        assert found(client, certId=certificate.pk) == found(client, issuer="böhler".title()) == ids
        assert found(client, operator="erp") == [ids[2], ids[3]]
        assert found(client, stepName="Mill") == [ids[2], ids[3]]
        assert found(client, stepName="Mill", operator="ana") == [ids[3]]
        assert found(client, since="2020-01-01T00:00:00Z") == ids
        assert found(client, before="2020-01-01T00:00:00Z") == []
        assert found(client, heat="4711", status="in-progress") == [ids[0], ids[2]]
        assert found(client, heat="4711", status="in_progress", stepName="Mill") == [ids[2]]
        assert found(client, heat="4711", jobId=parts[0].job_id) == ids
        assert found(client, heat="4711", jobId="job_of_nobody") == []


class TestPages:
    def test_a_page_says_how_many_there_are_and_where_the_next_one_is(self, client, parts):
        response = client.get(URL, {"heat": "4711", "status": "in_progress", "limit": 1})

        assert response["X-Total-Count"] == "2"
        assert [each["id"] for each in response.json()["serials"]] == [parts[0].id]
        following = response["Link"].partition(";")[0].strip("<>")
        response = client.get(following)
        assert [each["id"] for each in response.json()["serials"]] == [parts[2].id]
        assert "Link" not in response

    def test_without_a_limit_all_are_streamed(self, client, parts, monkeypatch):
        whole = client.get(URL, {"heat": "4711", "limit": 9}).json()
        monkeypatch.setattr(endpoint, "CHUNK_ROWS", 2)  # so that there are seams
        response, content = answer(client, heat="4711")
        assert response.streaming
        assert orjson.loads(content) == whole
        _, nothing = answer(client, heat="none")
        assert orjson.loads(nothing) == {
            "counts": {"inProgress": 0, "completed": 0, "scrapped": 0, "total": 0},
            "serials": [],
        }
        _, rest = answer(client, heat="4711", offset=3)
        assert [each["id"] for each in orjson.loads(rest)["serials"]] == [parts[3].id]

    def test_it_is_the_same_few_statements_for_any_number_of_parts(self, client, parts, certificate):
        def statements():
            with counted_statements() as counted:
                client.get(URL, {"heat": "4711", "limit": 50})
            return len(counted)

        before = statements()
        more = make_serials(parts[0].path, 30)
        attaching.attach_all(certificate.pk, [part.id for part in more], OPERATOR)

        assert statements() == before <= 4
        assert len(found(client, heat="4711")) == 34


class TestCSV:
    def test_it_is_a_file_for_spreadsheets(self, client, parts, certificate):
        response, content = answer(client, certId=certificate.pk, stepName="Mill", format="csv")

        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert response["Content-Disposition"].startswith('attachment; filename="where-used-')
        head, first, second = lines(content)
        row = dict(zip(head, first, strict=True))
        assert (row["serial_id"], row["status"], row["current_step"]) == (parts[2].id, "in-progress", "Mill")
        assert (row["cert_ids"], row["events"], row["matches"], row["last_at"]) == (certificate.pk, "at_step", "1", "")
        assert row["job"] == "'=Bolt"  # nobody's words compute anything
        assert second[0] == parts[3].id

    def test_it_takes_pages_and_states_too(self, client, parts):
        response, content = answer(client, heat="4711", format="csv", limit=1, status="scrapped")

        assert response["X-Total-Count"] == "1"
        assert [row[0] for row in lines(content)[1:]] == [parts[1].id]


class TestRefusals:
    def test_nothing_asked(self, client):
        sentence = "Say what to look for: a certificate, a heat or lot, an issuer, a person, a step or a time"

        assert_refused(client.get(URL), 400, sentence, code="nothing_asked")
        assert_refused(client.get(URL, {"status": "completed", "limit": 1}), 400, sentence)

    def test_what_it_does_not_know(self, client):
        assert_refused(client.get(URL, {"heta": "1"}), 400, "Unknown filter: heta", code="unknown_filter", field="heta")
        assert_refused(
            client.get(URL, {"heat": "1", "ordering": "id"}), 400, "Unknown filter: ordering", field="ordering"
        )
        assert_refused(client.get(URL, {"heat": " "}), 400, "heat must not be empty", field="heat")
        assert_refused(
            client.get(URL, {"heat": "1", "limit": "x"}), 400, "limit must be a whole number, 0 or more", field="limit"
        )

    @pytest.mark.parametrize(("name", "noun"), [("certId", "Certificate"), ("stepId", "ProcessStep")])
    def test_an_id_of_nobody_is_no_answer_of_none(self, name, noun, client):
        for identifier in ("nobody", "x" * 900):
            assert_refused(client.get(URL, {name: identifier}), 400, f"{noun} not found: {identifier}", field=name)

    def test_a_window_that_ends_first(self, client):
        asked = {"since": "2026-01-02T00:00:00Z", "before": "2026-01-01T00:00:00Z"}

        assert_refused(client.get(URL, asked), 400, "before must be later than since", field="before")

    def test_odd_values_are_taken_or_refused(self, client, parts):
        names = ("certId", "heat", "issuer", "operator", "stepId", "stepName", "jobId", "since", "before", "format")
        values = ("a\0b", "\ud800", "%", "'; --", "9" * 1000, "x" * 1001, "٣", "0001-01-01T00:00:00+14:00")
        for name in names:
            for value in values:
                query = {"heat": "4711", "limit": 5} | {name: value.encode("utf-8", "surrogatepass")}
                assert client.get(URL, query).status_code in (200, 400), (name, value)
        assert client.get(URL, {"heat": "4711", "limit": 10**17, "offset": 10**17}).status_code == 200

    def test_what_the_trail_tells_is_for_those_who_may_read_it(self, parts, certificate):
        reader = UserFactory(role=None)
        reader.user_permissions.add(Permission.objects.get(codename="view_serial"))
        client = token_client(reader)

        assert client.get(URL, {"certId": certificate.pk, "limit": 1}).status_code == 200
        for asked in ({"operator": "ana"}, {"stepName": "Saw"}, {"since": "2020-01-01T00:00:00Z"}):
            response = client.get(URL, asked)
            assert_refused(response, 403, "You may not read the audit trail. Ask an administrator.")
