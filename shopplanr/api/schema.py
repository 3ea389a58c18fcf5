"""The OpenAPI schema: complete enough to generate a client from."""

from collections.abc import Mapping, Sequence
from functools import cache

from django_filters import FilterSet, filters
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema as SpectacularSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from shopplanr.api.filters import DayFilter, WholeNumberFilter
from shopplanr.api.listing import VALUE_MAX_LENGTH, Listing
from shopplanr.api.rate_limits import POLICY_HEADER, STATE_HEADER
from shopplanr.api.shapes import ErrorShape, Shape
from shopplanr.idempotency.keys import HEADER, KEY_MAX_LENGTH, KEY_PATTERN, REPLAYED_HEADER

SECURITY_SCHEMES = {
    "token": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Authorization: Token …` with an API token.",
    },
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same token, by itself."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "A browser's session. Over TLS the cookie is called `__Host-sessionid`.",
    },
}

HEADERS = {
    "X-Request-ID": {
        "description": "The request's id, as it stands in the log; the caller's own where that was plain.",
        "required": True,
        "schema": {"type": "string"},
    },
    "X-Total-Count": {
        "description": "How many there are in all, where `limit` was given.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "Link": {
        "description": 'The address of the next page with `rel="next"`, where `limit` was given and there is one.',
        "schema": {"type": "string"},
    },
    "ETag": {
        "description": "Of a file, the digest of its content: `If-None-Match` asks with it. Of an object that can "
        "change, its version: `If-Match` changes that one and no other.",
        "schema": {"type": "string"},
    },
    REPLAYED_HEADER: {
        "description": f"`true` where this is the answer that an earlier call with the same `{HEADER}` got.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    POLICY_HEADER: {
        "description": "How many calls the caller may make (`q`) within how many seconds (`w`), where that is "
        "limited. `anonymous`: of the caller no more is known than the address.",
        "schema": {"type": "string"},
    },
    STATE_HEADER: {
        "description": "How many of them are left (`r`), and in how many seconds there are all of them again (`t`).",
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "After how many seconds to send the call again.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "WWW-Authenticate": {"description": "How to show who is calling.", "schema": {"type": "string"}},
}

IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": KEY_MAX_LENGTH, "pattern": f"^{KEY_PATTERN}$"},
    OpenApiParameter.HEADER,
    description="A text of the caller's own, such as a UUID, new for each call. The same call sent again with its key "
    f"has no second effect and gets the first answer again, with `{REPLAYED_HEADER}: true`; at the same moment, it "
    "waits for it. The key with another path or body is a 409, `idempotency_key_reused`. Answers are kept for a day "
    "or more. Refusals are not kept: nothing has happened, so the call may be sent again with its key.",
)

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` of what the caller saw. Where it was changed meanwhile the call is a 412, `stale`, and "
    "changes nothing. Without it, the last writer wins.",
)

REFUSALS = {
    400: ("BadRequest", "A value is missing or unusable, or a rule refuses."),
    401: ("Unauthorized", "Nobody is signed in, and the caller is no kiosk."),
    403: ("Forbidden", "The caller's role lacks the right."),
    404: ("NotFound", "A record that the path or the body names does not exist."),
    409: (
        "Conflict",
        f"The call collides with what is stored meanwhile, or its `{HEADER}` came with another call before.",
    ),
    410: ("Gone", "A file of the record was altered on disk since it was stored, or is missing."),
    412: ("PreconditionFailed", "The object is not the version that `If-Match` names."),
    413: ("BodyTooLarge", "The body is too large."),
    415: ("UnsupportedMediaType", "The body is of a type that the call does not take."),
    429: (
        "RateLimited",
        f"The caller has made more calls than `{POLICY_HEADER}` allows. Send it again after `Retry-After` seconds.",
    ),
    500: ("InternalServerError", "A fault of ours; the request id is in the log."),
    503: (
        "Unavailable",
        "The database is away, busy, full or read-only. Send it again after `Retry-After` seconds.",
    ),
}
"""What a call can be refused with, beside what it answers; all in the one envelope."""

_EVERYWHERE = {400, 401, 403, 429, 500, 503}
_WITH_ID = {404}
_WITH_FILE = {410}
_WITH_VERSION = {412}
_WITH_BODY = {404, 409, 413, 415}


