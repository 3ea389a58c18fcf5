"""The demo shop's past, put together from its jobs and told in order."""

import random
from collections.abc import Iterable, Iterator
from itertools import chain

from shopplanr import clock
from shopplanr.demo.asking import AskFor
from shopplanr.demo.certificates import REVOKED, STANDING
from shopplanr.demo.events import Books, ChangeJob, HandOver, Leave, OpenJob, OpenPath, PutRight, Record, Revoke
from shopplanr.demo.hours import MINUTE, Calendar, shop_time
from shopplanr.demo.jobs import JOBS
from shopplanr.demo.people import hire
from shopplanr.demo.plan import JobPlan
from shopplanr.demo.planning import around_planning
from shopplanr.demo.production import Timed, on_route
from shopplanr.demo.products import around_products

_WALT_LEAVES = 15.3
"""The working day of the story; what he worked at is handed over before (``Operation.handed_over``)."""


def in_order(seed: int, jobs: Iterable[JobPlan] = JOBS) -> list[Timed]:
    """Return everything that happens in the shop, in order of time; a moment is in shop time.

    The same seed gives the same story, whenever it is told.
    """
    around = (
        _around_production(_dice(seed, "shop")),
        _around_products(_dice(seed, "products")),
        _around_planning(_dice(seed, "planning"), jobs),
    )
    happened = list(chain(*around, *(_of_job(seed, plan) for plan in jobs)))
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


def _around_production(rng: random.Random) -> Iterator[Timed]:
    """Return what concerns the shop as a whole: gauges and qualifications, and somebody who leaves."""
    for key, versions in STANDING.items():
        for day, certificate in versions:
            yield _about(day, rng), Record(key, certificate, "marcus")
    yield _about(_WALT_LEAVES, rng), Leave("walt")
    day, number, reason = REVOKED
    yield _about(day, rng), Revoke(number, reason, "marcus")


def _around_products(rng: random.Random) -> Iterator[Timed]:
    """Return what products are certified for, and what becomes of that."""
    for day, event in around_products():
        yield _about(day, rng), event


def _around_planning(rng: random.Random, jobs: Iterable[JobPlan]) -> Iterator[Timed]:
    """Return what is planned beside single jobs."""
    for day, event in around_planning(jobs):
        yield _about(day, rng), event


def _about(day: float, rng: random.Random) -> int:
    """Return the shop time of a planned moment: nobody is on the second."""
    return shop_time(day) + rng.randrange(5 * MINUTE)


def _of_job(seed: int, plan: JobPlan) -> Iterator[Timed]:
    rng = _dice(seed, plan.ticket)
    opened = _about(plan.opened, rng)
    yield opened, OpenJob(plan)
    for change in plan.changes:
        yield _about(change.day, rng), ChangeJob(plan, change)
    for key, (day, certificate) in plan.materials.items():
        yield _about(day, rng), Record(key, certificate, "hannah")
    for key, correction in plan.corrections.items():
        yield shop_time(correction.day), PutRight(key, correction, "marcus")
    for place, route in enumerate(plan.routes, start=1):
        yield opened + place * 25 * MINUTE + rng.randrange(5 * MINUTE), OpenPath(plan, route)
        for operation in route.operations:
            if operation.handed_over:
                day, who = operation.handed_over
                yield shop_time(day) - rng.randrange(5 * MINUTE), HandOver(route, operation, who)
            if operation.asks_later:
                day, wanted = operation.asks_later
                # without a throw of the dice: what else happens stays as it is
                yield shop_time(day), AskFor(plan, route, operation, wanted)
        yield from on_route(plan, route, _dice(seed, route.key))


def _dice(seed: int, what: str) -> random.Random:
    """Return the dice of one part of the story, so that a change of it leaves the others as they are."""
    return random.Random(f"{seed} {what}")  # noqa: S311 - a story, not a secret
