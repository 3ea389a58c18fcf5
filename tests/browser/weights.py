"""How much a visit to a page brings over the wire."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.browser.windows import ELSEWHERE

if TYPE_CHECKING:
    from playwright.sync_api import Page

FIRST_VISIT_MAX_BYTES = 100_000
REPEAT_VISIT_MAX_BYTES = 30_000

SETTLE_MS = 50
SETTLE_TIMEOUT_SECONDS = 20


@dataclass
class _Wire:
    urls: dict[str, str] = field(default_factory=dict)
    pending: set[str] = field(default_factory=set)
    received: dict[str, int] = field(default_factory=dict)


class Scale:
    """Weighs what a page receives, headers included, as the network delivered it: compressed, and nothing from a cache.

    It listens from its making on, so that has to come before the visit.
    """

    def __init__(self, page: Page):
        self._page = page
        self._wire = _Wire()
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._finished)
        session.on("Network.loadingFailed", lambda event: self._wire.pending.discard(event["requestId"]))
        session.send("Network.enable")

    def visit(self, path: str) -> dict[str, int]:
        """Go there, wait until nothing more comes, and return the bytes of each address that sent any."""
        if urlsplit(self._page.url).path == urlsplit(path).path:
            # Going where one is already would be a reload, which asks for everything anew.
            self._page.goto(ELSEWHERE)
        self._wire = _Wire()
        self._page.goto(path)
        deadline = time.monotonic() + SETTLE_TIMEOUT_SECONDS
        quiet = 0
        while quiet < 2 and time.monotonic() < deadline:
            self._page.wait_for_timeout(SETTLE_MS)  # which also lets the events in
            quiet = 0 if self._wire.pending else quiet + 1
        weights: dict[str, int] = {}
        for request, size in self._wire.received.items():
            url = self._wire.urls[request]
            weights[url] = weights.get(url, 0) + size
        return {url: size for url, size in sorted(weights.items(), key=lambda one: -one[1]) if size}

    def _asked(self, event: dict) -> None:
        request = event["requestId"]
        if "redirectResponse" in event:
            size = int(event["redirectResponse"]["encodedDataLength"])
            self._wire.received[request] = self._wire.received.get(request, 0) + size
        self._wire.urls[request] = event["request"]["url"]
        self._wire.pending.add(request)

    def _finished(self, event: dict) -> None:
        request = event["requestId"]
        self._wire.pending.discard(request)
        if request in self._wire.urls:
            size = self._wire.received.get(request, 0)
            self._wire.received[request] = size + int(event["encodedDataLength"])


def account(weights: dict[str, int]) -> str:
    """Return what weighed how much, the heaviest first."""
    return "\n".join([f"{sum(weights.values()):>8} bytes", *(f"{size:>8} {url}" for url, size in weights.items())])
