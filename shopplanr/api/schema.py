"""The OpenAPI schema: complete enough to generate a client from."""

from django_filters import filters
from drf_spectacular.openapi import AutoSchema as SpectacularSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from shopplanr.api.listing import Listing
from shopplanr.api.shapes import ErrorShape, Shape

SECURITY_SCHEMES = {
    "token": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Authorization: Token …` with an API token.",
    },
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same token, by itself."},
    "session": {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "A browser's session."},
}

_EVERYWHERE = {
    400: "A value is missing or unusable, or a rule refuses.",
    401: "Nobody is signed in, and the caller is no kiosk.",
    403: "The caller's role lacks the right.",
    500: "A fault of ours; the request id is in the log.",
}
_WITH_ID = {404: "There is no such record."}
_WITH_BODY = {
    404: "A record that the body names does not exist.",
    409: "The call collides with what is stored meanwhile.",
    413: "The body is too large.",
    415: "The body is not `application/json`.",
}


def documented(
    summary: str, *, answer: type[Shape] | None, many: bool = False, code: int = 200, body: type[Shape] | None = None
):
    """Describe an action: what it takes and what it answers. Refusals that every call can meet are added."""
    shape = answer(many=True) if answer and many else answer
    return extend_schema(
        summary=summary,
        request=body,
        responses={code: OpenApiResponse(shape, description=status_words(code))},
    )


def status_words(code: int) -> str:
    """Return what a good answer means."""
    return {200: "OK", 201: "Created", 204: "Gone"}[code]


class AutoSchema(SpectacularSchema):
    """Reads our viewsets: lists describe their own parameters, and every action can be refused."""

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
        """Describe filters, ordering and paging of a list."""
        listing = getattr(self.view, "listings", {}).get(getattr(self.view, "action", None))
        return _list_parameters(listing) if listing else []

    def get_filter_backends(self) -> list:
        """Lists describe themselves."""
        return []

    def get_response_serializers(self):
        """Add the refusals to what the action declares."""
        declared = super().get_response_serializers()
        if not isinstance(declared, dict):
            return declared
        refusals = dict(_EVERYWHERE)
        if "{" in self.path:
            refusals |= _WITH_ID
        if self.method in {"POST", "PUT", "PATCH", "DELETE"}:
            refusals |= _WITH_BODY
        return declared | {
            code: OpenApiResponse(ErrorShape, description=words)
            for code, words in sorted(refusals.items())
            if code not in declared
        }


def _list_parameters(listing: Listing) -> list[OpenApiParameter]:
    words = sorted(listing.orderings)
    parameters = [_filter_parameter(name, each) for name, each in listing.filterset.base_filters.items()]
    return [
        *parameters,
        OpenApiParameter(
            "ordering", str, description=f"Comma-separated; a leading `-` reverses. Known: {', '.join(words)}."
        ),
        OpenApiParameter("limit", _WHOLE, description="At most so many; `X-Total-Count` and `Link` tell the rest."),
        OpenApiParameter("offset", _WHOLE, description="Leave out the first so many."),
    ]


_WHOLE = {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}


def _filter_parameter(name: str, each: filters.Filter) -> OpenApiParameter:
    choices = [value for value, _ in each.extra.get("choices", [])]
    kind: object = {"type": "string", "enum": choices} if choices else str
    if isinstance(each, filters.IsoDateTimeFilter):
        kind = {"type": "string", "format": "date-time"}
    return OpenApiParameter(name, kind, description=each.label or "", required=False)
