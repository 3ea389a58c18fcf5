"""What each task of the floor may cost at most: taps, scans, and pages that load anew. The table is the design brief's.

Signing in is in ``test_sign_in``, finishing a part by its scan in ``test_station_scans``.
"""

from itertools import count

import pytest
from playwright.sync_api import expect

from certificates.models import CertAttachment
from serials.models import Serial
from tests.browser.costs import Cost
from tests.browser.people import OPERATOR
from tests.browser.scanner import scan
from tests.browser.windows import DESKTOP, TABLET
from tests.factories import CertificateFactory, PathFactory, make_serials

pytestmark = pytest.mark.any_engine

_numbers = count(1)


@pytest.fixture
def station():
    """A station of the test's own, where only its parts are."""
    return f"Hob {next(_numbers)}"


@pytest.fixture
def shop(site, station):
    """Twenty parts at the station, the first of three steps."""
    with site.inside():
        steps = [{"name": station}, {"name": "Shave", "location": "Cell 2"}, {"name": "Pack"}]
        path = PathFactory(steps=steps, advancementMode="flexible")
        return [part.id for part in make_serials(path, quantity=20)]


@pytest.fixture
def page(window, shop, station):
    """A tablet at the station, once the parts are there."""
    return window(TABLET, who=OPERATOR, station=station)


@pytest.fixture
def cost(page):
    """What is paid from the moment on in which the station is open."""
    cost = Cost(page)
    page.goto("/")
    return cost


def row(page, part):
    """Return the row of a part at the station."""
    return page.locator(f"#{part}")


def numbers(parts):
    """Return the keys of parts."""
    return [int(part.removeprefix("SN-")) for part in parts]


def places_of(site, parts):
    """Return the indexes of the steps at which the parts are, each once."""
    with site.inside():
        return set(Serial.objects.filter(pk__in=numbers(parts)).values_list("current_step_index", flat=True))


def choose(page, parts):
    """Tick parts; each is a tap."""
    for part in parts:
        row(page, part).locator("label.tick-only").tap()


def test_my_work_is_there_without_a_tap_and_each_row_says_where_the_part_goes(page, shop, cost, station):
    with cost.at_most():
        expect(page.get_by_role("heading", level=1)).to_have_text(station)
        expect(row(page, shop[0])).to_contain_text("Shave")
        expect(row(page, shop[0])).to_contain_text("Cell 2")


def test_finishing_a_part_is_one_tap_and_says_where_it_goes(site, page, shop, cost):
    with cost.at_most(taps=1):
        row(page, shop[0]).get_by_role("button", name=f"Done with {shop[0]}").tap()
        expect(page.locator("#verdicts")).to_contain_text(f"{shop[0]} is done here.Next: Shave, Cell 2")
        expect(row(page, shop[0])).to_have_count(0)
    assert places_of(site, shop[:1]) == {1}
    assert places_of(site, shop[1:]) == {0}


def test_finishing_twenty_is_select_all_and_one_tap(site, page, shop, cost):
    with cost.at_most(taps=2):
        page.get_by_text("Select all").tap()
        page.get_by_role("button", name="Done here").tap()
        expect(row(page, shop[0])).to_have_count(0)
    assert places_of(site, shop) == {1}


def test_scanning_twenty_one_by_one_needs_no_tap(site, page, shop, cost):
    with cost.at_most(scans=20):
        for part in shop:
            scan(page, part)
        expect(page.locator("#verdicts")).to_contain_text(shop[-1])
    assert places_of(site, shop) == {1}


def test_attaching_is_a_scan_of_the_certificate_and_then_of_the_parts(site, page, shop, cost):
    with site.inside():
        certificate = CertificateFactory()
    with cost.at_most(scans=3):
        scan(page, certificate.id)
        expect(page.get_by_text(f"In hand: {certificate.name}")).to_be_visible()
        scan(page, shop[0])
        scan(page, shop[1])
        expect(page.locator("#verdicts")).to_contain_text(f"{shop[1]} has {certificate.name} now.")
    with site.inside():
        assert CertAttachment.objects.filter(certificate=certificate).count() == 2
    assert places_of(site, shop) == {0}


def test_attaching_to_many_is_picking_once_selecting_and_one_tap(site, page, shop, cost):
    with site.inside():
        certificate = CertificateFactory()
    page.reload()
    with cost.at_most(taps=4):  # two for the choice in the list, one for all parts, one for the button
        page.get_by_text("Select all").tap()
        page.get_by_label("Certificate", exact=True).first.select_option(certificate.id)
        page.get_by_role("button", name="Attach").tap()
        expect(page.locator("#verdicts")).to_contain_text(f"have {certificate.name} now.")
    with site.inside():
        assert set(CertAttachment.objects.filter(certificate=certificate).values_list("serial_id", flat=True)) >= set(
            numbers(shop)
        )


def test_scrapping_is_two_taps_and_a_reason(site, page, shop, cost):
    with cost.at_most(taps=3):
        page.get_by_label(f"More for {shop[0]}").tap()
        row(page, shop[0]).get_by_label("Damaged").tap()
        page.get_by_role("button", name=f"Scrap {shop[0]}").tap()
        expect(page.locator("#verdicts")).to_contain_text(f"{shop[0]} is scrapped: damaged.")
        expect(row(page, shop[0])).to_have_count(0)
    with site.inside():
        scrapped = Serial.objects.get(pk=numbers(shop)[0])
    assert (scrapped.status, scrapped.scrap_reason) == ("scrapped", "damaged")


def test_only_other_takes_words(page, shop, cost):
    with cost.at_most(taps=4):
        page.get_by_label(f"More for {shop[0]}").tap()
        words = page.get_by_label("What happened?")
        row(page, shop[0]).get_by_label("Other", exact=True).tap()
        words.tap()
        page.keyboard.type("Fell into the chip conveyor")
        page.get_by_role("button", name=f"Scrap {shop[0]}").tap()
        expect(page.locator("#verdicts")).to_contain_text(f"{shop[0]} is scrapped: other.")


def test_jumping_is_picking_the_target_and_shows_what_it_skips_before(site, page, shop, cost, station):
    with cost.at_most(taps=4):
        page.get_by_label(f"More for {shop[0]}").tap()
        row(page, shop[0]).get_by_role("button", name="Jump ahead").tap()
        target = page.locator("label.target").filter(has=page.locator("strong", has_text="Pack"))
        expect(target.locator(".target-note")).to_contain_text("Shave")
        assert places_of(site, shop[:1]) == {0}
        target.tap()
        page.get_by_role("button", name="Jump").tap()
        expect(page.locator("#verdicts")).to_contain_text(shop[0])
        expect(page.get_by_role("heading", level=1)).to_have_text(station)
    assert places_of(site, shop[:1]) == {2}
    assert places_of(site, shop[1:]) == {0}


def test_a_part_is_looked_up_from_anywhere_by_a_scan(window, shop):
    page = window(DESKTOP, who=OPERATOR)
    cost = Cost(page)
    page.goto("/certificates")
    with cost.at_most(scans=1, loads=1):
        scan(page, shop[0])
        page.wait_for_url(f"**/serials/{shop[0]}")
        expect(page.get_by_role("heading", level=1)).to_contain_text(shop[0])
