"""What every viewset of the API is."""

from typing import ClassVar

from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from shopplanr.accounts.roles import Right
from shopplanr.api.listing import Listing
from shopplanr.idempotency.api import AnsweredOnce


class ApiViewSet(AnsweredOnce, ViewSet):
    """A thin edge: it reads the request, names the actor, calls a service and writes the answer.

    ``rights`` says which right each action needs; it comes from the table in ``shopplanr.api.endpoints``.
    """

    rights: ClassVar[dict[str, Right | tuple[Right, ...]]] = {}
    listings: ClassVar[dict[str, Listing]] = {}

    def created(self, data: object) -> Response:
        """Answer 201."""
        return Response(data, status=201)
