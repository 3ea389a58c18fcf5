"""QC takes products up from a file: a dry run that names what is wrong by row, the file put right, and the result."""

import pytest
from playwright.sync_api import expect

from certificates.models import Product, RecordImport
from tests.browser.people import INSPECTOR
from tests.browser.windows import DESKTOP
from tests.factories import gtin_of

pytestmark = pytest.mark.any_engine

PEN, INK = gtin_of(7001), gtin_of(7002)
WRONG = f"{INK[:-1]}{(int(INK[-1]) + 1) % 10}"


def csv(*rows: tuple[str, str]) -> dict:
    """Return a file as a person chooses it."""
    lines = [("GTIN", "Name"), *rows]
    content = "".join(f"{number},{name}\n" for number, name in lines).encode()
    return {"name": "Stock list.csv", "mimeType": "text/csv", "buffer": content}


def row(page, number: int):
    """Return a row of the dry run by its number in the file."""
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=str(number), exact=True))


def upload(page, file: dict) -> None:
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Look at it").click()


def test_a_file_with_an_error_is_looked_at_put_right_and_imported(site, window):
    with site.inside():
        before = Product.objects.count()
    page = window(DESKTOP, who=INSPECTOR)
    page.goto("/admin/certificates/product/")
    page.get_by_role("link", name="Import…").click()

    upload(page, csv((PEN, "Pen"), (WRONG, "Ink")))

    expect(row(page, 2)).to_contain_text("New")
    expect(row(page, 3)).to_contain_text("Cannot be imported")
    expect(row(page, 3)).to_contain_text(f"gtin has a wrong check digit: {WRONG}")
    expect(page.locator("main")).to_contain_text("1 row cannot be imported, so none is.")
    expect(page.get_by_role("button", name="Import ")).to_have_count(0)
    with site.inside():
        assert Product.objects.count() == before

    page.get_by_role("link", name="Upload another file").click()
    upload(page, csv((PEN, "Pen"), (INK, "Ink")))
    expect(row(page, 3)).to_contain_text("New")
    page.get_by_role("button", name="Import 2 products").click()

    expect(page.get_by_text("Imported Stock list.csv: 2 new.")).to_be_visible()
    expect(page.locator(".panel-facts")).to_contain_text("New2")
    with site.inside():
        assert dict(Product.objects.filter(pk__in=[PEN, INK]).values_list("pk", "name")) == {PEN: "Pen", INK: "Ink"}
        assert [each.state for each in RecordImport.objects.order_by("uploaded_at")][-2:] == ["looked_at", "done"]
