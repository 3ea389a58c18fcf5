"""``GET /products/{gtin}/certifications``, and of one of them: what holds today, or on another day."""

from datetime import UTC, datetime

import pytest

from shopplanr import clock
from shopplanr.accounts.roles import Role
from tests.accounts.factories import UserFactory, token_client
from tests.api.answers import assert_envelope, assert_refused
from tests.factories import AssignmentFactory, CertificationFactory
from tests.queries import counted_statements

TODAY = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _today():
    with clock.told(TODAY):
        yield


@pytest.fixture
def give(product):
    """Give the product a certification of this label, with these facts."""

    def give(label, **facts):
        return AssignmentFactory(product=product, certification=CertificationFactory(label=label), **facts)

    return give


@pytest.fixture
def listed(client, list_url):
    """Return the labels that the product's list shows, in its order."""

    def listed(**query):
        response = client.get(list_url, query)
        assert response.status_code == 200, response.content
        return [each["label"] for each in response.json()]

    return listed


def test_a_product_without_any_has_an_empty_list(client, list_url):
    assert client.get(list_url).content == b"[]"


def test_only_the_products_own_are_listed(listed, give):
    give("CE")
    AssignmentFactory()

    assert listed() == ["CE"]


class TestActive:
    """``is_active``: today in the site's time zone, or the day of ``as_of``, lies within the dates."""

    @pytest.mark.parametrize(
        ("facts", "active"),
        [
            ({}, True),
            ({"valid_from": "2024-02-29"}, True),
            ({"valid_from": "2024-03-01"}, False),
            ({"expiration_date": "2024-02-29"}, True),
            ({"expiration_date": "2024-02-28"}, False),
            ({"valid_from": "2024-02-29", "expiration_date": "2024-02-29"}, True),
            ({"valid_from": "2020-01-01", "expiration_date": "2024-02-28"}, False),
            ({"expiry_date": "2020-01-01"}, True),  # what is printed on the document decides nothing
            ({"expiration_date": "2020-01-01", "verification_status": "verified"}, False),
            ({"expiration_date": "2030-01-01", "verification_status": "expired"}, True),
        ],
    )
    def test_today(self, facts, active, client, list_url, give):
        one = f"{list_url}/{give('CE', **facts).certification.short_id}"

        assert client.get(one).json()["is_active"] is active
        assert [each["is_active"] for each in client.get(list_url).json()] == [active]

    @pytest.mark.parametrize(
        ("day", "active"),
        [
            ("2024-02-28", False),
            ("2024-02-29", True),
            ("2024-03-01", True),
            ("2028-02-29", True),
            ("2028-03-01", False),
        ],
    )
    def test_on_another_day(self, day, active, client, list_url, give):
        assignment = give("CE", valid_from="2024-02-29", expiration_date="2028-02-29")
        one = f"{list_url}/{assignment.certification.short_id}"

        assert client.get(one, {"as_of": day}).json()["is_active"] is active
        assert client.get(list_url, {"as_of": day}).json()[0]["is_active"] is active
        assert len(client.get(list_url, {"as_of": day, "is_active": "true"}).json()) == active
        assert len(client.get(list_url, {"as_of": day, "is_active": "false"}).json()) == (not active)

    @pytest.mark.parametrize(
        ("zone", "active"),
        [
            ("UTC", True),
            ("Pacific/Kiritimati", False),  # the day after, already
            ("Pacific/Pago_Pago", True),
            ("Asia/Tokyo", True),
        ],
    )
    def test_today_is_the_sites(self, zone, active, client, list_url, give, settings):
        settings.TIME_ZONE = zone
        give("CE", expiration_date="2024-02-29")

        assert client.get(list_url).json()[0]["is_active"] is active
        assert len(client.get(list_url, {"is_active": "true"}).json()) == active

    def test_it_is_another_answer_at_midnight(self, client, list_url, give, settings):
        settings.TIME_ZONE = "Europe/Berlin"
        give("CE", expiration_date="2024-02-29")

        for moment, active in (
            (datetime(2024, 2, 29, 22, 59, 59, 999_999, tzinfo=UTC), True),
            (datetime(2024, 2, 29, 23, 0, tzinfo=UTC), False),
        ):
            with clock.told(moment):
                assert client.get(list_url).json()[0]["is_active"] is active

    def test_what_a_change_answers_is_of_today(self, client, list_url, give):
        one = f"{list_url}/{give('CE').certification.short_id}"

        assert client.patch(one, {"expiration_date": "2024-02-28"}).json()["is_active"] is False
        assert client.patch(one, {"expiration_date": "2024-02-29"}).json()["is_active"] is True

    @pytest.mark.parametrize("day", ["2023-02-29", "today", "20240229", "2024-2-29", "29.02.2024", "x" * 2000])
    def test_a_day_that_is_none(self, day, client, list_url, give):
        one = f"{list_url}/{give('CE').certification.short_id}"

        for url in (one, list_url):
            message = "as_of must be a date, YYYY-MM-DD"
            assert_refused(client.get(url, {"as_of": day}), 400, message, code="not_a_date", field="as_of")

    @pytest.mark.parametrize("nothing", ["", " ", "\t"])
    def test_a_day_that_was_forgotten(self, nothing, client, list_url, give):
        one = f"{list_url}/{give('CE').certification.short_id}"

        for url in (one, list_url):
            message = "as_of must not be empty"
            assert_refused(client.get(url, {"as_of": nothing}), 400, message, code="empty_filter", field="as_of")


