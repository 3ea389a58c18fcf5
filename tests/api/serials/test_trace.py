"""GET /api/serials/:id/trace: everything that went into a part."""

import csv
from datetime import UTC, date, datetime
from io import StringIO

import pytest

from certificates.models import Certificate, CertificateDocument, CertificateRevocation
from certificates.services import attaching, late, products_of_jobs
from serials.services import advancement, deferrals, overrides
from shopplanr import clock
from shopplanr.actor import Actor
from tests.accounts.factories import UserFactory
from tests.api.answers import assert_refused, moment
from tests.factories import OPERATOR, PLANNER, AssignmentFactory, PathFactory, make_note, make_serial, steps_of
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def at(hour: int) -> datetime:
    return DAY.replace(hour=hour)


@pytest.fixture
def maria():
    return UserFactory(name="Maria Santos")


@pytest.fixture
def part(maria):
    """A part that went past Harden, whose hardening was waived, with notes and with papers that came late."""
    actor = Actor(maria.pk, called_by="erp")
    with clock.told(at(6)):
        path = PathFactory(steps=("Saw", {"name": "Harden", "location": "Oven 2"}, "Pack"), advancementMode="flexible")
        part = make_serial(path)
        saw, harden, pack = steps_of(path)
        melt = Certificate.objects.create(
            type="material", name="Mill test report", heat_lot="4711", issuer="Böhler", en10204_type="3.1", number="T-1"
        )
        CertificateDocument.objects.create(
            certificate=melt,
            file_name="3.1.pdf",
            content_type="application/pdf",
            size_bytes=9,
            digest="a" * 64,
            uploaded_by="qc",
        )
        attaching.attach(part.id, melt.pk, actor)
        overrides.create(part.id, None, pack.pk, "=not needed", OPERATOR)
    with clock.told(at(8)):
        advancement.advance_to(part.id, 2, actor)
        make_note([part], "Burr at the edge", step=saw, actor=actor)
    with clock.told(at(9)):
        deferrals.waive(part.id, harden.pk, "the customer agrees", actor)
        late.attach_at(melt.pk, [part.id], harden.pk, "the paper came by post", actor)
    with clock.told(at(10)):
        advancement.advance(part.id, OPERATOR)
    return part


def trace(client, part, **query):
    response = client.get(f"/api/serials/{part.id}/trace", query)
    assert response.status_code == 200, response.content
    return response.json()


