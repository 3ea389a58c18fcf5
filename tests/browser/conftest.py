"""The browser, the server behind it, and the windows that a test opens.

A test of a page looks like this::

    from playwright.sync_api import expect

    from tests.browser.people import OPERATOR
    from tests.browser.scanner import scan
    from tests.browser.windows import PHONE, offline

    def test_finishing_a_part_is_one_scan(site, window, watch):
        with site.inside():                                    # models and services, on the server's database
            part = make_serial(PathFactory(steps=["Saw", "Mill"]))
        page = window(PHONE, who=OPERATOR, station="Saw")      # a device of its own, somebody signed in
        cost = Cost(page)
        page.goto("/")
        with cost.at_most(scans=1):                            # no tap, no page that loads anew
            scan(page, part.id, prefix="]Q3")
            expect(page.get_by_role("status")).to_contain_text("Mill")
        with site.inside():
            assert Serial.objects.get(pk=part.pk).current_step_index == 1

Fixtures: ``site`` is the running product (``sites.Site``), on a copy of a database with the demo shop and 5,000 parts;
a copy of the module's own, unless it says ``pytestmark = pytest.mark.looks_only``: then it shares one server with all
modules that change nothing, and fails where it does. ``window`` opens windows (``windows.Windows``), ``page`` is one of
tablet size with nobody signed in, ``watch`` is what must not happen meanwhile: a test fails by an error in the console,
a call to another host, or an answer of 500 and above; one that brings about a refusal says so with
``watch.expect("status of 409")``.

Helpers: ``people`` (sign_in), ``scanner`` (scan, type_slowly), ``costs`` (Cost), ``windows`` (sizes, resize, set_theme,
switch_theme, offline), ``accessibility`` (axe), ``looks`` (fits), ``keys`` (tab_order), ``weights`` (Scale), and
``pages``, the table in which each page has its line: that alone gets it tested for looks, keyboard and weight.

A module that says ``pytest.mark.any_engine`` runs on the first engine of ``make test`` only.

While writing tests, KEEP_SHOP=1 keeps the stocked SQLite database from run to run of a day. Pictures of what a failed
test had open are in var/browser/failures.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connections

from scripts import chromium
from tests.browser.sites import Site
from tests.browser.store import VAR, Store
from tests.browser.watch import Watch
from tests.browser.windows import Devices, Windows, launched

# --- Without a browser ---------------------------------------------------------------------------------------------


class Absent(pytest.Item):
    """Stands for the tests of a module where there is no browser to run them in."""

    def runtest(self) -> None:
        """Skip with what to install, or fail where a browser is required."""
        (pytest.fail if chromium.is_required() else pytest.skip)(f"Browser tests: {chromium.obstacle()}")

    def repr_failure(self, excinfo) -> str:
        """Return the sentence alone."""
        return str(excinfo.value)


class AbsentModule(pytest.Module):
    """A module that is not even imported: it may need what is not installed."""

    def collect(self) -> list[pytest.Item]:
        """Return one item for all of its tests."""
        return [Absent.from_parent(self, name="in_a_browser")]


def pytest_pycollect_makemodule(module_path, parent):
    if chromium.obstacle():
        return AbsentModule.from_parent(parent, path=module_path)
    return None


# --- The browser and the server ------------------------------------------------------------------------------------


@pytest.fixture(scope="package")
def browser():
    """The browser of this process. It goes with the last test of this folder, and its event loop with it."""
    with pytest.MonkeyPatch.context() as patch:
        # What drives the browser runs an event loop in this thread, and Django refuses to work where there is one.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with launched() as browser:
            yield browser


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    """The stocked database, which the processes of a run share."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    vendor, url = connections["default"].vendor, os.environ.get("DATABASE_URL", "")
    store = Store(vendor, url, folder / "browser", keep=os.environ.get("KEEP_SHOP") == "1")
    yield store
    store.close()


@pytest.fixture(scope="package")
def open_site(store, tmp_path_factory, django_db_blocker):
    """Start the product on a copy of the stocked database; whatever was started is stopped in the end."""
    opened = []

    def start() -> Site:
        folder = tmp_path_factory.mktemp("site")
        site = Site(store.copy(folder), folder / "server.log", store.uploads, django_db_blocker.unblock)
        opened.append(site)
        return site.start()

    yield start
    for site in opened:
        site.stop()


@pytest.fixture(scope="package")
def looked_at(open_site):
    """The site that modules share which change nothing in the shop."""
    return open_site()


@pytest.fixture(scope="module")
def site(request):
    """The product, as it runs for the tests of this module."""
    if request.node.get_closest_marker("looks_only") is None:
        site = request.getfixturevalue("open_site")()
        yield site
        site.stop()
        return
    with unchanged(site := request.getfixturevalue("looked_at")):
        yield site


@contextmanager
def unchanged(site: Site) -> Iterator[None]:
    """Fail where the shop behind the site is not after the block as it was before."""

    def state() -> list[tuple]:
        with site.query() as query:
            return query("SELECT count(*), max(sequence) FROM audit_auditentry")

    before = state()
    yield
    if state() != before:
        pytest.fail("this module says looks_only, and has changed the shop", pytrace=False)


# --- What a test has -----------------------------------------------------------------------------------------------


@pytest.fixture
def watch():
    """What must not happen behind the pages of this test; fails it in the end where it did."""
    watch = Watch()
    yield watch
    assert_nothing_behind(watch)


def assert_nothing_behind(watch: Watch) -> None:
    """Fail with what the watch has found."""
    if findings := watch.findings():
        pytest.fail("\n".join(["Behind the page:", *findings]), pytrace=False)


@pytest.fixture
def window(browser, site, watch):
    """Opens windows on the site: ``window(PHONE, DARK, who=OPERATOR)`` returns the page in it."""
    windows = Windows(browser, site, watch)
    yield windows
    windows.close()


@pytest.fixture
def page(window):
    """A window on a tablet, light, with scripts, where nobody is signed in."""
    return window()


@pytest.fixture(scope="module")
def standing(browser, site):
    """The windows that ``devices`` hands out."""
    devices = Devices(browser, site)
    yield devices
    devices.close()


@pytest.fixture
def devices(standing):
    """Windows that stay open for the tests of a module: ``devices(PHONE, who=OPERATOR)``. Cheaper than ``window``."""
    yield standing
    assert_nothing_behind(standing.watch)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call" and report.failed:
        name = item.name.replace("/", "-")[:80]
        had = getattr(item, "funcargs", {})
        opened = [had[fixture] for fixture in ("window", "devices") if fixture in had]
        pictures = [picture for windows in opened for picture in windows.photograph(VAR / "failures", name)]
        report.sections.append(("What was open", "\n".join(map(str, pictures))))
    return report
