"""How a page fits its screen: nothing sticks out, nothing is cut off, fingers and eyes find what they need."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.excuses import CUT, TARGET, TEXT, Excuse, selectors
from tests.browser.windows import Size

if TYPE_CHECKING:
    from playwright.sync_api import Page

SMALLEST_TARGET_PX = 48
SMALLEST_TEXT_PX = 16


@cache
def _script() -> str:
    return Path(__file__).with_name("layout.js").read_text(encoding="utf-8")


def layout_findings(page: Page, size: Size, excuses: Iterable[Excuse] = ()) -> list[str]:
    """Return what does not fit, a line for each element. ``size`` is what the window has now.

    Looked at are the whole page for its width and for text that is cut off; and in its main part targets of less than
    48 px where fingers are (a control's label and its own layers count as part of it, a link within a sentence needs
    no such size), and text of less than 16 px.
    """
    excuses = tuple(excuses)
    return page.evaluate(
        _script(),
        {
            "width": size.width,
            "touch": size.touch,
            "smallest": SMALLEST_TARGET_PX,
            "text": SMALLEST_TEXT_PX,
            "excused": {of: selectors(excuses, of) for of in (TARGET, TEXT, CUT)},
        },
    )


def fits(page: Page, size: Size, excuses: Iterable[Excuse] = ()) -> None:
    """Fail with what does not fit the window."""
    findings = layout_findings(page, size, excuses)
    assert not findings, "\n".join([f"{page.url} on a {size.name}:", *findings])
