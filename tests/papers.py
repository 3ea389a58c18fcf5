"""Documents as suppliers send them, and files that only look like some; made when they are asked for."""

from io import BytesIO

from pypdf import PdfReader, PdfWriter

from shopplanr.demo.papers import pdf
from tests.pictures import drawn, encoded

PASSWORD = "mill-1881"


def report(title: str = "Inspection certificate 3.1") -> bytes:
    """Return a PDF of one page; of another title it is another file."""
    return pdf(title, ["Heat 4711", "C 0.12 %"])


def protected(*, user_password: str = PASSWORD) -> bytes:
    """Return a PDF that opens with the password. Without one it opens for everybody, and forbids them to print."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(report("Protected"))))
    writer.encrypt(user_password=user_password, owner_password="owner", algorithm="AES-256")
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def scan(kind: str = "TIFF", pages: int = 1) -> bytes:
    """Return a scanned certificate: a picture of one page or, of a TIFF, of several."""
    more = {"save_all": True, "append_images": [drawn(mode="L") for _ in range(pages - 1)]} if pages > 1 else {}
    return encoded(drawn(mode="L"), kind, **more)
