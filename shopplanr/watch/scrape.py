"""``/metrics``: the figures of all server processes, and what waits on the floor, for a monitoring system.

It is closed unless ``METRICS_TOKEN`` or ``METRICS_NETWORKS`` opens it; then the address is one of those networks, or
the request brings the token as ``Authorization: Bearer …``.
"""

import logging
from collections.abc import Iterator
from hmac import compare_digest

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from shopplanr import __version__
from shopplanr.accounts.kiosk import comes_straight_from
from shopplanr.watch import figures
from shopplanr.watch.waiting import parts_that_wait

logger = logging.getLogger("shopplanr.outages")


def is_open() -> bool:
    """Tell whether anybody may ask for the figures."""
    return bool(settings.METRICS_TOKEN or settings.METRICS_NETWORKS)


def metrics(request: HttpRequest) -> HttpResponse:
    """Show the figures to whoever may see them: 401 asks for the token, 403 where there is none to ask for."""
    if not _may_see(request):
        if not settings.METRICS_TOKEN:
            return HttpResponse("Not from this address.\n", status=403, content_type="text/plain")
        challenge = {"WWW-Authenticate": "Bearer"}
        return HttpResponse("METRICS_TOKEN is needed.\n", status=401, content_type="text/plain", headers=challenge)
    return HttpResponse(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _may_see(request: HttpRequest) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    token = settings.METRICS_TOKEN
    if token and scheme.lower() == "bearer" and compare_digest(given.strip().encode(), token.encode()):
        return True
    return comes_straight_from(request, settings.METRICS_NETWORKS)


def _registry() -> CollectorRegistry:
    if settings.METRICS_DIR:
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=str(settings.METRICS_DIR))
    else:
        registry = CollectorRegistry()
        registry.register(figures.REGISTRY)
    registry.register(NowCollector())
    return registry


class NowCollector:
    """What is so at this moment: asked of the database at each scrape, by whichever process is asked."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauges; where the database does not answer that is one of them, and the scrape succeeds."""
        running = GaugeMetricFamily(
            "shopplanr_info", "The version that runs, and its engine", labels=["version", "engine"]
        )
        running.add_metric([__version__, connection.vendor], 1)
        yield running
        up = GaugeMetricFamily("shopplanr_database_up", "Whether the database answers")
        try:
            waiting = parts_that_wait()
        except Error as error:
            logger.warning("no figures of the floor: %s: %s", type(error).__name__, error)
            waiting = None
        up.add_metric([], waiting is not None)
        yield up
        if waiting is not None:
            gauge = GaugeMetricFamily("shopplanr_parts", "Parts on the floor that wait", labels=["queue"])
            for queue, number in waiting.items():
                gauge.add_metric([queue], number)
            yield gauge
