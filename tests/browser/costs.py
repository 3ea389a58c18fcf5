"""What a task costs the person who does it: taps, scans, and pages that load anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.browser.scanner import scans_of

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

# A finger or a mouse that comes down is a tap, wherever. Choosing from a list is done by the system's own window, of
# which the page only hears the end: one tap opens it, one chooses.
_COUNT_TAPS = """
(() => {
  const say = (target) => {
    const it = target.closest?.("button, a, label, summary, input, select, textarea") ?? target;
    const words = it.getAttribute?.("aria-label") || it.innerText || it.getAttribute?.("name") || "";
    return `${it.localName} "${words.trim().replace(/\\s+/g, " ").slice(0, 40)}"`;
  };
  addEventListener("pointerdown", (event) => event.isTrusted && __tapped(say(event.target)), true);
  addEventListener("change", (event) => {
    if (event.isTrusted || event.target.localName !== "select") return;
    __tapped(say(event.target));
    __tapped("its choice");
  }, true);
})();
"""


class Cost:
    """Counts on one page, from its making on; it has to be made before the page goes anywhere."""

    def __init__(self, page: Page):
        self._page = page
        self._taps: list[str] = []
        self._loads: list[str] = []
        page.expose_binding("__tapped", lambda source, what: self._taps.append(what))
        page.add_init_script(_COUNT_TAPS)
        page.on("request", self._asked)

    def _asked(self, request: Request) -> None:
        # A redirect belongs to the load that it is part of.
        if request.is_navigation_request() and request.redirected_from is None:
            if request.frame == self._page.main_frame:
                self._loads.append(f"{request.method} {request.url}")

    @contextmanager
    def at_most(self, *, taps: int = 0, scans: int = 0, loads: int = 0) -> Iterator[None]:
        """Have what is done within the block cost no more. The block waits itself for what the task brings about."""
        before = len(self._taps), scans_of(self._page), len(self._loads)
        yield
        # The page has told of each tap before it answers this.
        self._page.evaluate("0")
        tapped, loaded = self._taps[before[0] :], self._loads[before[2] :]
        scanned = scans_of(self._page) - before[1]
        assert (len(tapped) <= taps, scanned <= scans, len(loaded) <= loads) == (True, True, True), (
            f"{len(tapped)} taps ({taps} allowed): {', '.join(tapped) or 'none'}; "
            f"{scanned} scans ({scans} allowed); "
            f"{len(loaded)} loads ({loads} allowed): {', '.join(loaded) or 'none'}"
        )
