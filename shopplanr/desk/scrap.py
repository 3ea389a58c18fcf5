"""What was scrapped lately, by reason, beside the week before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from serials.models import ScrapReason, Serial, SerialStatus
from shopplanr import clock

DAYS = 7


@dataclass(frozen=True, slots=True)
class ScrapOfReason:
    """How many parts were scrapped for a reason, in this week and in the one before."""

    reason: ScrapReason
    now: int
    before: int


@dataclass(frozen=True, slots=True)
class Scrap:
    """The reasons of two weeks, what was most often in this one first. ``since`` is the beginning of this one."""

    since: datetime
    reasons: Sequence[ScrapOfReason]

    @property
    def now(self) -> int:
        """How many parts this week."""
        return sum(each.now for each in self.reasons)

    @property
    def before(self) -> int:
        """How many in the week before."""
        return sum(each.before for each in self.reasons)


def scrap() -> Scrap:
    """Return what was scrapped in the last seven of the site's days, today included; one statement.

    Seven days and not the calendar's week: on a Monday that would be nothing, next to a whole week. To be scrapped is
    final, so the last change of such a part is when that was.
    """
    today = clock.today()
    since = clock.beginning_of(today - timedelta(days=DAYS - 1))
    rows = (
        # said in the words of the index: SQLite takes an index of some rows only where the query repeats its condition
        Serial.objects.exclude(status=SerialStatus.IN_PROGRESS.value)
        .filter(updated_at__gte=clock.beginning_of(today - timedelta(days=2 * DAYS - 1)), status=SerialStatus.SCRAPPED)
        .order_by()
        .values_list("scrap_reason")
        .annotate(
            now=Count("pk", filter=Q(updated_at__gte=since)),
            before=Count("pk", filter=Q(updated_at__lt=since)),
        )
    )
    reasons = [ScrapOfReason(ScrapReason(reason), now, before) for reason, now, before in rows]
    return Scrap(since, sorted(reasons, key=lambda each: (-each.now, -each.before, each.reason)))
