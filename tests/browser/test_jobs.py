"""Pages about jobs as planners and leads work with them: by keyboard, with and without scripts, off the network."""

import pytest
from playwright.sync_api import expect

from serials.models import Job, Serial
from tests.browser.people import SUPERVISOR
from tests.browser.windows import DESKTOP, PHONE, offline
from tests.factories import PathFactory

pytestmark = pytest.mark.any_engine


@pytest.fixture
def route(site):
    """A route without parts, beside another one of the same job."""
    with site.inside():
        job = Job.objects.filter(name__startswith="Distal")[0]
        number = job.paths.count()
        return PathFactory(job=job, name=f"Rework {number}", goalQuantity=7, steps=(f"Weld {number}", "Inspect"))


def names(page) -> list[str]:
    return page.locator(".jobs-name a").all_inner_texts()


def test_a_job_is_moved_by_keyboard_again_and_again(window):
    page = window(DESKTOP, who=SUPERVISOR)
    page.goto("/jobs")
    before = names(page)
    last = page.get_by_role("button", name=f"{before[-1]}: one up")
    last.focus()

    for place in (len(before) - 2, len(before) - 3):
        page.keyboard.press("Enter")
        expect(page.locator(".jobs-name a").nth(place)).to_have_text(before[-1])
        expect(last).to_be_focused()

    assert names(page) == [*before[:-3], before[-1], *before[-3:-1]]
    expect(page.get_by_role("status")).to_contain_text(f"{before[-1]} has moved.")


def test_a_step_is_given_to_somebody_where_it_stands(site, window, route):
    with site.inside():
        step = route.steps.get(order=0)
    page = window(PHONE, who=SUPERVISOR)
    page.goto(f"/jobs/{route.job_id}")

    page.get_by_role("link", name=f"Assign {step.name}").tap()
    who = page.get_by_label("Who does it")
    expect(who).to_be_focused()
    who.select_option(label="Dale Kowalski")
    page.get_by_role("button", name="Assign").tap()

    expect(page.get_by_role("status").filter(has_text=f"{step.name} is Dale Kowalski's now.")).to_be_visible()
    expect(page.get_by_role("link", name=f"Dale Kowalski: change who does {step.name}")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
def test_a_batch_is_started_and_its_labels_offered(scripts, site, window, route):
    page = window(PHONE, who=SUPERVISOR, scripts=scripts)
    page.goto(f"/jobs/{route.job_id}#batch")
    form = page.locator("#batch")
    form.get_by_label("Route").select_option(label=f"{route.name} (7 to start)")
    if scripts:
        expect(form.get_by_label("How many parts")).to_have_value("7")
    form.get_by_label("How many parts").fill("3")
    form.get_by_role("button", name="Start the parts").tap()

    expect(page.get_by_role("link", name="Print labels")).to_be_visible()
    with site.inside():
        first, *_, last = (serial.id for serial in Serial.objects.filter(path=route).order_by("number"))
    expect(page.locator(".started")).to_contain_text(f"3 parts started: {first} to {last}")
    assert page.get_by_role("link", name="Print labels").get_attribute("href") == f"/labels?serials={first}..{last}"


def test_what_was_typed_stays_while_the_connection_is_gone(window):
    page = window(DESKTOP, who=SUPERVISOR)
    page.goto("/jobs/new")
    page.get_by_label("Name", exact=True).fill("Bracket, left")
    page.get_by_label("How many good parts").fill("12")

    with offline(page):
        page.get_by_role("button", name="Plan the job").click()
        expect(page.locator("#offline")).to_be_visible()
        expect(page.get_by_label("Name", exact=True)).to_have_value("Bracket, left")
    page.get_by_role("button", name="Plan the job").click()

    expect(page.get_by_role("heading", name="Bracket, left", level=1)).to_be_visible()
