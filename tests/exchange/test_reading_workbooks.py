"""Workbooks: what is read of them, and those that are broken, locked, or made to harm whoever opens them."""

import re
import struct
from datetime import UTC, date, datetime

import pytest

from certificates.exchange import workbooks
from certificates.exchange.files import read_file
from certificates.exchange.tables import ROWS_MAX, Unreadable
from tests.exchange.files import archive_of, unpacked, workbook_of

ROWS = [["Type", "Name"], ["material", "Bar"]]
SHEET = "xl/worksheets/sheet1.xml"


def refusal(content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        read_file(content)
    return refused.value.message


def with_sheet(change) -> bytes:
    """Return a workbook whose sheet's XML was changed."""
    files = unpacked(workbook_of(ROWS))
    files[SHEET] = change(files[SHEET].decode()).encode()
    return archive_of(files)


def test_cells_are_what_the_spreadsheet_knows_them_as():
    row = ["text", 4006381333931, 3.1, True, date(2024, 2, 29), datetime(2024, 2, 29, 13, 45, tzinfo=UTC), None, "日本"]

    table = read_file(workbook_of([["a", "b", "c", "d", "e", "f", "g", "h"], [], row]))

    assert table.rows[0].number == 3
    assert list(table.rows[0].cells) == [*row[:5], date(2024, 2, 29), None, "日本"]


def test_formulas_count_by_their_value_and_errors_as_nothing():
    cells = '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="e"><v>#DIV/0!</v></c><c r="C2"><v>1</v></c></row>'

    table = read_file(with_sheet(lambda xml: re.sub(r'<row r="2".*?</row>', cells, xml)))

    assert list(table.rows[0].cells) == [2, None, 1]


def test_the_first_sheet_that_can_be_seen_is_read_and_the_others_are_named():
    table = read_file(workbook_of(ROWS, before=["Secret"], after=["Notes", "Old"], hidden="Secret"))

    assert table.headings.cells == ROWS[0]
    assert table.notes == ("Only the first sheet, Rows, was read; passed over: Notes, Old.",)


def test_an_opendocument_workbook_is_read_too():
    names = ("office", "table", "text")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    rows = "".join(
        f"<table:table-row>{cells}</table:table-row>"
        for cells in (
            "".join(
                f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
                for cell in row
            )
            for row in ROWS
        )
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="One">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<m:file-entry m:full-path="/" m:media-type="{kind}"/></m:manifest>'
    )

    table = read_file(archive_of({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest}))

    assert (table.headings.cells, table.rows[0].cells) == (ROWS[0], ROWS[1])


def locked_workbook() -> bytes:
    """Return the container in which Excel keeps what is protected with a password: a stream of that name is enough."""
    sector = 512
    end, free, fat = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<I", 0) + b"\xff" * 4 * 108
    table = struct.pack("<II", fat, end) + struct.pack("<I", free) * 126

    def entry(name: str, kind: int, child: int) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        links = struct.pack("<BBIII", kind, 1, free, free, child)
        return text.ljust(64, b"\0") + struct.pack("<H", len(text)) + links + bytes(36) + struct.pack("<IQ", end, 0)

    folder = entry("Root Entry", 5, 1) + entry("EncryptedPackage", 2, free) + bytes(256)
    content = header + table + folder
    assert len(content) == 3 * sector
    return content


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (locked_workbook(), "The workbook is protected with a password. Save it without one."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "The workbook is broken, or none."),
        (b"PK\x03\x04 and no more", "The workbook is broken, or none."),
        (workbook_of(ROWS)[:-500], "The workbook is broken, or none."),
        (archive_of({"word/document.xml": "<w/>"}), "The workbook is broken, or none."),
        (with_sheet(lambda xml: xml[: len(xml) // 2]), "The workbook is broken, or none."),
        (workbook_of([]), "The file is empty."),
        (workbook_of(ROWS[:1]), "The file has headings and no row below them."),
    ],
    ids=["locked", "no workbook", "cut off", "cut short", "a letter", "half a sheet", "nothing", "headings only"],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(content, sentence):
    assert sentence in refusal(content)


def test_more_rows_than_are_allowed_are_refused():
    assert "more than 10,000 rows" in refusal(workbook_of([["Type"], *([["material"]] * (ROWS_MAX + 1))]))


def test_an_archive_that_says_that_it_becomes_too_large_is_not_opened(monkeypatch):
    monkeypatch.setattr(workbooks, "_ask", lambda content: pytest.fail("it was opened"))
    bomb = archive_of(unpacked(workbook_of(ROWS)) | {"xl/media/zeros": bytes(workbooks.UNPACKED_MAX_BYTES)})

    assert len(bomb) < 200_000
    assert refusal(bomb) == workbooks.TOO_LARGE


def test_an_archive_that_lies_about_its_size_is_refused():
    """The sheet unpacks into 3 MB, and says that it has 1,000 bytes."""
    piece = b"<c t='inlineStr'><is><t>" + b"x" * 1000 + b"</t></is></c>"
    head, tail = b'<worksheet><sheetData><row r="1">', b"</row></sheetData></worksheet>"
    honest = archive_of(unpacked(workbook_of(ROWS)) | {SHEET: head + piece * 3000 + tail})
    size = struct.pack("<I", len(head) + len(piece) * 3000 + len(tail))
    assert honest.count(size) == 2

    assert "broken, or none" in refusal(honest.replace(size, struct.pack("<I", 1000)))


def test_a_sheet_that_claims_to_be_as_large_as_there_can_be_is_refused():
    """Two cells in opposite corners: whoever makes room for all between them needs half a terabyte."""
    corner = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'

    assert refusal(with_sheet(lambda xml: xml.replace("</sheetData>", corner))) == workbooks.TOO_LARGE


def test_a_workbook_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(workbooks, "_SECONDS_MAX", 0)

    assert refusal(workbook_of(ROWS)) == workbooks.TOO_LARGE
