"""``POST /certs/:id/supersede``: a certificate is put right by a new revision, and stays as it was recorded."""

import pytest

from audit.models import Action, AuditEntry
from certificates.models import CertAttachment, Certificate
from certificates.services import attaching, revisions
from shopplanr.refusals import Refusal
from tests.api.answers import WRONG_TEXTS, assert_refused, nothing_written, versions_of
from tests.at_once import at_once
from tests.factories import OPERATOR, PLANNER, CertificateFactory, PathFactory, make_serial, make_serials, put_right
from tests.queries import counted_statements

FACTS = {
    "type": "material",
    "name": "Mill test report",
    "number": "4711-A",
    "issuer": "Nordstahl",
    "heatLot": "A31907",
    "en10204Type": "3.1",
    "issueDate": "2024-01-15",
    "validFrom": "2024-01-15",
    "validTo": "2026-01-14",
    "metadata": {"grade": "A36"},
}
WHY = {"reason": "The heat was read wrongly"}


@pytest.fixture
def certificate(db) -> Certificate:
    return CertificateFactory(**FACTS)


def url_of(certificate) -> str:
    return f"/api/certs/{certificate.pk}/supersede"


def shown(client, certificate_id: str) -> dict:
    response = client.get(f"/api/certs/{certificate_id}")
    assert response.status_code == 200
    return response.json()


def test_the_new_revision_says_what_is_right_and_keeps_the_rest(client, certificate):
    before = shown(client, certificate.pk)

    response = client.post(url_of(certificate), WHY | {"heatLot": "A31970", "metadata": {"grade": "A36", "lot": 2}})

    assert response.status_code == 201
    revision = response.json()
    expected = before | {
        "id": revision["id"],
        "heatLot": "A31970",
        "metadata": {"grade": "A36", "lot": 2},
        "revision": 2,
        "supersedes": certificate.pk,
        "correctionReason": WHY["reason"],
        "createdAt": revision["createdAt"],
    }
    assert revision == expected == shown(client, revision["id"])
    assert shown(client, certificate.pk) == before | {"supersededBy": revision["id"]}


def test_what_is_given_as_null_is_gone(client, certificate):
    gone = dict.fromkeys(("number", "issuer", "heatLot", "en10204Type", "issueDate", "validFrom", "validTo"))

    revision = client.post(url_of(certificate), WHY | gone | {"metadata": None}).json()

    assert not {*gone, "metadata"} & set(revision)
    assert (revision["type"], revision["name"]) == ("material", "Mill test report")


def test_again_and_again(client, certificate):
    second = client.post(url_of(certificate), WHY).json()
    third = client.post(f"/api/certs/{second['id']}/supersede", WHY | {"name": "Third"}).json()

    assert (third["revision"], third["supersedes"], third["name"]) == (3, second["id"], "Third")
    assert shown(client, second["id"])["supersededBy"] == third["id"]
    assert Certificate.objects.get(pk=third["id"]).first_revision_id == certificate.pk


def test_parts_keep_what_they_carry_and_say_that_there_is_a_newer_one(client, certificate):
    serial = make_serial()
    attaching.attach(serial.id, certificate.pk, OPERATOR)

    revision = client.post(url_of(certificate), WHY).json()

    (carried,) = client.get(f"/api/serials/{serial.id}").json()["certs"]
    assert (carried["id"], carried["supersededBy"]) == (certificate.pk, revision["id"])


def test_the_trail_and_the_row_history_say_who_and_why(client, program, certificate):
    revision = client.post(url_of(certificate), WHY).json()

    (entry,) = client.get("/api/audit", {"action": "cert_superseded"}).json()
    assert (entry["certId"], entry["userId"]) == (certificate.pk, program.pk)
    assert entry["metadata"] == {"reason": WHY["reason"], "supersededBy": revision["id"], "revision": 2}
    (version,) = versions_of(Certificate.objects.get(pk=revision["id"]))
    assert (version.history_type, version.history_change_reason, version.history_user_id) == (
        "+",
        WHY["reason"],
        program.pk,
    )
    assert version.audit_entry.action == Action.CERT_SUPERSEDED
    assert len(versions_of(certificate)) == 1


