"""``POST /products/{gtin}/certifications``."""

import pytest

from audit.models import Action, AuditEntry
from certificates.models import CertificationAssignment
from tests.api.answers import WRONG_TEXTS, assert_refused, nothing_written, versions_of
from tests.factories import CertificationFactory, ProductFactory

FACTS = {
    "metadata": {"lot": "7", "auditor": "Kim"},
    "valid_from": "2024-02-29",
    "expiration_date": "2028-02-29",
    "certificate_number": "NOP-12345",
    "issuing_body": "Control Union",
    "expiry_date": "2028-03-31",
    "verification_url": "https://organic.example/NOP-12345",
    "verification_status": "verified",
    "scope": "All dairy lines",
    "certification_value": "100% Organic",
    "audit_date": "2024-01-15",
    "initial_certification_date": "2019-03-01",
    "certificate_countries": ["US", "CA"],
}

FIELDS = [
    "id",
    "label",
    "is_active",
    "metadata",
    "code",
    "description",
    "url",
    "logo_url",
    "valid_from",
    "expiration_date",
    "certificate_number",
    "issuing_body",
    "expiry_date",
    "verification_url",
    "verification_status",
    "scope",
    "certification_value",
    "audit_date",
    "initial_certification_date",
    "certificate_countries",
]


@pytest.fixture
def assign(client, list_url, certification):
    def assign(**facts):
        return client.post(list_url, {"certification_id": certification.short_id} | facts)

    return assign


def test_a_product_gets_a_certification_with_all_its_facts(client, assign, certification, list_url):
    response = assign(**FACTS)

    assert response.status_code == 201
    assert list(response.json()) == FIELDS
    shown = {
        "id": certification.short_id,
        "label": "USDA Organic",
        "code": "USDA_ORGANIC",
        "description": "Grown without synthetic fertiliser.",
        "url": "https://www.ams.usda.gov/organic",
        "logo_url": None,
        "is_active": True,
    }
    assert response.json() == shown | FACTS
    assert client.get(f"{list_url}/{certification.short_id}").json() == response.json()
    assert client.get(list_url).json() == [response.json()]


def test_what_is_left_out_is_null_for_dates_and_empty_for_the_rest(assign):
    body = assign().json()

    dates = ("valid_from", "expiration_date", "expiry_date", "audit_date", "initial_certification_date")
    assert {name: body[name] for name in dates} == dict.fromkeys(dates)
    texts = ("certificate_number", "issuing_body", "verification_url", "scope", "certification_value")
    assert {name: body[name] for name in texts} == dict.fromkeys(texts, "")
    assert (body["metadata"], body["certificate_countries"]) == ({}, [])
    assert (body["verification_status"], body["is_active"]) == ("unverified", True)


def test_null_is_the_same_as_left_out(assign):
    given = dict.fromkeys(FACTS) | {"verification_status": "expired"}

    body = assign(**given).json()

    assert body["verification_status"] == "expired"
    assert (body["valid_from"], body["scope"], body["metadata"], body["certificate_countries"]) == (None, "", {}, [])


def test_the_documents_expiry_is_that_of_the_assignment_unless_it_was_given(assign):
    assert assign(expiration_date="2028-02-29").json()["expiry_date"] == "2028-02-29"


@pytest.mark.parametrize("spelling", [str.lower, str.title])
def test_countries_are_kept_in_upper_case_each_once(spelling, assign):
    given = [spelling(code) for code in ("US", "CA", "US")]

    assert assign(certificate_countries=given).json()["certificate_countries"] == ["US", "CA"]


def test_metadata_keys_without_a_value_are_not_kept(assign):
    assert assign(metadata={"lot": "7", "heat": "", "mill": None}).json()["metadata"] == {"lot": "7"}


@pytest.mark.parametrize("form", ["short_id", "pk"])
@pytest.mark.parametrize("gtin", ["4006381333931", "04006381333931"])
def test_both_ids_are_understood_in_every_form(gtin, form, client, product, certification):
    body = {"certification_id": str(getattr(certification, form))}

    assert client.post(f"/api/products/{gtin}/certifications", body).json()["id"] == certification.short_id


def test_one_certification_for_many_products_and_many_for_one(client, list_url, certification):
    another = f"/api/products/{ProductFactory().gtin}/certifications"

    for url, given in ((list_url, certification), (list_url, CertificationFactory()), (another, certification)):
        assert client.post(url, {"certification_id": given.short_id}).status_code == 201
    assert CertificationAssignment.objects.count() == 3


