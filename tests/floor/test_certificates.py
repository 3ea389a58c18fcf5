"""Certificates on the floor: found, recorded, taken in hand, attached to a range of parts."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from certificates.models import CertAttachment, Certificate
from certificates.services import attaching, revisions
from serials.services import advancement
from shopplanr import content_store
from shopplanr.accounts.roles import Role
from shopplanr.floor import offered
from tests.factories import (
    OPERATOR,
    PLANNER,
    CertificateFactory,
    JobFactory,
    PathFactory,
    make_documents,
    make_serials,
    put_right,
)
from tests.floor.forms import Form
from tests.floor.visitors import MOST_BYTES, MOST_QUERIES, compressed_bytes, in_order, main, said, visitor
from tests.papers import report, scan
from tests.pictures import photo
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

MB = 1024 * 1024
FACTS = {"heatLot": "A31907", "en10204Type": "3.1", "issueDate": "2024-01-15", "validTo": "2030-01-14"}


@pytest.fixture
def heat():
    facts = {"heatNumber": "A-4711", "chemistryPercent": {"C": 0.12}, "dfars_compliant": True}
    return CertificateFactory(name="Mill test report", metadata=facts)


@pytest.fixture
def qc():
    return visitor(Role.QC)


class TestList:
    def test_the_latest_first_with_their_facts_and_parts(self, heat, qc):
        parts = make_serials(quantity=2)
        attaching.attach_all(heat.pk, [part.id for part in parts], OPERATOR)
        CertificateFactory(name="Passivation", type="process")

        page = main(qc.get("/certificates"))

        assert in_order(page, "2 certificates", "Passivation", "0 parts", "Mill test report", "Heat number A-4711")
        assert "2 parts" in page

    def test_a_heat_number_is_found(self, heat, qc):
        CertificateFactory(name="Another")

        page = main(qc.get("/certificates", {"search": "A-4711", "type": "material"}))

        assert "Mill test report" in page and "Another" not in page

    @pytest.mark.parametrize("asked", ["search=%00", "type=x", "page=x", "search=" + "x" * 5000])
    def test_odd_addresses_are_no_fault(self, asked, heat, qc):
        assert qc.get(f"/certificates?{asked}").status_code == 200

    def test_it_costs_the_same_for_many(self, qc):
        for _ in range(60):
            CertificateFactory()

        with counted_statements() as statements:
            qc.get("/certificates")

        assert len(statements) <= MOST_QUERIES
        assert compressed_bytes(qc, "/certificates") <= MOST_BYTES


class TestRecording:
    def test_facts_are_lines(self, qc):
        form = {"type": "process", "name": "Passivation", "facts": "bath: 20 %\nsupplier: MetalCo"}

        response = qc.post("/certificates/new", form, follow=True)

        certificate = Certificate.objects.get()
        assert certificate.metadata == {"bath": "20 %", "supplier": "MetalCo"}
        assert said(response) == ["Passivation is recorded."]

    @pytest.mark.parametrize(
        ("form", "sentence"),
        [
            ({"type": "process", "name": " "}, "name is required"),
            ({"type": "x", "name": "Heat"}, "type must be one of: material, process"),
            ({"type": "process", "name": "Heat", "facts": "no colon"}, "Line 1 needs a name, a colon and a value"),
            ({"type": "process", "name": "Heat", "facts": '{"a": NaN}'}, "This "),
        ],
    )
    def test_a_refusal_keeps_what_was_typed(self, form, sentence, qc):
        response = qc.post("/certificates/new", form)

        assert response.status_code == 400
        assert sentence in main(response)
        assert form["name"].strip() in response.content.decode()
        assert not Certificate.objects.exists()

    def test_operators_are_told_whom_to_ask(self):
        response = visitor(Role.OPERATORS).get("/certificates/new")

        assert response.status_code == 403
        assert "You may not record certificates. Ask QC or an administrator." in main(response)

    def test_with_its_facts_and_files_in_one_go(self, qc):
        form = FACTS | {"type": "material", "name": "Mill report", "facts": "grade: A36"}
        files = [SimpleUploadedFile("成績書.pdf", report()), SimpleUploadedFile("scan.tif", scan())]

        response = qc.post("/certificates/new", form | {"documents": files}, follow=True)

        certificate = Certificate.objects.get()
        assert (certificate.heat_lot, certificate.en10204_type, str(certificate.valid_to)) == (
            "A31907",
            "3.1",
            "2030-01-14",
        )
        page = main(response)
        assert in_order(page, "Heat or lot A31907", "Documents 2", "成績書.pdf", "PDF,", "scan.tif", "TIFF,")
        assert in_order(page, "Grade A36")

    def test_a_file_that_is_refused_records_nothing_and_keeps_what_was_typed(self, qc):
        form = FACTS | {"type": "material", "name": "Mill report", "facts": "grade: A36"}

        response = qc.post("/certificates/new", form | {"documents": SimpleUploadedFile("a.pdf", b"<html>")})

        assert response.status_code == 400
        assert "Document a.pdf is no PDF, JPEG, PNG or TIFF file" in main(response)
        assert 'value="A31907"' in response.content.decode()
        assert not Certificate.objects.exists()

    def test_a_page_takes_50_mb_and_says_so_of_more(self, qc):
        form = {"type": "material", "name": "Mill report"}
        for surplus, status in ((0, 200), (60 * MB, 413)):
            file = SimpleUploadedFile("scan.jpg", photo() + bytes(12 * MB + surplus))
            response = qc.post("/certificates/new", form | {"documents": file}, follow=True)
            assert response.status_code == status
        assert "Document scan.jpg is larger than 50 MB" in main(response)


class TestDocuments:
    def test_files_are_added_and_saved(self, heat, qc):
        file = SimpleUploadedFile("report.pdf", report())
        response = qc.post(f"/certificates/{heat.pk}/documents", {"documents": file}, follow=True)

        assert said(response) == ["The document is kept with it."]
        document = heat.documents.get()
        address = f"/certificates/{heat.pk}/documents/{document.public_id}"
        assert f'href="{address}"' in response.content.decode()
        saved = visitor(Role.AUDITORS).get(address, headers={"Accept-Encoding": "gzip"})
        assert saved.getvalue() == report()
        assert saved["Content-Disposition"] == 'attachment; filename="report.pdf"'
        assert saved["Content-Security-Policy"] == "sandbox; default-src 'none'"

        again = qc.post(
            f"/certificates/{heat.pk}/documents",
            {"documents": SimpleUploadedFile("copy.pdf", report())},
            follow=True,
        )
        assert said(again) == ["It had this already."]

    def test_one_that_was_altered_on_disk_is_not_saved_and_the_page_says_so(self, heat, qc):
        (document,) = make_documents(heat, report_pdf=report("altered"))
        path = content_store.path_of(document.digest)
        path.chmod(0o600)
        path.write_bytes(b"%PDF-x")

        response = qc.get(f"/certificates/{heat.pk}/documents/{document.public_id}")

        assert response.status_code == 410
        assert "This file was altered on disk since it was stored" in main(response)

    @pytest.mark.parametrize("content", [b"", b"MZ", b"<html>"])
    def test_what_is_refused_is_said_next_to_the_form(self, content, heat, qc):
        file = SimpleUploadedFile("a.pdf", content)
        response = qc.post(f"/certificates/{heat.pk}/documents", {"documents": file})

        assert response.status_code == 400
        assert "Document a.pdf" in main(response)

    def test_nothing_chosen(self, heat, qc):
        assert "documents is required" in main(qc.post(f"/certificates/{heat.pk}/documents"))

    def test_operators_are_told_whom_to_ask(self, heat):
        client = visitor(Role.OPERATORS)

        assert "You may not record certificates." in main(client.get(f"/certificates/{heat.pk}"))
        file = SimpleUploadedFile("report.pdf", report())
        assert client.post(f"/certificates/{heat.pk}/documents", {"documents": file}).status_code == 403
        assert not heat.documents.exists()


class TestPuttingRight:
    def test_the_form_has_what_is_recorded_and_makes_a_revision(self, qc):
        wrong = CertificateFactory(name="Mill report", heatLot="A1", metadata={"grade": "A36"})
        make_documents(wrong, report_pdf=report())
        part = make_serials()[0]
        attaching.attach(part.id, wrong.pk, OPERATOR)
        address = f"/certificates/{wrong.pk}/put-right"
        form = dict(Form(qc.get(address), address).fields)
        assert (form["heatLot"], form["facts"]) == ("A1", "grade: A36")
        form.pop("documents")

        response = qc.post(address, form | {"heatLot": "B2", "reason": "misread"}, follow=True)

        right = Certificate.objects.get(revision=2)
        assert (right.heat_lot, right.metadata) == ("B2", {"grade": "A36"})
        assert said(response) == ["Mill report is put right: this is revision 2."]
        page = main(response)
        assert in_order(page, "Revision 2", "report.pdf", "rev 1", part.id, "rev 1")
        assert in_order(page, "Revisions", "“misread”", "Heat or lot: A1 → B2", "Revision 1")
        old = main(qc.get(f"/certificates/{wrong.pk}"))
        assert in_order(old, "Superseded", "Put right since. Revision 2", "misread", "Take revision 2")
        assert "Take it in hand" not in old
        assert "Superseded" in main(qc.get(f"/serials/{part.id}"))

    def test_without_a_reason_what_was_typed_stays(self, heat, qc):
        form = {"type": "material", "name": "Right now", "reason": " "}
        response = qc.post(f"/certificates/{heat.pk}/put-right", form)

        assert response.status_code == 400
        assert "reason is required" in main(response)
        assert 'value="Right now"' in response.content.decode()

    def test_supervisors_are_told_whom_to_ask(self, heat):
        response = visitor().get(f"/certificates/{heat.pk}/put-right")

        assert response.status_code == 403
        assert "Ask QC or an administrator." in main(response)


class TestRevoking:
    def test_the_page_says_what_it_means_and_every_part_shows_it(self, heat, qc):
        parts = make_serials(PathFactory(steps=("Saw",)), 3)
        attaching.attach_all(heat.pk, [part.id for part in parts], OPERATOR)
        advancement.advance(parts[0].id, OPERATOR)
        assert "3 parts (2 in work, 1 completed) will show that it was revoked." in main(
            qc.get(f"/certificates/{heat.pk}")
        )

        response = qc.post(f"/certificates/{heat.pk}/revoke", {"reason": "lab lost its accreditation"}, follow=True)

        assert said(response) == ["It is revoked. Every part that carries it shows so."]
        assert in_order(main(response), "Revoked", "by", qc.person.name, "lab lost its accreditation")
        for part in parts:
            page = main(visitor(Role.OPERATORS).get(f"/serials/{part.id}"))
            assert in_order(page, "Certificates", "Revoked", "lab lost its accreditation")
        assert qc.post(f"/certificates/{heat.pk}/take").status_code == 400
        assert heat.name not in [each.name for each in offered.certificates()]

    @pytest.mark.parametrize(("reason", "status"), [("", 400), ("x" * 5000, 400), ("a\0b", 400)])
    def test_a_reason_that_cannot_be(self, reason, status, heat, qc):
        assert qc.post(f"/certificates/{heat.pk}/revoke", {"reason": reason}).status_code == status

    def test_twice(self, heat, qc):
        qc.post(f"/certificates/{heat.pk}/revoke", {"reason": "x"})
        response = qc.post(f"/certificates/{heat.pk}/revoke", {"reason": "x"})

        assert response.status_code == 409
        assert "was revoked already" in response.content.decode()

    def test_operators_may_not(self, heat):
        assert visitor(Role.OPERATORS).post(f"/certificates/{heat.pk}/revoke", {"reason": "x"}).status_code == 403


class TestStates:
    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ({"state": "current"}, {"holds", "right"}),
            ({"state": "superseded"}, {"wrong"}),
            ({"state": "revoked"}, {"revoked"}),
            ({"state": "expired"}, {"expired"}),
            ({"state": "not_yet"}, {"later"}),
            ({"heat": "b2"}, {"holds"}),
            ({"issuer": "Nordstahl"}, {"expired"}),
        ],
    )
    def test_they_are_found_by_how_they_stand_and_by_their_facts(self, query, names, qc):
        CertificateFactory(name="holds", heatLot="B2-7", validTo="2999-12-31")
        CertificateFactory(name="expired", issuer="Nordstahl", validTo="2024-12-31")
        CertificateFactory(name="later", validFrom="2999-01-01")
        put_right(CertificateFactory(name="wrong"), name="right")
        revisions.revoke(CertificateFactory(name="revoked").pk, "x", PLANNER)

        response = qc.get("/certificates", query)

        assert {each.name for each, _ in response.context["rows"]} == names


class TestCertificate:
    def test_its_facts_in_words_and_where_it_is_used(self, heat, qc):
        path = PathFactory(job=JobFactory(name="Bracket"), steps=("Saw", "Mill"))
        parts = make_serials(path, 4)
        attaching.attach_all(heat.pk, [part.id for part in parts[:3]], OPERATOR)
        advancement.advance(parts[0].id, OPERATOR)
        attaching.attach(parts[0].id, heat.pk, OPERATOR)

        page = main(qc.get(f"/certificates/{heat.pk}"))

        assert in_order(page, "Heat number A-4711", "Chemistry percent C 0.12", "Dfars compliant yes")
        assert in_order(page, "On parts 4", parts[0].id, "Mill", "Bracket", "operator")
        assert in_order(page, "By job", "Bracket", "3 of 4 parts")

    def test_it_goes_on_a_range_of_parts(self, heat, qc):
        parts = make_serials(quantity=5)

        response = qc.post(
            f"/certificates/{heat.pk}/attach", {"serials": f"{parts[0].id}..{parts[2].id}, {parts[4].pk}"}, follow=True
        )

        assert said(response) == ["It is on 4 parts now."]
        assert CertAttachment.objects.count() == 4

    @pytest.mark.parametrize(
        ("text", "status"), [("", 400), ("SN-99999", 404), ("bolt", 400), ("SN-00001..SN-99999", 400), ("\0", 400)]
    )
    def test_what_names_no_part_is_refused_and_stays(self, text, status, heat, qc):
        make_serials(quantity=2)

        response = qc.post(f"/certificates/{heat.pk}/attach", {"serials": text})

        assert response.status_code == status
        assert "data-refusal" in response.content.decode()
        assert text.strip("\0") in response.content.decode()
        assert not CertAttachment.objects.exists()

    def test_it_is_taken_in_hand_for_the_station(self, heat):
        client = visitor(Role.OPERATORS, station="Saw")

        response = client.post(f"/certificates/{heat.pk}/take")

        assert response.headers["Location"] == "/"
        assert client.cookies["certificate"].value == heat.pk
        assert "In hand: Mill test report" in main(client.get("/"))

    def test_auditors_look_and_are_told_whom_to_ask(self, heat):
        client = visitor(Role.AUDITORS)

        assert "You may not attach certificates." in main(client.get(f"/certificates/{heat.pk}"))
        assert client.post(f"/certificates/{heat.pk}/take").status_code == 403
        assert client.post(f"/certificates/{heat.pk}/attach", {"serials": "SN-00001"}).status_code in {400, 403}

    def test_an_unknown_one_is_a_page_that_says_so(self, qc):
        for name in ("cert_x", "%00", "x" * 300):
            assert qc.get(f"/certificates/{name}").status_code == 404

    def test_it_costs_the_same_on_thousands_of_parts(self, heat, qc):
        parts = make_serials(quantity=2000)
        attaching.attach_all(heat.pk, [part.id for part in parts], OPERATOR)

        right = put_right(heat)
        make_documents(right, a_pdf=report("a"), b_pdf=report("b"))
        make_documents(CertificateFactory(), a_pdf=report("a"))
        for address in (f"/certificates/{heat.pk}", f"/certificates/{right.pk}"):
            with counted_statements() as statements:
                assert "2000" in main(qc.get(address))
            assert len(statements) <= MOST_QUERIES

        with counted_statements() as statements:
            qc.get(f"/certificates/{heat.pk}")

        assert len(statements) <= MOST_QUERIES
        assert compressed_bytes(qc, f"/certificates/{heat.pk}") <= MOST_BYTES
