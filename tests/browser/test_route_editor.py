"""The editor of routes with scripts: its buttons act at once, the focus stays with the hand, nothing typed is lost."""

import pytest
from playwright.sync_api import expect

from serials.models import Path, RouteTemplate
from serials.services import jobs, paths
from shopplanr.actor import Actor
from tests.browser.accessibility import axe
from tests.browser.costs import Cost
from tests.browser.looks import fits
from tests.browser.people import SUPERVISOR
from tests.browser.scanner import scan, type_slowly
from tests.browser.windows import DARK, DESKTOP, PHONE, TABLET, offline, set_theme
from tests.factories import make_serial

pytestmark = pytest.mark.any_engine

PLANNER = Actor("vikram", credential="command")


@pytest.fixture
def job(site):
    """A job without any route."""
    with site.inside():
        return jobs.create({"name": "Bracket", "goalQuantity": 40}, PLANNER)


@pytest.fixture
def path(site, job):
    """A route of it with three steps, without parts."""
    with site.inside():
        fields = {"jobId": job.pk, "name": "Main", "goalQuantity": 40}
        return paths.create(fields | {"steps": [{"name": name} for name in ("Saw", "Mill", "Pack")]}, PLANNER)


@pytest.fixture
def desk(window):
    return window(DESKTOP, who=SUPERVISOR)


def rows(page):
    return page.locator("[data-steps] > li")


def step(page, number: int):
    return rows(page).nth(number - 1).locator("[data-name]")


def press(page, what: str) -> None:
    page.get_by_role("button", name=what, exact=True).press("Enter")


def said(page):
    return page.locator("[data-said]")


def steps_in(site, job) -> list[str]:
    """Return the names of the steps of the job's one route, none where it has no route."""
    with site.inside():
        return list(job.paths.order_by("steps__order").exclude(steps=None).values_list("steps__name", flat=True))


def test_a_route_is_written_by_keyboard_alone(site, desk, job):
    cost = Cost(desk)
    desk.goto(f"/jobs/{job.pk}/routes/new")
    with cost.at_most(loads=1):  # the job's page, once it is saved
        expect(desk.get_by_label("Name", exact=True)).to_be_focused()
        type_slowly(desk, "Main\r")  # Enter in a field presses no button
        expect(desk.get_by_label("Name", exact=True)).to_be_focused()
        step(desk, 1).focus()
        for name in ("Saw", "Mill", "Wash", "Pack", "Ship"):
            type_slowly(desk, f"{name}\r")
        expect(rows(desk)).to_have_count(6)
        expect(said(desk)).to_have_text("Step 6 of 6 added.")
        expect(step(desk, 6)).to_be_focused()
        type_slowly(desk, "\r")  # after an empty one comes none
        expect(rows(desk)).to_have_count(6)

        press(desk, "Move step 5 up")
        expect(said(desk)).to_have_text("Ship is step 4 of 6 now.")
        expect(desk.get_by_role("button", name="Move step 4 up", exact=True)).to_be_focused()
        desk.keyboard.press("Enter")
        desk.keyboard.press("Enter")
        desk.keyboard.press("Enter")
        # it is the first: up leads no further, and the focus goes to the button beside
        expect(desk.get_by_role("button", name="Move step 1 down", exact=True)).to_be_focused()
        expect(desk.get_by_role("button", name="Move step 1 up", exact=True)).to_be_disabled()
        press(desk, "Remove step 3")
        expect(said(desk)).to_have_text("Mill removed. 5 left.")
        expect(step(desk, 3)).to_be_focused()
        expect(step(desk, 3)).to_have_value("Wash")
        desk.get_by_label("Optional: step 3", exact=True).press("Space")
        press(desk, "Save route")
        expect(desk.get_by_role("heading", name="Bracket")).to_be_visible()
    assert steps_in(site, job) == ["Ship", "Saw", "Wash", "Pack"]


def test_rows_that_were_added_are_as_good_as_the_others(site, window, job):
    page = window(PHONE, who=SUPERVISOR)
    page.goto(f"/jobs/{job.pk}/routes/new")
    page.get_by_label("Name", exact=True).fill("Main")
    for _ in range(3):
        page.get_by_role("button", name="Remove step 1", exact=True).tap()
    expect(page.get_by_text("A route needs at least one step")).to_be_visible()
    expect(page.get_by_role("button", name="Add a step")).to_be_focused()
    for _ in range(2):
        page.get_by_role("button", name="Add a step").tap()
    step(page, 1).fill("Turn")
    page.get_by_label("Location of step 1", exact=True).fill("Lathe 2")
    page.get_by_label("Dependency of step 1", exact=True).select_option("Completion gate")
    page.get_by_label("Assigned to at step 1", exact=True).select_option("Keiko Tanaka")
    step(page, 2).fill("Wash")
    page.get_by_role("button", name="Move step 2 up", exact=True).tap()
    fits(page, PHONE)
    axe(page)
    set_theme(page, DARK)
    axe(page)
    page.get_by_role("button", name="Save route").tap()
    expect(page.get_by_role("heading", name="Bracket")).to_be_visible()
    with site.inside():
        wash, turn = Path.objects.get(job=job).steps.select_related("assigned_to").order_by("order")
    assert (wash.name, turn.name, turn.location, turn.dependency_type) == ("Wash", "Turn", "Lathe 2", "completion_gate")
    assert turn.assigned_to.name == "Keiko Tanaka" and wash.assigned_to is None


