"""Nothing that a client can put into an address gives a 5xx: odd ids in every path, odd values in every query."""

import json

import pytest
from django.db import transaction

from shopplanr.api.endpoints import ENDPOINTS
from shopplanr.api.filters import MomentFilter
from tests.api.answers import assert_envelope, assert_refused
from tests.api.shop import calls

WITH_IDS = [f"{verb} {each.path}" for each in ENDPOINTS for verb in each.verbs if "<" in each.path]
LISTS = {
    each.path: each.viewset.listings[each.verbs["GET"][0]]
    for each in ENDPOINTS
    if "GET" in each.verbs and each.verbs["GET"][0] in each.viewset.listings
}

ODD_IDS = [
    "%00",
    "SN-00001%00",
    "%FF%FE",
    "%ED%A0%80",  # half a character
    "%",
    "%zz",
    "%0A",
    "SN-00001%0A",
    "%20",
    "..%2f",
    ".",
    "0",
    "-1",
    "null",
    "undefined",
    "{id}",
    "SN-" + "9" * 18,
    "SN-" + "9" * 19,
    "SN--0001",
    "SN-%D9%A3%D9%A3%D9%A3%D9%A3%D9%A3",  # ٣٣٣٣٣
    "%F0%9F%94%A9",
    "'%20OR%201=1--",
    "x" * 40,
    "x" * 41,
    "x" * 3000,
    "%25" * 1000,
]

ODD_VALUES = [
    "",
    "%00",
    "a%00b",
    "%FF",
    "%ED%A0%80",
    "%",
    "%zz",
    "+",
    "%0A",
    "0",
    "-1",
    "1.5",
    "1e999",
    "9" * 18,
    "9" * 19,
    "-" + "9" * 19,
    "9" * 5000,
    "%D9%A3",  # ٣
    "true",
    "null",
    "[]",
    "%5C%25_",
    "SN-" + "9" * 18,
    "'%20OR%201=1--",
    "-createdAt,,name,-",
    "x" * 5000,
    "x" * 10_000,
    "%25" * 10_000,
]

ODD_MOMENTS = [
    "0001-01-01",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00%2B23:59",
    "9999-12-31",
    "9999-12-31T23:59:59.999999-23:59",
    "10000-01-01",
    "0000-00-00",
    "2024-02-30",
    "2024-01-15T11:00:00%2B99:99",
    "2024-01-15T24:00:00Z",
    "2024-W01-1",
    "%D9%A2%D9%A0%D9%A2%D9%A4-01-01",  # ٢٠٢٤
]

ODD_QUERIES = [
    "&&&",
    "=",
    "=x",
    "%00=x",
    "a[]=1",
    "%FF=1",
    "limit",
    "limit=1&limit=x",
    "offset=0&offset=",
    "?",
    ";",
    "#",
]


@pytest.fixture
def in_shop(client, shop):
    """Make a call with other ids, and undo what it did."""

    def make(call, **ids):
        with transaction.atomic():
            response = client.generic(call.verb, call.url(**ids), as_json(call.body), content_type="application/json")
            transaction.set_rollback(True)
        return response

    return make


def as_json(body) -> str:
    return "" if body is None else json.dumps(body)


def url_of(path: str, shop) -> str:
    return next(call.url() for call in calls(shop) if call.name == f"GET {path}")


@pytest.mark.parametrize("name", WITH_IDS)
def test_odd_ids(name, shop, in_shop):
    call = next(call for call in calls(shop) if call.name == name)
    for parameter in call.ids:
        for odd in ODD_IDS:
            response = in_shop(call, **{parameter: odd})
            if response.status_code != 200:
                assert assert_envelope(response)["statusCode"] in {400, 404, 405}, (odd, response.content)
            elif name.startswith("GET operator/"):
                assert parts_in(response.json()) == 0, odd
            else:
                # only lists have an answer for what is unknown: nothing
                assert response.content == b"[]", odd


def parts_in(queue: dict) -> int:
    """Return how many parts a person or a station has."""
    return sum(count for name, count in queue.items() if name == "totalParts" or name.endswith("Count"))


@pytest.mark.parametrize("path", LISTS)
def test_odd_values_in_every_query(path, client, shop):
    url = url_of(path, shop)
    for parameter in sorted(LISTS[path].parameter_names()):
        is_moment = isinstance(LISTS[path].filterset.base_filters.get(parameter), MomentFilter)
        for odd in ODD_VALUES + (ODD_MOMENTS if is_moment else []):
            response = client.get(f"{url}?{parameter}={odd}")
            if response.status_code == 200:
                assert path in FILES or isinstance(response.json(), list)
            else:
                body = assert_envelope(response, 400)
                assert list(body["errors"]) == [parameter], (odd[:50], body)


