"""What becomes of each row, and everything that stands in its way: the sentences are those of the services."""

import pytest

from certificates.exchange.outcomes import State
from certificates.models import CertificationAssignment, Product
from certificates.services import certificates
from shopplanr.accounts.roles import Right, refusal_sentence
from shopplanr.refusals import Refusal
from tests.exchange.files import QC, problems, refusals, rehearsed, told, workbook_of
from tests.factories import (
    AssignmentFactory,
    CertificateFactory,
    CertificationFactory,
    ProductFactory,
    gtin_of,
)

pytestmark = pytest.mark.django_db

GTIN = gtin_of(1)
NUMBERED = {"type": "material", "name": "Bar", "number": "A-1", "issuer": "Aldine", "heatLot": "H1"}
HEADINGS = ["Type", "Name", "Number", "Issuer", "Heat or lot"]
ROW = list(NUMBERED.values())


class TestCertificates:
    def test_every_fact_is_read_from_text_and_from_what_excel_makes_of_it(self):
        headings = [*HEADINGS, "EN 10204 type", "Issued on", "Valid from", "Valid to", "Metadata"]
        row = ["Process", "Bar", 4711, "Aldine", "H1", 3.1, "2024-02-29", "2024-03-01", None, '{"b": 1, "a": null}']

        (outcome,) = rehearsed("certificates", workbook_of([headings, row])).outcomes

        assert outcome.state == State.NEW
        assert {change.heading: change.after for change in outcome.changes} == {
            "Type": "process",
            "Number": "4711",
            "Issuer": "Aldine",
            "Heat or lot": "H1",
            "EN 10204 type": "3.1",
            "Issued on": "2024-02-29",
            "Valid from": "2024-03-01",
            "Metadata": '{"b": 1, "a": null}',
        }

    def test_all_that_is_wrong_with_a_row_is_said_in_the_services_own_sentences(self):
        headings = [
            "Type",
            "Name",
            "Number",
            "EN 10204 type",
            "Issued on",
            "Valid from",
            "Valid to",
            "Metadata",
            "Issuer",
        ]
        wrong = ["birth", "", "x" * 101, "9.9", "15.01.2024", "2024-02-02", "2024-01-01", "[1]", "a\0b"]

        found = refusals("certificates", workbook_of([headings, wrong]))[2]

        assert found == [
            ("Type", "type must be one of: material, process"),
            ("Name", "name is required"),
            ("Number", "number must be at most 100 characters"),
            ("EN 10204 type", "en10204Type must be one of: 2.1, 2.2, 3.1, 3.2"),
            ("Issued on", "issueDate must be a date, YYYY-MM-DD"),
            ("Valid to", "validTo must not be before validFrom"),
            ("Metadata", "metadata must be an object"),
            ("Issuer", "issuer holds a character that cannot be stored"),
        ]
        with pytest.raises(Refusal) as refused:
            certificates.create({"type": "birth"}, QC)
        assert found[0][1] == refused.value.message

    def test_one_that_is_recorded_already_is_passed_over(self):
        recorded = CertificateFactory(**NUMBERED, issueDate="2024-01-01")

        (outcome,) = rehearsed("certificates", [HEADINGS, ROW]).outcomes

        assert (outcome.state, outcome.notes) == (State.SAME, [f"Recorded already, as {recorded.pk}."])

    def test_the_same_row_twice_is_one_certificate(self):
        report = rehearsed("certificates", [HEADINGS, ROW, ROW])

        assert told(report) == [(2, State.NEW), (3, State.SAME)]
        assert report.outcomes[1].notes == ["The same as row 2."]

    def test_a_number_that_is_there_with_other_facts_is_refused_because_certificates_never_change(self):
        recorded = CertificateFactory(**NUMBERED, issueDate="2024-01-01")
        new = ["process", "Anodising", "Z-9"]

        found = refusals(
            "certificates",
            [
                [*HEADINGS, "Issued on", "EN 10204 type"],
                [*ROW, "2024-01-02", "3.1"],
                [*new, "", "", "2024-01-02"],
                [*new, "", "", "2024-01-03"],
            ],
        )

        assert f"recorded already, as {recorded.pk}, with another Issued on, EN 10204 type." in found[2][0][1]
        assert "in row 3 with another Issued on." in found[4][0][1]

    def test_without_a_number_another_fact_is_another_certificate(self):
        CertificateFactory(type="material", name="Bar", metadata={"heat": "1"})
        headings = ["Type", "Name", "Metadata"]

        report = rehearsed("certificates", [headings, ["material", "Bar", '{"heat": "1"}'], ["material", "Bar", ""]])

        assert told(report) == [(2, State.SAME), (3, State.NEW)]


