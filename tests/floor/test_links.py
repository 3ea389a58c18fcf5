"""A form that htmx sends hands what it is down to the links in it, unless it says not to: they would load their page
into this one, under the address of this one."""

import re

import pytest
from django.conf import settings

TEMPLATES = settings.BASE_DIR / "templates" / "floor"

FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)


def boosted_forms() -> dict[str, str]:
    """Return every form of the templates that htmx sends, by where it stands."""
    return {
        f"{path.relative_to(TEMPLATES)}:{text[: form.start()].count(chr(10)) + 1}": form[0]
        for path in sorted(TEMPLATES.rglob("*.html"))
        for text in [path.read_text()]
        for form in FORM.finditer(text)
        if 'hx-boost="true"' in form[0]
    }


FORMS = boosted_forms()


def test_there_are_forms_that_htmx_sends():
    assert len(FORMS) > 20


@pytest.mark.parametrize("where", [where for where, form in FORMS.items() if "<a " in form])
def test_a_link_in_a_form_is_a_link_like_any_other(where):
    assert 'hx-disinherit="*"' in FORMS[where]
