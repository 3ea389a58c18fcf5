"""``/certifications`` and ``/certifications/{id}``: the catalogue."""

import re
from uuid import UUID

import pytest

from certificates.certification_ids import PATTERN, read
from certificates.models import Certification
from tests.api.answers import WRONG_TEXTS, assert_envelope, assert_refused, later, nothing_written, versions_of
from tests.factories import CertificationFactory
from tests.queries import counted_statements

URL = "/api/certifications"

ORGANIC = {
    "label": "USDA Organic",
    "code": "USDA_ORGANIC",
    "description": "Grown without synthetic fertiliser.",
    "url": "https://www.ams.usda.gov/organic",
    "logo_url": "https://www.ams.usda.gov/organic.svg",
}
BARE = {"code": "", "description": "", "url": "", "logo_url": None}


class TestCreate:
    """``POST /certifications``."""

    def test_a_certification_is_taken_up_and_answered_as_documented(self, client):
        response = client.post(URL, ORGANIC)

        assert response.status_code == 201
        certification = response.json()
        assert list(certification) == ["id", *ORGANIC]
        assert re.fullmatch(PATTERN, certification["id"])
        assert certification == {"id": certification["id"]} | ORGANIC
        assert client.get(f"{URL}/{certification['id']}").json() == certification

    @pytest.mark.parametrize("given", [{}, dict.fromkeys(BARE), dict.fromkeys(BARE, "")])
    def test_all_but_the_label_can_be_left_out(self, given, client):
        body = client.post(URL, {"label": "CE"} | given).json()

        assert body == {"id": body["id"], "label": "CE"} | BARE

    @pytest.mark.parametrize("label", WRONG_TEXTS)
    def test_a_label_is_required(self, label, client):
        with nothing_written():
            response = client.post(URL, ORGANIC | {"label": label})
        assert_refused(response, 400, "label is required", code="required", field="label")

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("label", "x" * 256, "label must be at most 255 characters"),
            ("code", "x" * 51, "code must be at most 50 characters"),
            ("code", 5, "code must be text"),
            ("description", [], "description must be text"),
            ("url", "javascript:alert(1)", "url must be a web address that begins with http:// or https://"),
            ("logo_url", "/logo.svg", "logo_url must be a web address that begins with http:// or https://"),
            ("logo_url", "https://e.example/" + "x" * 2000, "logo_url must be at most 2000 characters"),
            ("id", "x", "Unknown field: id"),
            ("logoUrl", "https://e.example", "Unknown field: logoUrl"),
        ],
    )
    def test_what_cannot_be_kept(self, field, value, message, client):
        with nothing_written():
            response = client.post(URL, ORGANIC | {field: value})
        assert_refused(response, 400, message, field=field)


class TestGet:
    """``GET /certifications/{id}``."""

    def test_by_either_form_of_its_id(self, client):
        certification = CertificationFactory()

        for written in (certification.short_id, str(certification.pk), str(certification.pk).upper()):
            assert client.get(f"{URL}/{written}").json()["id"] == certification.short_id

    @pytest.mark.parametrize(
        "written", ["CXc85b4rqinB7s5J52TRYb", str(UUID(int=7)), "zzzzzzzzzzzzzzzzzzzzzz", "x", "0" * 22, "x" * 500, "7"]
    )
    def test_an_unknown_one(self, written, client):
        response = client.get(f"{URL}/{written}")
        assert_refused(response, 404, f"Certification not found: {written}", code="not_found")


