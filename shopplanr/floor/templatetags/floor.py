"""What templates of the floor draw again and again: icons, states, times, refusals."""

import re
from datetime import datetime
from urllib.parse import urlencode

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from certificates.admin.marks import STANDING_MARKS, type_mark
from certificates.standing import Standing, standing_of
from serials.admin.marks import FORCED, SERIAL_MARKS, approval_mark, step_mark
from serials.models import SerialStatus
from shopplanr import clock
from shopplanr.accounts.people import initials
from shopplanr.idempotency import forms
from shopplanr.ids import serial_id

register = template.Library()
register.filter(initials)

ICONS = "floor/icons.svg"

FACTS_IN_A_LIST = 4

_BORDER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
"""Where one word of a camelCase name ends and the next begins."""


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw an icon of the one set. It says nothing: a word stands beside it, or its button has a label."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        static(ICONS),
        name,
    )


@register.simple_tag
def once() -> SafeString:
    """Give a form its key: sent again, by a double tap or after a lost answer, it does nothing a second time."""
    return format_html('<input type="hidden" name="{}" value="{}">', forms.FIELD, forms.new_key())


@register.simple_tag
def once_here() -> SafeString:
    """Give a form's key to one of its buttons, where the others change nothing but the page."""
    return format_html('name="{}" value="{}"', forms.FIELD, forms.new_key())


@register.simple_tag
def step_state(status: str) -> SafeString:
    """Draw one of the six states of a step: shape, word and colour, the same everywhere."""
    return step_mark(status).__html__()


@register.simple_tag
def part_state(status: str, forced: bool = False) -> SafeString:
    """Draw the state of a part; ``status`` in either spelling."""
    return (FORCED if forced else SERIAL_MARKS[SerialStatus(status.replace("-", "_"))]).__html__()


@register.simple_tag
def approval_state(state: str) -> SafeString:
    """Draw what became of a request."""
    return approval_mark(state).__html__()


@register.simple_tag
def certificate_type(value: str) -> SafeString:
    """Draw what a certificate vouches for: material, or a process."""
    return type_mark(value).__html__()


@register.simple_tag
def certificate_standing(certificate) -> SafeString | str:
    """Draw how a certificate, read with its standing, stands today; nothing where it is in force."""
    standing = standing_of(certificate, clock.today())
    return "" if standing == Standing.CURRENT else STANDING_MARKS[standing].__html__()


@register.filter
def fact_name(key: str) -> str:
    """Write a key of somebody's JSON as people read it: ``heatNumber`` and ``heat_number`` are ``Heat number``."""
    words = _BORDER.sub(" ", key.replace("_", " ")).split()
    text = " ".join(word if word.isupper() else word.lower() for word in words)  # a PO is no po
    return text[:1].upper() + text[1:]


@register.filter
def fact(value: object) -> str:
    """Write a value of somebody's JSON: lists and objects in one line, yes and no in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{fact_name(name)} {fact(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(fact(each) for each in value)
    return "" if value is None else str(value)


@register.filter
def gist(certificate) -> list[tuple[str, str]]:
    """Return the first few short facts of a certificate, for a line in a list: its own, then the further ones."""
    known = [
        ("Heat", certificate.heat_lot),
        ("No.", certificate.number),
        ("by", certificate.issuer),
        ("EN 10204", certificate.en10204_type),
    ]
    short = [(name, value) for name, value in known if value]
    said = {value for _, value in short}
    further = (certificate.metadata or {}).items()
    short += [(fact_name(name), str(value)) for name, value in further if _is_short(value) and str(value) not in said]
    return short[:FACTS_IN_A_LIST]


def _is_short(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool) and len(str(value)) <= 30


@register.filter
def sn(number: int) -> str:
    """Write a part's number as its id."""
    return serial_id(number)


@register.filter
def join_number(text: str, number: int) -> str:
    """Write a number behind a text."""
    return f"{text}{number}"


@register.simple_tag
def ago(moment: datetime | None, words: str = "") -> SafeString | str:
    """Write how long ago a moment was, in a few characters, with the exact time on hover and focus: ``12 min``."""
    if moment is None:
        return ""
    local = localtime(moment)
    return format_html(
        '<time datetime="{}" title="{}">{}{}</time>',
        moment.isoformat(timespec="seconds"),
        local.strftime("%a %d %b %Y, %H:%M:%S"),
        duration(clock.now() - moment),
        f" {words}" if words else "",
    )


@register.simple_tag
def at(moment: datetime | None) -> SafeString | str:
    """Write when something happened: today the time, else the day too."""
    if moment is None:
        return ""
    local = localtime(moment)
    if local.date() == clock.today():
        text = local.strftime("%H:%M")
    elif local.year == clock.today().year:
        text = local.strftime("%d %b, %H:%M")
    else:
        text = local.strftime("%d %b %Y, %H:%M")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(timespec="seconds"),
        local.strftime("%a %d %b %Y, %H:%M:%S"),
        text,
    )


def duration(length) -> str:
    """Return a length of time in the largest unit that says enough: ``just now``, ``12 min``, ``3 h``, ``5 days``."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    if hours < 48:
        return f"{hours} h"
    return f"{hours // 24} days"


@register.inclusion_tag("floor/includes/refusal.html")
def refusal_of(tried, form: str) -> dict[str, object]:
    """Show why a form was refused, next to it; nothing where it was not, or where another one was."""
    return {"refusal": tried.refusal if tried and tried.form == form else None}


@register.simple_tag
def typed(tried, form: str, field: str, otherwise: object = "") -> object:
    """Return what was typed into a refused form's field, so that it stands there again."""
    return tried.typed.get(field, otherwise) if tried and tried.form == form else otherwise


@register.filter
def errors(tried, field: str) -> list[str]:
    """Return what was wrong with one field of a refused form; nothing where none was refused."""
    return tried.errors_of(field) if tried else []


@register.filter
def person_name(people, user_id: str) -> str:
    """Return what people call somebody; the text itself where it is nobody's id."""
    return people.get(user_id, user_id)


@register.simple_tag(takes_context=True)
def querystring_with(context, name: str, value: object) -> str:
    """Return the query of the page's address with one parameter set, and from its first page on; empty ones go."""
    query = context["request"].GET.copy()
    query[name] = value
    query.pop("page", None) if name != "page" else None
    return urlencode([(key, each) for key, values in query.lists() for each in values if each])


@register.simple_tag
def lookup(mapping, name: str) -> object:
    """Return a mapping's value under a name that is itself a variable."""
    return mapping.get(name, "")


@register.simple_tag(takes_context=True)
def sort_link(context, word: str, label: str, sort: str) -> SafeString:
    """Draw the heading of a column by which a list is sorted: again turns it round. The arrow says how it is now."""
    current, descending = sort.removeprefix("-") == word, sort == f"-{word}"
    query = querystring_with(context, "sort", f"-{word}" if current and not descending else word)
    arrow = icon("arrow-down" if descending else "arrow-up", "icon-small") if current else ""
    order = ("descending" if descending else "ascending") if current else "not sorted"
    return format_html('<a href="?{}">{}<span class="visually-hidden">, {}</span>{}</a>', query, label, order, arrow)
