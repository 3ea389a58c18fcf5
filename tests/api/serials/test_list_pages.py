"""``GET /api/serials`` by pages, and as a whole when it is long."""

import json
import re
from copy import deepcopy
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import transaction

from shopplanr.api.listing import CHUNK_ROWS
from tests.api.answers import nothing_written
from tests.api.serials.contract import Refusal, refusal
from tests.api.serials.states import scrapped
from tests.factories import JobFactory, PathFactory, make_serials

URL = "/api/serials"
TOTAL = 7


def rows(response):
    """What the answer lists, streamed or not."""
    assert response.status_code == 200, response.content
    return json.loads(b"".join(response) if response.streaming else response.content)


def ids(response):
    return [row["id"] for row in rows(response)]


def ids_of(serials):
    return [serial.id for serial in serials]


def next_url(response):
    """The address of the next page, None on the last one."""
    match = re.fullmatch(r'<(http://testserver/[^>]*)>; rel="next"', response.get("Link", ""))
    return match[1] if match else None


def pages(client, **query):
    """Every page from the first on, by following the links."""
    response = client.get(URL, query)
    yield response
    while url := next_url(response):
        response = client.get(url)
        yield response


@pytest.fixture
def serials(db):
    return make_serials(PathFactory(job=JobFactory(name="Ø 5 & more")), TOTAL)


class TestPages:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"limit": 3}, slice(0, 3)),
            ({"limit": 3, "offset": 2}, slice(2, 5)),
            ({"limit": 3, "offset": 6}, slice(6, 7)),
            ({"limit": 100}, slice(0, TOTAL)),
            ({"limit": TOTAL}, slice(0, TOTAL)),
            ({"limit": 0}, slice(0, 0)),
            ({"limit": 3, "offset": 100}, slice(0, 0)),
            ({"limit": 10**17, "offset": 0}, slice(0, TOTAL)),
            ({"limit": 1, "offset": 10**17}, slice(0, 0)),
        ],
        ids=repr,
    )
    def test_a_page_is_a_bare_array_and_says_how_many_there_are(self, query, expected, serials, client):
        response = client.get(URL, query)

        assert ids(response) == ids_of(serials[expected])
        assert response["X-Total-Count"] == str(TOTAL)

    @pytest.mark.parametrize("limit", [1, 2, 3, TOTAL - 1, TOTAL, TOTAL + 1])
    def test_following_the_links_meets_every_serial_once(self, limit, serials, client):
        lengths, met = [], []
        for response in pages(client, limit=limit):
            lengths.append(len(ids(response)))
            met += ids(response)

        assert met == ids_of(serials)
        assert len(lengths) == -(-TOTAL // limit)

    def test_the_links_keep_filters_and_order(self, serials, client):
        gone = [scrapped(serials[0].path) for _ in range(3)]
        query = {"limit": "2", "status": "scrapped", "search": "Ø 5 & m", "ordering": "-status,-id"}

        first, second = pages(client, **query)

        assert dict(parse_qsl(urlsplit(next_url(first)).query)) == query | {"offset": "2"}
        assert ids(first) + ids(second) == ids_of(reversed(gone))
        assert {response["X-Total-Count"] for response in (first, second)} == {str(len(gone))}

    def test_an_order_with_ties_neither_repeats_nor_misses(self, serials, client):
        for ordering in ("status", "-createdAt", "jobName"):
            met = [serial_id for response in pages(client, limit=2, ordering=ordering) for serial_id in ids(response)]
            assert sorted(met) == ids_of(serials)

    def test_the_last_page_and_the_whole_list_have_no_link(self, serials, client):
        for query in ({"limit": 3, "offset": 4}, {"limit": TOTAL}, {"limit": 0}, {}, {"offset": 2}):
            assert "Link" not in client.get(URL, query)

    def test_the_whole_list_is_not_counted(self, serials, client):
        assert "X-Total-Count" not in client.get(URL)

    def test_an_offset_alone_leaves_out_the_first_ones(self, serials, client):
        assert ids(client.get(URL, {"offset": 2})) == ids_of(serials[2:])

    @pytest.mark.parametrize("name", ["limit", "offset"])
    def test_junk_is_refused(self, name, client):
        expected = Refusal(400, f"{name} must be a whole number, 0 or more", "invalid_page", (name,))

        for junk in ("-1", "ten", "", " 1", "1.0", "1e3", "+1", "٣", "0x10", "9" * 19, "9" * 400, "\0"):
            assert refusal(client.get, URL, {name: junk}) == expected


@pytest.fixture(scope="class")
def many_of_the_class(module_transaction):
    with transaction.atomic():
        yield make_serials(PathFactory(steps=["Saw"]), CHUNK_ROWS + 1)
        transaction.set_rollback(True)


class TestLongLists:
    """The whole array, as documented, without ever being in memory as a whole."""

    @pytest.fixture
    def many(self, many_of_the_class, db):
        return deepcopy(many_of_the_class)

    def test_a_long_list_is_streamed_in_order(self, many, client):
        with nothing_written():
            response = client.get(URL)
            pieces = list(response.streaming_content)

        assert response["Content-Type"] == "application/json"
        assert len(pieces) > 2
        assert [row["id"] for row in json.loads(b"".join(pieces))] == ids_of(many)

    def test_so_is_a_long_page(self, many, client):
        response = client.get(URL, {"limit": CHUNK_ROWS, "ordering": "-id"})

        assert response.streaming
        assert response["X-Total-Count"] == str(len(many))
        assert ids(response) == ids_of(reversed(many[1:]))
        assert ids(client.get(next_url(response))) == [many[0].id]

    def test_rows_behind_the_first_ones_are_whole(self, many, client):
        (last,) = make_serials(PathFactory(name="Another route", steps=["Turn"]))

        row = rows(client.get(URL))[-1]

        assert (row["id"], row["pathName"], row["currentStepName"]) == (last.id, "Another route", "Turn")

    def test_around_the_length_at_which_streaming_begins(self, many, client):
        for left_out in range(3):
            response = client.get(URL, {"offset": left_out})
            assert response.streaming is (len(many) - left_out >= CHUNK_ROWS)
            assert ids(response) == ids_of(many[left_out:])


def test_a_short_list_goes_out_whole(client):
    serials = make_serials(quantity=2)

    response = client.get(URL)

    assert not response.streaming
    assert ids(response) == ids_of(serials)