def test_a_step_is_dragged_to_its_place(site, desk, job, path):
    desk.goto(f"/paths/{path.pk}/edit")
    grip, target = rows(desk).nth(0).locator("[data-grip]"), rows(desk).nth(2)
    grip.hover()
    desk.mouse.down()
    box = target.bounding_box()
    desk.mouse.move(box["x"] + 40, box["y"] + box["height"] - 4, steps=4)
    desk.mouse.up()
    expect(said(desk)).to_have_text("Saw is step 3 of 3 now.")
    expect(step(desk, 1)).to_have_value("Mill")

    # Escape lets go, and where nothing changes nothing is said
    rows(desk).nth(0).locator("[data-grip]").hover()
    desk.mouse.down()
    desk.mouse.move(box["x"] + 40, box["y"] + box["height"] - 4, steps=4)
    desk.keyboard.press("Escape")
    desk.mouse.up()
    expect(step(desk, 1)).to_have_value("Mill")
    desk.get_by_role("button", name="Save route").click()
    expect(desk.get_by_role("heading", name="Bracket")).to_be_visible()
    assert steps_in(site, job) == ["Mill", "Pack", "Saw"]


def test_steps_that_parts_carry_stay_and_new_ones_stay_behind_them(site, desk, job, path):
    with site.inside():
        make_serial(path)
    desk.goto(f"/paths/{path.pk}/edit")
    expect(desk.get_by_text("Parts carry every step: they stay where they are.")).to_be_visible()
    expect(desk.get_by_role("button", name="Remove step 3", exact=True)).to_be_disabled()
    desk.get_by_role("button", name="Add a step").click()
    type_slowly(desk, "Ship\rInsure")
    expect(desk.get_by_role("button", name="Move step 4 up", exact=True)).to_be_disabled()
    expect(desk.get_by_role("button", name="Move step 3 down", exact=True)).to_be_disabled()
    press(desk, "Move step 5 up")
    expect(desk.get_by_role("button", name="Move step 4 down", exact=True)).to_be_focused()
    expect(desk.get_by_role("button", name="Move step 4 up", exact=True)).to_be_disabled()
    desk.get_by_role("button", name="Save route").click()
    expect(desk.get_by_role("heading", name="Bracket")).to_be_visible()
    assert steps_in(site, job) == ["Saw", "Mill", "Pack", "Insure", "Ship"]


def test_a_refusal_keeps_everything_and_the_buttons_go_on_working(site, window, watch, job, path):
    watch.expect("status of 400")
    page = window(TABLET, who=SUPERVISOR)
    page.goto(f"/paths/{path.pk}/edit")
    page.get_by_role("button", name="Remove step 3", exact=True).tap()
    page.get_by_label("Location of step 2", exact=True).fill("Cell 7")
    page.get_by_role("button", name="Add a step").tap()
    step(page, 3).fill("Deburr")
    with site.inside():
        make_serial(path)
    page.get_by_role("button", name="Save route").tap()

    expect(page.get_by_role("alert")).to_have_text("Cannot remove a step that serial numbers carry.")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Location of step 2", exact=True)).to_have_value("Cell 7")
    expect(step(page, 3)).to_have_value("Deburr")
    assert steps_in(site, job) == ["Saw", "Mill", "Pack"]
    # the page that came back is not loaded anew, and its buttons act all the same
    page.get_by_role("button", name="Add a step").tap()
    expect(step(page, 4)).to_be_focused()
    page.set_viewport_size(TABLET.viewport | {"height": 3000})  # the bar below covers nothing then
    axe(page)


