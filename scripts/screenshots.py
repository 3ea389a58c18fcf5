"""Draws the pages of tests/browser/pages.py into docs/screenshots, at three sizes and in both themes.

    make screenshots                                    every page
    PAGES=station,board make screenshots                some of them
    SCREENSHOTS=/some/folder make screenshots           somewhere else, to look at while working on them

The shop is the demo, in a database of its own that goes afterwards, and it is always the same moment there: what comes
out differs only where a page does, and only then is a file written anew. A page that complains in the browser's console
is drawn, and named at the end.
"""

import io
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts import chromium  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"

# A Tuesday, in the middle of the morning shift.
MOMENT = datetime.fromisoformat("2026-03-10T09:40:00+00:00")

LARGEST_BYTES = 60_000
COLOURS = (256, 128, 64, 32)
INVISIBLE = 8
"""Of 256 shades."""


def squeezed(picture: bytes) -> bytes:
    """Return a PNG with a palette: as many colours as go into ``LARGEST_BYTES``, and no fewer than the last choice."""
    from PIL import Image

    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in COLOURS:
        file = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        if file.tell() <= LARGEST_BYTES:
            break
    return file.getvalue()


def is_drawn_already(path: Path, picture: bytes) -> bool:
    """Tell whether the file shows the same: a few shades at an edge differ from one drawing to the next."""
    from PIL import Image, ImageChops

    if not path.exists():
        return False
    with Image.open(path) as old, Image.open(io.BytesIO(picture)) as new:
        if old.size != new.size:
            return False
        difference = ImageChops.difference(old.convert("RGB"), new.convert("RGB"))
    return max(most for _, most in difference.getextrema()) <= INVISIBLE


def chosen_pages(text: str) -> list:
    """Return the pages that PAGES asks for, where it is empty those that belong into the folder."""
    from tests.browser.pages import PAGES

    names = text.replace(",", " ").split()
    known = {shown.name: shown for shown in PAGES}
    if unknown := [name for name in names if name not in known]:
        sys.exit(f"There is no page {', '.join(unknown)}. There are {', '.join(known)}.")
    return [known[name] for name in names] or [shown for shown in PAGES if shown.is_photographed]


def draw(shown, window, site) -> Iterator[tuple[str, bytes]]:
    """Give the name and the picture of each size and theme."""
    from tests.browser.windows import DESKTOP, PHONE, TABLET, THEMES, set_theme

    for size in (TABLET, PHONE, DESKTOP):
        if size not in shown.sizes:
            continue
        page, path = shown.open(site, window, size)
        page.clock.set_fixed_time(MOMENT)
        page.goto(path, wait_until="networkidle")
        for theme in THEMES:
            set_theme(page, theme)
            yield f"{shown.name}-{size.name}-{theme}.png", page.screenshot(animations="disabled")
        window.close()


def main() -> None:
    if why_not := chromium.obstacle():
        sys.exit(f"No page can be drawn. {why_not}")
    folder = Path(os.environ.get("SCREENSHOTS") or FOLDER)
    with tempfile.TemporaryDirectory(prefix="shopplanr-screenshots-") as temporary:
        from tests.live.database import SqliteDatabase

        database = SqliteDatabase(Path(temporary) / "shop.sqlite3")
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "shopplanr.settings",
            "DATABASE_URL": database.url,
            "SECRET_KEY": secrets.token_urlsafe(48),
            "LOG_LEVEL": "WARNING",
            # The server is spoken to without TLS.
            "SECURE_COOKIES": "0",
            # The browser's driver runs an event loop here, in which Django would not work otherwise.
            "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        }
        import django

        django.setup()
        pages = chosen_pages(os.environ.get("PAGES", ""))
        complaints = draw_all(pages, database, Path(temporary) / "server.log", folder)
    print(f"{len(pages)} pages in {folder}")
    if complaints:
        sys.exit("\n".join(["Behind the pages:", *complaints]))


def draw_all(pages: list, database, log: Path, folder: Path) -> list[str]:
    """Draw the pages into the folder; return what went on behind them and should not have."""
    from tests.browser.sites import Site
    from tests.browser.store import stock
    from tests.browser.watch import Watch
    from tests.browser.windows import Windows, launched

    told = {"TOLD_TIME": MOMENT.isoformat()}
    uploads = log.with_name("uploads")
    stock(database, uploads, parts=0, **told)
    folder.mkdir(parents=True, exist_ok=True)
    watch = Watch()
    site = Site(database, log, uploads, **told).start()
    try:
        with launched() as browser:
            window = Windows(browser, site, watch)
            for shown in pages:
                for name, picture in draw(shown, window, site):
                    small = squeezed(picture)
                    if not is_drawn_already(folder / name, small):
                        (folder / name).write_bytes(small)
                    print(f"{name:<44} {len(small) / 1000:6.1f} kB", flush=True)
    finally:
        site.stop()
    return watch.findings()


if __name__ == "__main__":
    main()
