"""``POST /api/serials/:id/attach-cert``: a certificate at the step where the serial is."""

import pytest

from certificates.models import CertAttachment
from certificates.services import attaching
from serials.services import advancement
from shopplanr.actor import Actor
from tests.api.answers import WRONG_TEXTS
from tests.api.serials.contract import (
    Refusal,
    about,
    missing,
    not_found,
    odd_ids,
    recorded,
    refusal,
    url,
    versions,
)
from tests.api.serials.states import completed, force_completed, scrapped
from tests.factories import OPERATOR, CertificateFactory, make_serial, steps_of

COMPLETED = Refusal(400, "Serial is already completed, cannot attach cert", "serial_completed")
NO_CERTIFICATE = "cert_000000000000"


def attach(client, serial, certificate, **more):
    return client.post(url(serial, "attach-cert"), {"certId": getattr(certificate, "id", certificate)} | more)


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_attachment_is_shown(slash, client, program, told_time):
    serial, certificate = make_serial(), CertificateFactory()
    saw, *_ = steps_of(serial.path)

    response = client.post(url(serial, "attach-cert") + slash, {"certId": certificate.id})

    assert response.status_code == 200
    attachment = response.json()
    assert attachment.pop("id").startswith("att_")
    assert attachment == {
        "serialId": serial.id,
        "certId": certificate.id,
        "stepId": saw.id,
        "attachedAt": told_time,
        "attachedBy": program.pk,
    }


def test_it_is_attached_at_the_step_where_the_serial_is(client):
    serial, certificate = make_serial(), CertificateFactory()
    saw, mill, _ = steps_of(serial.path)

    first = attach(client, serial, certificate).json()
    advancement.advance(serial.id, OPERATOR)
    second = attach(client, serial, certificate).json()

    assert (first["stepId"], second["stepId"]) == (saw.id, mill.id)
    assert first["id"] != second["id"]


def test_a_scrapped_serial_gets_it_where_it_was_scrapped(client):
    serial = scrapped()
    saw, *_ = steps_of(serial.path)

    assert attach(client, serial, CertificateFactory()).json()["stepId"] == saw.id


def test_the_existing_attachment_is_shown_when_it_is_there_already(client):
    serial, certificate = make_serial(), CertificateFactory()
    existing = attaching.attach(serial.id, certificate.id, Actor("somebody else"))

    again = attach(client, serial, certificate).json()

    assert (again["id"], again["attachedBy"]) == (existing.attachment_id, "somebody else")
    assert CertAttachment.objects.count() == 1


class TestRecord:
    def test_an_attachment_is_recorded(self, client, program):
        serial, certificate = make_serial(), CertificateFactory()
        saw, *_ = steps_of(serial.path)

        with recorded() as entries:
            attach(client, serial, certificate)

        assert entries == [
            about(serial)
            | {"action": "cert_attached", "userId": program.pk, "certId": certificate.id, "stepId": saw.id}
        ]

    def test_an_attachment_that_was_there_already_is_not(self, client):
        serial, certificate = make_serial(), CertificateFactory()
        attach(client, serial, certificate)

        with recorded() as entries:
            assert attach(client, serial, certificate).status_code == 200

        assert entries == []

    def test_the_serial_itself_does_not_change(self, client):
        serial = make_serial()

        attach(client, serial, CertificateFactory())

        assert [action for *_, action in versions(serial)] == ["serial_created"]

    def test_the_kiosks_text_is_on_the_attachment(self, kiosk):
        assert attach(kiosk, make_serial(), CertificateFactory(), userId="Maria").json()["attachedBy"] == "Maria"


class TestRefusals:
    def test_no_such_serial(self, client):
        certificate = CertificateFactory()

        for odd in odd_ids(make_serial()):
            assert refusal(attach, client, odd, certificate) == not_found("SerialNumber", odd)

    @pytest.mark.parametrize("state", [completed, force_completed])
    def test_a_serial_that_has_left_its_path_takes_none(self, state, client):
        assert refusal(attach, client, state(), CertificateFactory()) == COMPLETED

    def test_a_certificate_is_required(self, client):
        serial = make_serial()

        assert refusal(client.post, url(serial, "attach-cert")) == missing("certId")
        for wrong in WRONG_TEXTS:
            assert refusal(attach, client, serial, wrong) == missing("certId")

    def test_no_such_certificate(self, client):
        serial, _ = make_serial(), CertificateFactory()

        for identifier in (NO_CERTIFICATE, serial.id, "x" * 500, "🔩", "' OR 1=1 --"):
            assert refusal(attach, client, serial, identifier) == not_found("Certificate", identifier)

    def test_a_certificate_is_named_as_it_is_written(self, client):
        identifier = CertificateFactory().id.swapcase()

        assert refusal(attach, client, make_serial(), identifier) == not_found("Certificate", identifier)


@pytest.mark.parametrize(
    ("state", "identifier", "expected"),
    [
        (completed, None, COMPLETED),
        (make_serial, None, missing("certId")),
        (make_serial, NO_CERTIFICATE, not_found("Certificate", NO_CERTIFICATE)),
        (make_serial, CertificateFactory, missing("userId")),
    ],
    ids=["completed", "no certId", "no certificate", "nobody"],
)
def test_the_first_of_several_faults_is_named(state, identifier, expected, kiosk):
    certificate = identifier() if callable(identifier) else identifier

    assert refusal(attach, kiosk, state(), certificate) == expected


def test_an_attachment_that_exists_is_not_shown_to_nobody(kiosk):
    serial, certificate = make_serial(), CertificateFactory()
    attaching.attach(serial.id, certificate.id, OPERATOR)

    assert refusal(attach, kiosk, serial, certificate) == missing("userId")
