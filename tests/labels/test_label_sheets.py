"""Labels on pages: each where the stock has one, and none lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopplanr.barcodes import Symbology
from shopplanr.floor.label_faces import Face
from shopplanr.floor.label_sheets import sheets
from shopplanr.floor.label_stock import STOCKS, Stock
from shopplanr.ids import serial_id
from tests.labels.drawing import elements, pixels, read, texts_of, tree_of

L7160 = STOCKS["avery-l7160"]
TINY = Stock("tiny", "Six to a page", 30, 15, page=(70, 60), columns=2, rows=3, left=4, top=5, pitch_x=32, pitch_y=17)


def faces(quantity: int) -> list[Face]:
    ids = [serial_id(number + 1) for number in range(quantity)]
    return [Face(name, f"https://shop.example/serials/{name}", "Bracket", "Main") for name in ids]


def ids_on(sheet) -> list[str]:
    return [text for text in texts_of(sheet.svg) if text.startswith("SN-")]


def test_every_code_is_read_in_its_place_on_a_printed_sheet():
    (sheet,) = sheets(faces(21), L7160, Symbology.DATA_MATRIX)

    assert read(pixels(sheet.svg)) == [("DataMatrix", serial_id(number)) for number in range(1, 22)]


def test_a_used_sheet_is_begun_where_it_has_labels_left_and_the_next_one_is_whole():
    first, second = sheets(faces(19), L7160, Symbology.QR, start=5)

    assert (ids_on(first), ids_on(second)) == ([serial_id(n) for n in range(1, 18)], ["SN-00018", "SN-00019"])
    label = elements(first.svg, "svg")[1]
    assert [float(label.get(side)) for side in ("x", "y")] == pytest.approx([7.21 + 66.04, 15.15 + 38.1], abs=0.01)
    label = elements(second.svg, "svg")[1]
    assert [float(label.get(side)) for side in ("x", "y")] == pytest.approx([7.21, 15.15], abs=0.01)
    used = [edge.get("class") for edge in elements(first.svg, "rect")]
    assert used == ["die used"] * 4 + ["die"] * 17
    assert {edge.get("class") for edge in elements(second.svg, "rect")} == {"die"}


def test_copies_of_a_label_lie_beside_each_other():
    (sheet,) = sheets(faces(2), TINY, Symbology.DATA_MATRIX, copies=2)

    assert ids_on(sheet) == ["SN-00001", "SN-00001", "SN-00002", "SN-00002"]


@given(st.integers(0, 15), st.integers(1, 6), st.integers(1, 3))
def test_no_label_is_lost_doubled_or_out_of_order(quantity, start, copies):
    pages = sheets(faces(quantity), TINY, Symbology.DATA_MATRIX, start=start, copies=copies)

    assert [name for page in pages for name in ids_on(page)] == [
        face.serial_id for face in faces(quantity) for _ in range(copies)
    ]
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert all(ids_on(page) for page in pages)


def test_a_page_is_as_large_as_the_stocks_and_says_what_is_on_it():
    (sheet,) = sheets(faces(3), L7160, Symbology.QR)
    tree = tree_of(sheet.svg)

    assert [tree.get(name) for name in ("width", "height", "viewBox")] == ["210mm", "297mm", "0 0 210 297"]
    assert tree.get("aria-label") == "Labels SN-00001 to SN-00003"
    assert "style" not in sheet.svg


def test_on_a_roll_every_label_is_a_page_without_edges():
    pages = sheets(faces(3), STOCKS["brother-dk-11209"], Symbology.QR)

    assert [ids_on(page) for page in pages] == [["SN-00001"], ["SN-00002"], ["SN-00003"]]
    assert elements(pages[0].svg, "rect") == []
    assert tree_of(pages[1].svg).get("aria-label") == "Label SN-00002"
