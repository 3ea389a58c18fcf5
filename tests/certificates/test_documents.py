"""What a document of a certificate is, by its content, and what it may be called."""

import os
import struct
import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates import documents, file_check, refusals
from certificates.documents import kept_name, look_at, saved_name
from certificates.models import DocumentType
from tests.papers import PASSWORD, protected, report, scan
from tests.pictures import photo

CHECKED_APART = documents.checked_apart
"""As the product has it; tests.conftest has everybody else's documents looked at in this process."""


@pytest.fixture(autouse=True)
def _apart(monkeypatch):
    monkeypatch.setattr(documents, "checked_apart", CHECKED_APART)


def status_of(content: bytes, content_type: str) -> int:
    """Look at a file in this process: what the program answers, without the time that it takes to start."""
    return file_check.status_of(BytesIO(content), content_type)


def kind_of(content: bytes, name: str = "report.pdf") -> str:
    return look_at(BytesIO(content), name, len(content))


def refused(content: bytes, name: str = "report.pdf") -> refusals.DocumentRefusal:
    with pytest.raises(refusals.DocumentRefusal) as caught:
        kind_of(content, name)
    return caught.value


READABLE = {
    "a PDF": (report(), file_check.PDF),
    "a PDF that forbids to print": (protected(user_password=""), file_check.PDF),
    "a PDF with lines behind its end": (report() + b"\r\n" * 100, file_check.PDF),
    "a photo": (photo("JPEG"), file_check.JPEG),
    "a photo with something behind its end": (photo("JPEG") + bytes(500), file_check.JPEG),
    "a JPEG in several passes": (scan("JPEG"), file_check.JPEG),
    "a screenshot": (photo("PNG"), file_check.PNG),
    "a scan": (scan("TIFF"), file_check.TIFF),
    "a scan of many pages": (scan("TIFF", pages=30), file_check.TIFF),
}


@pytest.mark.parametrize("name", READABLE)
def test_what_can_be_opened_is_told_by_its_content(name):
    content, content_type = READABLE[name]

    assert status_of(content, content_type) == file_check.READABLE
    beginning = next(kind for start, kind in documents._BEGINNINGS.items() if content.startswith(start))
    assert beginning == content_type


def test_the_types_are_those_of_the_database():
    assert set(documents.ENDINGS) == set(DocumentType.values)
    assert documents.NAME_MAX_LENGTH == 255


def png_of(width: int, height: int) -> bytes:
    """Return a PNG that says this size, and has no pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def damaged(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


BROKEN = {
    "half a PDF": (report()[:400], file_check.PDF),
    "a PDF without its last line": (report().replace(b"%%EOF", b""), file_check.PDF),
    "nothing but a beginning": (b"%PDF-1.7\n", file_check.PDF),
    "a PDF without a page": (report().replace(b"/Type /Page ", b"/Type /Pare "), file_check.PDF),
    "a PDF whose pages are themselves": (report().replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]"), file_check.PDF),
    "a PDF without a catalog": (report().replace(b"/Pages 2 0 R", b"/Pages 9 0 R"), file_check.PDF),
    "a web page that begins as a PDF": (b"%PDF-<html>startxref<script>%%EOF", file_check.PDF),
    "half a photo": (photo("JPEG")[:-40], file_check.JPEG),
    "a photo without its last mark": (photo("JPEG")[:-2], file_check.JPEG),
    "a photo without pixels": (b"\xff\xd8\xff\xd9", file_check.JPEG),
    "a row of marks": (b"\xff" * 200_000, file_check.JPEG),
    "half a screenshot": (photo("PNG")[:-20], file_check.PNG),
    "a screenshot with a wrong checksum": (damaged(photo("PNG"), 60), file_check.PNG),
    "half a scan": (scan("TIFF")[:-300], file_check.TIFF),
    "a scan without a page": (b"II*\0\x08\0\0\0\0\0\0\0\0\0", file_check.TIFF),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_opened_is_broken(name):
    content, content_type = BROKEN[name]

    assert status_of(content, content_type) == file_check.BROKEN


def test_a_pdf_that_opens_with_a_password_only():
    assert status_of(protected(), file_check.PDF) == file_check.PROTECTED


def test_a_small_file_that_promises_a_large_picture():
    assert status_of(png_of(40_000, 40_000), file_check.PNG) == file_check.TOO_MANY_PIXELS


@given(st.data())
def test_whatever_is_cut_off_or_damaged_is_told_or_taken(data):
    """The answer is always one of the four; no reader's own fault comes out."""
    content, content_type = READABLE[data.draw(st.sampled_from(sorted(READABLE)))]
    place = data.draw(st.integers(0, len(content) - 1))
    changed = data.draw(st.sampled_from([content[:place], damaged(content, place)]))

    assert status_of(changed, content_type) in {
        file_check.READABLE,
        file_check.BROKEN,
        file_check.PROTECTED,
        file_check.TOO_MANY_PIXELS,
    }


