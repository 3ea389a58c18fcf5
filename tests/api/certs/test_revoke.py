"""``POST /certs/:id/revoke``: a certificate is withdrawn, and every part that carries it shows so."""

import pytest

from certificates import standing
from certificates.models import Certificate
from certificates.services import attaching, late, revisions
from serials.models import SerialStatus
from serials.services import advancement, endings
from tests.api.answers import TIMESTAMP, WRONG_TEXTS, assert_refused, nothing_written
from tests.factories import OPERATOR, PLANNER, CertificateFactory, PathFactory, make_serials, put_right, steps_of

WHY = {"reason": "The laboratory lost its accreditation"}


@pytest.fixture
def certificate(db) -> Certificate:
    return CertificateFactory()


def url_of(certificate) -> str:
    return f"/api/certs/{certificate.pk}/revoke"


def test_it_says_when_by_whom_and_why(client, program, certificate):
    before = client.get(f"/api/certs/{certificate.pk}").json()

    response = client.post(url_of(certificate), WHY)

    assert response.status_code == 200
    revoked = response.json()
    assert TIMESTAMP.fullmatch(revoked["revokedAt"])
    told = {"revokedAt": revoked["revokedAt"], "revokedBy": program.pk, "revokedReason": WHY["reason"]}
    assert revoked == before | told
    assert client.get(f"/api/certs/{certificate.pk}").json() == revoked
    assert client.get("/api/certs").json() == [revoked]


def test_every_part_that_carries_it_shows_so_an_older_revision_too(client, certificate):
    first, second = make_serials(quantity=2)
    attaching.attach(first.id, certificate.pk, OPERATOR)
    newest = put_right(put_right(certificate))
    attaching.attach(second.id, newest.pk, OPERATOR)

    client.post(url_of(newest), WHY)

    for serial in (first, second):
        (carried,) = client.get(f"/api/serials/{serial.id}").json()["certs"]
        assert carried["revokedReason"] == WHY["reason"]
    assert [each.get("revokedReason") for each in client.get("/api/certs").json()] == [WHY["reason"]] * 3


def test_the_trail_says_who_and_why(client, program, certificate):
    client.post(url_of(certificate), WHY | {"userId": program.pk})

    (entry,) = client.get("/api/audit", {"certId": certificate.pk}).json()
    assert (entry["action"], entry["certId"], entry["userId"]) == ("cert_revoked", certificate.pk, program.pk)
    assert entry["metadata"] == WHY


def test_it_goes_on_no_further_part_and_stays_where_it_is(client, certificate):
    path = PathFactory()
    had, new = make_serials(path, 2)
    attached = client.post(f"/api/serials/{had.id}/attach-cert", {"certId": certificate.pk}).json()
    client.post(url_of(certificate), WHY)
    message = f"Certificate {certificate.pk} was revoked, cannot attach cert"
    both = {"certId": certificate.pk, "serialIds": [had.id, new.id]}
    batch = {"jobId": path.job_id, "pathId": path.pk, "quantity": 2, "certId": certificate.pk}

    with nothing_written():
        for url, body in (
            (f"/api/serials/{new.id}/attach-cert", {"certId": certificate.pk}),
            ("/api/certs/batch-attach", both),
            ("/api/certs/batch-attach", both | {"stepId": steps_of(path)[0].pk, "lateReason": "by post"}),
            ("/api/serials", batch),
        ):
            assert_refused(client.post(url, body), 400, message, code="certificate_revoked")
        again = client.post(f"/api/serials/{had.id}/attach-cert", {"certId": certificate.pk})

    assert (again.status_code, again.json()) == (200, attached)


def test_late_it_goes_on_none_either(certificate):
    path = PathFactory()
    (serial,) = make_serials(path)
    advancement.advance(serial.id, OPERATOR)
    revisions.revoke(certificate.pk, "withdrawn", PLANNER)

    with pytest.raises(Exception, match="was revoked"):
        late.attach_at(certificate.pk, [serial.id], steps_of(path)[0].pk, "by post", OPERATOR)


def test_how_many_parts_it_is_about_is_known_before(certificate):
    parts = make_serials(PathFactory(steps=("Saw",)), 6)
    attaching.attach_all(certificate.pk, [part.id for part in parts[:4]], OPERATOR)
    newest = put_right(certificate)
    attaching.attach_all(newest.pk, [part.id for part in parts[3:5]], OPERATOR)
    advancement.advance(parts[0].id, OPERATOR)
    endings.scrap(parts[1].id, "damaged", None, OPERATOR)

    assert standing.parts_vouched_for(newest) == {
        SerialStatus.IN_PROGRESS: 3,
        SerialStatus.COMPLETED: 1,
        SerialStatus.SCRAPPED: 1,
    }
    assert sum(standing.parts_vouched_for(certificate).values()) == 4


class TestRefusals:
    """In this order; nothing is written."""

    def test_an_unknown_certificate(self, client):
        assert_refused(client.post("/api/certs/cert_x/revoke", WHY), 404, "Certificate not found: cert_x")

    def test_an_older_revision(self, client, certificate):
        newest = put_right(certificate)
        with nothing_written():
            response = client.post(url_of(certificate), WHY)
        message = f"Certificate {certificate.pk} was superseded already; its newest revision is {newest.pk}"
        assert_refused(response, 409, message, code="certificate_superseded")

    def test_twice(self, client, certificate):
        client.post(url_of(certificate), WHY)
        with nothing_written():
            response = client.post(url_of(certificate), WHY)
        message = f"Certificate {certificate.pk} was revoked already; record a new certificate instead"
        assert_refused(response, 409, message, code="certificate_revoked")

    @pytest.mark.parametrize("reason", WRONG_TEXTS)
    def test_a_reason_is_required(self, reason, client, certificate):
        with nothing_written():
            response = client.post(url_of(certificate), {"reason": reason})
        assert_refused(response, 400, "reason is required", code="required", field="reason")

    def test_a_kiosk_says_who_it_is(self, kiosk, certificate):
        with nothing_written():
            response = kiosk.post(url_of(certificate), WHY)
        assert_refused(response, 400, "userId is required", field="userId")
        assert kiosk.post(url_of(certificate), WHY | {"userId": "dana"}).json()["revokedBy"] == "dana"
