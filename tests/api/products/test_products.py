"""``/products`` and ``/products/{gtin}``."""

import pytest

from certificates.models import Product
from tests.api.answers import WRONG_TEXTS, assert_envelope, assert_refused, later, nothing_written, versions_of
from tests.factories import ProductFactory, gtin_of
from tests.queries import counted_statements

URL = "/api/products"

PEN = {"gtin": "4006381333931", "name": "Highlighter", "description": "yellow"}


class TestCreate:
    """``POST /products``."""

    def test_a_product_is_taken_up_under_its_number_in_14_digits(self, client):
        response = client.post(URL, PEN | {"name": " Highlighter "})

        assert response.status_code == 201
        assert response.json() == {"gtin": "04006381333931", "name": "Highlighter", "description": "yellow"}
        assert client.get(f"{URL}/4006381333931").json() == response.json()

    @pytest.mark.parametrize("more", [{}, {"description": None}, {"description": ""}, {"description": "  "}])
    def test_a_description_can_be_left_out(self, more, client):
        response = client.post(URL, {"gtin": "96385074", "name": "Sachet"} | more)

        assert response.json() == {"gtin": "00000096385074", "name": "Sachet", "description": ""}

    @pytest.mark.parametrize("written", ["4006381333931", "04006381333931"])
    def test_there_is_one_of_each_number_in_whatever_form(self, written, client, product):
        with nothing_written():
            response = client.post(URL, PEN | {"gtin": written})
        assert_refused(response, 409, "Product exists already: 04006381333931", code="product_exists")

    @pytest.mark.parametrize("gtin", WRONG_TEXTS)
    def test_a_number_is_required(self, gtin, client):
        with nothing_written():
            response = client.post(URL, PEN | {"gtin": gtin})
        assert_refused(response, 400, "gtin is required", code="required", field="gtin")

    @pytest.mark.parametrize("gtin", ["123", "４００６３８１３３３９３１", "4006381-333931", "x" * 400])
    def test_a_number_has_its_widths(self, gtin, client):
        with nothing_written():
            response = client.post(URL, PEN | {"gtin": gtin})
        message = "gtin must be 8, 12, 13 or 14 digits"
        assert_refused(response, 400, message, code="invalid_gtin", field="gtin")

    @pytest.mark.parametrize("name", WRONG_TEXTS)
    def test_a_name_is_required(self, name, client):
        with nothing_written():
            response = client.post(URL, PEN | {"name": name})
        assert_refused(response, 400, "name is required", code="required", field="name")

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("name", "x" * 256, "name must be at most 255 characters"),
            ("description", "x" * 4001, "description must be at most 4000 characters"),
            ("description", 5, "description must be text"),
            ("colour", "red", "Unknown field: colour"),
            ("id", None, "Unknown field: id"),
        ],
    )
    def test_what_cannot_be_kept(self, field, value, message, client):
        with nothing_written():
            response = client.post(URL, PEN | {field: value})
        assert_refused(response, 400, message, field=field)


class TestGet:
    """``GET /products/{gtin}``."""

    @pytest.mark.parametrize("written", ["4006381333931", "04006381333931"])
    def test_by_either_form_of_its_number(self, written, client, product):
        expected = {"gtin": "04006381333931", "name": "Highlighter", "description": ""}

        assert client.get(f"{URL}/{written}").json() == expected

    def test_a_number_that_no_product_has(self, client):
        assert_refused(client.get(f"{URL}/96385074"), 404, "Product not found: 00000096385074", code="not_found")

    @pytest.mark.parametrize(
        ("written", "why"),
        [
            ("4006381333932", "has a wrong check digit: 4006381333932 ends in 2, and 1 belongs there"),
            ("123", "must be 8, 12, 13 or 14 digits"),
            ("036000291453", "has a wrong check digit: 036000291453 ends in 3, and 2 belongs there"),
            ("%EF%BC%94006381333931", "must be 8, 12, 13 or 14 digits"),
            ("4006381333931%00", "must be 8, 12, 13 or 14 digits"),
            ("prod_x", "must be 8, 12, 13 or 14 digits"),
        ],
    )
    def test_what_can_be_no_number_is_told_apart_from_that(self, written, why, client):
        response = client.get(f"{URL}/{written}")

        assert_refused(response, 400, f"gtin {why}", code="invalid_gtin", field="gtin")


