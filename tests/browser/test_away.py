"""The server is away for a moment: what was typed stays, the page says what is wrong, and pressed again it is done."""

import pytest
from django.test import RequestFactory
from playwright.sync_api import Route, expect

from serials.models import NoteSerial
from shopplanr.watch import answers
from shopplanr.watch.outages import DatabaseUnreachable
from tests.browser.accessibility import axe
from tests.browser.people import OPERATOR
from tests.browser.windows import PHONE, TABLET
from tests.factories import PathFactory, make_serial

pytestmark = pytest.mark.any_engine


def say_so(route: Route) -> None:
    """Answer as the product does while its database is away."""
    given = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in route.request.headers.items()}
    request = RequestFactory().generic(route.request.method, "/away", **given)
    response = answers.away(request, DatabaseUnreachable())
    route.fulfill(status=response.status_code, headers=dict(response.items()), body=response.content.decode())


def test_a_form_keeps_what_was_typed_and_is_done_once_when_it_is_sent_again(site, window, watch):
    watch.expect("503")
    with site.inside():
        part = make_serial(PathFactory(steps=["Saw", "Mill"]))
    page = window(TABLET, who=OPERATOR)
    page.goto(f"/serials/{part.id}")
    page.get_by_text("Write a note").click()
    note = page.get_by_label("What did you see or do?")
    note.fill("Burr at the edge, blended by hand")
    pattern = f"**/serials/{part.id}/note*"
    page.route(pattern, say_so)
    send = page.get_by_role("button", name="Keep the note")
    send.click()

    expect(page.locator("#verdicts")).to_contain_text(DatabaseUnreachable.sentence)
    expect(note).to_have_value("Burr at the edge, blended by hand")

    page.unroute(pattern)
    note.click()  # else the second press could be the other half of a double tap
    send.click()
    expect(page.locator("main")).to_contain_text("Burr at the edge, blended by hand")
    with site.inside():
        assert NoteSerial.objects.filter(serial=part.pk).count() == 1


def test_a_page_says_so_in_the_products_look_and_comes_back_by_itself(site, window, watch):
    watch.expect("503")
    page = window(PHONE, who=OPERATOR)
    page.route("**/jobs", say_so, times=1)
    page.goto("/jobs")
    expect(page.get_by_role("heading")).to_have_text("Shop Planr is away for a moment")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
