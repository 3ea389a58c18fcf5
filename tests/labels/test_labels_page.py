"""``/labels``: labels as they will lie on the paper."""

import re

import pytest
from django.test import Client

from shopplanr.accounts.roles import Right, Role, refusal_sentence
from shopplanr.barcodes import Symbology
from shopplanr.floor.label_faces import Face
from shopplanr.floor.label_sheets import face_of
from shopplanr.floor.label_stock import STOCKS
from tests.accounts.factories import UserFactory
from tests.admin.conftest import at_desk
from tests.factories import JobFactory, PathFactory, make_serial, make_serials
from tests.labels.drawing import pixels, read, texts_of
from tests.queries import counted_statements

URL = "/labels"

pytestmark = pytest.mark.django_db


@pytest.fixture
def path():
    """Twelve parts of one batch."""
    path = PathFactory(job=JobFactory(name="Bracket", jiraPartNumber="BR-7"), name="Main")
    make_serials(path, 12)
    return path


@pytest.fixture
def client():
    return at_desk(UserFactory(role=Role.AUDITORS))


def sheets_of(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [sheet.svg for sheet in response.context["order"].sheets]


def ids_of(response) -> list[str]:
    return [text for svg in sheets_of(response) for text in texts_of(svg) if text.startswith("SN-")]


def test_a_selection(client, path):
    response = client.get(URL, {"serials": "SN-00001,SN-00007", "size": "avery-5160"})

    assert ids_of(response) == ["SN-00001", "SN-00007"]
    page = response.content.decode()
    assert "1 page of Avery 5160, US Letter, 30 of 2⅝ × 1 in, for 2 parts." in page
    assert 'value="SN-00001,SN-00007"' in page
    assert '<link rel="stylesheet" href="/labels/stock/avery-5160.css">' in page


def test_boxes_that_were_ticked(client, path):
    assert ids_of(client.get(f"{URL}?serials=SN-00003&serials=SN-00002")) == ["SN-00003", "SN-00002"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"serials": "SN-00002..SN-00005"}, 4),
        ({"batch": "SN-00003"}, 12),
        ({"path": "the path"}, 12),
        ({"path": "the path", "batch": "SN-00001"}, 12),
        ({"path": "the path", "serials": "1"}, 1),
        ({"path": "the path", "serials": ""}, 12),
        ({"serials": "1..3", "copies": "4"}, 12),
    ],
)
def test_a_range_a_batch_a_path_and_copies(client, path, query, count):
    query = {name: path.pk if value == "the path" else value for name, value in query.items()}

    assert len(ids_of(client.get(URL, query | {"size": "avery-l4732"}))) == count


def test_the_qr_code_leads_to_the_parts_page_where_the_page_is_open(client, path, settings):
    def codes(**headers) -> list[tuple[str, str]]:
        (svg,) = sheets_of(client.get(URL, {"serials": "1", "size": "zebra-57x32"}, **headers))
        return read(pixels(svg))

    assert codes() == [("QRCode", "http://testserver/serials/SN-00001")]
    assert codes(HTTP_HOST="127.0.0.1:8000") == [("QRCode", "http://127.0.0.1:8000/serials/SN-00001")]
    settings.SITE_URL = "https://shop.example.com"
    assert codes() == [("QRCode", "https://shop.example.com/serials/SN-00001")]


def test_an_address_that_no_other_device_can_open_is_warned_of(client, path, settings):
    def page(**more) -> str:
        return client.get(URL, {"serials": "1"} | more, HTTP_HOST="localhost:8000").content.decode()

    assert "These codes lead to localhost, which no other device can open. Set SITE_URL" in page()
    assert "no other device can open" not in page(symbology="datamatrix")
    settings.SITE_URL = "https://shop.example.com"
    assert "no other device can open" not in page()


def test_the_first_free_label_of_a_used_sheet(client, path):
    response = client.get(URL, {"serials": "1..3", "size": "avery-l7160", "start": "20"})

    assert [len(re.findall('class="die used"', svg)) for svg in sheets_of(response)] == [19, 0]
    assert "2 pages" in response.content.decode()


def test_a_roll_has_no_first_free_label(client, path):
    assert "First free label" in client.get(URL, {"size": "avery-l7160"}).content.decode()
    assert "First free label" not in client.get(URL, {"size": "zebra-57x32"}).content.decode()


