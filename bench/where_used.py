"""Where something was used, of 100,000 parts with a million audit entries: the worst questions that can be asked.

The first page with the counts is what a page waits for; the file of every part is what a browser saves.
"""

import time
from datetime import UTC, datetime, timedelta
from statistics import median

from bench import recall
from certificates.models import Certificate
from certificates.where_used import Question, every_part, first_parts
from serials.models import Step

ROUNDS = 5
PAGE_ROWS = 50


def run() -> dict[str, dict[str, float]]:
    """Return by question how many parts it is about, and the seconds until its first page and until all of it."""
    recall.fill()
    return {name: _measure(question) for name, question in _questions().items()}


def _questions() -> dict[str, Question]:
    common = Certificate.objects.get(heat_lot=recall.COMMON_HEAT).pk
    step = Step.objects.filter(name="Step 5").latest("path__created_at").pk
    june = {"since": datetime(2024, 6, 1, tzinfo=UTC), "before": datetime(2024, 7, 1, tzinfo=UTC)}
    day = {"since": june["since"], "before": june["since"] + timedelta(days=1)}
    return {
        "a certificate on every part": Question(certificate=common),
        "a heat": Question(heat="H3"),
        "a supplier of all certificates": Question(issuer=recall.SUPPLIER),
        "a person with 320,000 entries": Question(operator=recall.BUSY),
        "a person with few": Question(operator="user_7"),
        "a step of one route": Question(step_id=step),
        "a station of every route": Question(step_name="Step 5"),
        "that station, one day": Question(step_name="Step 5", **day),
        "a month": Question(**june),
        "whatever ever happened": Question(since=datetime(2020, 1, 1, tzinfo=UTC)),
        "that certificate and person": Question(certificate=common, operator=recall.BUSY),
        "a heat at a station, a month": Question(heat="H3", step_name="Step 5", **june),
    }


def _measure(question: Question) -> dict[str, float]:
    pages = [_seconds(lambda: first_parts(question, limit=PAGE_ROWS)) for _ in range(ROUNDS)]
    return {
        "parts": first_parts(question, limit=0).counts.total,
        "page_seconds": median(pages),
        "all_seconds": _seconds(lambda: every_part(question)),
    }


def _seconds(ask) -> float:
    started = time.perf_counter()
    for _ in ask().parts:
        pass
    return time.perf_counter() - started