@cache
def openapi_schema() -> dict:
    """Return the schema. It is made once: it takes a second, anybody may ask for it, and it never changes."""
    return SchemaGenerator().get_schema(request=None, public=True)


def documented(
    summary: str,
    *,
    answer: type[Shape] | None,
    many: bool = False,
    code: int = 200,
    body: type[Shape] | None = None,
    form: type[Shape] | None = None,
    parameters: Sequence[OpenApiParameter] = (),
    also: Mapping[str, dict] | None = None,
    tag: str | None = None,
):
    """Describe an action: what it takes and what it answers. Refusals that every call can meet are added.

    ``tag`` files it under something else than the first word of its path. ``form`` is the body as a form with files,
    where it may be one as well, or has to be one. ``also`` has the schema of what it answers instead where it is asked
    to, by media type; without an ``answer`` in JSON, always.
    """
    bodies = {"application/json": body, "multipart/form-data": form}
    request = {media_type: each for media_type, each in bodies.items() if each} if form else body
    shape = answer(many=True) if answer and many else answer
    answers: dict = {code: OpenApiResponse(shape, description=status_words(code))}
    if also:
        in_json = {(code, "application/json"): answers[code]} if answer else {}
        answers = in_json | {
            (code, media_type): OpenApiResponse(schema, description=status_words(code))
            for media_type, schema in also.items()
        }
    return extend_schema(
        summary=summary,
        request=request,
        responses=answers,
        parameters=list(parameters),
        **({"tags": [tag]} if tag else {}),
    )


def file_of_record(summary: str, *media_types: str):
    """Describe an action that answers with a file of the record in one of these types."""
    answers = {
        (200, media_type): OpenApiResponse(OpenApiTypes.BINARY, description=status_words(200))
        for media_type in media_types
    }
    answers |= {304: OpenApiResponse(None, description=status_words(304))}

    def describe(action):
        action.answers_with_file = True
        return extend_schema(summary=summary, responses=answers)(action)

    return describe


def status_words(code: int) -> str:
    """Return what a good answer means."""
    return {200: "OK", 201: "Created", 204: "Gone", 304: "The caller's copy is still the right one"}[code]


def complete_components(result: dict, generator, **kwargs) -> dict:
    """Add what operations refer to and no view declares (drf-spectacular's ``POSTPROCESSING_HOOKS``)."""
    envelope = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    result["components"] |= {
        "securitySchemes": SECURITY_SCHEMES,
        "headers": HEADERS,
        "responses": {
            name: {"description": words, "headers": _headers(code), "content": envelope}
            for code, (name, words) in REFUSALS.items()
        },
    }
    return result


def _headers(code: int, *more: str) -> dict[str, dict]:
    own = {401: ["WWW-Authenticate"], 429: ["Retry-After"], 503: ["Retry-After"]}
    names = ["X-Request-ID", POLICY_HEADER, STATE_HEADER, *more, *own.get(code, [])]
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


