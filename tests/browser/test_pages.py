"""Every page of the table, as fingers, a mouse and a keyboard meet it, in both themes, with 5,000 parts in the shop."""

import os

import pytest

from tests.browser.accessibility import axe_findings
from tests.browser.alike import ALIKE_LOOKED_AT
from tests.browser.keys import walk
from tests.browser.looks import layout_findings
from tests.browser.pages import PAGES
from tests.browser.weights import Scale, account
from tests.browser.windows import DARK, LIGHT, PHONE, TABLET, THEMES, resize, set_theme

pytestmark = [pytest.mark.looks_only, pytest.mark.any_engine]

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"

ALIKE = 1_000_000 if THOROUGH else ALIKE_LOOKED_AT

AXE_LOOKS = {(TABLET, LIGHT): "everything", (TABLET, DARK): "colours", (PHONE, DARK): "everything"}
"""What axe looks at, at which size and in which theme. It takes a second for a long page, most of it for the colours:
so not every rule is asked everywhere. A theme changes nothing but colours, and a desk has the tablet's. In a thorough
run everything is asked everywhere."""

each_page = pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)


def at_every_size(page, shown, sizes) -> list[str]:
    """Return what does not fit, and what axe finds, at these sizes; what is wrong at several is said once."""
    where: dict[str, list[str]] = {}
    for size in sizes:
        resize(page, size)
        for finding in layout_findings(page, size, shown.excuses) + in_both_themes(page, shown, size):
            where.setdefault(finding, []).append(size.name)
    return [f"{', '.join(names)}: {finding}" for finding, names in where.items()]


def in_both_themes(page, shown, size) -> list[str]:
    """Return what axe finds at this size."""
    findings = []
    for theme in THEMES:
        asked = "everything" if THOROUGH else AXE_LOOKS.get((size, theme))
        if asked:
            set_theme(page, theme)
            found = axe_findings(page, shown.excuses, only_colours=asked == "colours", alike=ALIKE)
            findings += [f"{theme}, {finding}" for finding in found]
    return findings


def fail_with(page, findings: list[str]) -> None:
    """Fail with the findings, where there are any, and nothing else: they say where and why."""
    if findings:
        pytest.fail("\n".join([f"{page.url}:", *findings]), pytrace=False)


@each_page
def test_a_page_is_for_fingers(shown, site, devices):
    """One load: the device is turned, and night falls, while the page is open."""
    sizes = [size for size in shown.sizes if size.touch]
    if not sizes:
        pytest.skip(f"{shown.name} is not for fingers")
    page, path = shown.open(site, devices, sizes[0])
    page.goto(path)
    fail_with(page, at_every_size(page, shown, sizes))


@each_page
def test_a_page_is_for_mouse_and_keyboard_and_loads_quickly(shown, site, devices):
    """Two loads, both weighed: what comes with a first visit, and what comes with the next one."""
    sizes = [size for size in shown.sizes if not size.touch]
    if not sizes:
        pytest.skip(f"{shown.name} is not for a desk")
    page, path = shown.open(site, devices, sizes[0])
    scale = Scale(page)
    findings = []
    for visit, most in (("first", shown.first_visit_bytes), ("repeat", shown.repeat_visit_bytes)):
        weights = scale.visit(path)
        if sum(weights.values()) > most:
            findings.append(f"the {visit} visit weighs more than {most:,} bytes:\n{account(weights)}")
    findings += at_every_size(page, shown, sizes)
    findings += [f"keyboard: {finding}" for finding in walk(page, shown.excuses, alike=ALIKE).findings]
    fail_with(page, findings)
