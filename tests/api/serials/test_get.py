"""``GET /api/serials/:id``: one serial, with its certificates."""

import pytest

from certificates.services import attaching
from serials.services import advancement
from shopplanr.actor import Actor
from tests.api.answers import nothing_written
from tests.api.serials.contract import FORCE_KEYS, SCRAP_KEYS, SERIAL_KEYS, not_found, odd_ids, refusal, url
from tests.api.serials.states import completed, force_completed, scrapped
from tests.factories import OPERATOR, CertificateFactory, make_serial, steps_of

CERTIFICATE_KEYS = {"id", "type", "name", "createdAt"}
METADATA = {"supplier": "MetalCo", "grade": "A36", "lot": {"no": 7, "heats": [1, 2.5, None, True, "μ"]}, "": ""}


def get(client, serial):
    return client.get(url(serial))


def shown(client, serial):
    response = get(client, serial)
    assert response.status_code == 200, response.content
    return response.json()


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_serial_in_progress(slash, client, told_time):
    serial = make_serial()

    response = client.get(url(serial) + slash)

    assert response.status_code == 200
    assert response.json() == {
        "id": serial.id,
        "jobId": serial.job_id,
        "pathId": serial.path_id,
        "currentStepIndex": 0,
        "status": "in_progress",
        "forceCompleted": False,
        "createdAt": told_time,
        "updatedAt": told_time,
        "certs": [],
    }


def test_a_completed_serial_has_no_place(client):
    serial = shown(client, completed())

    assert set(serial) == SERIAL_KEYS | {"certs"}
    assert (serial["status"], serial["currentStepIndex"], serial["forceCompleted"]) == ("completed", -1, False)


def test_a_scrapped_serial_keeps_its_place_and_says_why(client, told_time):
    serial = make_serial()
    advancement.advance(serial.id, OPERATOR)
    _, mill, _ = steps_of(serial.path)
    client.post(url(serial, "scrap"), {"reason": "other", "explanation": "Dropped"})

    result = shown(client, serial)

    assert set(result) == SERIAL_KEYS | SCRAP_KEYS | {"scrapExplanation", "certs"}
    assert (result["status"], result["currentStepIndex"], result["forceCompleted"]) == ("scrapped", 1, False)
    assert (result["scrapReason"], result["scrapExplanation"]) == ("other", "Dropped")
    assert (result["scrapStepId"], result["scrappedAt"]) == (mill.id, told_time)


def test_an_explanation_that_nobody_gave_is_left_out(client):
    assert set(shown(client, scrapped())) == SERIAL_KEYS | SCRAP_KEYS | {"certs"}


def test_a_force_completed_serial_says_who_and_why(client, told_time):
    result = shown(client, force_completed(reason="Customer accepted partial completion"))

    assert set(result) == SERIAL_KEYS | FORCE_KEYS | {"forceCompletedReason", "certs"}
    assert (result["status"], result["currentStepIndex"], result["forceCompleted"]) == ("completed", -1, True)
    assert result["forceCompletedBy"] == OPERATOR.user_id
    assert result["forceCompletedAt"] == told_time
    assert result["forceCompletedReason"] == "Customer accepted partial completion"


def test_a_reason_that_nobody_gave_is_left_out(client):
    assert set(shown(client, force_completed())) == SERIAL_KEYS | FORCE_KEYS | {"certs"}


class TestCertificates:
    def test_they_are_whole_certificates(self, client, told_time):
        serial, certificate = make_serial(), CertificateFactory(type="process", name="Heat treatment")
        attaching.attach(serial.id, certificate.id, OPERATOR)

        assert shown(client, serial)["certs"] == [
            {"id": certificate.id, "type": "process", "name": "Heat treatment", "createdAt": told_time}
        ]

    @pytest.mark.parametrize("metadata", [METADATA, {}], ids=["some", "empty"])
    def test_metadata_comes_back_verbatim(self, metadata, client):
        serial, certificate = make_serial(), CertificateFactory(metadata=metadata)
        attaching.attach(serial.id, certificate.id, OPERATOR)

        (result,) = shown(client, serial)["certs"]

        assert set(result) == CERTIFICATE_KEYS | {"metadata"}
        assert list(result["metadata"].items()) == list(metadata.items())

    def test_each_is_there_once_in_the_order_of_its_first_attachment(self, client):
        serial = make_serial()
        older, newer = CertificateFactory(), CertificateFactory()
        attaching.attach(serial.id, newer.id, OPERATOR)
        attaching.attach(serial.id, older.id, OPERATOR)
        advancement.advance(serial.id, OPERATOR)
        attaching.attach(serial.id, older.id, OPERATOR)
        attaching.attach(serial.id, newer.id, Actor("somebody else"))

        assert [cert["id"] for cert in shown(client, serial)["certs"]] == [newer.id, older.id]

    def test_they_stay_with_a_serial_whatever_becomes_of_it(self, client):
        serial, certificate = make_serial(), CertificateFactory()
        attaching.attach(serial.id, certificate.id, OPERATOR)
        client.post(url(serial, "force-complete"))

        assert [cert["id"] for cert in shown(client, serial)["certs"]] == [certificate.id]

    def test_those_of_another_serial_are_not_shown(self, client):
        serial, other = make_serial(), make_serial()
        attaching.attach(other.id, CertificateFactory().id, OPERATOR)

        assert shown(client, serial)["certs"] == []


def test_reading_writes_nothing(client):
    serial = make_serial()

    with nothing_written():
        shown(client, serial)


def test_what_is_no_serials_id_is_not_found(client):
    for odd in odd_ids(make_serial()):
        assert refusal(get, client, odd) == not_found("SerialNumber", odd)


def test_a_slash_in_an_id_is_another_address(client):
    make_serial()

    for odd in ("SN-00001%2F..", "SN%2F00001", "..%2Fserials", "SN-00001//"):
        response = client.get(f"/api/serials/{odd}")
        assert (response.status_code, response.json()["code"]) == (404, "unknown_endpoint")
