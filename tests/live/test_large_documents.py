"""A certificate of 45 MB at a real server: it is kept and served whole, and never in the server's memory."""

import hashlib
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from tests.live.memory import memory
from tests.papers import report

MB = 1024 * 1024
DOCUMENT_BYTES = 45 * MB
GROWTH_MAX_BYTES = 15 * MB


def large_report() -> bytes:
    """Return a PDF with an attachment that makes it so large."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(report())))
    writer.add_attachment("readings.bin", bytes(DOCUMENT_BYTES))
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells how much memory a process has had")
def test_a_document_of_45_mb_is_kept_and_served_without_being_held(server, client, shop):
    certificate = shop.post("certs", 201, type="material", name="Mill certificate", userId="dana")["id"]
    send(client, certificate, report())
    content = large_report()
    before = memory(server)

    (kept,) = send(client, certificate, content)

    assert (kept["bytes"], kept["digest"]) == (len(content), hashlib.sha256(content).hexdigest())
    served = client.get(kept["url"])
    assert hashlib.sha256(served.content).hexdigest() == kept["digest"]
    assert memory(server) - before < GROWTH_MAX_BYTES


def send(client, certificate: str, content: bytes) -> list[dict]:
    files = [("documents", ("certificate.pdf", content, "application/pdf"))]
    response = client.post(f"/api/certs/{certificate}/documents", data={"userId": "dana"}, files=files)
    assert response.status_code == 201, response.text
    return response.json()
