"""``PATCH /products/{gtin}/certifications/{certification_id}``: what is left out stays."""

import pytest

from audit.models import Action, AuditEntry
from certificates.models import CertificationAssignment
from tests.api.answers import assert_refused, last_version, later, nothing_written, versions_of
from tests.api.products.test_assign import FACTS
from tests.factories import AssignmentFactory, CertificationFactory, ProductFactory

CHANGEABLE = {name: value for name, value in FACTS.items() if name != "expiry_date"}

OTHERS = {
    "metadata": {"lot": "8", "auditor": "Kim"},
    "valid_from": "2023-01-01",
    "expiration_date": "2029-12-31",
    "certificate_number": "NOP-99",
    "issuing_body": "Ecocert",
    "verification_url": "http://other.example/",
    "verification_status": "expired",
    "scope": "Product",
    "certification_value": "Grade A",
    "audit_date": "2023-12-24",
    "initial_certification_date": "2000-02-29",
    "certificate_countries": ["DE"],
}
"""Another value for every field that can change."""


@pytest.fixture
def assignment(product, certification):
    return AssignmentFactory(product=product, certification=certification, **FACTS)


@pytest.mark.parametrize("field", OTHERS)
def test_one_field_changes_and_all_the_others_stay(field, client, url):
    before = client.get(url).json()

    response = client.patch(url, {field: OTHERS[field]})

    assert response.status_code == 200
    assert response.json() == before | {field: OTHERS[field]}
    assert client.get(url).json() == response.json()


def test_all_of_them_at_once(client, url):
    before = client.get(url).json()

    assert client.patch(url, OTHERS).json() == before | OTHERS


@pytest.mark.parametrize("field", ["valid_from", "expiration_date", "audit_date", "initial_certification_date"])
def test_null_clears_a_date(field, client, url):
    assert client.patch(url, {field: None}).json()[field] is None


def test_what_is_printed_on_the_document_does_not_change_with_the_program(client, url):
    body = client.patch(url, {"expiration_date": None}).json()

    assert (body["expiration_date"], body["expiry_date"]) == (None, FACTS["expiry_date"])


@pytest.mark.parametrize(
    "field", ["certificate_number", "issuing_body", "verification_url", "scope", "certification_value"]
)
@pytest.mark.parametrize("nothing", ["", None, "  "])
def test_a_text_can_be_emptied(nothing, field, client, url):
    assert client.patch(url, {field: nothing}).json()[field] == ""


@pytest.mark.parametrize("nothing", [[], None])
def test_countries_can_be_cleared(nothing, client, url):
    assert client.patch(url, {"certificate_countries": nothing}).json()["certificate_countries"] == []


class TestMetadata:
    """It merges."""

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ({"lot": "8"}, {"lot": "8", "auditor": "Kim"}),
            ({"heat": "H1"}, {"lot": "7", "auditor": "Kim", "heat": "H1"}),
            ({"lot": None}, {"auditor": "Kim"}),
            ({"lot": "", "heat": "H1"}, {"auditor": "Kim", "heat": "H1"}),
            ({"nobody has this": None}, {"lot": "7", "auditor": "Kim"}),
            ({}, {}),
            (None, {}),
            ({"k" * 40: "v" * 500}, {"lot": "7", "auditor": "Kim", "k" * 40: "v" * 500}),
        ],
    )
    def test_a_value_sets_nothing_deletes_and_the_rest_stays(self, given, kept, client, url):
        response = client.patch(url, {"metadata": given})

        assert (response.status_code, response.json()["metadata"]) == (200, kept)
        assert client.get(url).json()["metadata"] == kept

    def test_its_keys_keep_their_order(self, client, url):
        given = {"zinc": "1", "alloy": "2", "lot": "9"}

        assert list(client.patch(url, {"metadata": given}).json()["metadata"]) == ["lot", "auditor", "zinc", "alloy"]

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({f"key {n}": "x" for n in range(49)}, "metadata must have at most 50 keys; it would have 51"),
            ({"heat": "v" * 501}, "metadata: the value of heat must be at most 500 characters"),
            ({"k" * 41: "x"}, f"metadata: keys must be at most 40 characters, unlike {'k' * 40}…"),
            ({"heat": 5}, "metadata: the value of heat must be text"),
            ({"heat": True}, "metadata: the value of heat must be text"),
            ({"heat": {"no": "7"}}, "metadata: the value of heat must be text"),
            ([], "metadata must be an object"),
            ("", "metadata must be an object"),
        ],
    )
    def test_over_a_limit_nothing_at_all_changes(self, given, message, client, url):
        with nothing_written():
            response = client.patch(url, {"scope": "Product", "metadata": given})
        assert_refused(response, 400, message, field="metadata")


