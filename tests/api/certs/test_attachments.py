"""``GET /certs/:id/attachments``."""

import pytest

from certificates.services import attaching
from serials.services import advancement
from shopplanr.actor import Actor
from tests.api.answers import assert_refused, moment
from tests.factories import OPERATOR, CertificateFactory, PathFactory, make_serial, make_serials, steps_of


@pytest.fixture
def certificate(db):
    return CertificateFactory()


@pytest.fixture
def url(certificate):
    return f"/api/certs/{certificate.id}/attachments"


def serials_in(response):
    assert response.status_code == 200, response.content
    return [attachment["serialId"] for attachment in response.json()]


def test_a_certificate_that_is_nowhere(client, url):
    assert client.get(url).content == b"[]"


def test_attachments_are_shown_as_documented_in_the_order_of_attaching(client, certificate, url):
    path = PathFactory()
    saw, mill, _ = steps_of(path)
    first, second = make_serials(path, 2)
    advancement.advance(first.id, OPERATOR)
    made = [attaching.attach(serial.id, certificate.id, OPERATOR) for serial in (second, first)]
    attaching.attach(first.id, CertificateFactory().id, OPERATOR)

    assert client.get(url).json() == [
        {
            "id": attachment.attachment_id,
            "serialId": serial.id,
            "certId": certificate.id,
            "stepId": step.id,
            "attachedAt": moment(attachment.attached_at),
            "attachedBy": "operator",
        }
        for attachment, serial, step in zip(made, (second, first), (saw, mill), strict=True)
    ]


def test_filters_ordering_and_paging(client, certificate, url):
    first, second = make_serial(), make_serial()
    attaching.attach(second.id, certificate.id, OPERATOR)
    attaching.attach(first.id, certificate.id, Actor("anna"))
    step = steps_of(first.path)[0]

    assert serials_in(client.get(url, {"stepId": step.id})) == [first.id]
    assert serials_in(client.get(url, {"attachedBy": "operator"})) == [second.id]
    assert serials_in(client.get(url, {"ordering": "serialId"})) == [first.id, second.id]
    assert serials_in(client.get(url, {"ordering": "-attachedAt"})) == [first.id, second.id]
    page = client.get(url, {"limit": 1})
    assert (serials_in(page), page["X-Total-Count"]) == ([second.id], "2")
    assert_refused(client.get(url, {"serial": "x"}), 400, "Unknown filter: serial", field="serial")


@pytest.mark.parametrize("certificate_id", ["cert_x", "x" * 300])
def test_an_unknown_certificate(certificate_id, client):
    response = client.get(f"/api/certs/{certificate_id}/attachments")

    assert_refused(response, 404, f"Certificate not found: {certificate_id}", code="not_found")


def test_queries_do_not_grow(client, certificate, url, django_assert_num_queries):
    serials = make_serials(quantity=12)
    attaching.attach_all(certificate.id, [serial.id for serial in serials], OPERATOR)
    client.get(url)  # the token's last use is written once a minute

    with django_assert_num_queries(3):  # the caller; the certificate; its attachments
        assert len(serials_in(client.get(url))) == 12