@pytest.mark.parametrize("path", LISTS)
def test_odd_queries(path, client, shop):
    url = url_of(path, shop)
    for query in ODD_QUERIES:
        response = client.generic("GET", f"{url}?{query}", QUERY_STRING=query)
        if response.status_code != 200:
            assert_envelope(response, 400)


FILES = {"audit/export"}
"""Lists that come as a file: tests/audit_proof/test_export.py."""
UNFILTERED = "serials/<str:id>/step-statuses"
WHERE_USED = ("where-used", "serials/<str:id>/trace")
"""Tested with what they answer: tests/api/where_used, tests/api/serials/test_trace.py."""
COVERAGE = ("jobs/<str:id>/coverage", "serials/<str:id>/readiness")
"""Tested with what they answer: tests/coverage."""
LABEL = "serials/<str:id>/label"
PROOF = "audit/verify"
AS_OF_A_DAY = "products/<str:gtin>/certifications/<str:certification_id>"
ON_THE_FLOOR = {each.path for each in ENDPOINTS if each.path.startswith("operator/")} | {"board"}
"""What knows ``limit`` at most, and refuses everything else: tests/api/operator."""


def test_a_short_list_without_filters_names_what_it_does_not_know(client, shop):
    response = client.get(url_of(UNFILTERED, shop), {"status": "deferred"})

    assert assert_envelope(response, 400)["message"] == "Unknown filter: status"


def test_a_query_is_ignored_where_none_is_documented(client, shop):
    for call in calls(shop):
        if call.verb == "GET" and call.path not in {
            *LISTS,
            *ON_THE_FLOOR,
            UNFILTERED,
            AS_OF_A_DAY,
            *COVERAGE,
            LABEL,
            PROOF,
            *WHERE_USED,
        }:
            for query in ODD_QUERIES:
                assert client.generic("GET", call.url(), QUERY_STRING=query).status_code == 200, (call.name, query)


@pytest.mark.parametrize("path", sorted(LISTS.keys() - FILES))
def test_pages_of_any_size(path, client, shop):
    url = url_of(path, shop)
    whole = client.get(url).json()
    most = "9" * 18

    assert client.get(f"{url}?limit={most}").json() == whole
    assert client.get(f"{url}?limit={most}&offset=0").json() == whole
    assert client.get(f"{url}?offset={most}").json() == []
    assert client.get(f"{url}?limit={most}&offset={most}").json() == []


class TestExtremeMoments:
    """Moments at the ends of the calendar are before or after everything."""

    @pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "0001-01-01"])
    def test_the_beginning(self, moment, client, shop):
        assert len(client.get("/api/jobs", {"createdSince": moment}).json()) == 1
        assert client.get("/api/jobs", {"createdBefore": moment}).json() == []

    @pytest.mark.parametrize("moment", ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59-23:59", "9999-12-31"])
    def test_the_end(self, moment, client, shop):
        assert len(client.get("/api/jobs", {"createdBefore": moment}).json()) == 1
        assert client.get("/api/jobs", {"createdSince": moment}).json() == []

    @pytest.mark.parametrize("moment", ["2024-02-30", "10000-01-01", "0000-01-01", "yesterday", "2024-01-15T25:00:00Z"])
    def test_what_is_no_moment_is_refused(self, moment, client, shop):
        for parameter in ("createdSince", "createdBefore"):
            body = assert_envelope(client.get("/api/jobs", {parameter: moment}), 400)
            assert (body["code"], list(body["errors"])) == ("invalid_filter", [parameter])


@pytest.mark.parametrize("path", LISTS)
def test_a_filter_without_a_value_does_not_mean_everything(path, client, shop):
    for parameter in LISTS[path].filterset.base_filters:
        for empty in ("", "%20", "%09%0A"):
            response = client.get(f"{url_of(path, shop)}?{parameter}={empty}")
            message = f"{parameter} must not be empty"
            assert_refused(response, 400, message, code="empty_filter", field=parameter)


def test_a_value_to_filter_by_has_a_length(client, shop):
    assert client.get("/api/jobs", {"search": "x" * 1000}).status_code == 200
    assert_refused(
        client.get("/api/jobs", {"search": "x" * 1001}),
        400,
        "search must be at most 1000 characters",
        code="too_long",
        field="search",
    )