class TestChange:
    """``PATCH /products/{gtin}``."""

    @pytest.fixture
    def url(self, product):
        return f"{URL}/{product.gtin}"

    def test_what_is_given_changes_and_the_rest_stays(self, client, program, product, url):
        with later():
            response = client.patch(url, {"description": " yellow "})

        assert response.json() == {"gtin": product.gtin, "name": "Highlighter", "description": "yellow"}
        assert response.status_code == 200
        _, version = versions_of(product)
        assert (version.history_type, version.description, version.history_user_id) == ("~", "yellow", program.pk)
        assert Product.objects.get().updated_at == version.history_date > product.updated_at

    @pytest.mark.parametrize("body", [{}, {"name": "Highlighter"}, {"name": " Highlighter ", "description": None}])
    def test_what_is_the_same_changes_nothing(self, body, client, url):
        with nothing_written(), later():
            response = client.patch(url, body)
        assert (response.status_code, response.json()["name"]) == (200, "Highlighter")

    @pytest.mark.parametrize("name", WRONG_TEXTS)
    def test_a_name_stays_a_name(self, name, client, url):
        with nothing_written():
            response = client.patch(url, {"name": name, "description": "yellow"})
        assert_refused(response, 400, "name cannot be empty", field="name")

    def test_its_number_is_what_it_is_known_by(self, client, url):
        with nothing_written():
            response = client.patch(url, {"gtin": gtin_of(1)})
        assert_refused(response, 400, "Unknown field: gtin", code="unknown_field", field="gtin")

    def test_an_unknown_product_comes_before_all_else(self, client):
        response = client.patch(f"{URL}/96385074", {"colour": 1})
        assert_refused(response, 404, "Product not found: 00000096385074")

    @pytest.mark.parametrize("verb", ["put", "delete", "post"])
    def test_it_is_neither_replaced_nor_deleted(self, verb, client, url):
        with nothing_written():
            assert assert_envelope(getattr(client, verb)(url), 405)["code"] == "method_not_allowed"


class TestList:
    """``GET /products``."""

    @pytest.fixture
    def three(self, db):
        ProductFactory(gtin=gtin_of(3), name="Bracket", description="for brakes")
        ProductFactory(gtin=gtin_of(1), name="Flange")
        ProductFactory(gtin=gtin_of(2), name="Axle")

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({}, ["Flange", "Axle", "Bracket"]),
            ({"ordering": "name"}, ["Axle", "Bracket", "Flange"]),
            ({"ordering": "-gtin"}, ["Bracket", "Axle", "Flange"]),
            ({"search": "BRAK"}, ["Bracket"]),
            ({"search": gtin_of(2)[2:]}, ["Axle"]),
            ({"name": "fla"}, ["Flange"]),
            ({"gtin": gtin_of(2)}, ["Axle"]),
            ({"gtin": gtin_of(2)[1:]}, ["Axle"]),
            ({"gtin": "96385074"}, []),
            ({"limit": 1, "offset": 1}, ["Axle"]),
        ],
    )
    def test_products_by_number_filtered_and_ordered(self, query, expected, three, client):
        response = client.get(URL, query)

        assert [product["name"] for product in response.json()] == expected
        if "limit" in query:
            assert response["X-Total-Count"] == "3"

    def test_an_empty_shop_has_none(self, client):
        assert client.get(URL).content == b"[]"

    def test_a_filter_that_nobody_knows_and_a_number_that_is_none(self, client):
        assert_refused(client.get(URL, {"colour": "red"}), 400, "Unknown filter: colour", field="colour")
        message = "gtin must be 8, 12, 13 or 14 digits"
        assert_refused(client.get(URL, {"gtin": "12"}), 400, message, code="invalid_gtin", field="gtin")


def test_the_row_history_begins_with_who_took_it_up(client, program):
    client.post(URL, PEN)

    (version,) = versions_of(Product.objects.get())

    assert (version.history_type, version.history_user_id, version.name) == ("+", program.pk, "Highlighter")


def test_statements(client, product):
    client.get(URL)  # the token's last use is written once a minute
    for call, most in (
        (lambda: client.get(URL), 2),  # the caller; the products
        (lambda: client.get(f"{URL}/{product.gtin}"), 2),
        (lambda: client.post(URL, {"gtin": gtin_of(5), "name": "x"}), 4),  # whether there is one; the row; its version
        (lambda: client.patch(f"{URL}/{product.gtin}", {"name": "y"}), 4),
    ):
        with counted_statements() as statements:
            assert call().status_code < 300
        assert len(statements) <= most
        ProductFactory.create_batch(5)
