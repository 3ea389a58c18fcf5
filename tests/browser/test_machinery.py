"""The checks of pages find what they are for, on pages that are wrong on purpose; and devices are what they say."""

import pytest
from playwright.sync_api import Error, expect

from serials.models import NotePhoto, Serial
from shopplanr import content_store
from shopplanr.demo.people import PASSWORD
from tests.browser import scanner
from tests.browser.accessibility import axe, axe_findings
from tests.browser.costs import Cost
from tests.browser.excuses import CUT, FOCUS, TARGET, TEXT, Excuse
from tests.browser.keys import tab_order, walk
from tests.browser.looks import fits, layout_findings
from tests.browser.people import ADMINISTRATOR, sign_out
from tests.browser.store import PARTS
from tests.browser.watch import Watch
from tests.browser.weights import Scale
from tests.browser.windows import DARK, DESKTOP, LIGHT, PHONE, TABLET, offline, resize, set_theme

pytestmark = [pytest.mark.looks_only, pytest.mark.any_engine]

LISTENER = """
<input id="field"><p id="heard"></p>
<script>
  let latest = 0, heard = [];
  addEventListener("keydown", (event) => {
    heard.push([event.key, Math.round(event.timeStamp - latest), event.isTrusted]);
    latest = event.timeStamp;
    if (event.key === "Tab") event.preventDefault();
  });
</script>
"""


def show(page, body: str, style: str = "") -> None:
    """Show a page of the test's own."""
    page.goto("about:blank")
    page.set_content(
        '<!doctype html><html lang="en"><head><title>Page</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>body {{ margin: 0 }} body, button {{ font: 16px sans-serif }} {style}</style></head>"
        f"<body>{body}</body></html>"
    )


# --- The scanner ---------------------------------------------------------------------------------------------------


def test_a_scanner_is_quick_whatever_the_machine_does_and_a_person_is_not(devices):
    page = devices()
    show(page, LISTENER)
    page.locator("#field").focus()
    scanner.scan(page, "SN-00042", prefix="]Q3", suffix="\t\r")
    keys, gaps, trusted = zip(*page.evaluate("heard"), strict=True)
    assert "".join(key for key in keys if len(key) == 1) == "]Q3SN-00042"
    assert keys[-2:] == ("Tab", "Enter")
    assert max(gaps[1:]) < 20 and all(trusted)
    assert page.input_value("#field") == "]Q3SN-00042"

    page.evaluate("heard = []")
    scanner.type_slowly(page, "a part")
    assert min(gap for _, gap, _ in page.evaluate("heard")) > 80


def test_every_character_arrives_as_it_is_printed(devices):
    page = devices()
    text = "".join(map(chr, range(0x20, 0x7F)))
    show(page, LISTENER)
    page.locator("#field").focus()
    scanner.scan(page, text, suffix="")
    assert page.input_value("#field") == text


def test_a_scan_sends_the_form_that_it_is_made_in(devices):
    page = devices()
    show(page, '<form onsubmit="document.title = this.code.value; return false"><input name="code"></form>')
    page.locator("input").focus()
    scanner.scan(page, "CERT/1")
    expect(page).to_have_title("CERT/1")


# --- Costs ---------------------------------------------------------------------------------------------------------


def test_taps_scans_and_loads_are_counted(window):
    page = window(PHONE)
    cost = Cost(page)
    page.goto("/admin/login/")
    with cost.at_most(taps=1):
        page.get_by_label("Username").tap()
    with pytest.raises(AssertionError, match=r'1 taps \(0 allowed\): input "username"'), cost.at_most():
        page.get_by_label("Username").tap()
    with pytest.raises(AssertionError, match="1 scans"), cost.at_most():
        scanner.scan(page, "robin", suffix="")
    with pytest.raises(AssertionError, match=r"1 loads .*GET http"), cost.at_most():
        page.goto("/admin/")  # two answers, as it is a redirect, and one load
    with pytest.raises(AssertionError, match="2 taps"), cost.at_most(taps=1):
        page.evaluate("document.body.innerHTML = '<select><option>a<option>b</select>'")
        page.locator("select").select_option("b")


# --- Looks ---------------------------------------------------------------------------------------------------------


