"""The scans that a person made last at a station, as the station's page lists them."""

from shopplanr.floor.models import Scan

LISTED = 10


def at(station: str, user_id: str | None) -> list[Scan]:
    """Return the last ten scans of a person at a station, the newest first; one query."""
    if "\0" in station:  # PostgreSQL refuses to even look for it
        return []
    return list(Scan.objects.filter(station=station, user_id=user_id or "").order_by("-sequence")[:LISTED])
