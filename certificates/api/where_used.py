"""``/api/where-used``: from a certificate, a heat, an issuer, a person, a step or a time to the parts concerned."""

from collections.abc import Iterable, Iterator
from itertools import islice

import orjson
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django_filters import FilterSet, filters
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers

from audit.models import Action
from certificates import where_used
from certificates.where_used import Affected, Answer, Counts, Question
from serials.api.filters import SerialFilters
from serials.api.shapes import LISTED_STATUSES, SerialRowShape
from serials.models import Serial
from shopplanr import clock, csv_lines
from shopplanr.accounts.roles import Right, refusal_sentence
from shopplanr.api.filters import Before, Since
from shopplanr.api.listing import CHUNK_ROWS, PAGING, checked, page_headers, page_number, refuse_filters
from shopplanr.api.schema import documented, filter_parameters, in_pages, paging_parameters
from shopplanr.api.shapes import Shape, Text, Timestamp, timestamp
from shopplanr.api.viewsets import ApiViewSet
from shopplanr.refusals import Forbidden

REASONS = [("at_step", "Was at the step"), *Action.choices]


class WhereUsedFilters(FilterSet):
    """What is asked. Everything that is given must hold (docs/where-used.md)."""

    certId = filters.CharFilter(method="asked", label="Parts that carry this certificate, in whichever revision.")
    heat = filters.CharFilter(method="asked", label="Parts that carry a certificate of this heat or lot.")
    issuer = filters.CharFilter(method="asked", label="Parts that carry a certificate of this issuer.")
    operator = filters.CharFilter(method="asked", label="Parts about which this person did something.")
    stepId = filters.CharFilter(method="asked", label="Parts that were at this step.")
    stepName = filters.CharFilter(method="asked", label="Parts that were at a step of exactly this name: a station.")
    since = Since("created_at", "What happened at or after this moment.")
    before = Before("created_at", "What happened before this moment.")
    jobId = filters.CharFilter(method="asked", label="Only parts of this job.")
    status = filters.ChoiceFilter(
        method="asked",
        choices=SerialFilters.base_filters["status"].extra["choices"],
        label="Only parts in this state, in either spelling. The counts are of all states.",
    )
    format = filters.ChoiceFilter(
        method="asked", choices=[("json", "JSON"), ("csv", "CSV")], label="json unless given; csv for spreadsheets."
    )

    class Meta:
        model = Serial
        fields: list[str] = []

    def asked(self, rows, name, value):
        """Leave the rows alone: all of it together is one question."""
        return rows


class WhereUsedCountsShape(Shape):
    """How many parts are meant, by how they stand."""

    inProgress = serializers.IntegerField(source="in_progress")
    completed = serializers.IntegerField()
    scrapped = serializers.IntegerField()
    total = serializers.IntegerField()


class AffectedSerialShape(SerialRowShape):
    """A part that is meant, with when and why."""

    assignedTo = Text(source="current_assignee", required=False)
    status = serializers.ChoiceField(LISTED_STATUSES, source="listed_status")
    forceCompleted = serializers.BooleanField(source="was_forced", required=False)
    firstAt = Timestamp(source="since", help_text="The first moment at which it matches.")
    lastAt = Timestamp(
        source="until", required=False, help_text="The last one; left out while it still stands at the step."
    )
    matches = serializers.IntegerField(source="times", help_text="Attachments, entries of the trail, or stays.")
    certIds = serializers.ListField(
        child=Text(), source="certificates", required=False, help_text="Which such certificates it carries."
    )
    events = serializers.ListField(
        child=serializers.ChoiceField(REASONS),
        required=False,
        help_text="What happened: actions of the audit trail, or `at_step` for a stay.",
    )


class WhereUsedShape(Shape):
    """The parts that are meant, by number."""

    counts = WhereUsedCountsShape()
    serials = AffectedSerialShape(source="parts", many=True)


COLUMNS = (
    *("serial_id", "status", "job_id", "job", "path_id", "path", "current_step", "scrap_reason", "force_completed"),
    *("first_at", "last_at", "matches", "cert_ids", "events"),
)
"""Of the CSV."""