# --- Refused, in words

EXECUTABLE = b"MZ\x90\x00\x03" + bytes(300)


@pytest.mark.parametrize(
    ("content", "name", "code", "sentence"),
    [
        (b"", "report.pdf", "document_unreadable", "Document report.pdf is empty"),
        (EXECUTABLE, "report.pdf", "document_type", "Document report.pdf is no PDF, JPEG, PNG or TIFF file"),
        (b"<html><script>", "report.pdf", "document_type", "Document report.pdf is no PDF, JPEG, PNG or TIFF file"),
        (b"GIF89a" + bytes(99), "a.png", "document_type", "Document a.png is no PDF, JPEG, PNG or TIFF file"),
        (
            report()[:300],
            "../half.pdf",
            "document_unreadable",
            "Document half.pdf cannot be read: it is damaged or incomplete",
        ),
        (
            protected(),
            "C:\\mill\\locked.pdf",
            "document_protected",
            "Document locked.pdf is protected with a password; save it without one and add it again",
        ),
        (
            png_of(40_000, 40_000),
            "map.png",
            "document_too_many_pixels",
            "Document map.png has more than 80 megapixels on a page",
        ),
    ],
)
def test_a_refusal_names_the_file(content, name, code, sentence):
    refusal = refused(content, name)

    assert (refusal.message, refusal.code, refusal.status) == (sentence, code, 400)
    assert refusal.errors == {"documents": [sentence]}
    assert PASSWORD not in sentence


def test_one_that_is_too_large_is_refused_before_it_is_looked_at():
    with pytest.raises(refusals.DocumentTooLarge) as caught:
        look_at(BytesIO(b""), "huge.pdf", 60 * 1024 * 1024)

    assert (caught.value.message, caught.value.status) == ("Document huge.pdf is larger than 50 MB", 413)


def test_the_file_can_be_read_from_its_beginning_afterwards(tmp_path):
    class OnDisk(BytesIO):
        """A file as Django's upload handler leaves it."""

        def temporary_file_path(self) -> str:
            path = tmp_path / "upload"
            path.write_bytes(self.getvalue())
            return str(path)

    for file in (BytesIO(report()), OnDisk(report())):
        assert look_at(file, "report.pdf", len(report())) == file_check.PDF
        file.seek(0)
        assert file.read() == report()


# --- The limits of the process that looks


def run_check(program: str) -> int:
    """Run a program behind the limits that the check gives itself."""
    code = f"import sys; sys.path.insert(0, {os.fspath(Path(file_check.__file__).parent)!r}); import file_check\n"
    return subprocess.run([sys.executable, "-I", "-c", code + program], capture_output=True, timeout=60).returncode


def test_a_file_that_takes_too_much_memory_ends_the_process_and_nothing_else():
    greedy = "file_check.status_of = lambda *a: len(bytearray(2 * file_check.MEMORY_BYTES))\nfile_check.main('x')"

    assert run_check(greedy) not in {file_check.READABLE, file_check.PROTECTED}