class AutoSchema(SpectacularSchema):
    """Reads our viewsets: lists describe their own parameters, and every action can be refused."""

    def get_operation(self, path, path_regex, path_prefix, method, registry) -> dict | None:
        """Complete what the action declares: refusals, headers, and the body that a DELETE may have."""
        operation = super().get_operation(path, path_regex, path_prefix, method, registry)
        if operation is None:
            return None
        if self.method == "DELETE" and (body := self.get_request_serializer()):
            schema = self.resolve_serializer(body, "request").ref
            operation["requestBody"] = {"content": {"application/json": {"schema": schema}}}
        for response in operation["responses"].values():
            response["headers"] = _headers(200, *self._own_headers())
        self.resolve_serializer(ErrorShape, "response")
        operation["responses"] |= {
            str(code): {"$ref": f"#/components/responses/{name}"}
            for code, (name, _) in REFUSALS.items()
            if code in self._refusals()
        }
        return operation

    def get_operation_id(self) -> str:
        """Name an operation by what it is about and what it does: ``serials_advance``."""
        return f"{self.get_tags()[0]}_{getattr(self.view, 'action', None) or self.method.lower()}"

    def get_tags(self) -> list[str]:
        """Group by the first part of the path."""
        return [self.path.removeprefix("/api/").split("/")[0]]

    def get_auth(self) -> list[dict]:
        """Any of the three ways to be someone, or none: a kiosk."""
        return [*({name: []} for name in SECURITY_SCHEMES), {}]

    def get_override_parameters(self) -> list[OpenApiParameter]:
        """Describe filters, ordering and paging of a list, and the key of a POST."""
        listing = self._listing()
        return [
            *(_list_parameters(listing) if listing else []),
            *([IDEMPOTENCY_KEY] if self.method == "POST" else []),
            *([IF_MATCH] if self._changes_a_version() else []),
        ]

    def get_filter_backends(self) -> list:
        """Lists describe themselves."""
        return []

    def get_serializer_name(self, serializer, direction) -> str:
        """Name a component as the contract does: ``Job``, ``AuditEntry``."""
        return super().get_serializer_name(serializer, direction).removesuffix("Shape")

    def _listing(self) -> Listing | None:
        return getattr(self.view, "listings", {}).get(getattr(self.view, "action", None))

    def _action(self) -> object:
        return getattr(self.view, getattr(self.view, "action", None) or "", None)

    def _answers_with_file(self) -> bool:
        return hasattr(self._action(), "answers_with_file")

    def _own_headers(self) -> list[str]:
        if self._listing() or hasattr(self._action(), "answers_in_pages"):
            return ["X-Total-Count", "Link"]
        versioned = self._is_versioned() and self.method != "DELETE"
        return [
            *(["ETag"] if versioned or self._answers_with_file() else []),
            *([REPLAYED_HEADER] if self.method == "POST" else []),
        ]

    def _is_versioned(self) -> bool:
        return getattr(self.view, "action", None) in getattr(self.view, "versioned", ())

    def _changes_a_version(self) -> bool:
        return self._is_versioned() and self.method in {"PUT", "PATCH", "DELETE"}

    def _refusals(self) -> set[int]:
        changing = self.method in {"POST", "PUT", "PATCH", "DELETE"}
        refusals = _EVERYWHERE | (_WITH_BODY if changing else set()) | (_WITH_ID if "{" in self.path else set())
        return (
            refusals
            | (_WITH_FILE if self._answers_with_file() else set())
            | (_WITH_VERSION if self._changes_a_version() else set())
        )


def _list_parameters(listing: Listing) -> list[OpenApiParameter]:
    words = sorted(listing.orderings)
    ordering = OpenApiParameter(
        "ordering", str, description=f"Comma-separated; a leading `-` reverses. Known: {', '.join(words)}."
    )
    return [*filter_parameters(listing.filterset), ordering, *paging_parameters()]


def filter_parameters(filterset: type[FilterSet]) -> list[OpenApiParameter]:
    """Return the query parameters that filters are."""
    return [_filter_parameter(name, each) for name, each in filterset.base_filters.items()]


def paging_parameters() -> list[OpenApiParameter]:
    """Return the query parameters that ask for a page."""
    return [
        OpenApiParameter("limit", WHOLE, description="At most so many; `X-Total-Count` and `Link` tell the rest."),
        OpenApiParameter("offset", WHOLE, description="Leave out the first so many."),
    ]


def in_pages(action):
    """Say of an action that it can be asked for a page, though what it answers is no bare list."""
    action.answers_in_pages = True
    return action


DAY = {"type": "string", "format": "date"}
WHOLE = {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}


def _filter_parameter(name: str, each: filters.Filter) -> OpenApiParameter:
    choices = [value for value, _ in each.extra.get("choices", [])]
    kind = {"type": "string", "enum": choices} if choices else {"type": "string", "maxLength": VALUE_MAX_LENGTH}
    if isinstance(each, filters.IsoDateTimeFilter):
        kind = {"type": "string", "format": "date-time"}
    elif isinstance(each, DayFilter):
        kind = DAY
    elif isinstance(each, WholeNumberFilter):
        kind = {"type": "integer", "minimum": each.extra["min_value"], "maximum": each.extra["max_value"]}
    return OpenApiParameter(name, kind, description=each.label or "", required=False)
