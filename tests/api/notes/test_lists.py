"""``GET /api/notes/serial/:id`` and ``GET /api/notes/step/:id``."""

import pytest

from shopplanr.actor import Actor
from tests.api.answers import assert_refused, later, moment
from tests.api.notes.floor import URL
from tests.factories import PathFactory, make_note, make_serials, steps_of
from tests.pictures import photo
from tests.queries import counted_statements

UNKNOWN = ("SN-99999", "SN-1", "step_x", "x" * 3000, "%00", "..%2f")


def texts(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [note["text"] for note in response.json()]


@pytest.fixture
def step_url(floor):
    return f"{URL}/step/{floor.step_id}"


@pytest.fixture
def serial_url(floor):
    return f"{URL}/serial/{floor.ids[0]}"


@pytest.fixture
def three(floor):
    """Notes about the first part, about all three, and about the last, in that order."""
    first, _, last = floor.parts
    notes = [make_note([first], "Burr")]
    with later(minutes=1):
        notes.append(make_note(floor.parts, "Coolant was low", actor=Actor("anna")))
    with later(minutes=2):
        notes.append(make_note([last], "Burr again"))
    return notes


@pytest.mark.parametrize("of", ["serial", "step"])
@pytest.mark.parametrize("unknown", UNKNOWN)
def test_an_unknown_one_has_none(of, unknown, client, three):
    assert client.get(f"{URL}/{of}/{unknown}").content == b"[]"


def test_a_note_is_shown_as_it_was_answered_when_it_was_written(client, floor, serial_url, step_url):
    answered = client.post(URL, floor.body(serialIds=floor.ids)).json()

    assert client.get(serial_url).json() == client.get(step_url).json() == [answered]
    assert set(answered) == {
        *("id", "jobId", "pathId", "stepId", "serialIds", "text"),
        *("createdBy", "createdAt"),
    }


def test_a_parts_notes_are_those_that_are_about_it_oldest_first(client, floor, three):
    first, _, last = floor.ids

    assert texts(client.get(f"{URL}/serial/{first}")) == ["Burr", "Coolant was low"]
    assert texts(client.get(f"{URL}/serial/{last}")) == ["Coolant was low", "Burr again"]


def test_a_steps_notes_are_those_that_were_written_there(client, floor, three, step_url):
    assert texts(client.get(step_url)) == ["Burr", "Coolant was low", "Burr again"]
    assert texts(client.get(f"{URL}/step/{steps_of(floor.path)[1].id}")) == []


def test_a_note_names_all_its_parts_wherever_it_is_listed(client, floor, three, serial_url):
    assert client.get(serial_url).json()[1]["serialIds"] == floor.ids


def test_filters(client, floor, three, serial_url, step_url):
    mill = steps_of(floor.path)[1]
    asked = [
        ({"search": "BURR"}, ["Burr", "Burr again"]),
        ({"search": "%"}, []),
        ({"createdBy": "anna"}, ["Coolant was low"]),
        ({"createdSince": moment(three[1].created_at)[:-5] + "Z"}, ["Coolant was low", "Burr again"]),
        ({"createdBefore": "2001-01-01"}, []),
        ({"serialId": floor.ids[0]}, ["Burr", "Coolant was low"]),
        ({"serialId": "SN-1"}, []),
        ({"serialId": floor.ids[0], "search": "low"}, ["Coolant was low"]),
    ]
    for query, found in asked:
        assert texts(client.get(step_url, query)) == found, query
    assert texts(client.get(serial_url, {"stepId": floor.step_id})) == ["Burr", "Coolant was low"]
    assert texts(client.get(serial_url, {"stepId": mill.id})) == []


def test_ordering_and_paging(client, three, step_url):
    assert texts(client.get(step_url, {"ordering": "-createdAt"})) == ["Burr again", "Coolant was low", "Burr"]
    page = client.get(step_url, {"limit": 1, "offset": 1})
    assert texts(page) == ["Coolant was low"]
    assert page["X-Total-Count"] == "3"
    assert 'rel="next"' in page["Link"]


def test_what_a_list_does_not_know_is_named(client, serial_url, step_url):
    for url, query in ((serial_url, {"serialId": "SN-00001"}), (step_url, {"stepId": "step_x"})):
        (name,) = query
        assert_refused(client.get(url, query), 400, f"Unknown filter: {name}", code="unknown_filter", field=name)


def test_the_number_of_statements_does_not_grow_with_notes_parts_and_photos(client):
    path = PathFactory()
    parts = make_serials(path, 20)
    urls = (f"{URL}/serial/{parts[0].id}", f"{URL}/step/{steps_of(path)[0].id}")

    def statements() -> list[int]:
        counts = []
        for url in urls:
            with counted_statements() as counted:
                assert client.get(url).status_code == 200
            counts.append(len(counted))
        return counts

    make_note(parts[:1], photos=[photo()])
    few = statements()
    for _ in range(5):
        make_note(parts, photos=[photo(), photo("PNG")])
    assert statements() == few
    assert max(few) <= 4
