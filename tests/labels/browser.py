"""A real Chromium, shown pages that Django's test client has fetched before: no server, and no database meanwhile."""

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None)

SITE = "https://testserver"

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass
class Fetched:
    """Answers by address, those that a page loads included; ``missing`` are the addresses that nobody fetched."""

    answers: dict[str, dict] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def add(self, client: Client, path: str) -> str:
        """Fetch a page and what it loads; return its address for the browser."""
        response = client.get(path, secure=True)
        headers = {name: value for name, value in response.items() if name != "Content-Encoding"}
        self.answers[path] = {"status": response.status_code, "headers": headers, "body": response.content}
        if response["Content-Type"].startswith("text/html"):
            for linked in re.findall(r'(?:href|src)="(/[^"#]+\.(?:css|js|svg))', response.content.decode()):
                self.add_linked(client, linked)
        return SITE + path

    def add_linked(self, client: Client, path: str) -> None:
        """Fetch what a page loads."""
        if not path.startswith("/static/"):
            self.add(client, path)
        elif found := finders.find(path.removeprefix("/static/")):
            file = Path(found)
            self.answers[path] = {"body": file.read_bytes(), "content_type": _TYPES[file.suffix]}

    def answer(self, route) -> None:
        """Give the browser what was fetched (a handler of Playwright's)."""
        address = urlsplit(route.request.url)
        path = address.path + (f"?{address.query}" if address.query else "")
        if route.request.url.startswith(f"{SITE}/") and path in self.answers:
            route.fulfill(**self.answers[path])
        else:
            self.missing.append(route.request.url)
            route.abort()


@contextmanager
def shown(fetched: Fetched, **options) -> Iterator:
    """Yield a tab of Chromium that can go wherever was fetched; ``options`` are Playwright's of a page.

    Skips the test where there is no browser. Fails it where a page loads what is not there, or breaks its own
    Content-Security-Policy.
    """
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    complaints: list[str] = []
    with sync_api.sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        try:
            page = browser.new_page(**options)
            page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
            page.route("**/*", fetched.answer)
            yield page
        finally:
            browser.close()
    assert fetched.missing == []
    assert [text for text in complaints if "400 (Bad Request)" not in text] == []


def pages_of(pdf: bytes) -> list[tuple[float, float]]:
    """Return width and height in millimetres of every page of a PDF that Chromium wrote."""
    objects = pdf + b"".join(_inflated(pdf))
    boxes = re.findall(rb"/Type\s*/Page\b[^s].*?/MediaBox\s*\[([^\]]*)\]", objects, re.DOTALL)
    sizes = [[float(number) for number in box.split()] for box in boxes]
    return [((right - left) / 72 * 25.4, (top - bottom) / 72 * 25.4) for left, bottom, right, top in sizes]


def _inflated(pdf: bytes) -> Iterator[bytes]:
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            yield zlib.decompress(stream)
        except zlib.error:  # not compressed, or with a key of its own
            continue
