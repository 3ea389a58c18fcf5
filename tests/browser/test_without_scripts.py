"""Without JavaScript everything is plain links and forms: what an operator does, from signing in to the certificate."""

from itertools import count

import pytest
from playwright.sync_api import expect

from certificates.models import CertAttachment
from serials.models import Serial
from shopplanr.demo.people import PIN
from tests.browser.people import OPERATOR
from tests.browser.windows import TABLET
from tests.factories import CertificateFactory, PathFactory, make_serials

pytestmark = pytest.mark.any_engine

_numbers = count(1)


@pytest.fixture
def station():
    """A station of the test's own, where only its parts are."""
    return f"Etch {next(_numbers)}"


@pytest.fixture
def parts(site, station):
    """Three parts at the station."""
    with site.inside():
        path = PathFactory(steps=[station, "Rinse", "Pack"], advancementMode="flexible")
        return [part.id for part in make_serials(path, quantity=3)]


@pytest.fixture
def page(window, parts, station):
    """A tablet at the station that runs no scripts."""
    page = window(TABLET, who=OPERATOR, station=station, scripts=False)
    page.goto("/")
    return page


def part_of(site, part):
    """Return the part as it is now."""
    with site.inside():
        return Serial.objects.get(pk=int(part.removeprefix("SN-")))


def test_signing_in(window, parts, station):
    page = window(TABLET, station=station, scripts=False)
    page.goto("/")
    page.get_by_role("link", name="Keiko Tanaka").first.click()
    page.get_by_label("PIN", exact=True).fill(PIN)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(station)


def test_finishing_one(site, page, parts):
    page.get_by_role("button", name=f"Done with {parts[0]}").click()
    expect(page.locator("#verdicts")).to_contain_text(f"{parts[0]} is done here. Next: Rinse.")
    assert [part_of(site, part).current_step_index for part in parts] == [1, 0, 0]


def test_finishing_what_is_ticked(site, page, parts):
    for part in parts[:2]:
        page.get_by_label(f"Choose {part}").check()
    page.get_by_role("button", name="Done here").click()
    expect(page.locator("#verdicts")).to_contain_text("2 parts")
    assert [part_of(site, part).current_step_index for part in parts] == [1, 1, 0]


def test_what_is_typed_into_the_bar_finishes_a_part(site, page, parts):
    page.get_by_label("Scan a code, or look something up").fill(parts[0])
    page.keyboard.press("Enter")
    expect(page.locator("#verdicts")).to_contain_text(f"{parts[0]} is done here.")
    assert part_of(site, parts[0]).current_step_index == 1


def test_scrapping(site, page, parts):
    page.get_by_label(f"More for {parts[0]}").click()
    page.wait_for_url(f"**/serials/{parts[0]}#actions")
    page.locator("summary").filter(has_text="Scrap").first.click()
    page.get_by_label("Damaged").check()
    page.get_by_role("button", name="Scrap").first.click()
    expect(page.locator("#verdicts")).to_contain_text("scrapped")
    assert part_of(site, parts[0]).status == "scrapped"


def test_jumping(site, page, parts):
    page.get_by_label(f"Choose {parts[0]}").check()
    page.get_by_role("button", name="Jump").click()
    page.locator("label.target").filter(has=page.locator("strong", has_text="Pack")).click()
    page.get_by_role("button", name="Jump").click()
    expect(page.locator("#verdicts")).to_contain_text(parts[0])
    assert part_of(site, parts[0]).current_step_index == 2


def test_attaching(site, page, parts):
    with site.inside():
        certificate = CertificateFactory()
    page.reload()
    for part in parts[:2]:
        page.get_by_label(f"Choose {part}").check()
    page.get_by_label("Certificate", exact=True).first.select_option(certificate.id)
    page.get_by_role("button", name="Attach").click()
    expect(page.locator("#verdicts")).to_contain_text(f"2 parts have {certificate.name} now.")
    with site.inside():
        assert CertAttachment.objects.filter(certificate=certificate).count() == 2


def test_a_refusal_says_why_and_keeps_the_page(page, watch):
    watch.expect("status of 400")
    page.get_by_role("button", name="Done here").click()
    expect(page.locator("[data-refusal]")).to_contain_text("Choose the parts that are done first.")
