"""CSV as spreadsheets and programs write it: what is read of it, and what is refused with a sentence."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.exchange.csv_files import NOT_UTF8
from certificates.exchange.files import read_file
from certificates.exchange.tables import COLUMNS_MAX, FILE_MAX_BYTES, ROWS_MAX, Row, Table, Unreadable, column_name
from shopplanr import csv_lines
from shopplanr.spreadsheets import guarded, guarded_again, unguarded
from tests.exchange.files import csv_of

ROWS = [["GTIN", "Name"], ["96385074", "Größe, Ä"], ["4006381333931", "a;b\tc"]]


def refusal(content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        read_file(content)
    return refused.value.message


def read(content: bytes) -> list[list]:
    table = read_file(content)
    return [list(table.headings.cells), *(list(row.cells) for row in table.rows)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_delimiter_and_unicode_encoding_is_understood_by_itself(delimiter, encoding):
    content = csv_of(ROWS, delimiter, encoding)

    assert read(content) == ROWS
    assert read_file(content).notes == ()


def test_what_is_not_unicode_is_read_as_windows_writes_it_and_that_is_said():
    table = read_file(csv_of(ROWS, ";", "cp1252"))

    assert table.rows[0].cells == ["96385074", "Größe, Ä"]
    assert table.notes == (NOT_UTF8,)


def test_a_line_that_names_the_delimiter_is_understood():
    assert read(b"sep=|\r\nGTIN|Name\r\n96385074|a,b;c\r\n") == [["GTIN", "Name"], ["96385074", "a,b;c"]]


def test_rows_are_numbered_as_a_spreadsheet_numbers_them_and_blank_ones_passed_over():
    table = read_file(b'\r\nGTIN,Name\r\n,\r\n1,"two\r\nlines"\r\n\r\n  ,\t\r\n2,b,,,\r\n')

    assert table.headings == Row(2, ["GTIN", "Name"])
    assert table.rows == [Row(4, ["1", "two\r\nlines"]), Row(7, ["2", "b"])]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b" \r\n\t", "The file is empty."),
        (b",,\r\n,,", "The file is empty."),
        (b"GTIN,Name\r\n,\r\n", "The file has headings and no row below them."),
        (b"<html><table><tr><td>GTIN", "This is a web page or XML"),
        (b"%PDF-1.7\n\x00\x01\x02", "neither CSV nor an Excel workbook"),
        (b"MZ\x90\x00\x03", "neither CSV nor an Excel workbook"),
        (b"GTIN\r\n\x81\x8d", "in no encoding that is known here"),
        (b"\xff\xfeG\x00T\x00I", "says that it is in Unicode, and is not"),
        (b'GTIN,Name\r\n1,"never closed\r\n2,b\r\n', "Row 2 cannot be read: a quotation mark is opened there"),
        (b'GTIN,Name\r\n1,"a"b\r\n', "Row 2 cannot be read"),
        (b"GTIN\r\n" + b"x" * 200_000, "Row 2 cannot be read: a cell has more than 131,072 characters"),
        (b"," * COLUMNS_MAX + b"x\r\n1", f"Row 1 has {COLUMNS_MAX + 1} columns; a file can have {COLUMNS_MAX}."),
        (b"x" * (FILE_MAX_BYTES + 1), "The file is larger than 10 MB."),
        (b"GTIN\r\n" + b"1\r\n" * (ROWS_MAX + 1), "The file has more than 10,000 rows."),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else "",
)
def test_what_cannot_be_read_is_refused_with_a_sentence(content, sentence):
    assert sentence in refusal(content)


def test_as_many_rows_as_are_allowed_are_read():
    assert len(read_file(b"GTIN\r\n" + b"1\r\n" * ROWS_MAX).rows) == ROWS_MAX


@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_be_refused(content):
    try:
        table = read_file(content)
    except Unreadable as unreadable:
        assert unreadable.message
    else:
        assert Table.unpacked(table.packed()).rows == table.rows


TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("'=+-@\t\r\n"), max_size=12)


@given(TEXTS)
def test_no_text_is_a_formula_in_the_file_and_every_text_comes_back(text):
    assert not str(guarded(text)).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(guarded(text)) == text
    assert unguarded(guarded_again(text)) == text


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), min_size=1, max_size=4))
def test_a_csv_file_of_ours_holds_what_was_written(rows):
    written = "".join(csv_lines.lines(["a", "b"], rows))

    read = list(csv.reader(io.StringIO(written[1:], newline="")))

    assert [[unguarded(cell) for cell in cells] for cells in read[1:]] == rows


def test_columns_are_named_as_in_a_spreadsheet():
    assert [column_name(place) for place in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