class TestNothing:
    """What changes nothing leaves no version and no entry."""

    @pytest.mark.parametrize(
        "body",
        [
            {},
            CHANGEABLE,
            {"scope": f" {FACTS['scope']} "},
            {"certificate_countries": ["us", "ca", "US"]},
            {"metadata": {"lot": "7"}},
            {"metadata": {"nobody has this": ""}},
        ],
    )
    def test_is_answered_and_not_written_down(self, body, client, url):
        before = client.get(url).json()

        with nothing_written(), later():
            response = client.patch(url, body)

        assert (response.status_code, response.json()) == (200, before)

    def test_an_empty_body_is_an_empty_object(self, client, url):
        with nothing_written():
            assert client.generic("PATCH", url).status_code == 200


class TestRefusals:
    """Nothing changes."""

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            *[(name, "x") for name in ("id", "label", "is_active", "code", "description", "url", "logo_url", "gtin")],
            ("certification_id", "CXc85b4rqinB7s5J52TRYb"),
            ("expiry_date", "2030-01-01"),
            ("validFrom", "2024-01-01"),
            ("", None),
        ],
    )
    def test_an_unknown_field_is_named(self, field, value, client, url):
        with nothing_written():
            response = client.patch(url, {"scope": "Product", field: value})
        assert_refused(response, 400, f"Unknown field: {field}", code="unknown_field", field=field)

    @pytest.mark.parametrize(
        "body",
        [
            {"expiration_date": "2024-02-28"},
            {"valid_from": "2028-03-01"},
            {"valid_from": "2024-01-02", "expiration_date": "2024-01-01"},
        ],
    )
    def test_dates_in_the_wrong_order_also_where_one_of_them_is_stored(self, body, client, url):
        with nothing_written():
            response = client.patch(url, {"scope": "Product"} | body)
        message = "expiration_date must not be before valid_from"
        assert_refused(response, 400, message, code="ends_before_start", field="expiration_date")

    @pytest.mark.parametrize(
        "body",
        [
            {"expiration_date": "2024-02-29"},
            {"valid_from": "2028-02-29"},
            {"valid_from": None, "expiration_date": "2020-01-01"},
            {"valid_from": "2030-01-01", "expiration_date": "2030-01-01"},
        ],
    )
    def test_dates_that_still_cover_a_day(self, body, client, url):
        assert client.patch(url, body).status_code == 200

    def test_a_number_that_is_none(self, client, assignment):
        response = client.patch(f"/api/products/123/certifications/{assignment.certification.short_id}", {"colour": 1})
        message = "gtin must be 8, 12, 13 or 14 digits"
        assert_refused(response, 400, message, code="invalid_gtin", field="gtin")

    def test_an_unknown_product(self, client, assignment):
        response = client.patch(f"/api/products/96385074/certifications/{assignment.certification.short_id}", {})
        assert_refused(response, 404, "Product not found: 00000096385074", code="not_found")

    def test_a_certification_that_the_product_does_not_have(self, client, product, assignment):
        for written in (CertificationFactory().short_id, "CXc85b4rqinB7s5J52TRYb", "x", "0" * 22):
            with nothing_written():
                response = client.patch(f"/api/products/{product.gtin}/certifications/{written}", {"colour": 1})
            message = f"CertificationAssignment not found: {product.gtin}/{written}"
            assert_refused(response, 404, message, code="not_found")

    def test_one_that_only_another_product_has(self, client, assignment):
        other = ProductFactory()
        response = client.patch(f"/api/products/{other.gtin}/certifications/{assignment.certification.short_id}", {})
        assert response.status_code == 404


def test_the_row_history_and_the_trail_say_who_and_what(client, program, assignment, url):
    with later():
        client.patch(url, {"scope": "Product", "valid_from": None, "issuing_body": FACTS["issuing_body"]})

    entry = AuditEntry.objects.get(action=Action.CERTIFICATION_UPDATED)
    assert entry.user_id == program.pk
    assert entry.metadata == {
        "gtin": assignment.product_id,
        "certificationId": assignment.certification.short_id,
        "certification": "USDA Organic",
        "changed": ["scope", "valid_from"],
    }
    before, after = versions_of(assignment)
    assert (after.history_type, after.history_user_id, after.audit_entry) == ("~", program.pk, entry)
    assert (before.scope, after.scope, after.valid_from) == (FACTS["scope"], "Product", None)
    assert after.history_date == CertificationAssignment.objects.get().updated_at


def test_a_refused_change_leaves_no_version(client, assignment, url):
    client.patch(url, {"scope": "Product", "valid_from": "2025-02-29"})

    assert last_version(assignment).history_type == "+"


def test_what_was_labelled_otherwise_then_is_still_called_that_in_the_trail(client, assignment, url):
    client.patch(url, {"scope": "Product"})
    client.patch(f"/api/certifications/{assignment.certification.short_id}", {"label": "Organic (US)"})

    assert client.get(url).json()["label"] == "Organic (US)"
    labels = AuditEntry.objects.values_list("metadata", flat=True)
    assert {metadata["certification"] for metadata in labels} == {"USDA Organic"}
