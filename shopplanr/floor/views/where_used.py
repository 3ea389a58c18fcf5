"""Where something was used, and what went into a part: both directions, on the screen, on paper and as CSV."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.timezone import get_default_timezone
from django.views.decorators.http import require_GET

from audit.models import Action
from certificates import genealogy, where_used
from certificates.api import trace as trace_api
from certificates.api import where_used as where_used_api
from certificates.models import Certificate
from certificates.where_used import Affected, Question
from certificates.where_used.details import AT_STEP
from serials.models import Job, SerialStatus, Step
from shopplanr.accounts.roles import Right
from shopplanr.api.listing import VALUE_MAX_LENGTH
from shopplanr.floor import offered
from shopplanr.floor.pages import page, show
from shopplanr.floor.paging import ROWS, Page, page_of
from shopplanr.lookup import is_plausible_id
from shopplanr.refusals import Invalid, Refusal
from shopplanr.values import calendar_date

FIELDS = ("certId", "heat", "issuer", "operator", "stepName", "stepId", "since", "before")
WITHIN = ("status", "jobId")

OFFERED = 300
"""People and stations that the form offers."""

_MINUTE = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::\d{2}(?:\.\d{1,6})?)?", re.ASCII)

WORDS = {AT_STEP: "Was there", **dict(Action.choices)}
"""What an answer says of a part, in words."""


@dataclass(frozen=True, slots=True)
class Row:
    """A part that is meant, with the reasons as people read them."""

    part: Affected
    certificates: list[tuple[str, str]]
    events: list[str]


@page()
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Show the form, and the parts that it asks for."""
    asked = {name: request.GET.get(name, "").strip() for name in (*FIELDS, *WITHIN)}
    question, refusal, answer, listed = None, None, None, None
    if any(asked[name] for name in FIELDS):
        try:
            question, within = _question(request, asked)
            answer, listed = _page(question, within, request.GET.get("page"))
        except Refusal as unusable:
            refusal = unusable
    certificates = offered.certificates(in_hand=asked["certId"])
    people = list(get_user_model().objects.order_by("-is_active", "name").values_list("pk", "name")[:OFFERED])
    context = {
        "about": _about(asked, {each.pk: each.name for each in certificates}, dict(people)) if answer else [],
        "asked": asked,
        "shown": {name: _to_the_minute(question, name) or asked[name] for name in ("since", "before")},
        "asks": any(asked[name] for name in FIELDS),
        "refusal": refusal,
        "counts": answer.counts if answer else None,
        "listed": listed,
        "rows": _rows(listed.rows, {each.pk: each.name for each in certificates}) if listed else [],
        "certificates": certificates,
        "people": people,
        "stations": Step.objects.order_by("name").values_list("name", flat=True).distinct()[:OFFERED],
        "states": SerialStatus.choices,
    }
    return show(request, "where_used/find.html", context, status=refusal.status if refusal else 200)


@page()
@require_GET
def as_csv(request: HttpRequest) -> HttpResponse:
    """Hand out all of the parts as a file."""
    asked = {name: request.GET.get(name, "").strip() for name in (*FIELDS, *WITHIN)}
    question, within = _question(request, asked)
    return where_used_api.as_csv(where_used.every_part(question, **within).parts)


def _question(request: HttpRequest, asked: Mapping[str, str]) -> tuple[Question, dict[str, str]]:
    """Return what is asked; times are the site's own. Raises what cannot be looked for, and Forbidden."""
    for name, value in asked.items():
        if len(value) > VALUE_MAX_LENGTH or "\0" in value:
            raise Invalid.field(name, f"{name} cannot be looked for like this", code="invalid_filter")
    if asked["status"] not in ("", *SerialStatus.values):
        raise Invalid.field("status", "Choose one of the states.", code="unknown_choice")
    question = Question(
        certificate=asked["certId"],
        heat=asked["heat"],
        issuer=asked["issuer"],
        operator=asked["operator"],
        step_id=asked["stepId"],
        step_name=asked["stepName"],
        since=_moment(asked["since"], "since"),
        before=_moment(asked["before"], "before", end=True),
    )
    where_used_api.may_ask(question, request.user.has_perm)
    return question, {"status": asked["status"], "job_id": asked["jobId"]}