def test_the_device_remembers_what_it_prints_on(client, path):
    assert client.get(URL).context["order"].stock.name == "brother-dk-11209"
    client.get(URL, {"size": "dymo-99012", "symbology": "datamatrix"})
    order = client.get(URL, {"serials": "1"}).context["order"]

    assert (order.stock.name, order.symbology) == ("dymo-99012", Symbology.DATA_MATRIX)
    client.cookies["labels"] = "nonsense.nothing"
    order = client.get(URL).context["order"]
    assert (order.stock.name, order.symbology) == ("brother-dk-11209", Symbology.QR)


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ({"serials": "foo"}, 400, "No part is called foo; write SN-00010, or SN-00010..SN-00059 for a range"),
        ({"serials": "SN-00099"}, 404, "SerialNumber not found: SN-00099"),
        ({"serials": "1..501"}, 400, "At most 500 parts are printed at once; name a range of them"),
        ({"serials": "1..12", "copies": "20", "start": "1"}, 200, ""),
        ({"batch": "SN-00099"}, 404, "SerialNumber not found: SN-00099"),
        ({"path": "path_gone"}, 404, "Path not found: path_gone"),
        ({"size": "a4"}, 400, "size must be one of: brother-dk-11209, dymo-99012"),
        ({"symbology": "ean"}, 400, "symbology must be one of: qr, datamatrix"),
        ({"size": "avery-l7160", "start": "22"}, 400, "start must be a whole number from 1 to 21"),
        ({"start": "0"}, 400, "start must be a whole number from 1 to 1"),
        ({"copies": "21"}, 400, "copies must be a whole number from 1 to 20"),
        ({"copies": "²"}, 400, "copies must be a whole number from 1 to 20"),
        ({"copies": "9" * 5000}, 400, "copies must be a whole number from 1 to 20"),
        ({"serials": "\0"}, 400, "No part is called"),
        ({"batch": "\0", "path": "\0"}, 404, "Path not found"),
    ],
)
def test_what_cannot_be_printed_is_said_next_to_what_was_typed(client, path, query, status, message):
    response = client.get(URL, query)

    assert response.status_code == status
    page = response.content.decode()
    assert message in page.replace("&#x27;", "'")
    if status != 200:
        assert response.context["order"].sheets == []
        assert "data-print" not in page
    for name in {"serials", "copies"} & set(query):
        assert f'value="{query[name]}"' in page.replace("\ufffd", "\0")


def test_more_labels_than_are_printed_at_once(client, path):
    make_serials(path, 20)

    response = client.get(URL, {"serials": "1..32", "copies": "16"})

    assert response.status_code == 400
    assert "At most 500 labels are printed at once; 32 parts, 16 times, are 512" in response.content.decode()


@pytest.mark.parametrize("query", [{}, {"serials": " "}])
def test_nothing_asked_for_is_no_mistake(client, query):
    page = client.get(URL, query).content.decode()

    assert "Name the parts that need a label: their ids, a range, or both." in page
    assert "data-print" not in page


def test_a_path_without_parts(client):
    assert "There are no parts on this path yet." in client.get(URL, {"path": PathFactory().pk}).content.decode()


def test_it_is_for_people_who_are_signed_in_and_may_look(path):
    assert Client().get(URL, {"serials": "1"}).status_code == 302
    response = at_desk(UserFactory(role=None)).get(URL, {"serials": "1"})
    assert response.status_code == 403
    assert refusal_sentence(Right.READ) in response.content.decode()


def test_nothing_in_it_is_inline(client, path):
    response = client.get(URL, {"serials": "1..12", "size": "avery-l7160"})
    page = response.content.decode()

    assert "style-src 'self'" in response["Content-Security-Policy"]
    assert not re.search(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son\w+=", page)


def test_it_costs_the_same_however_many_labels_there_are(client, path):
    def cost(**query) -> int:
        client.get(URL, query)
        with counted_statements() as statements:
            assert client.get(URL, query).status_code == 200
        return len(statements)

    assert cost(serials="1") == cost(serials="1..12", copies="3") == 3  # session, person, parts
    assert cost(batch="1") == 4
    assert cost(path=path.pk, batch="1") == 5


@pytest.mark.parametrize("stock", STOCKS.values(), ids=list(STOCKS))
def test_the_size_of_a_page_is_a_stylesheet_of_its_own(stock, settings):
    response = Client().get(f"/labels/stock/{stock.name}.css")

    width, height = (f"{length:.2f}".rstrip("0").rstrip(".") for length in stock.page)
    assert response.content.decode().startswith(f"@page {{ size: {width}mm {height}mm; margin: 0 }}")
    assert response["Content-Type"] == "text/css"
    assert "max-age" in response["Cache-Control"]
    assert "private" not in response["Cache-Control"]


def test_there_is_none_of_other_stock():
    assert Client().get("/labels/stock/foolscap.css").status_code == 404


def test_a_face_says_what_the_part_is(path):
    serial = make_serial(path)

    assert face_of(serial, "https://x") == Face(serial.id, "https://x", "Bracket", "Main", "BR-7")
