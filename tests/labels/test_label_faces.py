"""What stands on a label: a code that can be read, the id, and what the part is, all within its edges."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopplanr.barcodes import Symbology
from shopplanr.floor.label_faces import SMALLEST, Face, label, shortened, width_of, wrapped
from shopplanr.floor.label_stock import STOCKS
from tests.labels.drawing import elements, pixels, read, texts_of

FACE = Face(
    serial_id="SN-00042",
    address="https://shop.example.com/serials/SN-00042",
    job_name="Bracket 40217, left hand",
    path_name="Machine and inspect",
    part_number="BR-40217 Rev. C",
)

every_stock = pytest.mark.parametrize("stock", STOCKS.values(), ids=list(STOCKS))

names = st.text(max_size=120)
widths = st.floats(2, 60)


@every_stock
def test_its_code_is_read_by_what_a_label_printer_prints(stock):
    for face in (FACE, Face("SN-100000000", f"https://{'long.' * 10}example/serials/SN-100000000", "", "")):
        qr, matrix = (pixels(label(face, stock, symbology)) for symbology in Symbology)

        assert read(qr) == [("QRCode", face.address)]
        assert read(matrix) == [("DataMatrix", face.serial_id)]


@every_stock
@pytest.mark.parametrize("symbology", Symbology)
def test_it_says_in_clear_text_what_it_is(stock, symbology):
    texts = texts_of(label(FACE, stock, symbology))

    assert texts[0] == "SN-00042"
    assert " ".join(texts[1:]).startswith("Bracket 40217,")
    if stock.name != "avery-22805":  # a square has room for the job alone
        assert "BR-40217 Rev. C" in texts
        assert texts[-1].startswith("Machine")


@every_stock
@given(names, names, names)
def test_nothing_is_drawn_within_the_inset_of_its_edge(stock, job, part, path):
    svg = label(Face("SN-00042", FACE.address, job, path, part), stock, Symbology.QR)

    (code,) = (each for each in elements(svg, "svg") if each.get("x"))
    x, y, size = (float(code.get(name)) for name in ("x", "y", "width"))
    assert stock.inset_x - 0.01 <= x <= stock.width - stock.inset_x - size + 0.01
    assert stock.inset_y - 0.01 <= y <= stock.height - stock.inset_y - size + 0.01
    (group,) = elements(svg, "g")
    for text in elements(svg, "text"):
        size = float(text.get("font-size"))
        width = width_of(text.text, bold=text.get("font-weight") == "bold") * size
        left = float(text.get("x")) - (width / 2 if group.get("text-anchor") == "middle" else 0)
        assert left >= stock.inset_x - 0.05
        assert left + width <= stock.width - stock.inset_x + 0.05
        assert stock.inset_y <= float(text.get("y")) - 0.75 * size
        assert float(text.get("y")) + 0.25 * size <= stock.height - stock.inset_y + 0.05


def test_the_id_is_the_largest_and_nothing_is_too_small_to_print():
    for stock in STOCKS.values():
        sizes = [float(text.get("font-size")) for text in elements(label(FACE, stock, Symbology.QR), "text")]

        assert sizes[0] > max(sizes[1:])
        assert min(sizes) >= SMALLEST


def test_a_label_is_as_large_as_the_stock():
    svg = label(FACE, STOCKS["dymo-99012"], Symbology.QR)

    assert svg.startswith(
        '<svg xmlns="http://www.w3.org/2000/svg" width="89mm" height="36mm" viewBox="0 0 89 36" role="img">'
    )
    assert 'font-variant="tabular-nums"' in svg
    assert "style" not in svg


@pytest.mark.parametrize(
    "name", ['</text><script>alert("1")</script>', "a & b < c", "\x01\x0bx\ufffe", "x\ny\tz", "🔩"]
)
def test_whatever_a_job_is_called_the_drawing_stays_whole(name):
    svg = label(Face("SN-00042", FACE.address, name, name, name), STOCKS["zebra-100x50"], Symbology.QR)

    assert elements(svg, "script") == []
    readable = " ".join(re.sub("[\x01\x0b\ufffe]", "", name).split())
    assert texts_of(svg)[-1] == readable


@given(names, widths)
def test_a_shortened_text_fits_and_says_that_it_is_one(text, width):
    result = shortened(text, width)

    assert width_of(result) <= width or result == "…"
    assert result == text or (result.endswith("…") and text.startswith(result[:-1]))


@given(names, widths, st.integers(1, 4))
def test_a_wrapped_text_keeps_its_words_in_their_order(text, width, most):
    lines = wrapped(text, width, most)

    assert len(lines) <= most
    assert all(width_of(line) <= width or line == "…" for line in lines)
    if not any(line.endswith("…") for line in lines):
        assert " ".join(lines) == " ".join(text.split())