class TestRefusals:
    """In this order; nothing is written."""

    def test_an_unknown_certificate(self, client):
        assert_refused(client.post("/api/certs/cert_x/supersede", WHY), 404, "Certificate not found: cert_x")

    def test_an_older_revision(self, client, certificate):
        newest = put_right(put_right(certificate))
        with nothing_written():
            response = client.post(url_of(certificate), {})
        message = f"Certificate {certificate.pk} was superseded already; its newest revision is {newest.pk}"
        assert_refused(response, 409, message, code="certificate_superseded")

    def test_a_revoked_one(self, client, certificate):
        revisions.revoke(certificate.pk, "withdrawn", PLANNER)
        with nothing_written():
            response = client.post(url_of(certificate), {})
        message = f"Certificate {certificate.pk} was revoked already; record a new certificate instead"
        assert_refused(response, 409, message, code="certificate_revoked")

    @pytest.mark.parametrize("reason", WRONG_TEXTS)
    def test_a_reason_is_required(self, reason, client, certificate):
        with nothing_written():
            response = client.post(url_of(certificate), {"reason": reason, "type": "x"})
        assert_refused(response, 400, "reason is required", code="required", field="reason")

    def test_a_kiosk_says_who_it_is(self, kiosk, certificate):
        with nothing_written():
            response = kiosk.post(url_of(certificate), WHY | {"type": "x"})
        assert_refused(response, 400, "userId is required", field="userId")

    @pytest.mark.parametrize(
        ("fields", "message", "field"),
        [
            ({"type": None}, "type must be one of: material, process", "type"),
            ({"name": " "}, "name is required", "name"),
            ({"validFrom": "2026-01-15"}, "validTo must not be before validFrom", "validTo"),
            ({"en10204Type": 3.1}, "en10204Type must be one of: 2.1, 2.2, 3.1, 3.2", "en10204Type"),
        ],
    )
    def test_facts_that_cannot_be(self, fields, message, field, client, certificate):
        with nothing_written():
            response = client.post(url_of(certificate), WHY | fields)
        assert_refused(response, 400, message, field=field)


class TestAttachingAnOlderRevision:
    """400, naming the one to take; what is there already is answered as ever."""

    @pytest.fixture
    def newest(self, certificate):
        return put_right(put_right(certificate))

    def test_to_a_part_to_several_and_to_a_batch(self, client, certificate):
        path = PathFactory()
        had, new = make_serials(path, 2)
        attached = client.post(f"/api/serials/{had.id}/attach-cert", {"certId": certificate.pk}).json()
        newest = put_right(put_right(certificate))
        message = f"Certificate {certificate.pk} was superseded; take {newest.pk}, its newest revision"
        both = {"certId": certificate.pk, "serialIds": [had.id, new.id]}
        batch = {"jobId": path.job_id, "pathId": path.pk, "quantity": 2, "certId": certificate.pk}

        with nothing_written():
            for url, body in (
                (f"/api/serials/{new.id}/attach-cert", {"certId": certificate.pk}),
                ("/api/certs/batch-attach", both),
                ("/api/serials", batch),
            ):
                assert_refused(client.post(url, body), 400, message, code="certificate_superseded")
            again = client.post(f"/api/serials/{had.id}/attach-cert", {"certId": certificate.pk})
            batch_again = client.post("/api/certs/batch-attach", both | {"serialIds": [had.id]})

        assert (again.status_code, again.json()) == (200, attached)
        assert (batch_again.status_code, batch_again.json()) == (200, [attached])
        assert client.post(f"/api/serials/{new.id}/attach-cert", {"certId": newest.pk}).status_code == 200

    def test_it_costs_nothing_where_the_certificate_is_in_force(self, certificate):
        serials = make_serials(quantity=2)
        with counted_statements() as statements:
            attaching.attach(serials[0].id, certificate.pk, OPERATOR)
        assert sum("supersede" in sql for sql in statements.queries) == 1


@pytest.mark.django_db(transaction=True)
def test_of_several_at_once_one_puts_it_right_and_the_others_learn_which():
    certificate = CertificateFactory()

    answers = at_once(*[lambda: put_right(certificate)] * 4)

    (made,) = [answer for answer in answers if isinstance(answer, Certificate)]
    refusals = [answer for answer in answers if isinstance(answer, Refusal)]
    assert {(refusal.status, refusal.code) for refusal in refusals} == {(409, "certificate_superseded")}
    assert all(made.pk in refusal.message for refusal in refusals)
    assert AuditEntry.objects.filter(action=Action.CERT_SUPERSEDED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_it_is_either_put_right_or_revoked():
    certificate = CertificateFactory()

    answers = at_once(
        *[lambda: put_right(certificate), lambda: revisions.revoke(certificate.pk, "withdrawn", PLANNER)] * 2
    )

    assert sum(isinstance(answer, Refusal) for answer in answers) == 3
    assert CertAttachment.objects.count() == 0
