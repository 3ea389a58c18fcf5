"""Links within forms that htmx sends: they go to their page, and the address says so."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import SUPERVISOR
from tests.browser.windows import PHONE

pytestmark = pytest.mark.any_engine


def test_a_part_in_a_list_that_can_be_ticked_is_opened_under_its_own_address(window):
    page = window(PHONE, who=SUPERVISOR)
    page.goto("/serials")
    part = page.locator("#rows .sn").first
    number = part.inner_text()

    part.tap()

    expect(page.get_by_role("heading", level=1)).to_have_text(number)
    expect(page).to_have_url(re.compile(f"/serials/{number}$"))
    page.go_back()
    expect(page).to_have_url(re.compile("/serials$"))
