"""Certificates on paper, as PDF files of one page: the same facts make the same file, byte for byte."""

import re
from collections.abc import Mapping, Sequence
from io import BytesIO

from certificates.services import documents

_SAID = {
    "number": ("certificateNumber", "reportNumber"),
    "issuer": ("meltedBy", "supplier", "processor", "laboratory", "approvedBy"),
    "heatLot": ("heatNumber", "lotNumber", "furnaceLoad"),
    "issueDate": ("issuedOn", "calibratedOn"),
    "validFrom": ("calibratedOn",),
    "validTo": ("calibrationDue", "validUntil"),
}
"""Facts of a certificate, and under which of the words of its paper each stands."""

_EN_10204 = re.compile(r"EN 10204.* type ([23]\.[12])")

_TOP, _LEFT, _LINE = 780, 60, 16
"""Points on A4, from below and from the left."""


def facts_said(metadata: Mapping[str, object]) -> dict[str, object]:
    """Return the facts of ``POST /certs`` that stand in the words of a paper."""
    facts = {
        fact: str(next(metadata[name] for name in names if name in metadata))
        for fact, names in _SAID.items()
        if any(name in metadata for name in names)
    }
    kind = _EN_10204.search(str(metadata.get("certificateType", "")))
    return facts | ({"en10204Type": kind[1]} if kind else {})


def uploaded(title: str, metadata: Mapping[str, object]) -> documents.Upload:
    """Return the paper of a certificate as somebody sends it: its words, a line each."""
    content = pdf(title, [f"{name}: {value}" for name, value in metadata.items()])
    number = facts_said(metadata).get("number", "certificate")
    return documents.Upload(f"{number}.pdf", len(content), BytesIO(content))


def pdf(title: str, lines: Sequence[str] = ()) -> bytes:
    """Return a page with a title and these lines. Letters are those of Western Europe."""
    written = [f"/F1 18 Tf {_LEFT} {_TOP} Td {_text(title)} Tj", f"/F1 10 Tf 0 -{2 * _LINE} Td {_LINE} TL"]
    written += [f"{_text(line)} Tj T*" for line in lines]
    content = "\n".join(["BT", *written, "ET"]).encode("cp1252", "replace")
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>"
    return _assembled(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        font,
        b"<< /Font << /F1 5 0 R >> >>",
    )


def _text(line: str) -> str:
    escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"({escaped})"


def _assembled(*objects: bytes) -> bytes:
    """Put numbered objects into a file, and the table behind them that says where each is."""
    file, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(file)
