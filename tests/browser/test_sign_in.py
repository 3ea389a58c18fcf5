"""Signing in, as people do it at a tablet, at a keyboard, and where scripts or the connection are missing."""

import pytest
from playwright.sync_api import expect

from shopplanr.accounts import pins
from shopplanr.accounts.models import User
from shopplanr.accounts.services import create_user, update_user
from shopplanr.demo.people import PIN
from tests.browser.accessibility import axe
from tests.browser.costs import Cost
from tests.browser.looks import fits
from tests.browser.people import OPERATOR
from tests.browser.windows import DESKTOP, LIGHT, PHONE, TABLET, THEMES, offline, set_theme

pytestmark = pytest.mark.any_engine

NAME = "Keiko Tanaka"
WRONG = "9999"


@pytest.fixture(autouse=True)
def forgiven(site):
    """Each test begins without wrong tries of the others."""
    yield
    with site.inside():
        for user in User.objects.filter(pin_credential__wrong_tries__gt=0):
            pins.unlock(user, by="test")


@pytest.fixture
def newcomer(site):
    """Somebody without a PIN, and the code to choose one with."""
    with site.inside():
        user = create_user("Zoë Almeida-Fernández", "Apprentice, turning")
        code = pins.issue_code(user, by="test")
    yield user, code
    with site.inside():
        update_user(user.pk, {"active": False})


def tap_name(page, name=NAME):
    page.get_by_role("link", name=name).first.tap()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def is_at_station(page):
    expect(page.get_by_label(f"{NAME}: menu")).to_be_visible()
    expect(page).to_have_title("Final Inspection · Shop Planr")


def test_signing_in_is_a_tap_and_the_pin(window):
    page = window(TABLET, station="Final Inspection")
    cost = Cost(page)
    page.goto("/")
    with cost.at_most(taps=1, loads=2):
        tap_name(page)
        page.keyboard.type(PIN)
        page.keyboard.press("Enter")
        is_at_station(page)


def test_the_pad_does_without_a_keyboard_and_keeps_the_focus(window, watch):
    watch.expect("status of 400")
    page = window(PHONE, station="Final Inspection")
    page.goto("/sign-in")
    tap_name(page)
    field = page.get_by_label("PIN", exact=True)
    # the keyboard of the phone would lie over the pad
    assert field.evaluate("field => field.inputMode") == "none"
    for digit in WRONG + "1":
        page.get_by_role("button", name=digit, exact=True).tap()
    page.get_by_role("button", name="Delete the last digit").tap()
    expect(field).to_have_value(WRONG)
    expect(field).to_be_focused()
    page.get_by_role("button", name="Sign in").tap()

    expect(page.get_by_role("alert")).to_have_text("Wrong PIN. You have 2 more tries.")
    expect(field).to_have_value("")
    expect(field).to_be_focused()
    for digit in PIN:
        page.get_by_role("button", name=digit, exact=True).tap()
    page.get_by_role("button", name="Sign in").tap()
    is_at_station(page)


def test_whoever_has_to_wait_sees_for_how_long(site, window, watch):
    watch.expect("status of 400")
    page = window(DESKTOP)
    with site.inside():
        user = User.objects.get(username=OPERATOR)
        for _ in range(2):
            with pytest.raises(pins.Refusal):
                pins.verify(user.pk, WRONG, "192.0.2.7")
    page.goto(f"/sign-in/{user.pk}")
    page.clock.install()
    page.keyboard.type(WRONG)
    page.keyboard.press("Enter")

    button = page.get_by_role("button", name="Sign in")
    expect(page.get_by_text("You can try again in 0:15.")).to_be_visible()
    expect(button).to_be_disabled()
    page.clock.fast_forward(16_000)
    expect(page.get_by_text("You can try again now.")).to_be_visible()
    expect(button).to_be_enabled()


def test_who_sits_at_a_keyboard_types_the_name(window):
    page = window(DESKTOP, station="Final Inspection")
    page.goto("/sign-in")
    page.keyboard.type("tánaka")
    expect(page.locator("[data-names] > li:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    page.keyboard.type(PIN)
    page.keyboard.press("Enter")
    is_at_station(page)


def test_everything_works_without_scripts(window, newcomer):
    user, code = newcomer
    page = window(TABLET, scripts=False, station="Final Inspection")
    page.goto("/sign-in")
    page.get_by_label("Find a name").fill("zoë")
    page.get_by_role("button", name="Find").tap()
    tap_name(page, user.name)
    page.get_by_label("One-time code").fill(code)
    for label in ("New PIN", "The same again"):
        page.get_by_label(label).fill("7412")
    page.get_by_role("button", name="Set the PIN and sign in").tap()
    expect(page.get_by_label(f"{user.name}: menu")).to_be_visible()
    page.goto("/account")
    page.get_by_role("main").get_by_role("button", name="Switch user").tap()
    expect(page.get_by_role("heading", name="Lately on this device")).to_be_visible()
    tap_name(page)
    expect(page.get_by_role("button", name="1")).to_be_hidden()
    page.get_by_label("PIN", exact=True).fill(PIN)
    page.get_by_role("button", name="Sign in").tap()
    is_at_station(page)


def test_choosing_a_pin_fits_and_says_what_is_wrong_where_it_is(window, watch, newcomer):
    watch.expect("status of 400")
    user, code = newcomer
    page = window(PHONE)
    page.goto(f"/sign-in/{user.pk}")
    expect(page.get_by_label("One-time code")).to_be_focused()
    fits(page, PHONE)
    page.get_by_label("One-time code").fill(code)
    for label in ("New PIN", "The same again"):
        page.get_by_label(label).fill("1234")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("This PIN is too easy to guess.")
    expect(page.get_by_label("New PIN")).to_be_focused()
    expect(page.get_by_label("One-time code")).to_have_value(code)
    fits(page, PHONE)
    for theme in THEMES:
        set_theme(page, theme)
        axe(page)
    set_theme(page, LIGHT)


def test_without_a_connection_what_was_typed_stays(window, watch):
    watch.allow("ERR_INTERNET_DISCONNECTED")
    page = window(TABLET, station="Final Inspection")
    page.goto("/sign-in")
    tap_name(page)
    page.keyboard.type(PIN)
    with offline(page):
        page.keyboard.press("Enter")
        expect(page.get_by_text("No connection.")).to_be_visible()
        expect(page.get_by_label("PIN", exact=True)).to_have_value(PIN)
    page.keyboard.press("Enter")
    is_at_station(page)


def test_a_page_that_refreshes_itself_does_not_keep_somebody_signed_in(window, watch):
    watch.expect("status of 400")
    page = window(who=OPERATOR)
    page.goto("/account")
    with page.expect_request("**/account") as by_itself:
        page.evaluate("() => htmx.ajax('GET', '/account', { target: '#verdicts', swap: 'none' })")
    assert by_itself.value.headers["x-unattended"] == "1"
    for label in ("PIN that I have now", "New PIN, 4 to 8 digits", "The same again"):
        page.get_by_label(label).fill("123456")
    with page.expect_request(lambda request: request.method == "POST") as by_somebody:
        page.get_by_role("button", name="Change my PIN").tap()
    expect(page.get_by_role("alert")).to_be_visible()
    assert "x-unattended" not in by_somebody.value.headers
