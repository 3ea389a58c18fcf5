"""Where something was used, and what went into a part, as pages."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.contrib.auth.models import Permission

from certificates.models import Certificate, CertificateRevocation
from certificates.services import attaching
from serials.services import advancement, endings
from shopplanr import clock
from shopplanr.accounts.roles import Role
from shopplanr.actor import Actor
from shopplanr.admin.links import page_url
from tests.accounts.factories import UserFactory
from tests.factories import JobFactory, PathFactory, make_note, make_serials, steps_of
from tests.floor.visitors import MOST_BYTES, MOST_QUERIES, compressed_bytes, in_order, main, visitor
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def inspector():
    return visitor(Role.QC)


@pytest.fixture
def maria():
    return UserFactory(name="Maria Santos")


@pytest.fixture
def certificate():
    return Certificate.objects.create(type="material", name="Mill test report", heat_lot="A&B 4711", issuer="Böhler")


@pytest.fixture
def parts(certificate, maria):
    actor = Actor(maria.pk)
    path = PathFactory(job=JobFactory(name="Bolt"), steps=("Saw", "Harden"))
    with clock.told(NINE):
        parts = make_serials(path, 3, actor)
        attaching.attach_all(certificate.pk, [part.id for part in parts], actor)
        advancement.advance(parts[0].id, actor)
        endings.scrap(parts[2].id, "damaged", "", actor)
    return parts


def found(client, **asked) -> list[str]:
    response = client.get("/where-used", asked)
    assert response.status_code == 200, main(response)
    return [row.part.id for row in response.context["rows"]]


class TestWhereUsed:
    def test_it_first_asks_what_to_look_for(self, inspector, parts):
        page = main(inspector.get("/where-used"))

        assert in_order(page, "Certificate", "Heat or lot", "Supplier", "By whom", "station", "From", "Until")
        assert "What are you looking for?" in page

    def test_the_parts_come_with_counts_by_state_and_with_when_and_why(self, inspector, parts, certificate):
        page = main(inspector.get("/where-used", {"certId": certificate.pk}))

        assert "3 parts are concerned" in page
        assert in_order(page, "All 3", "In work 2", "Completed 0", "Scrapped 1")
        assert in_order(page, parts[0].id, "In progress", "at Harden", "Bolt", "Mill test report", "2 Mar")

    def test_every_field_counts(self, inspector, parts, maria):
        ids = [part.id for part in parts]

        assert found(inspector, heat="a&b 4711", issuer="Böhler") == ids
        assert found(inspector, operator=maria.pk, stepName="Saw") == ids
        assert found(inspector, stepName="Harden") == ids[:1]
        assert found(inspector, stepId=steps_of(parts[0].path)[1].pk) == ids[:1]
        assert found(inspector, heat="A&B 4711", status="scrapped") == ids[2:]
        assert found(inspector, heat="A&B 4711", jobId="job_nobody") == []

    def test_times_are_the_sites_own_and_a_day_counts_whole(self, inspector, parts, settings):
        settings.TIME_ZONE = "Europe/Berlin"

        assert found(inspector, since="2026-03-02T10:00", before="2026-03-02T10:01") == [part.id for part in parts]
        assert found(inspector, since="2026-03-02T10:01", before="2026-03-02T11:00") == []
        assert len(found(inspector, since="2026-03-02", before="2026-03-02")) == 3
        assert found(inspector, before="2026-03-01") == []
        page = inspector.get("/where-used?since=2026-03-02&before=2026-03-02").content.decode()
        assert 'name="since" value="2026-03-02T00:00"' in page
        assert 'name="before" value="2026-03-03T00:00"' in page

    def test_no_part_is_an_answer(self, inspector, parts):
        assert "No part is concerned" in main(inspector.get("/where-used", {"heat": "4712"}))
        page = inspector.get("/where-used", {"heat": "A&B 4711", "status": "completed"})
        assert "None of them is in this state" in main(page)

    @pytest.mark.parametrize(
        "asked",
        [
            "heat=a%00b",
            "heat=" + "x" * 1001,
            "certId=nobody",
            "stepId=nobody",
            "since=yesterday",
            "since=2026-03-02T25:00",
            "before=2026-02-30",
            "before=9999-12-31",
            "since=2026-03-02T10:00&before=2026-03-02T10:00",
            "heat=1&status=lost",
        ],
    )
    def test_what_cannot_be_looked_for_is_said_and_what_was_typed_stays(self, asked, inspector, parts):
        response = inspector.get(f"/where-used?issuer=Typed&{asked}")

        assert response.status_code == 400
        assert "data-refusal" in response.content.decode()
        assert 'value="Typed"' in response.content.decode()
        assert inspector.get(f"/where-used.csv?{asked}").status_code == 400

    @pytest.mark.parametrize("page", ["0", "-1", "x", "2", "999999999999"])
    def test_odd_pages_are_the_nearest_one(self, page, inspector, parts):
        assert len(found(inspector, heat="A&B 4711", page=page)) == 3

    def test_hundreds_cost_what_one_does(self, inspector, parts, certificate, maria):
        more = make_serials(parts[0].path, 300)
        attaching.attach_all(certificate.pk, [part.id for part in more], Actor(maria.pk))
        asked = f"/where-used?certId={certificate.pk}&operator={maria.pk}&stepName=Saw&page=2"

        with counted_statements() as statements:
            response = inspector.get(asked)

        assert len(statements) <= MOST_QUERIES
        assert "51 to 100 of 303" in main(response)
        assert compressed_bytes(inspector, asked) <= MOST_BYTES

    def test_the_file_has_all_of_them(self, inspector, parts, certificate):
        page = inspector.get("/where-used", {"certId": certificate.pk, "status": "in_progress"})
        assert f"/where-used.csv?certId={certificate.pk}&amp;status=in_progress" in page.content.decode()

        response = inspector.get("/where-used.csv", {"certId": certificate.pk, "status": "in_progress"})

        text = b"".join(response.streaming_content).decode("utf-8-sig")
        assert [row["serial_id"] for row in csv.DictReader(StringIO(text))] == [parts[0].id, parts[1].id]

    def test_pages_lead_to_it(self, inspector, parts, certificate):
        page = inspector.get(f"/certificates/{certificate.pk}").content.decode()

        assert f'href="/where-used?certId={certificate.pk}"' in page
        assert 'href="/where-used?heat=A%26B%204711"' in page
        assert 'href="/where-used?issuer=B%C3%B6hler"' in page
        assert f'href="/serials/{parts[0].id}/trace"' in inspector.get(f"/serials/{parts[0].id}").content.decode()

    def test_the_quality_desk_leads_to_it(self, parts, certificate):
        desk = visitor(Role.QC, is_staff=True).get(page_url(Certificate, "change", certificate.pk))

        assert f'href="/where-used?certId={certificate.pk}"' in desk.content.decode()

    def test_who_may(self, parts, certificate):
        stranger, reader = visitor(role=None), visitor(role=None)
        reader.person.user_permissions.add(Permission.objects.get(codename="view_serial"))

        assert stranger.get("/where-used").status_code == 403
        assert found(reader, certId=certificate.pk)
        response = reader.get("/where-used", {"stepName": "Saw"})
        assert response.status_code == 403
        assert "You may not read the audit trail" in main(response)
        assert reader.get("/where-used.csv", {"stepName": "Saw"}).status_code == 403
        assert reader.get(f"/serials/{parts[0].id}/trace").status_code == 403
        assert reader.get(f"/serials/{parts[0].id}/trace.csv").status_code == 403


class TestTrace:
    def test_it_tells_step_by_step_what_went_into_the_part(self, inspector, parts, certificate, maria):
        make_note(parts[:1], "Burr <at> the edge", actor=Actor(maria.pk))

        page = main(inspector.get(f"/serials/{parts[0].id}/trace"))

        assert in_order(page, "What went into", parts[0].id, "Batch created", "1. Saw", "Mill test report")
        assert in_order(page, "Heat A&B 4711", "Böhler", "All parts with it", "Maria Santos", "Advanced", "Burr <at>")
        assert in_order(page, "2. Harden", "until now")
        assert in_order(page, "Certificates 1", "People", "Maria Santos", "The job names no product.")

    def test_a_revoked_certificate_is_said_first(self, inspector, parts, certificate):
        CertificateRevocation.objects.create(certificate=certificate, reason="Forged", revoked_by="qc")

        page = main(inspector.get(f"/serials/{parts[0].id}/trace"))

        assert in_order(page, "Revoked since it was attached", "Mill test report", "1. Saw", "revoked", "“Forged”")

    def test_it_costs_a_dozen_queries_and_its_file_has_every_event(self, inspector, parts):
        with counted_statements() as statements:
            assert inspector.get(f"/serials/{parts[0].id}/trace").status_code == 200
        assert len(statements) <= MOST_QUERIES

        response = inspector.get(f"/serials/{parts[0].id}/trace.csv")
        text = b"".join(response.streaming_content).decode("utf-8-sig")
        assert [row["what"] for row in csv.DictReader(StringIO(text))] == [
            *("serial_created", "cert_attached", "serial_advanced"),
        ]

    @pytest.mark.parametrize("serial_id", ["SN-99999", "nobody", "%00", "x" * 500])
    def test_an_unknown_part(self, serial_id, inspector):
        assert inspector.get(f"/serials/{serial_id}/trace").status_code == 404
        assert inspector.get(f"/serials/{serial_id}/trace.csv").status_code == 404
