"""What a test prepares is on the page, and what a page did is in the record: on a shop that is the module's own."""

import pytest
from playwright.sync_api import expect

from serials.models import Job, Serial
from tests.browser.conftest import unchanged
from tests.browser.people import ADMINISTRATOR
from tests.browser.store import PARTS
from tests.browser.windows import DESKTOP
from tests.factories import JobFactory, PathFactory, make_serial


def test_what_is_made_through_the_services_is_shown_and_what_a_form_does_is_found(site, window):
    with site.inside():
        job = JobFactory(name="Prepared by a test")
        part = make_serial(PathFactory(job=job))
        assert Serial.objects.count() == PARTS + 1
    page = window(DESKTOP, who=ADMINISTRATOR)
    page.goto(f"/admin/serials/serial/?q={part.id}")
    expect(page.locator("main")).to_contain_text("Prepared by a test")

    page.goto(f"/admin/serials/job/{job.pk}/change/")
    page.get_by_label("Name").fill("Changed on the page")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()

    with site.inside():
        assert Job.objects.get(pk=job.pk).name == "Changed on the page"


def test_who_only_looks_is_caught_when_the_shop_changes(site):
    with pytest.raises(pytest.fail.Exception, match="says looks_only"), unchanged(site), site.inside():
        make_serial()
    with unchanged(site), site.inside():
        assert Serial.objects.exists()