def _moment(text: str, field: str, *, end: bool = False) -> datetime | None:
    """Return a moment that was given to the minute, or as a day: then its beginning, or where it is over."""
    minute = _MINUTE.fullmatch(text)
    day = calendar_date(minute[1] if minute else text, field)
    if day is None:
        return None
    with suppress(ValueError, OverflowError):  # there is no such minute; or the calendar ends
        at = time(int(minute[2]), int(minute[3])) if minute else time.min
        moment = datetime.combine(day, at, get_default_timezone())
        if end and not minute:
            moment += timedelta(days=1)
        moment.utctimetuple()  # which UTC may have no date for
        return moment
    raise Invalid.field(field, f"{field} must be a time, as in 2026-03-02T09:30", code="not_a_time")


def _to_the_minute(question: Question | None, name: str) -> str:
    """Return a moment that was asked for as a field of the form has it, also where it was given as a day."""
    moment = getattr(question, name, None)
    return f"{moment:%Y-%m-%dT%H:%M}".zfill(16) if moment else ""


def _page(question: Question, within: Mapping[str, str], asked: str | None) -> tuple[where_used.Answer, Page]:
    """Return the page that is asked for; where there is none such, the nearest one."""
    wanted = page_of(range(10**9), asked).number
    answer = where_used.first_parts(question, **within, limit=ROWS, offset=(wanted - 1) * ROWS)
    total = answer.counts.of(within["status"])
    last = max(1, -(-total // ROWS))
    if wanted > last:
        wanted = last
        answer = where_used.first_parts(question, **within, limit=ROWS, offset=(wanted - 1) * ROWS)
    return answer, Page(answer.parts, wanted, total)


def _rows(parts: Iterable[Affected], names: dict[str, str]) -> list[Row]:
    """Put words to the parts; a query where the form does not know the certificates already."""
    unknown = {each for part in parts for each in part.certificates or ()} - set(names)
    if unknown:
        names |= dict(Certificate.objects.filter(pk__in=unknown).values_list("pk", "name"))
    return [
        Row(
            part,
            [(each, names[each]) for each in part.certificates or ()],
            [WORDS[each] for each in part.events or ()],
        )
        for part in parts
    ]


def _about(asked: Mapping[str, str], certificates: Mapping[str, str], people: Mapping[str, str]) -> list[str]:
    """Return what was asked, in words; a query where it names a step, and one where it names a job."""
    words = [
        certificates.get(asked["certId"], asked["certId"]),
        asked["heat"] and f"Heat {asked['heat']}",
        asked["issuer"] and f"Certificates of {asked['issuer']}",
        asked["operator"] and f"By {people.get(asked['operator'], asked['operator'])}",
        asked["stepName"] and f"At {asked['stepName']}",
        _step(asked["stepId"]),
        _job(asked["jobId"]),
        asked["since"] and f"From {asked['since'].replace('T', ' ')}",
        asked["before"] and f"Until {asked['before'].replace('T', ' ')}",
    ]
    return [each for each in words if each]


def _step(step_id: str) -> str:
    step = Step.objects.filter(pk=step_id).select_related("path").first() if is_plausible_id(step_id) else None
    return f"At {step.name} of {step.path.name}" if step else ""


def _job(job_id: str) -> str:
    job = Job.objects.filter(pk=job_id).first() if is_plausible_id(job_id) else None
    return f"In {job.name}" if job else ""


@page(Right.READ_AUDIT)
@require_GET
def trace(request: HttpRequest, id: str) -> HttpResponse:
    """Show everything that went into a part."""
    return show(request, "where_used/trace.html", {"trace": genealogy.trace(id)})


@page(Right.READ_AUDIT)
@require_GET
def trace_as_csv(request: HttpRequest, id: str) -> HttpResponse:
    """Hand it out as a file."""
    return trace_api.as_csv(genealogy.trace(id))


urls = [
    path("where-used", find, name="where-used"),
    path("where-used.csv", as_csv, name="where-used-csv"),
    path("serials/<str:id>/trace", trace, name="trace"),
    path("serials/<str:id>/trace.csv", trace_as_csv, name="trace-csv"),
]
