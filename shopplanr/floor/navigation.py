"""The places of the shell: what stands in its bar, in which order, and for whom."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from shopplanr.accounts.roles import DECIDING, Right


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the bar. ``covers`` are beginnings of further addresses that belong to it.

    Of several rights, one will do.
    """

    name: str
    word: str
    icon: str
    rights: tuple[Right, ...] = (Right.READ,)
    covers: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Return where it leads."""
        return reverse(f"floor:{self.name}")


PLACES = (
    Place("home", "Station", "locate", covers=("/station",)),
    Place("queue", "Queue", "layers", covers=("/queue",)),
    Place("serials", "Parts", "cog", covers=("/serials", "/labels")),
    Place("jobs", "Jobs", "clipboard-list", covers=("/jobs", "/paths", "/templates", "/libraries")),
    Place("certificates", "Certificates", "file-badge", covers=("/certificates",)),
    Place("where-used", "Where used", "route", covers=("/where-used",)),
    Place("approvals", "Approvals", "stamp", rights=DECIDING, covers=("/approvals",)),
    Place("audit", "Audit", "history", rights=(Right.READ_AUDIT,), covers=("/audit",)),
    Place("board", "Board", "monitor", covers=("/board",)),
)


def places_for(user) -> list[Place]:
    """Return what the person may go to."""
    return [place for place in PLACES if any(user.has_perm(right) for right in place.rights)]


def place_of(request: HttpRequest) -> str:
    """Return the name of the place that a page belongs to, ``""`` where to none."""
    path = request.path_info
    if path == "/":
        return "home"
    for place in PLACES:
        if any(path == begin or path.startswith(f"{begin}/") for begin in place.covers):
            return place.name
    return ""
