"""The figures of the wall board: where the work is now, and what today has brought."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.db.models.functions import ExtractHour
from django.utils.timezone import get_default_timezone

from serials.models import Serial, SerialStatus
from serials.queues.wip import StationLoad, loads
from shopplanr import clock

HOURS_OF_A_DAY = 24


@dataclass(frozen=True, slots=True)
class BoardHour:
    """What one hour of the clock has brought. On the day that has an hour twice, both count as one."""

    hour: int
    finished: int
    scrapped: int


@dataclass(frozen=True, slots=True)
class Board:
    """The floor at one moment. ``day`` is the site's day, ``hours`` are all 24 of it, the ones to come empty."""

    as_of: datetime
    day: date
    stations: Sequence[StationLoad]
    hours: Sequence[BoardHour]

    @property
    def parts_in_progress(self) -> int:
        """How many parts are on the floor."""
        return sum(station.part_count for station in self.stations)

    @property
    def finished_today(self) -> int:
        """How many parts were completed today, forced ones included."""
        return sum(hour.finished for hour in self.hours)

    @property
    def scrapped_today(self) -> int:
        """How many parts were scrapped today."""
        return sum(hour.scrapped for hour in self.hours)


def board() -> Board:
    """Return the figures of this moment; two queries.

    Today is the day in the site's time zone. Completed and scrapped are final, so the last change of such a part is
    when it ended.
    """
    now, day = clock.now(), clock.today()
    ended = (
        Serial.objects.filter(
            updated_at__gte=clock.beginning_of(day), updated_at__lt=clock.beginning_of(day + timedelta(days=1))
        )
        # said in the words of the index: SQLite takes an index of some rows only where the query repeats its condition
        .exclude(status=SerialStatus.IN_PROGRESS.value)
        .order_by()
        .values_list("status", ExtractHour("updated_at", tzinfo=get_default_timezone()))
        .annotate(Count("pk"))
    )
    counts: Counter[tuple[str, int]] = Counter({(status, hour): count for status, hour, count in ended})
    return Board(
        as_of=now,
        day=day,
        stations=loads(),
        hours=[
            BoardHour(hour, counts[SerialStatus.COMPLETED, hour], counts[SerialStatus.SCRAPPED, hour])
            for hour in range(HOURS_OF_A_DAY)
        ],
    )