class TestRefusals:
    """Nothing is kept."""

    def test_a_number_that_is_none(self, client, certification):
        with nothing_written():
            response = client.post("/api/products/123/certifications", {"colour": 1})
        message = "gtin must be 8, 12, 13 or 14 digits"
        assert_refused(response, 400, message, code="invalid_gtin", field="gtin")

    def test_an_unknown_product(self, client, certification):
        with nothing_written():
            response = client.post("/api/products/96385074/certifications", {"colour": 1})
        assert_refused(response, 404, "Product not found: 00000096385074", code="not_found")

    def test_an_unknown_field(self, assign):
        with nothing_written():
            response = assign(colour="red", valid_from="x")
        assert_refused(response, 400, "Unknown field: colour", code="unknown_field", field="colour")

    @pytest.mark.parametrize("field", ["id", "label", "is_active", "code", "url", "validFrom", "gtin", "userId"])
    def test_what_is_shown_and_not_taken_is_unknown_too(self, field, assign):
        assert_refused(assign(**{field: "x"}), 400, f"Unknown field: {field}", code="unknown_field", field=field)

    @pytest.mark.parametrize("written", WRONG_TEXTS)
    def test_a_certification_is_required(self, written, client, list_url):
        with nothing_written():
            response = client.post(list_url, {"certification_id": written})
        message = "certification_id is required"
        assert_refused(response, 400, message, code="required", field="certification_id")

    @pytest.mark.parametrize("written", ["CXc85b4rqinB7s5J52TRYb", "x", "zzzzzzzzzzzzzzzzzzzzzz"])
    def test_an_unknown_certification(self, written, client, list_url):
        with nothing_written():
            response = client.post(list_url, {"certification_id": written, "valid_from": "x"})
        assert_refused(response, 404, f"Certification not found: {written}", code="not_found")

    def test_a_pair_that_exists(self, assign, assignment):
        with nothing_written():
            response = assign(valid_from="2024-02-30")
        pair = f"{assignment.product_id}/{assignment.certification.short_id}"
        message = f"Certification is assigned to this product already: {pair}"
        assert_refused(response, 409, message, code="already_assigned")

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("valid_from", "2025-02-29", "valid_from must be a date, YYYY-MM-DD"),
            ("expiration_date", "29.02.2024", "expiration_date must be a date, YYYY-MM-DD"),
            ("expiry_date", "2024-02-29T00:00:00Z", "expiry_date must be a date, YYYY-MM-DD"),
            ("audit_date", "2024-W09-4", "audit_date must be a date, YYYY-MM-DD"),
            ("initial_certification_date", 20240229, "initial_certification_date must be a date, YYYY-MM-DD"),
            ("valid_from", "0000-01-01", "valid_from must be a date, YYYY-MM-DD"),
            ("valid_from", "２０２４-01-01", "valid_from must be a date, YYYY-MM-DD"),
            ("certificate_number", "x" * 101, "certificate_number must be at most 100 characters"),
            ("issuing_body", "x" * 256, "issuing_body must be at most 255 characters"),
            ("certification_value", "x" * 256, "certification_value must be at most 255 characters"),
            ("scope", "x" * 4001, "scope must be at most 4000 characters"),
            ("scope", 5, "scope must be text"),
            (
                "verification_url",
                "javascript:alert(1)",
                "verification_url must be a web address that begins with http:// or https://",
            ),
            (
                "verification_status",
                "Verified",
                "verification_status must be one of: unverified, verified, expired",
            ),
            ("verification_status", None, "verification_status must be one of: unverified, verified, expired"),
            ("certificate_countries", "US", "certificate_countries must be a list of country codes"),
            ("certificate_countries", ["UK"], "certificate_countries: UK is no ISO 3166-1 alpha-2 code"),
            ("metadata", ["x"], "metadata must be an object"),
            ("metadata", {"heat": 7}, "metadata: the value of heat must be text"),
            ("metadata", {f"key {n}": "x" for n in range(51)}, "metadata must have at most 50 keys; it would have 51"),
        ],
    )
    def test_what_cannot_be_kept(self, field, value, message, assign):
        with nothing_written():
            response = assign(**{field: value})
        assert_refused(response, 400, message, field=field)

    def test_dates_in_the_wrong_order(self, assign):
        with nothing_written():
            response = assign(valid_from="2024-03-01", expiration_date="2024-02-29")
        message = "expiration_date must not be before valid_from"
        assert_refused(response, 400, message, code="ends_before_start", field="expiration_date")

    def test_one_day_is_long_enough(self, assign):
        assert assign(valid_from="2024-02-29", expiration_date="2024-02-29").status_code == 201


def test_the_row_history_and_the_trail_say_who_and_what(assign, program, product, certification):
    assign(**FACTS)

    (entry,) = AuditEntry.objects.all()
    assert (entry.action, entry.user_id) == (Action.CERTIFICATION_ASSIGNED, program.pk)
    assert entry.metadata == {
        "gtin": product.gtin,
        "certificationId": certification.short_id,
        "certification": "USDA Organic",
        "changed": sorted(FACTS),
    }
    (version,) = versions_of(CertificationAssignment.objects.get())
    assert (version.history_type, version.history_user_id, version.audit_entry) == ("+", program.pk, entry)
    assert version.metadata == FACTS["metadata"]


def test_the_trail_is_read_like_everything_else(assign, client, product):
    assign()

    (entry,) = client.get("/api/audit", {"action": "certification_assigned"}).json()

    assert entry["metadata"]["gtin"] == product.gtin
    assert "changed" not in entry["metadata"]


def test_at_a_kiosk_nobody_is_asked_for_a_name(kiosk, list_url, certification):
    assert kiosk.post(list_url, {"certification_id": certification.short_id}).status_code == 201
    assert AuditEntry.objects.get().user_id == "anonymous"
