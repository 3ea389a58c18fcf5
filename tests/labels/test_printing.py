"""On paper, in a real Chromium: pages of the right size, none too many, nothing over an edge, and codes that are read.

And on the screen: readable for everybody, in both themes.
"""

import io
from urllib.parse import urlencode

import pytest
from PIL import Image

from serials.services import advancement
from shopplanr.accounts.roles import Role
from shopplanr.floor.label_stock import A4, LETTER, STOCKS
from tests.accounts.factories import UserFactory
from tests.admin.conftest import at_desk
from tests.factories import OPERATOR, JobFactory, PathFactory, make_serials
from tests.labels.browser import SITE, Fetched, pages_of, shown
from tests.labels.drawing import read

pytestmark = pytest.mark.django_db

ROUNDING_MM = 0.2
"""A PDF of Chromium's has pages of whole points or pixels."""

LONG_NAME = "Bracket 40217, left hand, anodised WWWWWWMMMM, for the landing gear of whoever ordered it"
STEPS = [
    {"name": "Saw", "location": "Hall 1"},
    {"name": "Mill on both sides and chamfer every edge", "location": "Cell 3", "dependencyType": "physical"},
    {"name": "Heat treatment", "location": "Supplier", "dependencyType": "completion_gate"},
    {"name": "Deburr", "location": "Cell 2", "optional": True},
]


@pytest.fixture
def path():
    """Twenty-four parts of a job with a long name, on a route of two pages."""
    job = JobFactory(name=LONG_NAME, jiraPartNumber="BR-40217-MMWW", dueDate="2026-12-18")
    path = PathFactory(job=job, name="Machine and inspect", steps=STEPS * 7, advancementMode="flexible")
    make_serials(path, 24)
    advancement.advance_to("SN-00001", 3, OPERATOR)
    return path


@pytest.fixture
def client():
    return at_desk(UserFactory(role=Role.OPERATORS))


def address(place: str, **query: object) -> str:
    return f"{place}?{urlencode(query)}"


TEXTS_AND_THEIR_LABELS = """
() => [...document.querySelectorAll(".sheet text")].map((text) => {
  const label = text.closest("svg"), box = text.getBBox();
  return [text.textContent, box.x, label.width.baseVal.value - box.x - box.width];
})
"""


def test_labels_of_every_stock(client, path):
    fetched, parts = Fetched(), {name: 3 if stock.is_roll else 22 for name, stock in STOCKS.items()}
    labels = {
        name: fetched.add(
            client, address("/labels", serials=f"1..{parts[name]}", size=name, start=min(3, each.per_page))
        )
        for name, each in STOCKS.items()
    }

    with shown(fetched, viewport={"width": 1400, "height": 900}) as page:
        for name, stock in STOCKS.items():
            page.goto(labels[name])
            pages = pages_of(page.pdf(prefer_css_page_size=True, print_background=True))

            used = 0 if stock.is_roll else 2
            assert len(pages) == -(-(parts[name] + used) // stock.per_page), name
            assert pages == [pytest.approx(stock.page, abs=ROUNDING_MM)] * len(pages), name
            page.emulate_media(media="print")
            sizes = page.eval_on_selector_all(".sheet", "all => all.map(one => one.getBoundingClientRect().width)")
            assert sizes == [pytest.approx(stock.page[0] * 96 / 25.4, abs=0.5)] * len(pages), name
            for text, left, right in page.evaluate(TEXTS_AND_THEIR_LABELS):
                assert min(left, right) >= stock.inset_x - 0.1, (name, text)
            page.emulate_media(media="null")


def test_codes_are_read_from_what_the_browser_draws(client, path):
    fetched = Fetched()
    sheet = fetched.add(client, address("/labels", serials="1..21", size="avery-l7160"))
    traveler = fetched.add(client, f"/jobs/{path.job_id}/traveler")

    with shown(fetched, viewport={"width": 850, "height": 1200}, device_scale_factor=2) as page:
        for place in (sheet, traveler):
            page.goto(place)
            page.emulate_media(media="print")
            picture = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("L")
            found = {text for _, text in read(picture)}
            if place == sheet:
                assert found == {f"{SITE}/serials/SN-{number:05d}" for number in range(1, 22)}
            else:
                assert found == {f"{SITE}/jobs/{path.job_id}"} | {f"SN-{number:05d}" for number in range(1, 25)}


def test_travelers(client, path):
    fetched = Fetched()
    place = f"/jobs/{path.job_id}/traveler"
    together = fetched.add(client, place)
    each = fetched.add(client, address(place, each="part", serials="1..3", paper="letter"))

    with shown(fetched, viewport={"width": 794, "height": 1123}, color_scheme="dark") as page:
        page.goto(together)
        pages = pages_of(page.pdf(prefer_css_page_size=True))
        assert pages == [pytest.approx(A4, abs=ROUNDING_MM)] * 3  # the route fills two
        page.emulate_media(media="print")
        assert page.eval_on_selector(".route thead", "head => getComputedStyle(head).display") == "table-header-group"
        look = "all => [getComputedStyle(all).backgroundColor, getComputedStyle(all).color]"
        assert page.eval_on_selector(".traveler", look) == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
        assert not page.is_visible(".tools")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 794

        page.emulate_media(media="null")
        page.goto(each)
        pages = pages_of(page.pdf(prefer_css_page_size=True))
        assert pages == [pytest.approx(LETTER, abs=ROUNDING_MM)] * 9  # three for each of three


def test_a_choice_shows_at_once_and_the_button_prints(client, path):
    fetched = Fetched()
    start = fetched.add(client, address("/labels", serials="1", size="avery-l7160"))
    fetched.add(client, address("/labels", serials="1", size="dymo-99012", symbology="qr", start=1, copies=1))

    with shown(fetched) as page:
        page.add_init_script("window.print = () => { document.title = 'printed' }")
        page.goto(start)
        page.select_option("#size", "dymo-99012")
        page.wait_for_url("**/labels?*size=dymo-99012*")
        page.click("button.print")
        assert page.title() == "printed"


def test_everybody_can_use_the_pages_in_either_theme(client, path):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    fetched = Fetched()
    places = [
        fetched.add(client, address("/labels", serials="foo", size="avery-5160")),
        fetched.add(client, address("/labels", serials="1..2", size="avery-l7160", start=2)),
        fetched.add(client, address(f"/jobs/{path.job_id}/traveler", each="part", serials="1")),
    ]

    with shown(fetched, viewport={"width": 1280, "height": 900}) as page:
        for place in places:
            page.goto(place)
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)
                results = axe.Axe().run(page)
                assert results.violations_count == 0, results.generate_report()
            page.set_viewport_size({"width": 390, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, place
