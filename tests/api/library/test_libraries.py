"""``/library/processes`` and ``/library/locations``: words that are offered while routes are written."""

import re
from functools import partial

import pytest

from serials import refusals
from serials.models import LibraryEntry, LibraryKind
from serials.services import libraries
from tests.api.answers import TIMESTAMP, WRONG_TEXTS, assert_refused, later, nothing_written
from tests.factories import PLANNER, LibraryEntryFactory, PathFactory
from tests.products.test_races import AT_ONCE, at_once
from tests.queries import counted_statements

PROCESS, LOCATION = LibraryKind.PROCESS, LibraryKind.LOCATION

LIBRARIES = {
    PROCESS: ("/api/library/processes", "lproc", "ProcessLibraryEntry"),
    LOCATION: ("/api/library/locations", "lloc", "LocationLibraryEntry"),
}

each = pytest.mark.parametrize("kind", LIBRARIES)


def other_than(kind: LibraryKind) -> LibraryKind:
    return LOCATION if kind == PROCESS else PROCESS


@each
def test_an_entry_is_made_answered_and_listed(kind, client, program):
    url, prefix, _ = LIBRARIES[kind]

    response = client.post(url, {"name": "  Deburr "})

    assert response.status_code == 201
    entry = response.json()
    assert list(entry) == ["id", "name", "createdAt"]
    assert re.fullmatch(rf"{prefix}_[A-Za-z0-9_-]{{12,}}", entry["id"])
    assert entry["name"] == "Deburr"
    assert TIMESTAMP.fullmatch(entry["createdAt"])
    assert client.get(url).json() == [entry]
    assert client.get(LIBRARIES[other_than(kind)][0]).json() == [], "the libraries are two"
    assert LibraryEntry.history.get().history_user_id == program.pk


@each
@pytest.mark.parametrize("name", WRONG_TEXTS)
def test_a_name_is_required(kind, name, client):
    with nothing_written():
        assert_refused(client.post(LIBRARIES[kind][0], {"name": name}), 400, "name is required", field="name")


def test_a_name_has_a_length_also_where_its_letters_become_three(client):
    url = LIBRARIES[PROCESS][0]
    message = "name must be at most 255 characters"
    assert_refused(client.post(url, {"name": "x" * 256}), 400, message, code="too_long", field="name")
    assert client.post(url, {"name": "\u1fb7" * 255}).status_code == 201


@each
@pytest.mark.parametrize(
    ("there", "again"),
    [("Deburr", "Deburr"), ("Deburr", " Deburr\n"), ("Deburr", "DEBURR"), ("ENTGRATEN Ö", "entgraten ö"), ("ß", "SS")],
)
def test_a_name_is_there_once_whatever_its_capitals(kind, there, again, client):
    url = LIBRARIES[kind][0]
    LibraryEntryFactory(kind=kind, name=there)

    with nothing_written():
        response = client.post(url, {"name": again})
    message = f"{again.strip()} already exists"
    assert_refused(response, 400, message, code="already_in_library", field="name")
    assert client.post(LIBRARIES[other_than(kind)][0], {"name": again}).status_code == 201


@each
def test_an_entry_is_removed_and_steps_keep_their_words(kind, client, program):
    url, _, noun = LIBRARIES[kind]
    entry = LibraryEntryFactory(kind=kind, name="Deburr")
    path = PathFactory(steps=({"name": "Deburr", "location": "Deburr"},))

    response = client.delete(f"{url}/{entry.id}")

    assert (response.status_code, response.content) == (200, b'{"success":true}')
    assert client.get(url).json() == []
    (step,) = client.get(f"/api/paths/{path.id}").json()["steps"]
    assert (step["name"], step["location"]) == ("Deburr", "Deburr")
    gone = LibraryEntry.history.get(history_type="-")
    assert (gone.name, gone.history_user_id) == ("Deburr", program.pk)
    assert_refused(client.delete(f"{url}/{entry.id}"), 404, f"{noun} not found: {entry.id}", code="not_found")
    assert client.post(url, {"name": "deburr"}).status_code == 201, "and may come again"


@each
def test_an_entry_of_the_other_library_is_none_of_this_one(kind, client):
    url, _, noun = LIBRARIES[kind]
    other = LibraryEntryFactory(kind=other_than(kind))

    with nothing_written():
        assert_refused(client.delete(f"{url}/{other.id}"), 404, f"{noun} not found: {other.id}")
        assert_refused(client.delete(f"{url}/l_x"), 404, f"{noun} not found: l_x")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["anodize", "Deburr", "Saw"]),
        ({"ordering": "-name"}, ["Saw", "Deburr", "anodize"]),
        ({"ordering": "createdAt"}, ["Saw", "anodize", "Deburr"]),
        ({"name": "DE"}, ["Deburr"]),
        ({"name": "s"}, ["Saw"]),
        ({"limit": 1, "offset": 1}, ["Deburr"]),
    ],
    ids=str,
)
def test_a_list_is_in_the_alphabets_order_or_as_asked_for(query, expected, client):
    for minutes, name in enumerate(("Saw", "anodize", "Deburr")):
        with later(minutes=minutes):
            LibraryEntryFactory(name=name)

    assert [entry["name"] for entry in client.get(LIBRARIES[PROCESS][0], query).json()] == expected


@pytest.mark.django_db
class TestSuggestions:
    """What a route editor offers."""

    def test_words_of_the_library_and_of_steps_each_once_in_the_alphabets_order(self):
        LibraryEntryFactory(name="Deburr")
        LibraryEntryFactory(name="anodize")
        LibraryEntryFactory(kind=LOCATION, name="Hall 1")
        PathFactory(steps=({"name": "DEBURR", "location": "hall 1"}, {"name": "Saw", "location": "Bench"}))
        PathFactory(steps=({"name": "Saw"}, {"name": "saw", "location": "Bench"}))

        assert libraries.suggestions(PROCESS) == ["anodize", "Deburr", "Saw"]
        assert libraries.suggestions(LOCATION) == ["Bench", "Hall 1"]

    def test_an_empty_shop_suggests_nothing(self):
        assert libraries.suggestions(PROCESS) == libraries.suggestions(LOCATION) == []

    def test_two_queries_however_many_steps(self):
        for _ in range(3):
            PathFactory()
            LibraryEntryFactory()
            with counted_statements() as statements:
                libraries.suggestions(PROCESS)
            assert len(statements) == 2


@pytest.mark.django_db(transaction=True)
def test_of_several_who_add_it_at_once_one_does():
    answers = at_once(*[partial(libraries.add, PROCESS, "Deburr", PLANNER)] * AT_ONCE)

    refused = [answer for answer in answers if isinstance(answer, refusals.AlreadyInLibrary)]
    assert len(refused) == AT_ONCE - 1
    assert LibraryEntry.objects.count() == LibraryEntry.history.count() == 1


@pytest.mark.django_db
def test_lost_by_a_hair(monkeypatch):
    """Looked, saw nothing, and somebody else was quicker: the database refuses, in the words of the first look."""
    LibraryEntryFactory(name="Deburr")
    looks = iter([False, True])
    monkeypatch.setattr(libraries, "_has", lambda entry: next(looks))

    with nothing_written(), pytest.raises(refusals.AlreadyInLibrary, match="deburr already exists"):
        libraries.add(PROCESS, "deburr", PLANNER)
