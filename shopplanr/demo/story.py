"""The demo shop's past, put together from its jobs and told in order."""

import random
from collections.abc import Iterable, Iterator
from itertools import chain

from shopplanr import clock
from shopplanr.demo.certificates import STANDING
from shopplanr.demo.events import Books, ChangeJob, HandOver, Leave, OpenJob, OpenPath, Record
from shopplanr.demo.hours import HOUR, MINUTE, Calendar, shop_time
from shopplanr.demo.jobs import JOBS
from shopplanr.demo.people import hire
from shopplanr.demo.plan import JobPlan
from shopplanr.demo.production import Timed, on_route

_WALT_LEAVES = shop_time(15.0) + 2 * HOUR


def in_order(seed: int, jobs: Iterable[JobPlan] = JOBS) -> list[Timed]:
    """Return everything that happens in the shop, in order of time; a moment is in shop time.

    The same seed gives the same story, whenever it is told.
    """
    happened = list(chain(_around_production(), *(_of_job(seed, plan) for plan in jobs)))
    # What happens at one moment keeps the order in which it was planned.
    happened.sort(key=lambda timed: timed[0])
    return happened


def tell(story: Iterable[Timed], calendar: Calendar) -> None:
    """Let it all happen, each event at its own moment, through the services; within the caller's transaction."""
    with clock.told(calendar.moment(0)):
        books = Books({username: account.pk for username, account in hire().items()}, calendar)
    for shop_ms, event in story:
        books.shop_ms = shop_ms
        with clock.told(calendar.moment(shop_ms)):
            event.carry_out(books)


def _around_production() -> Iterator[Timed]:
    """Return what concerns the shop as a whole: gauges and qualifications, and somebody who leaves."""
    for key, versions in STANDING.items():
        for day, certificate in versions:
            yield shop_time(day), Record(key, certificate, "marcus")
    yield _WALT_LEAVES, Leave("walt")


def _of_job(seed: int, plan: JobPlan) -> Iterator[Timed]:
    opened = shop_time(plan.opened)
    yield opened, OpenJob(plan)
    for change in plan.changes:
        yield shop_time(change.day), ChangeJob(plan, change)
    for key, (day, certificate) in plan.materials.items():
        yield shop_time(day), Record(key, certificate, "hannah")
    for place, route in enumerate(plan.routes, start=1):
        yield opened + place * 25 * MINUTE, OpenPath(plan, route)
        for operation in route.operations:
            if operation.handed_over:
                day, who = operation.handed_over
                yield shop_time(day) - MINUTE, HandOver(route, operation, who)
        # Each route has its own dice, so that a change of one leaves the others as they are.
        rng = random.Random(f"{seed} {route.key}")  # noqa: S311 - a story, not a secret
        yield from on_route(plan, route, rng)