class WhereUsedViewSet(ApiViewSet):
    """Questions about where something was used."""

    @in_pages
    @documented(
        "Find the serials that something concerns",
        answer=WhereUsedShape,
        parameters=[*filter_parameters(WhereUsedFilters), *paging_parameters()],
        also={csv_lines.MEDIA_TYPE: OpenApiTypes.STR},
        tag="where-used",
    )
    def find(self, request):
        """By number. At least one thing must be asked; without a limit, all of them are streamed."""
        refuse_filters(request, except_for={*WhereUsedFilters.base_filters, *PAGING})
        given = checked(WhereUsedFilters, request, Serial.objects.none()).form.cleaned_data
        question = asked(given)
        may_ask(question, request.user.has_perm)
        limit, offset = (page_number(request.query_params.get(name), name) for name in PAGING)
        within = {"job_id": given["jobId"] or "", "status": (given["status"] or "").replace("-", "_")}
        if limit is None:
            answer, headers = where_used.every_part(question, **within), {}
            answer = Answer(answer.counts, islice(answer.parts, offset or 0, None))
        else:
            answer = where_used.first_parts(question, **within, limit=limit, offset=offset or 0)
            headers = page_headers(request, answer.counts.of(within["status"]), limit, offset or 0)
        return _csv(answer, headers) if given["format"] == "csv" else _json(answer, headers)


def asked(given: dict[str, object]) -> Question:
    """Return the question that cleaned filters are."""
    names = {"certificate": "certId", "heat": "heat", "issuer": "issuer", "operator": "operator"}
    names |= {"step_id": "stepId", "step_name": "stepName"}
    texts = {field: given[name] or "" for field, name in names.items()}
    return Question(**texts, since=given["since"], before=given["before"])


def may_ask(question: Question, may) -> None:
    """Raise Forbidden where the answer would come from the audit trail, and the caller may not read that."""
    if question.is_about_events and not may(Right.READ_AUDIT):
        raise Forbidden(refusal_sentence(Right.READ_AUDIT))


def _json(answer: Answer, headers: dict[str, str]) -> HttpResponseBase:
    """Answer with the parts: most answers are short and go out whole, with their length."""
    parts = iter(answer.parts)
    first = list(islice(parts, CHUNK_ROWS))
    if len(first) < CHUNK_ROWS:
        content = orjson.dumps(WhereUsedShape.of(Answer(answer.counts, first)))
        return HttpResponse(content, content_type="application/json", headers=headers)
    return StreamingHttpResponse(_streamed(answer.counts, first, parts), "application/json", headers=headers)


def _streamed(counts: Counts, first: list[Affected], rest: Iterator[Affected]) -> Iterator[bytes]:
    yield b'{"counts":' + orjson.dumps(WhereUsedCountsShape.of(counts)) + b',"serials":['
    chunk, separator = first, b""
    while chunk:
        yield separator + orjson.dumps(AffectedSerialShape.each(chunk))[1:-1]
        separator = b","
        chunk = list(islice(rest, CHUNK_ROWS))
    yield b"]}"


def _csv(answer: Answer, headers: dict[str, str]) -> StreamingHttpResponse:
    response = as_csv(answer.parts)
    for name, value in headers.items():
        response[name] = value
    return response


def as_csv(parts: Iterable[Affected]) -> StreamingHttpResponse:
    """Return the parts as a file for spreadsheets."""
    return csv_lines.file(f"where-used-{clock.today():%Y-%m-%d}.csv", COLUMNS, map(_cells, parts))


def _cells(part: Affected) -> tuple[object, ...]:
    return (
        *(part.id, part.listed_status, part.job_id, part.job_name, part.path_id, part.path_name),
        *(part.current_step_name, part.scrap_reason, "yes" if part.force_completed else ""),
        *(timestamp(part.since), timestamp(part.until) if part.until else "", part.times),
        *(" ".join(part.certificates or ()), " ".join(part.events or ())),
    )
