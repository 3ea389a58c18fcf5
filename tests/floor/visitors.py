"""People in front of the floor's pages, and what the tests read of a page."""

import gzip
import re
from html import unescape

from django.test import Client

from shopplanr.accounts.roles import Role
from tests.accounts.factories import UserFactory

MOST_QUERIES = 12
"""Of a page, those about the person included (floor-ui page)."""

MOST_BYTES = 30_000
"""Of a page that comes compressed, on a visit that is not the first (floor-ui page)."""


def visitor(role: Role | None = Role.SUPERVISORS, station: str = "", **fields) -> Client:
    """Return a browser in which somebody of this role is signed in, on a device that stands at a station."""
    client = Client()
    client.person = UserFactory(role=role, **fields)
    client.force_login(client.person)
    if station:
        client.cookies["station"] = station
    return client


def words(response) -> str:
    """Return what a page says, without its tags, in one line."""
    html = re.sub(r"<(head|script|template)\b.*?</\1>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()


def main(response) -> str:
    """Return what the main part of a page says."""
    html = re.search(r"<main\b.*</main>", response.content.decode(), re.S)
    assert html, "the page has no main part"
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html[0]))).strip()


def in_order(text: str, *parts: str) -> bool:
    """Tell whether the text has these parts, one behind the other."""
    place = -1
    for part in parts:
        place = text.find(part, place + 1)
        if place < 0:
            return False
    return True


def said(response) -> list[str]:
    """Return what the page says of what was just done, once it has been gone to."""
    return [str(message) for message in response.context["messages"]]


def compressed_bytes(client: Client, path: str) -> int:
    """Return how many bytes a page takes on the wire."""
    response = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert response.status_code == 200
    assert response.headers.get("Content-Encoding") == "gzip"
    assert gzip.decompress(response.content)
    return len(response.content)
