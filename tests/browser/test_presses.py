"""One press is one action, and a refusal leaves what was chosen and typed where it was."""

from itertools import count

import pytest
from playwright.sync_api import expect

from serials.models import Serial
from tests.browser.people import OPERATOR
from tests.browser.windows import TABLET
from tests.factories import PathFactory, make_serials

pytestmark = pytest.mark.any_engine

_numbers = count(1)


@pytest.fixture
def station():
    """A station of the test's own, where only its parts are."""
    return f"Ream {next(_numbers)}"


@pytest.fixture
def parts(site, station):
    """Three parts at the station, which comes twice on their route: a second press there would move them on again."""
    with site.inside():
        return [part.id for part in make_serials(PathFactory(steps=[station, station, "Pack"]), quantity=3)]


@pytest.fixture
def page(window, parts, station):
    """A tablet at the station."""
    page = window(TABLET, who=OPERATOR, station=station)
    page.goto("/")
    return page


def places_of(site, parts):
    """Return the index of the step at which each part is, in order."""
    with site.inside():
        found = {part.id: part.current_step_index for part in Serial.objects.all().order_by("-pk")[:20]}
    return [found[part] for part in parts]


def test_a_double_tap_finishes_one_part(site, page, parts):
    first = page.locator("#rows > li").first.get_attribute("id")
    place = page.get_by_role("button", name=f"Done with {first}").bounding_box()
    middle = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2

    page.touchscreen.tap(*middle)
    page.touchscreen.tap(*middle)

    expect(page.locator("#verdicts")).to_contain_text(f"{first} is done here.")
    page.wait_for_load_state("networkidle")
    assert sorted(places_of(site, parts)) == [0, 0, 1]
    assert places_of(site, [first]) == [1]


def test_two_parts_one_behind_the_other_are_two_actions(site, page, parts):
    for part in parts[:2]:
        page.get_by_role("button", name=f"Done with {part}").tap()
        expect(page.locator("#verdicts")).to_contain_text(f"{part} is done here.")
    assert places_of(site, parts) == [1, 1, 0]


def test_a_refused_scrap_says_why_in_its_row_and_keeps_the_reason(site, page, parts, watch):
    watch.expect("status of 400")
    row = page.locator(f"#{parts[0]}")
    page.locator(f"#{parts[1]} label.tick-only").tap()
    page.get_by_label(f"More for {parts[0]}").tap()
    row.get_by_label("Other", exact=True).tap()
    page.get_by_role("button", name=f"Scrap {parts[0]}").tap()

    expect(row.locator("[data-refusal]")).to_contain_text('Explanation is required when scrap reason is "other"')
    expect(row.locator("[data-refusal]")).to_be_focused()
    expect(row.get_by_label("Other", exact=True)).to_be_checked()
    expect(page.locator(f"#{parts[1]} input[data-one]")).to_be_checked()

    row.get_by_label("What happened?").press_sequentially("Fell down")
    page.get_by_role("button", name=f"Scrap {parts[0]}").tap()
    expect(page.locator("#verdicts")).to_contain_text(f"{parts[0]} is scrapped: other.")
    with site.inside():
        assert Serial.objects.filter(status="scrapped", scrap_explanation="Fell down").count() == 1
