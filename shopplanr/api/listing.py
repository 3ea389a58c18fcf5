"""Lists: filters, ordering, a page of it or the whole, streamed (api.md, "Beyond the documented contract")."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import urlencode

import orjson
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django_filters import FilterSet
from rest_framework.request import Request

from shopplanr.refusals import Invalid

CHUNK_ROWS = 2000
"""Rows that are in memory at once while a list is streamed."""

VALUE_MAX_LENGTH = 1000
"""Characters of a value to filter by. SQLite gives up on patterns of 50,000."""

PAGING = ("limit", "offset")

Rows = list[object]
Write = Callable[[Rows], list[dict[str, object]]]


@dataclass(frozen=True)
class Listing:
    """How one kind of object is listed.

    ``orderings`` maps the words of ``ordering=`` to columns and ``default`` is the order without it; both end with
    ``tie``, so that every order is total and pages neither repeat nor miss a row. ``columns`` are read as named tuples
    (None: whole instances). ``writer`` gets the selected rows' queryset, the first of its rows, and whether these are
    all of them; it returns what turns rows into JSON values.
    """

    filterset: type[FilterSet]
    orderings: Mapping[str, str]
    default: tuple[str, ...]
    writer: Callable[[QuerySet, Rows, bool], Write]
    columns: tuple[str, ...] | None = None
    tie: str = "pk"
    junk_paging_ignored: bool = False

    def answer(self, request: Request, rows: QuerySet) -> HttpResponse:
        """Answer a list request. Raises what ``select`` raises."""
        return self._respond(*self.select(request, rows))

    def select(self, request: Request, rows: QuerySet) -> tuple[QuerySet, dict[str, str]]:
        """Return the rows that the request asks for, in its order, and the headers that tell of the others.

        Raises a 400 that names an unknown filter or ordering, or a value that a filter cannot use.
        """
        parameters = request.query_params
        unknown = [name for name in parameters if name not in self.parameter_names()]
        if unknown:
            raise Invalid.field(unknown[0], f"Unknown filter: {unknown[0]}", code="unknown_filter")
        limit, offset = (self._page_number(parameters.get(name), name) for name in PAGING)
        rows = self._order(self._filter(rows, request), parameters.get("ordering"))

        headers = {}
        if limit is not None:
            headers = page_headers(request, rows.order_by().count(), limit, offset or 0)
        if limit is not None or offset:
            rows = rows[offset or 0 : None if limit is None else (offset or 0) + limit]
        if self.columns:
            rows = rows.values_list(*self.columns, named=True)
        return rows, headers

    def filtered_by(self, filterset: type[FilterSet]) -> "Listing":
        """Return the same list with other filters."""
        return replace(self, filterset=filterset)

    def parameter_names(self) -> set[str]:
        """Return every query parameter that the list understands."""
        return {*self.filterset.base_filters, "ordering", *PAGING}

    def _filter(self, rows: QuerySet, request: Request) -> QuerySet:
        return checked(self.filterset, request, rows).qs

    def _order(self, rows: QuerySet, words: str | None) -> QuerySet:
        columns = []
        for word in map(str.strip, (words or "").split(",")):
            descending, name = word.startswith("-"), word.removeprefix("-").strip()
            if name:
                if name not in self.orderings:
                    raise Invalid.field("ordering", f"Unknown ordering: {name}", code="unknown_ordering")
                columns.append(("-" if descending else "") + self.orderings[name])
        return rows.order_by(*(columns or self.default), self.tie)

    def _page_number(self, given: str | None, name: str) -> int | None:
        try:
            return page_number(given, name)
        except Invalid:
            if self.junk_paging_ignored:
                return None
            raise

    def _respond(self, rows: QuerySet, headers: dict[str, str]) -> HttpResponse:
        iterator = rows.iterator(chunk_size=CHUNK_ROWS)
        first = list(islice(iterator, CHUNK_ROWS))
        complete = len(first) < CHUNK_ROWS
        write = self.writer(rows, first, complete)
        if complete:
            # Most lists are short: they go out whole, with their length.
            return HttpResponse(orjson.dumps(write(first)), content_type="application/json", headers=headers)
        return StreamingHttpResponse(_stream(first, iterator, write), content_type="application/json", headers=headers)


def checked(filterset: type[FilterSet], request: Request, rows: QuerySet) -> FilterSet:
    """Return the filters with what the request says of them; raise a 400 that names a value that one cannot use."""
    for name in filterset.base_filters:
        value = request.query_params.get(name)
        if value is None:
            continue
        if not value.strip():  # a variable that was never set must not mean "everything"
            raise Invalid.field(name, f"{name} must not be empty", code="empty_filter")
        if len(value) > VALUE_MAX_LENGTH:
            message = f"{name} must be at most {VALUE_MAX_LENGTH} characters"
            raise Invalid.field(name, message, code="too_long")
    filters = filterset(request.query_params, queryset=rows, request=request)
    if not filters.is_valid():
        errors = {name: [str(message) for message in messages] for name, messages in filters.errors.items()}
        name, messages = next(iter(errors.items()))
        raise Invalid(f"{name}: {messages[0]}", code="invalid_filter", errors=errors)
    return filters


def page_headers(request: Request, total: int, limit: int, offset: int) -> dict[str, str]:
    """Return the headers of a page: how many there are in all, and where the next page is if there is one."""
    headers = {"X-Total-Count": str(total)}
    if limit and offset + limit < total:
        query = [(name, value) for name, value in request.query_params.items() if name not in PAGING]
        url = request.build_absolute_uri(request.path)
        following = urlencode([*query, ("limit", limit), ("offset", offset + limit)])
        headers["Link"] = f'<{url}?{following}>; rel="next"'
    return headers


def page_number(given: str | None, name: str) -> int | None:
    """Return a ``limit`` or an ``offset``, None where none is given.

    Raises ``{name} must be a whole number, 0 or more``.
    """
    if given is None:
        return None
    # 18 digits are more rows than any database has, and fewer than it takes to overflow one
    if given.isascii() and given.isdigit() and len(given) <= 18:
        return int(given)
    raise Invalid.field(name, f"{name} must be a whole number, 0 or more", code="invalid_page")


def refuse_filters(request: Request, except_for: Collection[str] = ()) -> None:
    """Raise the 400 that names a filter, for what has none, or only those of ``except_for``."""
    for name in request.query_params:
        if name not in except_for:
            raise Invalid.field(name, f"Unknown filter: {name}", code="unknown_filter")


def _stream(first: Rows, rest: Iterator[object], write: Write) -> Iterator[bytes]:
    separator = b"["
    chunk = first
    while chunk:
        yield separator + orjson.dumps(write(chunk))[1:-1]
        separator = b","
        chunk = list(islice(rest, CHUNK_ROWS))
    yield b"]"


def shaped(shape) -> Callable[[QuerySet, Rows, bool], Write]:
    """Return the writer for rows that need nothing but their shape."""

    def writer(rows: QuerySet, first: Rows, complete: bool) -> Write:
        def write(chunk: Iterable[object]) -> list[dict[str, object]]:
            return shape.each(chunk)

        return write

    return writer
