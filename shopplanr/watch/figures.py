"""What is counted for a monitoring system, in Prometheus' terms.

Each server process counts for itself. With ``METRICS_DIR`` it does so in files of that folder, and whichever process is
asked adds all of them up, those of processes that are gone included. Without it, a process tells its own figures.

Nothing here asks the database: what is counted has happened in this process.
"""

import os
from collections.abc import Mapping
from functools import partial

from django.conf import settings
from django.db import transaction

if settings.METRICS_DIR:
    settings.METRICS_DIR.mkdir(mode=0o750, parents=True, exist_ok=True)
    # The library decides when it is loaded how it counts.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.METRICS_DIR)

from prometheus_client import CollectorRegistry, Counter, Histogram

REGISTRY = CollectorRegistry()
"""Of this process alone."""

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "OTHER"
"""Any other method: whoever makes up verbs must not make up figures."""

REQUESTS = Counter(
    "shopplanr_requests", "Requests that were answered", ["method", "route", "status"], registry=REGISTRY
)
REQUEST_SECONDS = Histogram(
    "shopplanr_request_seconds", "How long answers took", ["method", "route"], registry=REGISTRY, buckets=SECONDS
)
DATABASE_SECONDS = Counter(
    "shopplanr_database_seconds", "Time that requests spent waiting for the database", ["route"], registry=REGISTRY
)
STATEMENTS = Counter(
    "shopplanr_database_statements", "Statements that requests sent to the database", ["route"], registry=REGISTRY
)
SLOW_STATEMENTS = Counter(
    "shopplanr_slow_statements", "Statements and commits longer than SLOW_QUERY_SECONDS", registry=REGISTRY
)
TRANSITIONS = Counter(
    "shopplanr_transitions", "What happened to parts, by the action of its audit entry", ["kind"], registry=REGISTRY
)
REFUSALS = Counter("shopplanr_refusals", "Requests that were refused, by code", ["code"], registry=REGISTRY)


def answered(
    method: str, route: str, status: int, seconds: float, database_seconds: float, statements: int, refusal: str
) -> None:
    """Count an answer. ``route`` is the pattern of an address, never the address."""
    method = method if method in METHODS else OTHER
    REQUESTS.labels(method, route, status).inc()
    REQUEST_SECONDS.labels(method, route).observe(seconds)
    if statements or database_seconds:
        DATABASE_SECONDS.labels(route).inc(database_seconds)
        STATEMENTS.labels(route).inc(statements)
    if refusal:
        REFUSALS.labels(refusal).inc()


def count_when_committed(transitions: Mapping[str, int]) -> None:
    """Count what happened to parts once it really has: when the transaction at hand is committed."""
    transaction.on_commit(partial(_count, {str(kind): number for kind, number in transitions.items()}), robust=True)


def _count(transitions: Mapping[str, int]) -> None:
    for kind, number in transitions.items():
        TRANSITIONS.labels(kind).inc(number)
