"""``/api/library``: names of processes and of locations, to be offered while routes are written."""

from rest_framework.response import Response

from serials.api.bodies import LibraryEntryBody
from serials.api.filters import LibraryFilters
from serials.api.shapes import LibraryEntryShape
from serials.models import LibraryEntry, LibraryKind
from serials.services import libraries
from shopplanr.accounts.actors import actor_for
from shopplanr.api.listing import Listing, shaped
from shopplanr.api.parsing import body
from shopplanr.api.schema import documented
from shopplanr.api.shapes import SuccessShape
from shopplanr.api.viewsets import ApiViewSet

LISTING = Listing(
    filterset=LibraryFilters,
    orderings={"name": "folded", "createdAt": "created_at"},
    default=("folded",),
    writer=shaped(LibraryEntryShape),
)


class LibraryViewSet(ApiViewSet):
    """Both libraries: one viewset, because their calls have names of their own."""

    listings = {"processes": LISTING, "locations": LISTING}

    @documented("List the library of processes", answer=LibraryEntryShape, many=True)
    def processes(self, request):
        """By name."""
        return self._list(request, LibraryKind.PROCESS)

    @documented("Take up a process", body=LibraryEntryBody, answer=LibraryEntryShape, code=201)
    def add_process(self, request):
        """Once, whatever its capitals."""
        return self._add(request, LibraryKind.PROCESS)

    @documented("Remove a process from the library", answer=SuccessShape)
    def remove_process(self, request, id):
        """Steps keep their names."""
        return self._remove(request, LibraryKind.PROCESS, id)

    @documented("List the library of locations", answer=LibraryEntryShape, many=True)
    def locations(self, request):
        """By name."""
        return self._list(request, LibraryKind.LOCATION)

    @documented("Take up a location", body=LibraryEntryBody, answer=LibraryEntryShape, code=201)
    def add_location(self, request):
        """Once, whatever its capitals."""
        return self._add(request, LibraryKind.LOCATION)

    @documented("Remove a location from the library", answer=SuccessShape)
    def remove_location(self, request, id):
        """Steps keep their locations."""
        return self._remove(request, LibraryKind.LOCATION, id)

    def _list(self, request, kind):
        return LISTING.answer(request, LibraryEntry.objects.filter(kind=kind))

    def _add(self, request, kind):
        entry = libraries.add(kind, body(request).get("name"), actor_for(request, None, anonymous=True))
        return self.created(LibraryEntryShape.of(entry))

    def _remove(self, request, kind, id):
        libraries.remove(kind, id, actor_for(request, None, anonymous=True))
        return Response({"success": True})
