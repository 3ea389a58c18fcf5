"""Pages of long lists, without counting the list."""

from django.core.paginator import Paginator
from django.utils.functional import cached_property

COUNTED_AT_MOST = 10_000
"""Rows that a list counts and pages through. Who looks further back searches or filters."""


class CappedPaginator(Paginator):
    """Stops counting at ``COUNTED_AT_MOST`` rows, so that a table of a million costs what one of ten thousand does."""

    @cached_property
    def count(self) -> int:
        """Return the number of rows, at most ``COUNTED_AT_MOST``, without computing what a row shows."""
        return self.object_list.order_by().values("pk")[:COUNTED_AT_MOST].count()

    @property
    def capped(self) -> bool:
        """Tell whether there may be more rows than were counted."""
        return self.count == COUNTED_AT_MOST
