"""``GET /api/serials/:id/cert-attachments``: which certificate was attached at which step, when, and by whom."""

import pytest

from certificates.services import attaching
from serials.services import advancement
from tests.api.answers import nothing_written
from tests.api.serials.contract import odd_ids, url
from tests.factories import OPERATOR, CertificateFactory, make_serial, steps_of


def attachments(client, serial):
    response = client.get(url(serial, "cert-attachments"))
    assert response.status_code == 200, response.content
    return response.json()


@pytest.mark.parametrize("slash", ["", "/"])
def test_every_attachment_is_shown_in_the_order_of_attaching(slash, client, told_time):
    serial, older, newer = make_serial(), CertificateFactory(), CertificateFactory()
    saw, mill, _ = steps_of(serial.path)
    first = attaching.attach(serial.id, newer.id, OPERATOR)
    second = attaching.attach(serial.id, older.id, OPERATOR)
    advancement.advance(serial.id, OPERATOR)
    third = attaching.attach(serial.id, newer.id, OPERATOR)

    response = client.get(url(serial, "cert-attachments") + slash)

    assert response.status_code == 200
    common = {"serialId": serial.id, "attachedAt": told_time, "attachedBy": OPERATOR.user_id}
    assert response.json() == [
        common | {"id": first.attachment_id, "certId": newer.id, "stepId": saw.id},
        common | {"id": second.attachment_id, "certId": older.id, "stepId": saw.id},
        common | {"id": third.attachment_id, "certId": newer.id, "stepId": mill.id},
    ]


def test_a_serial_without_any_has_none(client):
    assert attachments(client, make_serial()) == []


def test_those_of_another_serial_are_not_shown(client):
    serial, other = make_serial(), make_serial()
    attaching.attach(other.id, CertificateFactory().id, OPERATOR)

    assert attachments(client, serial) == []


def test_they_stay_when_the_serial_is_completed(client):
    serial = make_serial()
    attaching.attach(serial.id, CertificateFactory().id, OPERATOR)
    client.post(url(serial, "force-complete"))

    assert len(attachments(client, serial)) == 1


def test_an_unknown_serial_has_none(client):
    serial = make_serial()
    attaching.attach(serial.id, CertificateFactory().id, OPERATOR)

    for odd in odd_ids(serial):
        assert attachments(client, odd) == []


def test_reading_writes_nothing(client):
    serial = make_serial()

    with nothing_written():
        attachments(client, serial)