class TestProducts:
    def test_only_the_columns_that_are_there_change_and_each_change_is_shown(self):
        ProductFactory(gtin=GTIN, name="Pen", description="Blue")
        ProductFactory(gtin=gtin_of(2), name="Ink")

        report = rehearsed("products", [["GTIN", "Name"], [GTIN, "Pencil"], [gtin_of(2), "Ink"], [gtin_of(3), "Nib"]])

        assert told(report) == [(2, State.CHANGED), (3, State.SAME), (4, State.NEW)]
        (change,) = report.outcomes[0].changes
        assert (change.heading, change.before, change.after) == ("Name", "Pen", "Pencil")

    def test_an_empty_cell_empties_the_field(self):
        ProductFactory(gtin=GTIN, description="Blue")

        (outcome,) = rehearsed("products", [["GTIN", "Description"], [GTIN, " "]]).outcomes

        assert [(change.before, change.after) for change in outcome.changes] == [("Blue", "")]

    def test_all_that_is_wrong_is_said_by_row(self):
        ProductFactory(gtin=GTIN)

        found = refusals(
            "products",
            [
                ["GTIN", "Name", "Description"],
                [GTIN, "", "x" * 4001],
                ["4006381333932", "", "", "beyond"],
                ["", "Nobody"],
                [gtin_of(5), "Five"],
                [gtin_of(5)[1:], "Five again"],
                [gtin_of(6), ""],
            ],
        )

        assert found == {
            2: [
                ("Name", "name cannot be empty"),
                ("Description", "description must be at most 4000 characters"),
            ],
            3: [
                ("", "Column D has something in it, and no heading."),
                ("GTIN", "gtin has a wrong check digit: 4006381333932 ends in 2, and 1 belongs there"),
                ("Name", "name is required"),
            ],
            4: [("GTIN", "gtin is required")],
            6: [("GTIN", "Row 5 has this product already.")],
            7: [("Name", "name is required")],
        }

    def test_a_gtin_that_excel_made_a_number_of_is_found(self):
        ProductFactory(gtin="00012345678905", name="Pen")

        (outcome,) = rehearsed("products", workbook_of([["GTIN", "Name"], [12345678905, "Pen"]])).outcomes

        assert outcome.state == State.SAME
        assert "has lost its zeros" in outcome.notes[0]


class TestCatalogue:
    def test_a_certification_is_known_by_its_code_else_by_its_label(self):
        CertificationFactory(label="ISO 9001", code="ISO")
        CertificationFactory(label="Organic")
        rows = [["ISO 9001:2015", "ISO"], ["Organic", "ORG"], ["ISO 9001", "OTHER"], ["CE", ""]]

        report = rehearsed("certifications", [["Label", "Code"], *rows])

        assert [outcome.state for outcome in report.outcomes] == [State.CHANGED, State.CHANGED, State.NEW, State.NEW]
        assert [outcome.changes[0].heading for outcome in report.outcomes[:2]] == ["Label", "Code"]

    def test_what_is_wrong_is_said_by_row(self):
        CertificationFactory(label="Twin")
        CertificationFactory(label="Twin")

        found = refusals(
            "certifications",
            [["Label", "Code", "Address"], ["Twin"], ["", "C", "ftp://x"], ["One", "1"], ["Another", "1"]],
        )

        assert found == {
            2: [("", "2 certifications have the label Twin: it cannot be told which is meant.")],
            3: [
                ("Label", "label is required"),
                ("Address", "url must be a web address that begins with http:// or https://"),
            ],
            5: [("", "Row 4 has this certification already.")],
        }