def test_what_does_not_fit_is_found(devices):
    page = devices(PHONE)
    show(
        page,
        """<main>
          <button class="small" style="width: 30px; height: 30px">x</button>
          <button class="small" style="width: 31px; height: 30px">z</button>
          <button style="width: 48px; height: 48px">y</button>
          <label style="display: block; height: 48px; font-size: 16px"><input type="checkbox"> a whole row</label>
          <p>A <a href="#there">link in a sentence</a> is as large as its words.</p>
          <p class="fine" style="font-size: 12px">Fine print</p>
          <p class="cut" style="width: 50px; overflow: hidden; white-space: nowrap">What nobody can read</p>
          <div style="width: 600px; height: 10px"></div>
          <div style="overflow-x: auto"><div style="width: 900px">A table may scroll by itself</div></div>
        </main>""",
    )
    assert layout_findings(page, PHONE) == [
        "the page is 600 px wide on a screen of 390: div",
        'button.small "x" is 30 × 30 px to touch (and 1 like it)',
        'p.fine "Fine print" has text of 12 px',
        'p.cut "What nobody can read" is cut off to the right',
    ]
    excuses = [Excuse(of, f".{name}", "a test") for of, name in ((TARGET, "small"), (TEXT, "fine"), (CUT, "cut"))]
    assert [finding.partition(" is ")[0] for finding in layout_findings(page, PHONE, excuses)] == ["the page"]
    resize(page, TABLET)
    fits(page, TABLET, excuses)


def test_what_axe_has_to_say_is_readable(devices):
    page = devices()
    show(
        page,
        '<main><h1>Parts</h1><img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=" class="photo">'
        '<p class="pale">Hardly there</p></main>',
        ":root { color-scheme: light dark } .pale { color: light-dark(#777777, #222222) }",
    )
    page.evaluate("document.body.style.background = 'light-dark(white, black)'")
    (photo, pale) = sorted(axe_findings(page), reverse=True)
    assert photo.startswith("axe image-alt: img: Element does not have an alt attribute")
    assert pale.startswith("axe color-contrast: p: Element has insufficient color contrast of 4.47")
    axe(page, [Excuse("image-alt", ".photo", "a test"), Excuse("color-contrast", ".pale", "a test")])

    rows = "".join(f'<li class="{kind}">Row</li>' for kind in ("", "", "pale", "", "pale", "pale", "pale"))
    show(page, f"<main><h1>Parts</h1><ul>{rows}</ul></main>", ".pale { color: #777777 }")
    assert len(axe_findings(page)) == 2  # of four that are alike
    assert len(axe_findings(page, alike=10)) == 4


def test_axe_sees_the_colours_of_the_theme_that_is_on(devices):
    page = devices()
    show(
        page,
        '<main><h1 class="pale">Parts</h1></main>',
        ":root { color-scheme: light dark } body { background: light-dark(white, black) } .pale { color: #222222 }",
    )
    assert axe_findings(page) == []
    set_theme(page, DARK)
    (pale,) = axe_findings(page, only_colours=True)
    assert "contrast of 1.31" in pale


# --- The keyboard --------------------------------------------------------------------------------------------------


def test_the_way_of_the_keyboard_is_told_in_order(devices):
    page = devices()
    show(
        page,
        """<a href="#main" style="position: absolute; left: -999px" onfocus="this.style.left = 0"
              onblur="this.style.left = '-999px'">Skip</a>
        <main id="main" tabindex="-1">
          <input aria-label="Due" type="date"><input type="radio" name="size"><input type="radio" name="size">
          <button disabled>No</button><button hidden>Hidden</button>
          <div role="toolbar"><button>Bold</button><button tabindex="-1">Italic</button></div>
          <details><summary>More</summary><a href="#in">Inside</a></details>
        </main>""",
    )
    assert tab_order(page) == ['a "Skip"', 'input "Due"', 'input "size"', 'button "Bold"', 'summary "More"']


def test_of_rows_that_are_alike_the_first_and_the_last_are_walked_through(devices):
    page = devices()
    rows = "".join(
        f'<li class="{kind}">{number} <a href="#{number}">See {number}</a><button>Do {number}</button></li>'
        for number, kind in enumerate(["", "late", "", "", "late", "", "", ""])
    )
    show(page, f"<main><ul>{rows}</ul><button>End</button></main>")
    numbers = [int(name[-2]) for name in tab_order(page) if name != 'button "End"']
    assert numbers == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 7]
    assert len(walk(page, alike=100).order) == 17