def test_a_route_begins_like_a_template_and_keeps_what_was_typed(site, desk, job):
    with site.inside():
        template = RouteTemplate.objects.order_by("name").first()
        wanted = [each.name for each in template.steps.order_by("order")]
    desk.goto(f"/jobs/{job.pk}/routes/new")
    desk.get_by_label("Name", exact=True).fill("Main")
    desk.get_by_label("Begin with the steps of").select_option(template.name)
    desk.get_by_role("button", name="Fill in").click()
    expect(rows(desk)).to_have_count(len(wanted))
    expect(step(desk, 1)).to_be_focused()
    expect(step(desk, 1)).to_have_value(wanted[0])
    expect(desk.get_by_label("Name", exact=True)).to_have_value("Main")
    assert steps_in(site, job) == []
    press(desk, "Move step 2 up")
    press(desk, "Save route")
    expect(desk.get_by_role("heading", name="Bracket")).to_be_visible()
    assert steps_in(site, job) == [wanted[1], wanted[0], *wanted[2:]]


def test_a_scan_writes_into_no_step(site, desk, job, path):
    desk.goto(f"/paths/{path.pk}/edit")
    step(desk, 3).evaluate("field => { field.focus(); field.setSelectionRange(4, 4); }")
    scan(desk, "NOSUCHCODE")
    expect(desk.get_by_role("status").filter(has_text="NOSUCHCODE")).to_be_visible()
    expect(step(desk, 3)).to_have_value("Pack")
    expect(rows(desk)).to_have_count(3)


def test_whoever_leaves_with_something_unsaved_is_asked(desk, job, path):
    questions = []
    desk.on("dialog", lambda dialog: (questions.append(dialog.type), dialog.accept()))
    desk.goto(f"/paths/{path.pk}/edit")
    desk.get_by_role("link", name="Cancel").click()
    expect(desk.get_by_role("heading", name="Bracket")).to_be_visible()
    assert questions == []
    desk.goto(f"/paths/{path.pk}/edit")
    desk.get_by_role("button", name="Remove step 3", exact=True).click()
    desk.get_by_role("link", name="Cancel").click()
    expect(desk.get_by_role("heading", name="Bracket")).to_be_visible()
    assert questions == ["beforeunload"]


def test_without_a_connection_nothing_is_lost(site, window, watch, job, path):
    watch.allow("ERR_INTERNET_DISCONNECTED")
    page = window(TABLET, who=SUPERVISOR)
    page.goto(f"/paths/{path.pk}/edit")
    step(page, 1).fill("Cut")
    with offline(page):
        page.get_by_role("button", name="Move step 1 down", exact=True).tap()
        page.get_by_role("button", name="Save route").tap()
        expect(page.get_by_text("No connection.")).to_be_visible()
        expect(step(page, 2)).to_have_value("Cut")
    page.get_by_role("button", name="Save route").tap()
    expect(page.get_by_role("heading", name="Bracket")).to_be_visible()
    assert steps_in(site, job) == ["Mill", "Cut", "Pack"]


def test_it_works_without_scripts(site, window, job):
    page = window(TABLET, who=SUPERVISOR, scripts=False)
    page.goto(f"/jobs/{job.pk}/routes/new")
    page.get_by_label("Name", exact=True).fill("Main")
    for number, name in enumerate(("Saw", "Mill", "Pack"), start=1):
        step(page, number).fill(name)
    step(page, 3).press("Enter")  # presses a button that changes nothing
    expect(step(page, 3)).to_have_value("Pack")
    page.get_by_role("button", name="Add a step").tap()
    expect(step(page, 4)).to_be_focused()
    step(page, 4).fill("Ship")
    page.get_by_role("button", name="Move step 4 up", exact=True).tap()
    expect(step(page, 3)).to_have_value("Ship")
    page.get_by_role("button", name="Remove step 1", exact=True).tap()
    expect(rows(page)).to_have_count(3)
    assert steps_in(site, job) == []
    page.get_by_role("button", name="Save route").tap()
    expect(page.get_by_role("heading", name="Bracket")).to_be_visible()
    assert steps_in(site, job) == ["Mill", "Ship", "Pack"]
    with site.inside():
        route = Path.objects.get(job=job)
    page.goto(f"/paths/{route.pk}/edit")
    step(page, 2).press("Enter")  # the first button is closed: nothing happens
    expect(step(page, 2)).to_have_value("Ship")


def test_words_are_added_to_a_library_one_after_the_other(site, window):
    page = window(TABLET, who=SUPERVISOR)
    cost = Cost(page)
    page.goto("/libraries")
    field = page.get_by_label("New location")
    with cost.at_most(taps=1, loads=0):
        field.focus()
        for word in ("Zebra cell", "Zebra crib"):
            type_slowly(page, f"{word}\r")
            expect(page.get_by_role("button", name=f"Remove {word}")).to_be_visible()
            expect(field).to_be_focused()
            expect(field).to_have_value("")
        page.get_by_role("button", name="Remove Zebra crib").tap()
        expect(page.get_by_role("button", name="Remove Zebra crib")).to_have_count(0)
    expect(page.get_by_role("button", name="Remove Zebra cell")).to_be_visible()
