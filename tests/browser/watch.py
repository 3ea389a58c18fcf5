"""What must not happen behind a page: an error in the console, a call to another host, a fault of the server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

OWN_SCHEMES = {"data", "blob", "about"}
"""What never leaves the browser."""

ICON = "/favicon.ico"
"""What the browser asks for by itself where a document names no icon, as a picture does not. Pages of ours name one."""


class Watch:
    """Collects complaints over all the windows of a test. ``findings()`` at its end must be empty.

    Errors in the console are among them, and so every answer of 400 and above to a script, and whatever a content
    security policy refuses. A test in which one has to come says so: ``watch.expect("status of 409")``.
    """

    def __init__(self):
        self._complaints: list[str] = []
        self._expected: list[str] = []
        self._allowed: list[str] = []

    def over(self, context: BrowserContext, origin: str) -> None:
        """Watch every page of the context; all that it asks for has to come from ``origin``."""
        place = urlsplit(origin).netloc
        icon = f"{origin}{ICON}"

        def asked(request: Request) -> None:
            url = urlsplit(request.url)
            if url.scheme not in OWN_SCHEMES and url.netloc != place:
                self._complaints.append(f"asked another host: {request.url}")

        def said(message: ConsoleMessage) -> None:
            if message.type == "error" and message.location["url"] != icon:
                where = f" ({message.location['url']})" if message.location["url"] else ""
                self._complaints.append(f"console: {message.text}{where}")

        def thrown(error: WebError) -> None:
            self._complaints.append(f"script: {error.error}")

        def answered(response: Response) -> None:
            if response.status >= 500:
                self._complaints.append(f"server: {response.status} for {response.request.method} {response.url}")

        context.on("request", asked)
        context.on("console", said)
        context.on("weberror", thrown)
        context.on("response", answered)
        context.on(
            "page", lambda page: page.on("websocket", lambda socket: self._complaints.append(f"socket: {socket.url}"))
        )

    def expect(self, pattern: str) -> None:
        """Say that a complaint that matches has to come, once or more often."""
        self._expected.append(pattern)

    def allow(self, pattern: str) -> None:
        """Say that a complaint that matches may come: where the browser has a choice, as when it is offline."""
        self._allowed.append(pattern)

    def forget(self) -> None:
        """Begin anew."""
        for kept in (self._complaints, self._expected, self._allowed):
            kept.clear()

    def findings(self) -> list[str]:
        """Return what came unexpectedly, and what was expected and did not come."""
        known = [*self._expected, *self._allowed]
        unexpected = [text for text in self._complaints if not any(re.search(pattern, text) for pattern in known)]
        missing = [
            f"expected, and did not come: {pattern}"
            for pattern in self._expected
            if not any(re.search(pattern, text) for text in self._complaints)
        ]
        return list(dict.fromkeys(unexpected)) + missing