def test_one_that_takes_too_much_time_too():
    endless = "file_check.CPU_SECONDS = 1\nfile_check.status_of = lambda *a: [0 for _ in iter(int, 1)]\n"

    assert run_check(endless + "file_check.main('x')") < 0  # a signal ended it


def test_a_check_that_was_ended_is_a_file_that_cannot_be_read(monkeypatch, caplog):
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: subprocess.CompletedProcess(a, -9))

    assert refused(report()).code == "document_unreadable"
    assert "status -9" in caplog.text


def test_nor_does_anybody_wait_for_one_that_hangs(monkeypatch, caplog):
    def hangs(*arguments, **options):
        raise subprocess.TimeoutExpired(arguments, options["timeout"])

    monkeypatch.setattr(subprocess, "run", hangs)

    assert refused(report()).code == "document_unreadable"
    assert "took longer" in caplog.text


def test_a_pdf_that_unfolds_to_gigabytes():
    """A table of contents in a stream of zeros, a thousand times as large as the file."""
    bomb = zlib.compress(bytes(100_000_000), 9)
    stream = b"<< /Type /XRef /Size 5 /W [1 2 1] /Root 1 0 R /Filter /FlateDecode /Length %d >>" % len(bomb)
    place = len(b"%PDF-1.5\n")
    content = b"%%PDF-1.5\n7 0 obj\n%s\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % (stream, bomb, place)

    assert refused(content).code == "document_unreadable"


# --- Names


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\mill\\report.pdf", "report.pdf"),
        ("/a\\b/c.pdf", "c.pdf"),
        ("材料試験成績書.pdf", "材料試験成績書.pdf"),
        ("Pru\u0308fzeugnis.pdf", "Prüfzeugnis.pdf"),
        ("report\u202efdp.exe", "reportfdp.exe"),
        ("a\0b\r\nc\x1b.pdf", "abc.pdf"),
        ("x\ud800.pdf", "x.pdf"),
        ("  .report. ", "report"),
        ("<b>&.pdf", "<b>&.pdf"),
        ("..", "document"),
        ("/", "document"),
        ("", "document"),
        ("\u200b\u2066", "document"),
        ("x" * 400 + ".pdf", "x" * 251 + ".pdf"),
        ("x" * 400, "x" * 255),
        ("a." + "x" * 400, "a." + "x" * 253),
    ],
)
def test_a_name_is_kept_for_people_to_read(name, kept):
    assert kept_name(name) == kept


@given(st.text(max_size=300))
def test_no_name_has_a_folder_or_what_cannot_be_seen(name):
    kept = kept_name(name)

    assert 0 < len(kept) <= documents.NAME_MAX_LENGTH
    assert not set(kept) & set("/\\\0\r\n\u202e\u2066")
    assert kept_name(kept) == kept or kept.endswith((" ", ".")) or len(kept) == documents.NAME_MAX_LENGTH
    kept.encode()


@pytest.mark.parametrize(
    ("name", "content_type", "saved"),
    [
        ("report.pdf", file_check.PDF, "report.pdf"),
        ("REPORT.PDF", file_check.PDF, "REPORT.PDF"),
        ("scan.jpeg", file_check.JPEG, "scan.jpeg"),
        ("scan.tiff", file_check.TIFF, "scan.tiff"),
        ("scan.pdf", file_check.JPEG, "scan.pdf.jpg"),
        ("setup.exe", file_check.PDF, "setup.exe.pdf"),
        ("page.html", file_check.PNG, "page.html.png"),
        ("pdf", file_check.PDF, "pdf.pdf"),
        ("成績書", file_check.PDF, "成績書.pdf"),
    ],
)
def test_what_is_saved_ends_in_what_it_is(name, content_type, saved):
    assert saved_name(name, content_type) == saved
