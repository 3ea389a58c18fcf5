"""What every page of the admin has: the product's name, mark and theme, a search, and nothing from elsewhere."""

import gzip
import re
from pathlib import Path as File

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from shopplanr.accounts.roles import Role
from tests.admin.conftest import at_desk, staff
from tests.admin.desk import act, choose, deferred, url
from tests.factories import CertificateFactory, make_serials

STATIC = File(settings.BASE_DIR) / "static" / "shopplanr"


@pytest.fixture
def pages(administrator):
    """A page of every kind, as the browser gets it."""
    (part,) = deferred()
    certificate = CertificateFactory()
    addresses = [
        reverse("admin:index"),
        reverse("admin:app_list", args=["serials"]),
        url("serials_serial"),
        url("serials_serial", "change", part.pk),
        url("serials_serial", "history", part.pk),
        url("serials_serial", "simple_history", part.pk, part.history.first().pk),
        url("serials_path", "add"),
        url("serials_path", "change", part.path_id),
        url("certificates_certificate", "add"),
        url("certificates_certificate", "change", certificate.pk),
        url("audit_auditentry"),
    ]
    answers = [administrator.get(address) for address in addresses]
    answers += [choose(administrator, [part], "scrap"), act(administrator, [part], "scrap")]
    assert {answer.status_code for answer in answers} == {200}
    return [answer.content.decode() for answer in answers]


@pytest.mark.django_db
def test_every_page_has_name_mark_and_theme(pages):
    for page in pages:
        assert "Shop Planr" in page
        assert 'class="logo"' in page
        assert "shopplanr/theme.css" in page
        assert "shopplanr/favicon.svg" in page
        assert "theme-toggle" in page
        assert "Django" not in re.sub(r"django-admin|django\.", "", page)


@pytest.mark.django_db
def test_nothing_comes_from_elsewhere_and_nothing_is_written_inline(pages):
    for page in pages:
        assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page)
        assert not re.findall(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S", page)
        assert not re.findall(r"<style|<[^>]*\s(?:style|on[a-z]+)\s*=|javascript:", page)


@pytest.mark.django_db
def test_the_sign_in_page_has_the_theme_and_no_search():
    page = Client().get(reverse("admin:login")).content.decode()

    assert "shopplanr/theme.css" in page
    assert "Shop Planr" in page
    assert "find-part" not in page


@pytest.mark.django_db
def test_every_page_finds_a_part(qc):
    make_serials()
    page = qc.get(reverse("admin:index")).content.decode()

    assert f'action="{url("serials_serial")}" role="search"' in page


@pytest.mark.django_db
def test_the_start_page_puts_the_shop_first_and_says_what_one_did_last(qc):
    part = make_serials()[0]
    act(qc, [part], "attach", certificate=CertificateFactory().pk)

    response = qc.get(reverse("admin:index"))

    assert [app["app_label"] for app in response.context["app_list"]] == ["serials", "certificates", "audit", "floor"]
    assert response.context["app_list"][0]["models"][0]["object_name"] == "Serial"
    assert "Certificate attached" in response.content.decode()
    assert "Nothing yet" in staff(Role.AUDITORS).get(reverse("admin:index")).content.decode()


@pytest.mark.django_db
def test_staff_without_a_role_get_an_empty_start_page():
    from tests.accounts.factories import UserFactory

    response = at_desk(UserFactory(role=None, is_staff=True)).get(reverse("admin:index"))

    assert response.status_code == 200
    assert "find-part" not in response.content.decode()


def test_both_dark_themes_say_the_same():
    """Django's switch sets an attribute, the system's setting is a media query: CSS cannot say both at once."""
    theme = (STATIC / "theme.css").read_text()
    blocks = re.findall(r"(?:html:root|html\[data-theme=\"dark\"\]) \{([^{}]*--header-bg: #0b1c20[^{}]*)\}", theme)

    system, chosen = (sorted(line.strip() for line in block.splitlines() if line.strip()) for block in blocks)
    assert system == chosen


def _luminance(colour: str) -> float:
    colour = "".join(digit * 2 for digit in colour) if len(colour) == 3 else colour
    parts = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_on_every_ground(scheme):
    theme = (STATIC / "theme.css").read_text()
    light, dark = theme.split("@media")[0], theme.split("@media")[1]
    colours = dict(re.findall(r"--([\w-]+): #([0-9a-f]{3,6});", light))
    if scheme == "dark":
        colours |= dict(re.findall(r"--([\w-]+): #([0-9a-f]{3,6});", dark))

    for text in ("accent", "good", "warn", "bad", "body-fg", "body-quiet-color", "error-fg"):
        for ground in ("body-bg", "darkened-bg", "canvas"):
            assert _contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    for text in ("header-color", "header-branding-color", "header-link-color"):
        assert _contrast(colours[text], colours["header-bg"]) >= 4.5, text
    grounds = {
        "body-fg": ["message-success-bg", "message-warning-bg", "message-error-bg"],
        "error-fg": ["message-error-bg"],
    }
    for text, behind in (grounds | {"accent": ["accent-soft"]}).items():
        for ground in behind:
            assert _contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    button = colours.get("button-bg", colours["accent"])
    assert _contrast("ffffff", button) >= 4.5


def test_every_mark_has_its_shape():
    from certificates.admin.marks import ACTIVE, EXPIRED, NOT_YET, TYPE_MARKS, VERIFICATION_MARKS
    from serials.admin import marks

    used = [*marks.STEP_MARKS.values(), *marks.SERIAL_MARKS.values(), *TYPE_MARKS.values()]
    used += [ACTIVE, EXPIRED, NOT_YET, *VERIFICATION_MARKS.values()]
    used += [*marks.DUE_MARKS.values(), marks.FORCED, marks.OVERRIDE_ACTIVE, marks.OVERRIDE_REVERSED]
    used += marks.APPROVAL_MARKS.values()
    drawn = re.findall(r'<symbol id="([\w-]+)"', File(finders.find("shopplanr/marks.svg")).read_text())

    assert {mark.shape for mark in used} <= set(drawn)
    assert {mark.tone for mark in used} <= {"quiet", "active", "good", "warn", "bad"}
    for states in (marks.STEP_MARKS, marks.DUE_MARKS, marks.APPROVAL_MARKS):
        assert len({mark.shape for mark in states.values()}) == len(states), "one shape per state"


@pytest.mark.django_db
def test_pages_are_compressed_for_browsers_that_want_it(qc):
    page = qc.get(reverse("admin:index"), headers={"accept-encoding": "gzip"})

    assert page["Content-Encoding"] == "gzip"
    assert b"Quality desk" in gzip.decompress(page.content)
    assert "Content-Encoding" not in qc.get(reverse("admin:index"))
