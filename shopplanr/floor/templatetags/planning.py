"""What pages about jobs draw: how a job stands to its due date, how far it is, which field of a form is at fault."""

from datetime import date

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from serials.admin.marks import due_mark
from serials.models import Job
from serials.scheduling import DueStatus
from shopplanr import clock
from shopplanr.admin.marks import Mark
from shopplanr.floor.planning_facts import facts_of

register = template.Library()


@register.simple_tag
def due_state(status: DueStatus | None) -> Mark | str:
    """Draw how a job stands to its due date: shape, word and colour; nothing where it has none."""
    return due_mark(status)


@register.simple_tag
def due_day(day: date | None) -> SafeString | str:
    """Write a due date, with its year where that is another one."""
    if day is None:
        return ""
    text = day.strftime("%d %b" if day.year == clock.today().year else "%d %b %Y").removeprefix("0")
    return format_html('<time datetime="{}" title="{}">{}</time>', day.isoformat(), day.strftime("%A, %d %B %Y"), text)


@register.simple_tag
def isoday(value: object) -> str:
    """Write a day, or what was typed in its place, as a field for dates wants it."""
    return value.isoformat() if isinstance(value, date) else str(value or "")


@register.simple_tag
def said_fact(value: object) -> SafeString | str:
    """Write a fact: a day as a day, all else as it is."""
    return due_day(value) if isinstance(value, date) else str(value)


@register.filter
def days_left(day: date | None) -> str:
    """Write how far a due date is away: ``4 days over``, ``today``, ``in 12 days``."""
    if day is None:
        return ""
    days = (day - clock.today()).days
    if days < 0:
        return f"{-days} day{'s' if days < -1 else ''} over"
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")


@register.filter
def part_of(job: Job) -> str:
    """Write the number of the part that a job makes, with its revision."""
    return facts_of(job).part


@register.filter
def as_order(purchase_order: str) -> str:
    """Write a purchase order's number so that one sees what it is: ``PO 4500118273``."""
    return purchase_order if purchase_order.upper().startswith("PO") else f"PO {purchase_order}"


@register.filter
def whole_percent(share: float) -> str:
    """Write a share of a goal. What is not quite reached is not said to be: 99.9 is ``99 %``."""
    return f"{int(share)} %"


@register.filter
def up_to(number: int, most: int) -> int:
    """Return the number, or the most that a bar can show."""
    return min(number, most)


@register.simple_tag
def fault(tried, form: str, field: str, hint: str = "") -> SafeString | str:
    """Mark a field as the one for which its form was refused; the sentence is in the element ``refusal-{form}``.

    ``hint``: the id of what describes the field anyhow.
    """
    if tried and tried.form == form and tried.errors_of(field):
        describing = f"refusal-{form} {hint}".strip()
        return format_html('aria-invalid="true" aria-describedby="{}"', describing)
    return format_html('aria-describedby="{}"', hint) if hint else ""
