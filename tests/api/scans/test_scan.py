"""``POST /scan``."""

import pytest

from audit.models import AuditEntry
from serials.models import Serial
from serials.services import advancement
from shopplanr.accounts.roles import Right, Role, refusal_sentence
from shopplanr.floor.models import Scan
from tests.accounts.factories import UserFactory, open_kiosk, token_client
from tests.api.answers import WRONG_TEXTS, assert_refused, moment, nothing_written
from tests.factories import OPERATOR, CertificateFactory, JobFactory, PathFactory, make_serial
from tests.queries import counted_statements

URL = "/api/scan"


@pytest.fixture
def part(db):
    steps = [{"name": "Saw"}, {"name": "Mill", "location": "Cell 3"}, {"name": "Inspect"}]
    return make_serial(PathFactory(job=JobFactory(name="Bracket"), name="Main", steps=steps))


def scan(client, code, **more) -> dict:
    response = client.post(URL, {"code": code} | more)
    assert response.status_code == 200, response.content
    return response.json()


def test_a_part_is_finished_where_it_stands(client, program, part):
    answer = scan(client, f"]d2{part.id}\r", station="Saw")

    kept = Scan.objects.get()
    assert answer == {
        "id": kept.scan_id,
        "verdict": "done",
        "reason": "advanced",
        "message": "SN-00001 is done here. Next: Mill, Cell 3.",
        "code": "SN-00001",
        "kind": "serial",
        "serial": {
            "id": "SN-00001",
            "jobId": part.job_id,
            "jobName": "Bracket",
            "pathId": part.path_id,
            "pathName": "Main",
            "status": "in-progress",
            "currentStepIndex": 1,
            "currentStepName": "Mill",
            "location": "Cell 3",
        },
        "nextStepName": "Mill",
        "nextStepLocation": "Cell 3",
        "url": "/serials/SN-00001",
        "repeated": False,
        "scannedAt": moment(kept.scanned_at),
    }
    assert AuditEntry.objects.get(action="serial_advanced").user_id == program.pk == kept.user_id


def test_the_same_answer_comes_again_for_the_same_scan_within_two_seconds(client, part):
    first = scan(client, part.id, station="Saw")

    assert scan(client, part.id, station="Saw") == first | {"repeated": True}
    assert Serial.objects.get().current_step_index == 1


def test_a_part_gets_the_certificate_in_hand(client, part):
    certificate = CertificateFactory(name="Steel")
    in_hand = scan(client, certificate.id)
    answer = scan(client, part.id, certId=in_hand["certificate"]["id"])

    assert (in_hand["verdict"], in_hand["reason"]) == ("needs_answer", "certificate_in_hand")
    assert (answer["verdict"], answer["reason"]) == ("done", "attached")
    assert answer["certificate"] == {"id": certificate.id, "name": "Steel", "type": "material"}
    assert client.get(f"/api/serials/{part.id}").json()["certs"][0]["id"] == certificate.id


def test_absent_facts_are_left_out(client, db):
    assert set(scan(client, "123")) == {"id", "verdict", "reason", "message", "code", "repeated", "scannedAt"}
    assert "code" not in scan(client, "\x02")


def test_our_own_addresses_are_understood_under_the_name_of_the_call_and_of_the_settings(client, part, settings):
    assert scan(client, "http://testserver/serials/SN-00001")["reason"] == "found"
    assert scan(client, "https://labels.example/serials/SN-00001")["reason"] == "unknown_code"
    settings.SITE_URL = "https://labels.example"
    assert scan(client, "https://labels.example/serials/SN-00001?x")["reason"] == "found"
    settings.ALLOWED_HOSTS = ["*"]
    assert scan(client, "https://elsewhere.example/serials/SN-00001")["reason"] == "unknown_code"


@pytest.mark.parametrize("code", WRONG_TEXTS)
def test_a_code_is_required(client, code, db):
    with nothing_written():
        assert_refused(client.post(URL, {"code": code}), 400, "code is required", code="required", field="code")
    assert_refused(client.post(URL, {}), 400, "code is required", code="required", field="code")


@pytest.mark.parametrize(
    ("body", "message", "field"),
    [
        ({"station": 5}, "station must be text", "station"),
        ({"station": "x" * 256}, "station must be at most 255 characters", "station"),
        ({"certId": []}, "certId must be text", "certId"),
        ({"certId": "x" * 41}, "certId must be at most 40 characters", "certId"),
        ({"userId": "nobody"}, "User not found or inactive", "userId"),
    ],
)
def test_circumstances_that_make_no_sense_are_refused(client, body, message, field, db):
    with nothing_written():
        assert_refused(client.post(URL, {"code": "x"} | body), 400, message, field=field)


def test_a_refusal_is_a_verdict(client, part):
    advancement.advance(part.id, OPERATOR)
    auditor = token_client(UserFactory(role=Role.AUDITORS))

    answer = scan(auditor, part.id, station="Mill")

    assert (answer["verdict"], answer["reason"]) == ("refused", "forbidden")
    assert answer["message"] == refusal_sentence(Right.ADVANCE)
    assert answer["serial"]["currentStepName"] == "Mill"


def test_who_may_not_look_may_not_scan(part):
    response = token_client(UserFactory(role=None)).post(URL, {"code": part.id})

    assert_refused(response, 403, refusal_sentence(Right.READ), code="forbidden")
    assert not Scan.objects.exists()


def test_in_the_name_of_somebody_else(client, program, part):
    anna = UserFactory()

    scan(client, part.id, station="Saw", userId=anna.pk)

    kept = Scan.objects.get()
    assert (kept.user_id, kept.called_by) == (anna.pk, program.pk)


class TestKiosk:
    """Nobody signs in there."""

    @pytest.fixture
    def kiosk(self, settings, db):
        return open_kiosk(settings, Role.OPERATORS)

    def test_parts_may_be_finished_without_a_name(self, kiosk, part):
        assert scan(kiosk, part.id, station="Saw")["reason"] == "advanced"
        assert Scan.objects.get().user_id == AuditEntry.objects.get(action="serial_advanced").user_id == "anonymous"

    def test_certificates_are_attached_by_somebody(self, kiosk, part):
        certificate = CertificateFactory()

        nameless = scan(kiosk, part.id, certId=certificate.id)
        named = scan(kiosk, part.id, certId=certificate.id, userId="Maria")

        assert (nameless["verdict"], nameless["message"]) == ("refused", "userId is required")
        assert named["reason"] == "attached"
        assert list(Scan.objects.order_by("sequence").values_list("user_id", flat=True)) == ["anonymous", "Maria"]


def test_what_it_costs(client, part):
    client.get("/api/jobs")
    with counted_statements() as statements:
        scan(client, part.id, station="Saw")

    assert len(statements) <= 13  # who calls, the twelve of the service at most
