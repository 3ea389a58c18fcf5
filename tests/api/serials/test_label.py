"""``GET /serials/:id/label``."""

import pytest

from shopplanr.floor.label_stock import STOCKS
from tests.api.answers import assert_refused
from tests.api.serials.contract import odd_ids, url
from tests.factories import JobFactory, PathFactory, make_serial
from tests.labels.drawing import pixels, read, texts_of, tree_of
from tests.queries import counted_statements


@pytest.fixture
def serial(db):
    return make_serial(PathFactory(job=JobFactory(name="Bracket", jiraPartNumber="BR-7"), name="Main"))


def drawing_of(response) -> str:
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "image/svg+xml"
    return response.content.decode()


def test_a_label_is_a_drawing_with_a_code_and_what_the_part_is(client, serial):
    svg = drawing_of(client.get(url(serial, "label")))

    assert [tree_of(svg).get(side) for side in ("width", "height")] == ["62mm", "29mm"]
    assert texts_of(svg) == ["SN-00001", "Bracket", "BR-7", "Main"]
    assert read(pixels(svg)) == [("QRCode", "http://testserver/serials/SN-00001")]


@pytest.mark.parametrize("name", STOCKS)
def test_in_every_size_and_symbology(client, serial, name):
    stock = STOCKS[name]

    svg = drawing_of(client.get(url(serial, "label"), {"symbology": "datamatrix", "size": name}))

    view_box = [float(number) for number in tree_of(svg).get("viewBox").split()]
    assert view_box == pytest.approx([0, 0, stock.width, stock.height], abs=0.01)
    assert read(pixels(svg)) == [("DataMatrix", "SN-00001")]


def test_its_address_is_the_one_of_the_settings(client, serial, settings):
    settings.SITE_URL = "https://shop.example.com"

    svg = drawing_of(client.get(url(serial, "label"), {"size": "zebra-100x50"}))

    assert read(pixels(svg)) == [("QRCode", "https://shop.example.com/serials/SN-00001")]


def test_nothing_in_it_may_run(client, db):
    name = '<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>'
    serial = make_serial(PathFactory(job=JobFactory(name=name), name="\x01&]]>"))

    response = client.get(url(serial, "label"), {"size": "zebra-100x50"})

    assert "<script" not in drawing_of(response)
    assert texts_of(drawing_of(response))[-1] == "&]]>"
    assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("query", "message", "field"),
    [
        ({"symbology": "ean"}, "symbology must be one of: qr, datamatrix", "symbology"),
        ({"symbology": ""}, "symbology must be one of: qr, datamatrix", "symbology"),
        ({"size": "a4"}, f"size must be one of: {', '.join(STOCKS)}", "size"),
        ({"colour": "red"}, "Unknown filter: colour", "colour"),
    ],
)
def test_what_it_does_not_know_is_named(client, serial, query, message, field):
    assert_refused(client.get(url(serial, "label"), query), 400, message, field=field)


def test_a_serial_that_there_is_not(client, serial):
    assert_refused(client.get(url("SN-00009", "label")), 404, "SerialNumber not found: SN-00009", code="not_found")
    for odd in odd_ids(serial):
        assert client.get(url(odd, "label")).status_code == 404, odd


def test_what_it_costs(client, serial):
    client.get(url(serial, "label"))
    with counted_statements() as statements:
        client.get(url(serial, "label"))

    assert len(statements) == 2  # who calls, the part with its job and path
