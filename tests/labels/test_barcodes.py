"""Codes can be read back, from what is drawn and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopplanr.barcodes import TEXT_MAX_LENGTH, Code, Symbology, code_of
from shopplanr.ids import new_job_id, serial_id
from tests.labels.drawing import elements, pixels, read

PIXELS_PER_MODULE = 3

NAMES = {Symbology.QR: "QRCode", Symbology.DATA_MATRIX: "DataMatrix"}
QUIET_ZONE = {Symbology.QR: 4, Symbology.DATA_MATRIX: 1}
"""Modules that scanners need around a code, by the standard of each."""

symbologies = pytest.mark.parametrize("symbology", Symbology)


def picture_of(code: Code):
    return pixels(code.drawn_alone(code.modules, "a code"), PIXELS_PER_MODULE)


serial_ids = st.integers(1, 10**18 - 1).map(serial_id)
texts = st.one_of(
    serial_ids,
    serial_ids.map("https://shop.example:8443/serials/{}".format),
    st.builds(new_job_id),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=80),
)


@symbologies
@given(text=texts)
def test_an_id_an_address_and_any_plain_text_are_read_back(symbology, text):
    assert read(picture_of(code_of(text, symbology))) == [(NAMES[symbology], text)]


@symbologies
def test_a_quiet_zone_is_part_of_it(symbology):
    code = code_of("SN-00042", symbology)
    picture, margin = picture_of(code), QUIET_ZONE[symbology] * PIXELS_PER_MODULE
    dark = picture.point(lambda grey: 255 - grey).getbbox()

    assert dark == (margin, margin, picture.width - margin, picture.height - margin)


@symbologies
def test_they_are_square_and_small(symbology):
    assert code_of("SN-00042", Symbology.DATA_MATRIX).modules == 14 + 2
    assert code_of("https://shop.example.com/serials/SN-00042", Symbology.QR).modules == 29 + 8
    picture = picture_of(code_of("cert_Xq3abcdefghijklm", symbology))
    assert picture.width == picture.height


def test_a_qr_code_bears_losing_some_of_itself():
    """Error correction M; with L, a smudge of this size would be the end."""
    code = code_of("https://shop.example.com/serials/SN-00042", Symbology.QR)
    picture = picture_of(code)
    middle, smudge = picture.width // 2, 3 * PIXELS_PER_MODULE
    picture.paste(255, (middle - smudge, middle - smudge, middle + smudge, middle + smudge))

    assert read(picture) == [("QRCode", "https://shop.example.com/serials/SN-00042")]


@symbologies
def test_nothing_in_it_needs_a_style_or_a_script(symbology):
    svg = code_of("SN-00042", symbology).drawn_alone(20, '"><script>')

    assert "style" not in svg
    assert "<script" not in svg
    assert [path.get("fill") for path in elements(svg, "path")] == ["#fff", "#000"]


@pytest.mark.parametrize("text", ["", "x" * (TEXT_MAX_LENGTH + 1)])
def test_what_no_label_could_hold_is_a_fault_of_the_program(text):
    with pytest.raises(ValueError, match="a code holds 1 to 1000 characters"):
        code_of(text, Symbology.QR)
