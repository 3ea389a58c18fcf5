"""The browser, and the windows that a test opens in it: their sizes, themes and people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from scripts import chromium
from shopplanr.floor import device
from tests.browser.people import sign_in
from tests.browser.sites import Site
from tests.browser.watch import Watch

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

PATIENCE_MS = 15_000
"""For what a page does; a busy machine needs it, a page that works does not."""

SWITCHES = (
    "--headless=new",
    "--no-sandbox",  # which root must not have
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Letters as wide on one machine as on the other.
    "--font-render-hinting=none",
    # Nothing leaves this machine. A route handler would do it too, but it switches the browser's cache off, and then
    # nobody could tell what a second visit costs. ``Watch`` sees who tries.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@dataclass(frozen=True, slots=True)
class Size:
    """A screen, in CSS pixels. ``touch`` is a finger: no hover, a coarse pointer, the viewport of a mobile device."""

    name: str
    width: int
    height: int
    touch: bool = True

    @property
    def viewport(self) -> dict[str, int]:
        """Return the size as the browser wants it."""
        return {"width": self.width, "height": self.height}


ELSEWHERE = "/static/shopplanr/favicon.svg"
"""A place of the site where nothing happens. A place outside it would cost a process of its own."""

TABLET = Size("tablet", 1280, 800)
TABLET_UPRIGHT = Size("tablet-upright", 800, 1280)
PHONE = Size("phone", 390, 844)
DESKTOP = Size("desktop", 1440, 900, touch=False)

TOUCH_SIZES = (TABLET, TABLET_UPRIGHT, PHONE)

LIGHT, DARK = "light", "dark"
THEMES = (LIGHT, DARK)


@contextmanager
def launched() -> Iterator[Browser]:
    """Run the system's Chromium for the length of the block."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(SWITCHES))
        try:
            yield browser
        finally:
            browser.close()


class Windows:
    """Opens windows on one site, each a device of its own with its own cookies and cache, and closes them all."""

    def __init__(self, browser: Browser, site: Site, watch: Watch):
        self._browser, self._site, self._watch = browser, site, watch
        self._contexts: list[BrowserContext] = []

    def __call__(
        self,
        size: Size = TABLET,
        theme: str = LIGHT,
        *,
        who: str | None = None,
        station: str | None = None,
        scripts: bool = True,
    ) -> Page:
        """Open a window; addresses that it goes to may begin with a slash.

        ``theme`` is what the system prefers. ``who`` is signed in, by username. The device stands at ``station``.
        ``scripts=False`` runs no JavaScript. Animations are off, as for people who ask for that.
        """
        context = self._browser.new_context(
            base_url=self._site.url,
            viewport=size.viewport,
            has_touch=size.touch,
            is_mobile=size.touch,
            color_scheme=theme,
            reduced_motion="reduce",
            java_script_enabled=scripts,
            locale="en-US",
            timezone_id="UTC",
        )
        self._contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        self._watch.over(context, self._site.url)
        self.furnish(context, who, station)
        return context.new_page()

    def furnish(self, context: BrowserContext, who: str | None, station: str | None) -> None:
        """Sign somebody in on the device, and have it stand somewhere."""
        if who:
            sign_in(context, self._site, who)
        if station:
            remember(context, self._site.url, device.STATION, station)

    @property
    def pages(self) -> list[Page]:
        """Return what is open."""
        return [page for context in self._contexts for page in context.pages]

    def photograph(self, folder: Path, name: str) -> list[Path]:
        """Keep a picture of each window; return where."""
        folder.mkdir(parents=True, exist_ok=True)
        pictures = []
        for number, page in enumerate(self.pages, start=1):
            path = folder / f"{name}-{number}.png"
            page.screenshot(path=path)
            pictures.append(path)
        return pictures

    def close(self) -> None:
        """Close every window."""
        while self._contexts:
            self._contexts.pop().close()


class Devices:
    """Two windows that stay open from test to test, one for fingers and one on a desk, each time as if it were new.

    A new window takes half a second of a processor and an old one nothing, which counts where every page is looked at.
    Tests that leave something in a window, such as a ``Cost``, open windows of their own.
    """

    def __init__(self, browser: Browser, site: Site):
        self.watch = Watch()
        self._site, self._windows = site, Windows(browser, site, self.watch)
        self._open: dict[bool, tuple[Page, CDPSession]] = {}

    def __call__(self, size: Size = TABLET, *, who: str | None = None, station: str | None = None) -> Page:
        """Return the window at this size, light, without any cookie or cached file but those of ``who``."""
        if size.touch not in self._open:
            page = self._windows(size)
            self._open[size.touch] = page, page.context.new_cdp_session(page)
        page, session = self._open[size.touch]
        page.goto(ELSEWHERE)  # whatever the last page did by itself comes to an end
        page.context.clear_cookies()
        session.send("Network.clearBrowserCache")
        session.send("Storage.clearDataForOrigin", {"origin": self._site.url, "storageTypes": "all"})
        page.emulate_media(color_scheme=LIGHT)
        page.set_viewport_size(size.viewport)
        self._windows.furnish(page.context, who, station)
        self.watch.forget()
        return page

    def photograph(self, folder: Path, name: str) -> list[Path]:
        """Keep a picture of each window; return where."""
        return self._windows.photograph(folder, name)

    def close(self) -> None:
        """Close both."""
        self._windows.close()


_STILL = """
() => {
  const moving = () => document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
  // What inherits a colour that has arrived sets out for it only then.
  for (let turn = 0; turn < 20 && moving().length; turn += 1) moving().forEach((one) => one.finish());
}
"""


def be_still(page: Page) -> None:
    """Have every transition be at its end, as it is a moment later: colours halfway are nobody's choice."""
    page.evaluate(_STILL)


def resize(page: Page, size: Size) -> None:
    """Make the window another size of the same kind: a tablet that is turned, a phone in its place."""
    page.set_viewport_size(size.viewport)
    be_still(page)


def set_theme(page: Page, theme: str) -> None:
    """Have the system prefer the theme from now on, as at nightfall; nothing is loaded anew."""
    page.emulate_media(color_scheme=theme)
    be_still(page)


def switch_theme(page: Page, theme: str) -> None:
    """Have the device remember the theme as the switch in the menu does: it shows from the next page on."""
    remember(page.context, page.url, device.THEME, theme)


def remember(context: BrowserContext, url: str, name: str, value: str) -> None:
    """Have the device remember something, in the words of ``shopplanr.floor.device``."""
    context.add_cookies([{"name": name, "value": quote(value), "url": url, "sameSite": "Lax"}])


@contextmanager
def offline(page: Page) -> Iterator[None]:
    """Cut the connection of the window's device for the length of the block."""
    page.context.set_offline(True)
    try:
        yield
    finally:
        page.context.set_offline(False)
