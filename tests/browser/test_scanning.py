"""Scans that follow one another, that come while somebody writes, and that are made without a connection.

What one scan does at a station, and that slow typing is none, is in ``test_station_scans``.
"""

import pytest
from playwright.sync_api import expect

from serials.models import Serial
from shopplanr.floor.models import Scan
from tests.browser.people import OPERATOR
from tests.browser.scanner import scan, type_slowly
from tests.browser.windows import PHONE, TABLET, offline
from tests.factories import PathFactory, make_serials

pytestmark = pytest.mark.any_engine


@pytest.fixture
def parts(site):
    """Three parts at Broach, on a route on which it comes twice: a second scan there would move them on again."""
    with site.inside():
        return [part.id for part in make_serials(PathFactory(steps=["Broach", "Broach", "Blast"]), quantity=3)]


@pytest.fixture
def station(window, parts):
    """A tablet at Broach, with the parts in its list."""
    page = window(TABLET, who=OPERATOR, station="Broach")
    page.goto("/")
    return page


def places_of(site, parts: list[str]) -> list[int]:
    """Return the index of the step at which each part is."""
    with site.inside():
        found = {part.id: part.current_step_index for part in Serial.objects.all().order_by("-pk")[:20]}
    return [found[part] for part in parts]


def scans_kept_of(site, code: str) -> int:
    """Return how many scans of a code the shop has kept."""
    with site.inside():
        return Scan.objects.filter(code=code).count()


def verdict(page):
    """Return where the page says what the last scan did."""
    return page.locator("#verdicts")


def test_scans_in_quick_succession_are_all_carried_out(site, station, parts):
    for part in parts:
        scan(station, part)
    expect(verdict(station)).to_contain_text(parts[-1])
    expect(station.locator("#last-scans")).to_contain_text(parts[0])
    assert places_of(site, parts) == [1, 1, 1]


def test_the_same_code_twice_within_two_seconds_is_one_scan(site, station, parts):
    scan(station, parts[0])
    scan(station, parts[0])
    scan(station, parts[1])  # comes behind them: it is done when they are
    expect(verdict(station)).to_contain_text(parts[1])
    assert places_of(site, parts[:2]) == [1, 1]
    assert scans_kept_of(site, parts[0]) == 1


def test_a_scan_while_somebody_writes_leaves_what_is_written(site, station, parts):
    station.get_by_label(f"More for {parts[0]}").tap()
    station.get_by_label("Other", exact=True).tap()
    words = station.get_by_label("What happened?")
    words.fill("Chipped at the edge")
    words.evaluate("field => field.setSelectionRange(7, 7)")

    scan(station, parts[1])
    expect(verdict(station)).to_contain_text(parts[1])
    expect(station.locator("#rows")).to_contain_text(parts[0])

    expect(words).to_have_value("Chipped at the edge")
    expect(words).to_be_focused()
    type_slowly(station, "!")
    expect(words).to_have_value("Chipped! at the edge")
    assert places_of(site, parts[:2]) == [0, 1]


def test_a_scan_does_not_send_the_form_that_has_the_focus(site, window, parts):
    page = window(PHONE, who=OPERATOR)
    page.goto(f"/serials/{parts[0]}")
    notes = page.locator("#notes")
    if notes.locator("summary").count():
        notes.locator("summary").first.tap()
    field = notes.locator("textarea")
    field.fill("Half a")
    field.focus()

    scan(page, parts[1])

    # away from a station a scan leads to what was scanned
    page.wait_for_url(f"**/serials/{parts[1]}")
    page.goto(f"/serials/{parts[0]}")
    expect(page.locator("#notes")).not_to_contain_text("Half a")
    assert places_of(site, parts[:2]) == [0, 0]


def test_what_is_typed_into_the_bar_is_looked_up(site, station, parts):
    station.keyboard.press("/")
    expect(station.locator("#scan-code")).to_be_focused()
    type_slowly(station, "bracket\r")
    station.wait_for_url("**/search?q=bracket")
    assert scans_kept_of(site, "bracket") == 0


def test_scans_without_a_connection_are_kept_and_sent_once(site, station, watch, parts):
    watch.allow("ERR_INTERNET_DISCONNECTED")
    with offline(station):
        scan(station, parts[0])
        scan(station, parts[1])
        expect(station.locator("#offline")).to_be_visible()
        expect(station.locator("#scan-code")).to_have_value(parts[0])
        assert places_of(site, parts[:2]) == [0, 0]

    expect(verdict(station)).to_contain_text(parts[1])
    expect(station.locator("#offline")).to_be_hidden()
    expect(station.locator("#scan-code")).to_have_value("")
    scan(station, parts[2])  # whatever is left over would be sent before it
    expect(verdict(station)).to_contain_text(parts[2])
    assert places_of(site, parts) == [1, 1, 1]
    assert [scans_kept_of(site, part) for part in parts] == [1, 1, 1]


@pytest.mark.parametrize(
    ("code", "verdict_word", "sentence"),
    [
        ("QX-11-0815", "unknown", "Unknown code: QX-11-0815. Scan the label of a part, a certificate or a job."),
        ("SN-98765432", "refused", "SerialNumber not found: SN-98765432"),
    ],
    ids=["no code of ours", "no part of ours"],
)
def test_an_unknown_code_is_answered_with_a_sentence_and_kept(site, station, code, verdict_word, sentence):
    scan(station, code)
    expect(verdict(station).locator(f"[data-verdict={verdict_word}] strong")).to_have_text(sentence)
    assert scans_kept_of(site, code) == 1


def test_after_a_scan_the_next_one_needs_no_tap(site, station, parts):
    for part in parts[:2]:
        scan(station, part)
        expect(verdict(station)).to_contain_text(part)
    assert places_of(site, parts) == [1, 1, 0]