class TestAssignments:
    def test_a_certification_is_named_by_label_code_or_either_form_of_its_id(self):
        ProductFactory(gtin=GTIN)
        one, two, three, four = (CertificationFactory(label=f"L{number}", code=f"C{number}") for number in range(4))
        words = [one.label, two.code, three.short_id, str(four.pk)]

        report = rehearsed("assignments", [["GTIN", "Certification"], *([GTIN, word] for word in words)])

        assert [outcome.state for outcome in report.outcomes] == [State.NEW] * 4

    def test_all_that_is_wrong_is_said_whoever_would_have_said_it(self):
        ProductFactory(gtin=GTIN, name="Pen")
        certification = CertificationFactory(label="CE", code="X")
        twin = CertificationFactory(label="X")
        headings = ["GTIN", "Product name", "Certification", "Valid from", "Valid to", "Verification", "Countries"]

        found = refusals(
            "assignments",
            [
                headings,
                [gtin_of(9), "", "Nothing", "2024-01-02", "2024-01-01", "trusted", "US, UK"],
                ["123", "", ""],
                [GTIN, "Pencil", "X"],
                [GTIN, "", "CE"],
                [GTIN, "Pen", "CE"],
            ],
        )

        assert found[2] == [
            ("GTIN", f"Product not found: {gtin_of(9)}"),
            ("Certification", "Certification not found: Nothing"),
            ("Valid to", "expiration_date must not be before valid_from"),
            ("Verification", "verification_status must be one of: unverified, verified, expired"),
            ("Countries", "certificate_countries: UK is no ISO 3166-1 alpha-2 code"),
        ]
        assert found[3] == [
            ("GTIN", "gtin must be 8, 12, 13 or 14 digits"),
            ("Certification", "certification_id is required"),
        ]
        assert found[4][0] == ("Product name", f"{GTIN} is Pen here. Is the GTIN right?")
        assert found[4][1][1].startswith("X is the label or code of 2 certifications. Write the id of one: ")
        assert {certification.short_id, twin.short_id} <= set(found[4][1][1].rstrip(".").replace(",", "").split())
        assert found[6] == [("", "Row 5 has this product and certification already.")]
        assert set(found) == {2, 3, 4, 6}

    def test_a_row_brings_its_product_along_and_later_rows_know_it(self):
        CertificationFactory(label="CE")
        CertificationFactory(label="UL")
        headings = ["GTIN", "Product name", "Certification"]

        report = rehearsed("assignments", [headings, [GTIN, "Pen", "CE"], [GTIN, "", "UL"], [GTIN, "Pencil", "UL"]])

        assert [outcome.state for outcome in report.outcomes] == [State.NEW, State.NEW, State.REFUSED]
        assert report.outcomes[0].notes == [f"The product is new: {GTIN} is taken up as Pen."]
        assert not Product.objects.exists()

    def test_who_may_not_keep_the_catalogue_brings_no_product_along(self):
        CertificationFactory(label="CE")
        rows = [["GTIN", "Product name", "Certification"], [GTIN, "Pen", "CE"]]

        (outcome,) = rehearsed("assignments", rows, may=lambda right: right != Right.KEEP_CATALOGUE).outcomes

        assert problems(outcome) == [("GTIN", f"Product not found: {GTIN} {refusal_sentence(Right.KEEP_CATALOGUE)}")]

    def test_facts_change_where_they_differ_and_metadata_is_all_that_the_cell_has(self):
        held = AssignmentFactory(
            product=ProductFactory(gtin=GTIN), certification__label="CE", metadata={"a": "1", "b": "2"}, scope="All"
        )
        same = AssignmentFactory(certification=held.certification, metadata={"a": "1"}, verification_status="verified")
        headings = ["GTIN", "Certification", "Metadata", "Verification", "Valid to"]

        report = rehearsed(
            "assignments",
            [headings, [GTIN, "CE", '{"b": "3"}', "", "2024-02-29"], [same.product_id, "CE", '{"a": "1"}', "", ""]],
        )

        assert told(report) == [(2, State.CHANGED), (3, State.SAME)]
        changes = {change.heading: (change.before, change.after) for change in report.outcomes[0].changes}
        assert changes == {"Metadata": ('{"a": "1", "b": "2"}', '{"b": "3"}'), "Valid to": ("", "2024-02-29")}
        assert CertificationAssignment.objects.get(pk=held.pk).metadata == {"a": "1", "b": "2"}

    def test_an_empty_metadata_cell_clears_it(self):
        held = AssignmentFactory(metadata={"a": "1"})
        rows = [["GTIN", "Certification", "Metadata"], [held.product_id, held.certification.short_id, ""]]

        (outcome,) = rehearsed("assignments", rows).outcomes

        assert [(change.before, change.after) for change in outcome.changes] == [('{"a": "1"}', "")]