class TestChange:
    """``PATCH /certifications/{id}``."""

    @pytest.fixture
    def certification(self, db):
        return CertificationFactory(**ORGANIC)

    @pytest.fixture
    def url(self, certification):
        return f"{URL}/{certification.short_id}"

    def test_what_is_given_changes_and_the_rest_stays(self, client, program, certification, url):
        with later():
            response = client.patch(url, {"label": " Organic (US) ", "logo_url": None})

        expected = {"id": certification.short_id} | ORGANIC | {"label": "Organic (US)", "logo_url": None}
        assert (response.status_code, response.json()) == (200, expected)
        _, version = versions_of(certification)
        assert (version.history_type, version.label, version.history_user_id) == ("~", "Organic (US)", program.pk)

    @pytest.mark.parametrize("body", [{}, ORGANIC, {"label": " USDA Organic "}])
    def test_what_is_the_same_changes_nothing(self, body, client, url):
        with nothing_written(), later():
            assert client.patch(url, body).json()["label"] == "USDA Organic"

    @pytest.mark.parametrize(
        ("body", "message", "field"),
        [
            ({"label": None}, "label cannot be empty", "label"),
            ({"label": " "}, "label cannot be empty", "label"),
            ({"url": "data:text/html,x"}, "url must be a web address that begins with http:// or https://", "url"),
            ({"label": "x", "id": "y"}, "Unknown field: id", "id"),
        ],
    )
    def test_what_cannot_be_kept(self, body, message, field, client, url):
        with nothing_written():
            response = client.patch(url, body)
        assert_refused(response, 400, message, field=field)

    def test_an_unknown_one_comes_before_all_else(self, client):
        response = client.patch(f"{URL}/CXc85b4rqinB7s5J52TRYb", {"colour": 1})
        assert_refused(response, 404, "Certification not found: CXc85b4rqinB7s5J52TRYb")

    @pytest.mark.parametrize("verb", ["put", "delete", "post"])
    def test_it_is_neither_replaced_nor_deleted(self, verb, client, url):
        with nothing_written():
            assert assert_envelope(getattr(client, verb)(url), 405)["code"] == "method_not_allowed"


class TestList:
    """``GET /certifications``."""

    @pytest.fixture
    def three(self, db):
        CertificationFactory(label="ISO 9001", code="ISO_9001", description="quality")
        CertificationFactory(label="CE", description="Conformité Européenne")
        CertificationFactory(label="USDA Organic", code="USDA_ORGANIC")

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({}, ["CE", "ISO 9001", "USDA Organic"]),
            ({"ordering": "-label"}, ["USDA Organic", "ISO 9001", "CE"]),
            ({"ordering": "code"}, ["CE", "ISO 9001", "USDA Organic"]),
            ({"search": "QUAL"}, ["ISO 9001"]),
            ({"search": "organic"}, ["USDA Organic"]),
            ({"label": "iso"}, ["ISO 9001"]),
            ({"code": "ISO_9001"}, ["ISO 9001"]),
            ({"limit": 1}, ["CE"]),
        ],
    )
    def test_certifications_by_label_filtered_and_ordered(self, query, expected, three, client):
        assert [each["label"] for each in client.get(URL, query).json()] == expected

    def test_a_filter_that_nobody_knows(self, client):
        assert_refused(client.get(URL, {"colour": "red"}), 400, "Unknown filter: colour", field="colour")


def test_two_may_have_one_code(client):
    """The documents call a code stable, and do not call it unique."""
    assert {client.post(URL, ORGANIC).status_code for _ in range(2)} == {201}


def test_the_row_history_begins_with_who_took_it_up(client, program):
    key = read(client.post(URL, ORGANIC).json()["id"])

    (version,) = versions_of(Certification.objects.get(pk=key))

    assert (version.history_type, version.history_user_id, version.code) == ("+", program.pk, "USDA_ORGANIC")


def test_statements(client):
    certification = CertificationFactory()
    client.get(URL)  # the token's last use is written once a minute
    for call, most in (
        (lambda: client.get(URL), 2),  # the caller; the certifications
        (lambda: client.get(f"{URL}/{certification.short_id}"), 2),
        (lambda: client.post(URL, ORGANIC), 3),  # the row; its version
        (lambda: client.patch(f"{URL}/{certification.short_id}", {"label": "y"}), 4),
    ):
        with counted_statements() as statements:
            assert call().status_code < 300
        assert len(statements) <= most
        CertificationFactory.create_batch(5)
