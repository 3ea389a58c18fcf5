"""Certificates on the floor: found, recorded, taken in hand, attached to a range of parts."""

import pytest

from certificates.models import CertAttachment, Certificate
from certificates.services import attaching
from serials.services import advancement
from shopplanr.accounts.roles import Role
from tests.factories import OPERATOR, CertificateFactory, JobFactory, PathFactory, make_serials
from tests.floor.visitors import MOST_BYTES, MOST_QUERIES, compressed_bytes, in_order, main, said, visitor
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db


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

        with counted_statements() as statements:
            qc.get(f"/certificates/{heat.pk}")

        assert len(statements) <= MOST_QUERIES
        assert compressed_bytes(qc, f"/certificates/{heat.pk}") <= MOST_BYTES
