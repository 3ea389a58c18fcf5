"""At the station a scan finishes the part in front of the person: nothing is tapped, and no page loads anew."""

import pytest
from playwright.sync_api import expect

from serials.models import Serial
from tests.browser.costs import Cost
from tests.browser.people import OPERATOR
from tests.browser.scanner import scan, type_slowly
from tests.browser.windows import PHONE, TABLET
from tests.factories import PathFactory, make_serials


@pytest.fixture(scope="module")
def parts(site):
    """Parts at the first of three steps that no other part is at."""
    with site.inside():
        return [part.id for part in make_serials(PathFactory(steps=["Skive", "Lap", "Mark"]), quantity=3)]


def place_of(site, part: str) -> int:
    """Return the index of the step at which the part is."""
    with site.inside():
        return Serial.objects.get(pk=int(part.removeprefix("SN-"))).current_step_index


@pytest.mark.parametrize(("prefix", "suffix"), [("", "\r"), ("]Q3", "\t\r")], ids=["plain", "with its symbology"])
def test_a_part_is_finished_by_one_scan(site, window, parts, prefix, suffix):
    part = parts[0] if not prefix else parts[1]
    page = window(TABLET, who=OPERATOR, station="Skive")
    cost = Cost(page)
    page.goto("/")
    with cost.at_most(scans=1):
        scan(page, part, prefix=prefix, suffix=suffix)
        expect(page.get_by_role("status").filter(has_text=part)).to_contain_text("Lap")
    assert place_of(site, part) == 1


def test_what_a_person_types_is_no_scan(site, window, parts):
    page = window(PHONE, who=OPERATOR, station="Skive")
    page.goto("/")
    page.locator("main").focus()
    type_slowly(page, f"{parts[2]}\r")
    page.wait_for_load_state("networkidle")
    assert place_of(site, parts[2]) == 0
