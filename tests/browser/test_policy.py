"""The admin and the API's documentation work under the policy that allows nothing inline: the console stays silent.

What the policy refuses is an error in the console, and an error there fails a test (``watch``). The floor's pages are
held to it by every other test here.
"""

import pytest
from playwright.sync_api import expect

from serials.models import Serial
from tests.browser.people import ADMINISTRATOR
from tests.browser.windows import DESKTOP

pytestmark = [pytest.mark.looks_only, pytest.mark.any_engine]


@pytest.fixture
def desk(devices):
    return devices(DESKTOP, who=ADMINISTRATOR)


def go(page, address: str) -> None:
    answer = page.goto(address)
    policy = answer.headers["content-security-policy"]
    assert answer.ok and "script-src 'self'" in policy and "unsafe" not in policy


def test_lists_records_and_their_history(desk, site):
    with site.inside():
        part = Serial.objects.filter(status="in_progress").order_by("number")[0].pk
    for address in (
        "/admin/",
        "/admin/serials/serial/?status__exact=completed",
        f"/admin/serials/serial/{part}/change/",
        f"/admin/serials/serial/{part}/history/",
        "/admin/audit/auditentry/",
        "/admin/accounts/user/",
        "/admin/password_change/",
    ):
        go(desk, address)
    expect(desk.get_by_label("Old password")).to_be_visible()


def test_a_form_with_a_calendar_and_names_to_choose_from(desk):
    go(desk, "/admin/accounts/apitoken/add/")
    desk.locator("#id_user ~ .select2").click()
    desk.locator(".select2-search__field").fill("keiko")
    desk.locator(".select2-results__option", has_text="Keiko").first.click()
    expect(desk.locator(".select2-selection__rendered")).to_contain_text("Keiko")
    desk.get_by_role("link", name="Today").first.click()
    assert desk.locator("#id_expires_at_0").input_value().startswith("20")
    desk.locator(".date-icon").first.click()
    expect(desk.locator(".calendarbox").first).to_be_visible()


def test_the_page_that_asks_before_something_is_done(desk):
    go(desk, "/admin/serials/serial/?status__exact=in_progress")
    desk.locator("input.action-select").first.check()
    desk.locator("select[name=action]").select_option("scrap")
    desk.locator("#changelist-form button[name=index]").first.click()
    expect(desk.get_by_role("button", name="Scrap")).to_be_visible()


def test_signing_in(devices):
    page = devices(DESKTOP)
    go(page, "/admin/login/")
    expect(page.get_by_label("Password")).to_be_visible()


def test_the_documentation_of_the_api(devices):
    page = devices(DESKTOP)
    go(page, "/api/docs")
    page.locator(".opblock-summary-control", has_text="/api/jobs").first.click()
    expect(page.locator(".opblock-body").first).to_be_visible()
    page.get_by_role("button", name="Authorize").first.click()
    expect(page.locator(".modal-ux")).to_be_visible()
