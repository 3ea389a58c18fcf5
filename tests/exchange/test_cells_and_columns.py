"""What a spreadsheet made of what somebody typed, and the headings above it."""

from datetime import date

import pytest

from certificates.exchange import cells
from certificates.exchange.cells import Assumed, UnusableCell
from certificates.exchange.columns import placed
from certificates.exchange.kinds import KINDS
from certificates.exchange.tables import Row, Unreadable
from certificates.models import ImportKind
from certificates.services import assignments, catalogue, products


@pytest.mark.parametrize(
    ("cell", "text"),
    [(None, ""), (4711.0, "4711"), (3.1, "3.1"), (True, "TRUE"), (-5.0, "-5"), ("'=1+1", "=1+1"), ("''=x", "'=x")],
)
def test_a_text_column_takes_what_a_spreadsheet_made_of_a_text(cell, text):
    assert cells.text(cell) == text


@pytest.mark.parametrize(
    ("read", "cell", "sentence"),
    [
        (cells.text, date(2024, 3, 1), "A spreadsheet made a date of this (2024-03-01)."),
        (cells.text, 1234567890123456789.0, "keeps 15 digits of a number, and this has 19"),
        (cells.gtin, "4.00638E+12", "A spreadsheet shortened this number to 4.00638E+12."),
        (cells.gtin, "4,00638E+12", "A spreadsheet shortened this number to 4,00638E+12."),
        (cells.gtin, "1E+999999999", "A spreadsheet shortened this number"),
        (cells.json_object, "{heat: 1}", "This is not valid JSON."),
        (cells.json_object, '{"a": 1e999}', "This holds a number that does not fit in 64 bits."),
    ],
)
def test_what_cannot_be_undone_is_said(read, cell, sentence):
    with pytest.raises(UnusableCell, match=r"^") as refused:
        read(cell)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("cell", "digits"),
    [
        ("4006381333931", "4006381333931"),
        (4006381333931.0, "4006381333931"),
        (4006381333931, "4006381333931"),
        ("4.006381333931E+12", "4006381333931"),
        (" 96385074 ", "96385074"),
        ("", ""),
        ("abc", "abc"),
    ],
)
def test_a_number_that_is_whole_is_taken_as_it_is(cell, digits):
    assert cells.gtin(cell) == digits


@pytest.mark.parametrize("cell", [12345678905, 12345678905.0, "12345678905"])
def test_zeros_that_a_spreadsheet_took_from_a_gtin_are_put_back_and_said(cell):
    assert cells.gtin(cell) == Assumed(
        "00012345678905",
        "12345678905 has lost its zeros on the left, as spreadsheets take them away; read as 00012345678905.",
    )


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (date(2024, 2, 29), date(2024, 2, 29)),
        ("2024-02-29", "2024-02-29"),
        ("2024-02-29 00:00:00", "2024-02-29"),
        ("2024-02-29T00:00", "2024-02-29"),
        ("2024-02-29 13:00:00", "2024-02-29 13:00:00"),
        (45000.0, "45000"),
        ("", None),
    ],
)
def test_a_day_is_a_date_or_iso_text_and_nothing_is_guessed(cell, day):
    assert cells.day(cell) == day


def test_countries_stand_between_commas_semicolons_or_blanks():
    assert cells.words(" US, ca;DE  FR,") == ["US", "ca", "DE", "FR"]
    assert cells.words(" ") == []


# --- Headings

PRODUCTS = KINDS[ImportKind.PRODUCTS].columns


def places(*headings: str, rows=()) -> dict[int, str]:
    return {place: column.field for place, column in placed(Row(1, headings), rows, PRODUCTS).items()}


def test_columns_stand_in_any_order_and_their_words_in_any_spelling():
    assert places("description", " NAME ", "g-tin") == {0: "description", 1: "name", 2: "gtin"}


def test_everything_that_is_wrong_with_the_columns_is_said_at_once():
    rows = [Row(2, ["1", "2", "3", "4", "5"])]

    with pytest.raises(Unreadable) as refused:
        places("Name", "Colour", "name", "", "Description", rows=rows)

    assert refused.value.sentences == (
        "Column B, Colour, is unknown.",
        "Name is there twice: columns A and C.",
        "Column D has no heading.",
        "Column GTIN is missing.",
        "There can be: GTIN, Name, Description.",
    )


def test_a_column_without_a_heading_and_without_cells_is_passed_over():
    assert places("GTIN", "", "Name", rows=[Row(2, ["1", None, "x"])]) == {0: "gtin", 2: "name"}


@pytest.mark.parametrize("kind", KINDS.values(), ids=[str(name) for name in KINDS])
def test_headings_and_fields_are_told_apart(kind):
    names = [column.heading.casefold() for column in kind.columns]
    assert len(set(names)) == len(names)
    for column in kind.columns:
        assert placed(
            Row(1, [*(each.heading for each in kind.columns if each.required and each != column), column.field]),
            [],
            kind.columns,
        )


def test_every_field_of_the_services_has_a_column():
    fields = {kind: {column.field for column in each.columns} for kind, each in KINDS.items()}
    assert fields[ImportKind.PRODUCTS] == {"gtin", *products.CHANGEABLE}
    assert fields[ImportKind.CERTIFICATIONS] == set(catalogue.FIELDS)
    assert fields[ImportKind.ASSIGNMENTS] == {"gtin", "product_name", "certification_id", *assignments.FACTS}