class TestFilters:
    """Trust and validity are separate facts, and so are the filters."""

    @pytest.fixture(autouse=True)
    def four(self, give):
        give("ISO 9001", verification_status="verified", expiration_date="2026-01-01")
        give("Kosher", verification_status="verified", expiration_date="2024-01-01", expiry_date="2025-06-30")
        give("CE")
        give("Halal", valid_from="2024-03-01", verification_status="expired", expiry_date="2025-01-01")

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({}, ["CE", "Halal", "ISO 9001", "Kosher"]),
            ({"verification_status": "verified"}, ["ISO 9001", "Kosher"]),
            ({"verification_status": "unverified"}, ["CE"]),
            ({"is_active": "true"}, ["CE", "ISO 9001"]),
            ({"is_active": "false"}, ["Halal", "Kosher"]),
            ({"is_active": "false", "verification_status": "verified"}, ["Kosher"]),
            ({"is_active": "true", "as_of": "2024-01-01"}, ["CE", "ISO 9001", "Kosher"]),
            ({"ordering": "label"}, ["CE", "Halal", "ISO 9001", "Kosher"]),
            ({"ordering": "-label"}, ["Kosher", "ISO 9001", "Halal", "CE"]),
            ({"ordering": "expiry_date"}, ["Halal", "Kosher", "ISO 9001", "CE"]),
            ({"ordering": "-expiry_date"}, ["CE", "ISO 9001", "Kosher", "Halal"]),
            ({"limit": 2, "offset": 1}, ["Halal", "ISO 9001"]),
            ({"format": "json"}, ["CE", "Halal", "ISO 9001", "Kosher"]),
        ],
    )
    def test_what_is_asked_for(self, query, expected, listed):
        assert listed(**query) == expected

    def test_a_page_of_it(self, client, list_url):
        response = client.get(list_url, {"limit": 1, "as_of": "2024-01-01"})

        assert response["X-Total-Count"] == "4"
        assert "as_of=2024-01-01" in response["Link"]

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({"verification_status": "Verified"}, "invalid_filter"),
            ({"is_active": "1"}, "invalid_filter"),
            ({"is_active": "True"}, "invalid_filter"),
            ({"format": "xml"}, "invalid_filter"),
            ({"is_active": ""}, "empty_filter"),
            ({"label": "CE"}, "unknown_filter"),
            ({"active": "true"}, "unknown_filter"),
            ({"ordering": "valid_from"}, "unknown_ordering"),
        ],
    )
    def test_what_cannot_be_asked_for(self, query, code, client, list_url):
        body = assert_envelope(client.get(list_url, query), 400)
        assert (body["code"], list(body["errors"])) == (code, list(query))


@pytest.mark.parametrize("name", ["asof", "is_active", "format", "limit"])
def test_one_of_them_knows_no_other_parameter(name, client, url):
    assert_refused(client.get(url, {name: "2020-01-01"}), 400, f"Unknown filter: {name}", field=name)


def test_an_unknown_product_and_a_number_that_is_none(client):
    assert_refused(client.get("/api/products/96385074/certifications"), 404, "Product not found: 00000096385074")
    response = client.get("/api/products/96385075/certifications")
    message = "gtin has a wrong check digit: 96385075 ends in 5, and 4 belongs there"
    assert_refused(response, 400, message, code="invalid_gtin", field="gtin")


@pytest.mark.parametrize("role", Role)
def test_every_role_may_look(role, url, list_url):
    client = token_client(UserFactory(role=role))

    assert client.get(url).status_code == client.get(list_url).status_code == 200


def test_statements_do_not_grow(client, list_url, certification, give):
    assignment = give("CE")
    one = f"{list_url}/{assignment.certification.short_id}"
    body = {"certification_id": certification.short_id, "metadata": {"lot": "7"}}
    client.get(list_url)  # the token's last use is written once a minute

    def count(call) -> int:
        with counted_statements() as statements:
            assert call().status_code < 300
        return len(statements)

    def counts() -> list[int]:
        return [
            count(lambda: client.get(list_url)),  # the caller; the product; what it has
            count(lambda: client.get(list_url, {"format": "jsonld"})),
            count(lambda: client.get(one)),  # the caller; the one
            # the caller; product, certification, whether it is there; the entry, the row, its version
            count(lambda: client.post(list_url, body)),
            count(lambda: client.patch(f"{list_url}/{certification.short_id}", {"scope": "x"})),  # look, and the same
            count(lambda: client.patch(f"{list_url}/{certification.short_id}", {})),
            count(lambda: client.delete(f"{list_url}/{certification.short_id}")),
        ]

    few = counts()
    for number in range(12):
        give(f"Other {number}", metadata={"n": str(number)})

    assert counts() == few == [3, 3, 2, 7, 5, 2, 5]
