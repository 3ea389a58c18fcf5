"""What every viewset of the API is."""

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from shopplanr.accounts.roles import Right
from shopplanr.api.listing import Listing
from shopplanr.api.rate_limits import admit
from shopplanr.idempotency.api import AnsweredOnce
from shopplanr.versions import Expected, expected


class ApiViewSet(AnsweredOnce, ViewSet):
    """A thin edge: it reads the request, names the actor, calls a service and writes the answer.

    ``rights`` says which right each action needs; it comes from the table in ``shopplanr.api.endpoints``.
    """

    rights: ClassVar[dict[str, Right | tuple[Right, ...]]] = {}
    listings: ClassVar[dict[str, Listing]] = {}
    versioned: ClassVar[frozenset[str]] = frozenset()
    """Actions whose answer says in ``ETag`` which version it shows; those that change it look at ``If-Match``."""

    def perform_authentication(self, request: Request) -> None:
        """Find out who calls, and whether that is one call too many, before anything else is asked."""
        super().perform_authentication(request)
        admit(request)

    def created(self, data: object, version: str = "") -> Response:
        """Answer 201."""
        return self.shown_as(version, data, status=201) if version else Response(data, status=201)

    def shown_as(self, version: str, data: object, status: int = 200) -> Response:
        """Answer with one object, and with the version of it that this is (``shopplanr.versions``)."""
        return Response(data, status=status, headers={"ETag": version})

    def expected(self, request: Request) -> Expected:
        """Return which version the caller would change."""
        return expected(request.headers.get("If-Match"))