def test_what_the_keyboard_cannot_do_is_found(devices):
    page = devices()
    show(
        page,
        """<main><button>First</button>
          <button class="bare">Shows nothing</button>
          <button tabindex="-1" class="lost">Lost</button>
          <button id="covered" style="position: fixed; bottom: 5px">Covered</button>
          <input aria-label="Trap" onkeydown="if (event.key === 'Tab') event.preventDefault()">
          <button>Never</button>
          <div style="position: fixed; inset: auto 0 0; height: 60px; background: white">A bar</div>
        </main>""",
        ".bare:focus { outline: none }",
    )
    assert walk(page).findings == [
        'button "Shows nothing" shows no focus',
        'button#covered "Covered" is covered while it has the focus, by div "A bar"',
        'Tab leads no further than input "Trap"',
        'Tab does not reach button "Lost", button "Never"',
    ]
    lost = [Excuse(FOCUS, ".lost", "a test")]
    assert walk(page, lost).findings[-1] == 'Tab does not reach button "Never"'


# --- What happens behind a page ------------------------------------------------------------------------------------


def test_errors_and_calls_to_other_hosts_do_not_pass_unseen(browser, site, page):
    watch = Watch()
    watch.over(page.context, site.url)
    page.goto("/sign-in")
    page.evaluate("console.error('Not so good')")
    page.evaluate("setTimeout(() => { throw new Error('Thrown') })")
    page.evaluate("fetch('http://192.0.2.1/elsewhere').catch(() => 0)")  # refused by the page's own policy
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')")
    page.evaluate("fetch('/api/jobs')")
    page.goto("about:blank")  # no page of ours could: their policy lets none out
    page.evaluate("fetch('http://192.0.2.1/elsewhere').catch(() => 0)")
    found = "\n".join(watch.findings())
    for words in (
        "console: Not so good",
        "script: Thrown",
        "violates the following Content Security Policy directive",
        "asked another host: http://192.0.2.1/elsewhere",
        "console: Failed to load resource: the server responded with a status of 401",
    ):
        assert words in found
    watch.expect("status of 401")
    watch.expect("status of 418")
    watch.allow("192.0.2.1|Content Security Policy|Thrown")
    assert [finding.partition(" (")[0] for finding in watch.findings()] == [
        "console: Not so good",
        "expected, and did not come: status of 418",
    ]


@pytest.fixture
def watch():
    """Nothing is complained about here but in the test that looks at complaints."""
    return Watch()


# --- Devices and people --------------------------------------------------------------------------------------------


def test_a_device_is_what_it_says(devices):
    asked = "[matchMedia('(pointer: coarse)').matches, matchMedia('(prefers-color-scheme: dark)').matches, innerWidth]"
    for size in (PHONE, DESKTOP):
        page = devices(size)
        show(page, "<main></main>")
        for theme in (DARK, LIGHT):
            set_theme(page, theme)
            assert page.evaluate(asked) == [size.touch, theme == DARK, size.width]


def test_somebody_is_signed_in_without_the_form_and_out_again(devices):
    page = devices(who=ADMINISTRATOR)
    page.goto("/admin/")
    expect(page.locator("#user-tools")).to_contain_text("Robin Adler")
    sign_out(page.context)
    page.goto("/admin/")
    expect(page.get_by_label("Password")).to_be_visible()


def test_a_form_works_without_scripts(window):
    page = window(DESKTOP, scripts=False)
    page.goto("/admin/login/")
    page.get_by_label("Username").fill(ADMINISTRATOR)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#user-tools")).to_contain_text("Robin Adler")


def test_a_device_loses_its_connection_and_gets_it_back(devices):
    page = devices()
    devices.watch.allow("ERR_INTERNET_DISCONNECTED")  # its icon, which the browser fetches when it likes
    page.goto("/admin/login/")
    with offline(page), pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
        page.goto("/admin/login/")
    page.goto("/admin/login/")


def test_a_second_visit_asks_for_nothing_that_is_there(devices):
    page = devices()
    scale = Scale(page)
    first, second = scale.visit("/admin/login/"), scale.visit("/admin/login/")
    assert [url for url in first if url.endswith(".css")]
    assert [url for url in second if "/static/" in url] == []


# --- The shop behind the pages -------------------------------------------------------------------------------------


def test_the_shop_is_full_and_can_be_asked_from_the_inside(site):
    with site.inside():
        assert Serial.objects.count() == PARTS
        photo = NotePhoto.objects.order_by("pk")[0]
        with content_store.open_verified(photo.digest) as file:
            assert len(file.read()) == photo.size_bytes
    with site.query() as query:
        assert query("SELECT count(*) FROM serials_serial") == [(PARTS,)]
