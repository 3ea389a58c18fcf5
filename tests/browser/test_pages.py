"""Every page of the table, as fingers, a mouse and a keyboard meet it, in both themes, with 5,000 parts in the shop."""

import os

import pytest

from tests.browser.accessibility import axe_findings
from tests.browser.keys import walk
from tests.browser.looks import layout_findings
from tests.browser.pages import PAGES
from tests.browser.weights import Scale, account
from tests.browser.windows import DARK, LIGHT, PHONE, TABLET, THEMES, resize, set_theme

pytestmark = [pytest.mark.looks_only, pytest.mark.any_engine]

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"

AXE_LOOKS = {(TABLET, LIGHT): "everything", (TABLET, DARK): "colours", (PHONE, DARK): "everything"}
"""What axe looks at, at which size and in which theme. It takes a second for a long page, most of it for the colours:
so not every rule is asked everywhere. A theme changes nothing but colours, and a desk has the tablet's. In a thorough
run everything is asked everywhere."""

each_page = pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)


def in_both_themes(page, shown, size) -> list[str]:
    """Return what axe finds at this size."""
    findings = []
    for theme in THEMES:
        asked = "everything" if THOROUGH else AXE_LOOKS.get((size, theme))
        if asked:
            set_theme(page, theme)
            found = axe_findings(page, shown.excuses, only_colours=asked == "colours")
            findings += [f"{theme}, {finding}" for finding in found]
    return findings


def fail_with(page, findings: list[str]) -> None:
    """Fail with the findings, where there are any, and nothing else: they say where and why."""
    if findings:
        pytest.fail("\n".join([f"{page.url}:", *dict.fromkeys(findings)]), pytrace=False)


@each_page
def test_a_page_is_for_fingers(shown, site, devices):
    """One load: the device is turned, and night falls, while the page is open."""
    sizes = [size for size in shown.sizes if size.touch]
    if not sizes:
        pytest.skip(f"{shown.name} is not for fingers")
    page = devices(sizes[0], who=shown.who, station=shown.station)
    page.goto(shown.path(site))
    findings = []
    for size in sizes:
        resize(page, size)
        found = layout_findings(page, size, shown.excuses) + in_both_themes(page, shown, size)
        findings += [f"{size.name}: {finding}" for finding in found]
    fail_with(page, findings)


@each_page
def test_a_page_is_for_mouse_and_keyboard_and_loads_quickly(shown, site, devices):
    """Two loads, both weighed: what comes with a first visit, and what comes with the next one."""
    sizes = [size for size in shown.sizes if not size.touch]
    if not sizes:
        pytest.skip(f"{shown.name} is not for a desk")
    page = devices(sizes[0], who=shown.who, station=shown.station)
    scale, path = Scale(page), shown.path(site)
    findings = []
    for visit, most in (("first", shown.first_visit_bytes), ("repeat", shown.repeat_visit_bytes)):
        weights = scale.visit(path)
        if sum(weights.values()) > most:
            findings.append(f"the {visit} visit weighs more than {most:,} bytes:\n{account(weights)}")
    for size in sizes:
        resize(page, size)
        found = layout_findings(page, size, shown.excuses) + in_both_themes(page, shown, size)
        findings += [f"{size.name}: {finding}" for finding in found]
    findings += [f"keyboard: {finding}" for finding in walk(page, shown.excuses).findings]
    fail_with(page, findings)
