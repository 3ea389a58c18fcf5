"""The quality desk in a browser: found, worked through with a confirmation, looked back at; with axe and keyboard."""

import pytest
from playwright.sync_api import expect

from certificates.models import CertAttachment
from serials.models import Serial, StepStatus
from tests.browser.accessibility import axe_findings
from tests.browser.keys import walk
from tests.browser.pages import ADMIN_EXCUSES
from tests.browser.people import INSPECTOR
from tests.browser.windows import DESKTOP, TABLET, THEMES, set_theme
from tests.factories import CertificateFactory

pytestmark = pytest.mark.any_engine

PASSWORD = "shop-planr-demo"


def accessible(page) -> None:
    """Fail with what axe finds on the page, in both themes."""
    page.wait_for_load_state()
    findings = []
    for theme in THEMES:
        set_theme(page, theme)
        findings += [f"{theme}, {found}" for found in axe_findings(page, ADMIN_EXCUSES)]
    assert not findings, "\n".join([f"{page.url}:", *findings])


def test_signing_in_opens_the_desk(window):
    page = window(DESKTOP)
    page.goto("/admin/")
    page.get_by_label("Username").fill(INSPECTOR)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Quality desk")
    for card in ("Deferred steps", "Waiting for a decision", "Blocked for certificates", "Running out"):
        expect(page.get_by_role("heading", name=card, level=2)).to_be_visible()
    accessible(page)
    assert walk(page, ADMIN_EXCUSES).findings == []


def test_a_deferred_step_is_waived_from_the_desk(site, window):
    page = window(DESKTOP, who=INSPECTOR)
    page.goto("/admin/")
    card = page.locator("#desk-deferred")
    line = card.get_by_role("listitem").first
    step, parts = line.locator(".desk-title").inner_text(), int(line.locator(".desk-figure").inner_text().split()[0])
    line.get_by_role("link").click()

    expect(page.locator("#result_list tbody tr")).to_have_count(parts)
    accessible(page)
    page.locator("#result_list tbody tr").first.get_by_role("checkbox").check()
    page.get_by_label("Action:").select_option(label="Waive…")
    page.get_by_role("button", name="Go").click()

    expect(page.locator(".confirm-explanation")).to_contain_text("Recorded as the approver: Hannah Lindqvist.")
    expect(page.locator("table.selection")).to_contain_text(f"{step} of SN-")
    accessible(page)
    page.get_by_label("Reason").fill("Measured by hand, within tolerance")
    page.get_by_role("button", name="Waive: 1 step").click()

    expect(page.locator(".messagelist")).to_contain_text("Waived")
    expect(page.locator("#result_list tbody tr")).to_have_count(parts - 1)
    with site.inside():
        waived = StepStatus.objects.filter(status="waived", step__name=step).latest("updated_at")
    page.goto(f"/admin/serials/serial/{waived.serial_id}/change/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(waived.serial_public_id)
    expect(page.locator("body")).to_contain_text("Measured by hand, within tolerance")
    accessible(page)


def test_a_certificate_is_attached_to_parts_that_were_found_by_a_filter(site, window):
    with site.inside():
        certificate = CertificateFactory(name="Hardness report 7731", type="process")
        before = CertAttachment.objects.count()
    page = window(TABLET, who=INSPECTOR)
    page.goto("/admin/")
    page.get_by_role("link", name="All blocked parts").click()
    rows = page.locator("#result_list tbody tr")
    for row in (0, 1):
        rows.nth(row).get_by_role("checkbox").check()
    page.get_by_label("Action:").select_option(label="Attach a certificate…")
    page.get_by_role("button", name="Go").click()

    expect(page.locator("table.selection")).to_contain_text("attached at")
    accessible(page)
    page.locator(".select2-selection").click()
    page.locator(".select2-search__field").fill("7731")
    page.get_by_role("option", name="Hardness report 7731").click()
    page.get_by_role("button", name="Attach a certificate: 2 parts").click()

    expect(page.locator(".messagelist")).to_contain_text("Certificate attached: 2 parts.")
    with site.inside():
        assert CertAttachment.objects.count() == before + 2
        part = Serial.objects.filter(cert_attachments__certificate=certificate).first()
    page.goto(f"/admin/serials/serial/{part.pk}/change/")
    expect(page.get_by_role("region", name="Certificates")).to_contain_text("Hardness report 7731")


def test_a_history_is_read_field_by_field(site, window):
    with site.inside():
        part = Serial.objects.filter(status="scrapped").order_by("number")[0]
        attachment = CertAttachment.objects.order_by("pk")[0]
    page = window(DESKTOP, who=INSPECTOR)
    page.goto(f"/admin/serials/serial/{part.pk}/change/")
    page.get_by_role("link", name="History").click()

    newest = page.locator(".version").first
    expect(newest.get_by_role("row", name="Status")).to_contain_text("Scrapped")
    expect(newest).to_contain_text("by ")
    accessible(page)

    page.goto(f"/admin/certificates/certattachment/{attachment.pk}/history/")
    expect(page.locator(".version").first).to_contain_text("Certificate attached")
    accessible(page)
