"""The quality desk in a shop of 100,000 parts, a million audit entries and 10,000 certificates.

Its first page, and every list of the admin: as it opens, with each choice of each of its filters, and searched. Each is
one request as a browser makes it, measured within the process.
"""

import time
from datetime import timedelta
from html.parser import HTMLParser

from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from bench import recall, shop
from certificates.models import Certificate
from serials.models import Path, Serial, Step, StepStatus
from serials.services import requirements
from shopplanr import clock
from shopplanr.accounts.models import User
from shopplanr.admin.links import list_url

CERTIFICATES = 10_000
CHOICES_OF_A_FILTER = 4


def fill() -> None:
    """Add to the shop of ``recall`` what the desk looks for."""
    today = clock.today()
    common = Certificate.objects.get(heat_lot=recall.COMMON_HEAT)
    facts = {"first_revision": common, "supersedes": common, "revision": 2, "correction_reason": "The last day"}
    # What every part carries runs out, and what few do.
    Certificate.objects.bulk_create(
        [Certificate(type="material", name="Common", valid_to=today + timedelta(days=10), **facts)]
        + [
            Certificate(type="process", name=f"Report {number}", valid_to=today + timedelta(days=number % 1000 - 500))
            for number in range(CERTIFICATES)
        ]
    )
    # Four parts in ten stand at the eighth step; their sixth is deferred for one in fifty.
    deferred = Serial.objects.filter(status="in_progress", number__endswith="6", number__gt=0)
    chosen = list(deferred.values_list("pk", flat=True)[:2_000])
    StepStatus.objects.filter(serial__in=chosen, step_index=5).update(status="deferred")
    Serial.objects.filter(status="scrapped").update(updated_at=clock.now(), scrapped_at=clock.now())
    asked = [{"certificateType": "process", "policy": "block"}]
    for step in Step.objects.filter(order=7, path__in=Path.objects.order_by("-created_at")[:20]):
        requirements.set_of_step(step.pk, asked, shop.ACTOR)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def run() -> dict[str, dict[str, float]]:
    """Return by page the seconds until it is there, and the statements that it takes."""
    fill()
    client = Client()
    client.force_login(User.objects.create_superuser(username="bench", name="Bench"))
    # No file is served here, so none was collected.
    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(STORAGES=settings.STORAGES | plain, ALLOWED_HOSTS=["testserver"]):
        return measured(client)


def measured(client: Client) -> dict[str, dict[str, float]]:
    """Return the figures of every page."""
    return {name: _measure(client, url) for name, url in _pages(client).items()}


def _pages(client: Client) -> dict[str, str]:
    pages = {"the desk": "/admin/"}
    for model, model_admin in admin.site._registry.items():
        name, url = model._meta.label, list_url(model)
        pages[name] = url
        for query in dict.fromkeys(choices_of(client.get(url).content.decode())):
            pages[f"{name} {query}"] = f"{url}{query}"
        if model_admin.search_fields:
            for term in ("SN-00042", "SN-00100..SN-90000", "Bench", "H3", "nowhere to be found"):
                pages[f"{name}, search {term}"] = f"{url}?q={term}"
    return pages


def _measure(client: Client, url: str) -> dict[str, float]:
    client.get(url)
    started = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        status = client.get(url).status_code
    return {"seconds": time.perf_counter() - started, "statements": len(queries), "status": status}


def choices_of(page: str, most: int = CHOICES_OF_A_FILTER) -> list[str]:
    """Return what the filters beside a list lead to: so many of each."""
    reader = _Filters(most)
    reader.feed(page)
    return reader.found


class _Filters(HTMLParser):
    """Reads the links and menus of the filters off a page."""

    def __init__(self, most: int):
        super().__init__()
        self._most = most
        self.found: list[str] = []
        self._inside = False
        self._menu = ""
        self._taken = 0

    def handle_starttag(self, tag, attrs):
        """Take a link or an option within the filters."""
        given = dict(attrs)
        if given.get("id") == "changelist-filter":
            self._inside = True
        if tag in ("ul", "select"):
            self._menu, self._taken = given.get("name", ""), 0
        url = given.get("href", "") if tag == "a" else ""
        if tag == "option" and self._menu and given.get("value"):
            url = f"?{self._menu}={given['value']}"
        if self._inside and url.startswith("?") and len(url) > 1 and self._taken < self._most:
            self.found.append(url)
            self._taken += 1

    def handle_endtag(self, tag):
        """Leave the filters."""
        if tag == "nav":
            self._inside = False