def rows(client, part) -> list[dict[str, str]]:
    response = client.get(f"/api/serials/{part.id}/trace", {"format": "csv"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="{part.id}.csv"'
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


class TestTrace:
    def test_it_is_told_step_by_step(self, client, part, maria):
        body = trace(client, part)

        assert (body["serial"]["id"], body["pathName"], body["asOf"]) == (part.id, part.path.name, "2026-03-02")
        saw, harden, pack = body["steps"]
        assert [step["stepName"] for step in body["steps"]] == ["Saw", "Harden", "Pack"]
        assert (saw["cameAt"], saw["leftAt"]) == (moment(at(6)), moment(at(8)))
        assert "cameAt" not in harden
        assert "leftAt" not in harden
        assert (harden["status"], harden["location"]) == ("waived", "Oven 2")
        assert (pack["cameAt"], pack["leftAt"]) == (moment(at(8)), moment(at(10)))
        assert [each["action"] for each in body["events"]] == ["serial_created"]
        assert [each["action"] for each in harden["events"]] == ["step_deferred", "step_waived", "cert_attached"]
        waived = harden["events"][1]
        assert (waived["userName"], waived["calledBy"]) == ("Maria Santos", "erp")
        assert (waived["reason"], waived["timestamp"]) == ("the customer agrees", moment(at(9)))
        assert [(note["text"], note["createdBy"]) for note in saw["notes"]] == [("Burr at the edge", maria.pk)]

    def test_certificates_come_with_their_facts_and_files(self, client, part, maria):
        saw, harden, _ = trace(client, part)["steps"]

        (melt,) = saw["certificates"]
        assert (melt["heatLot"], melt["issuer"], melt["en10204Type"], melt["number"]) == (
            "4711",
            "Böhler",
            "3.1",
            "T-1",
        )
        assert (melt["standing"], melt["revision"], melt["late"]) == ("current", 1, False)
        assert melt["newestCertId"] == melt["certId"]
        assert [(each["fileName"], each["sha256"]) for each in melt["documents"]] == [("3.1.pdf", "a" * 64)]
        (again,) = harden["certificates"]
        assert (again["late"], again["lateReason"]) == (True, "the paper came by post")
        assert (again["attachedBy"], again["attachedAt"]) == (maria.pk, moment(at(9)))

    def test_what_became_of_a_certificate_since_is_said(self, client, part):
        melt = Certificate.objects.get()
        second = Certificate.objects.create(
            type="material",
            name="Mill test report",
            heat_lot="4712",
            first_revision=melt,
            supersedes=melt,
            revision=2,
            correction_reason="the heat was wrong",
        )
        (carried,) = trace(client, part)["steps"][0]["certificates"]
        assert (carried["standing"], carried["newestCertId"], carried["newestRevision"]) == ("superseded", second.pk, 2)
        assert (carried["certId"], carried["heatLot"]) == (melt.pk, "4711")

        CertificateRevocation.objects.create(certificate=second, reason="forged", revoked_by="qc", revoked_at=at(20))
        (carried,) = trace(client, part)["steps"][0]["certificates"]
        assert (carried["standing"], carried["revocationReason"], carried["revokedBy"]) == ("revoked", "forged", "qc")
        assert carried["revokedAt"] == moment(at(20))

    def test_the_product_is_judged_on_the_day_the_part_ended(self, client, part):
        held = AssignmentFactory(valid_from="2025-01-01", expiration_date="2026-03-02", certificate_number="NOP-1")
        over = AssignmentFactory(product=held.product, expiration_date="2026-03-01")
        products_of_jobs.name(part.job_id, held.product_id, PLANNER)

        body = trace(client, part)

        assert body["product"] == {"gtin": held.product_id, "name": held.product.name}
        active = {each["label"]: each["isActive"] for each in body["certifications"]}
        assert active == {held.certification.label: True, over.certification.label: False}

    def test_while_it_is_made_the_day_is_today(self, client):
        body = trace(client, make_serial())

        assert body["asOf"] == clock.today().isoformat() >= date(2024, 1, 1).isoformat()
        assert "product" not in body
        assert body["certifications"] == body["steps"][0]["certificates"] == []
        assert "leftAt" not in body["steps"][0]

    def test_it_costs_the_same_for_any_life(self, client, part):
        def statements() -> int:
            with counted_statements() as counted:
                trace(client, part)
            return len(counted)

        before = statements()
        for number in range(5):
            certificate = Certificate.objects.create(type="process", name=f"Bath {number}")
            late.attach_at(certificate.pk, [part.id], steps_of(part.path)[0].pk, "late", Actor(f"person {number}"))
            make_note([part], actor=Actor(f"writer {number}"))

        assert statements() == before <= 13


class TestCSV:
    def test_a_line_for_each_event_with_the_facts_of_the_certificate(self, client, part, maria):
        told = rows(client, part)

        assert [row["what"] for row in told] == [
            *("serial_created", "cert_attached", "step_override_created", "step_deferred", "serial_advanced"),
            *("note_created", "step_waived", "cert_attached", "serial_completed"),
        ]
        attached, again = (row for row in told if row["what"] == "cert_attached")
        assert (attached["step"], attached["heat_lot"], attached["late"]) == ("Saw", "4711", "")
        assert attached["documents"] == "3.1.pdf " + "a" * 64
        assert (again["step"], again["late"], again["reason"]) == ("Harden", "late", "the paper came by post")
        assert told[5]["note"] == "Burr at the edge"
        assert (told[4]["step"], told[4]["user"], told[4]["called_by"]) == ("Saw", "Maria Santos", "erp")
        assert told[2]["reason"] == "'=not needed"  # nobody's words compute anything

    def test_certifications_of_the_product_come_last(self, client, part):
        held = AssignmentFactory(issuing_body="Control Union")
        products_of_jobs.name(part.job_id, held.product_id, PLANNER)

        last = rows(client, part)[-1]

        assert (last["what"], last["certificate"]) == ("product_certification", held.certification.label)
        assert (last["issuer"], last["standing"]) == ("Control Union", "active")


class TestRefusals:
    def test_an_unknown_part(self, client):
        assert_refused(client.get("/api/serials/SN-99999/trace"), 404, "SerialNumber not found: SN-99999")

    def test_what_it_does_not_know(self, client, part):
        url = f"/api/serials/{part.id}/trace"

        assert_refused(client.get(f"{url}?x=1"), 400, "Unknown filter: x", field="x")
        assert_refused(client.get(f"{url}?format=xml"), 400, "format must be one of: json, csv", field="format")
