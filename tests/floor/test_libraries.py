"""The libraries: what the shop calls its processes and locations, what of that is used, and what is missing."""

import pytest

from serials.models import LibraryEntry
from serials.services import libraries
from shopplanr.accounts.roles import Role
from shopplanr.floor.views import libraries as views
from tests.factories import PLANNER, LibraryEntryFactory, PathFactory
from tests.floor.forms import Form
from tests.floor.visitors import MOST_BYTES, MOST_QUERIES, compressed_bytes, in_order, main, said, visitor, words
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

URL = "/libraries"
NOT_PLANNER = "You may not plan jobs and paths. Ask a supervisor or an administrator."
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def planner():
    return visitor(Role.SUPERVISORS)


def names(kind: str = "process") -> list[str]:
    return list(LibraryEntry.objects.filter(kind=kind).order_by("folded").values_list("name", flat=True))


def add(client, name: str, kind: str = "process", **more):
    return client.post(f"{URL}/{kind}/add", {"name": name}, **more)


class TestShelves:
    def test_entries_say_on_how_many_steps_they_are(self, planner):
        for name in ("deburr", "Anodize", "Saw"):
            LibraryEntryFactory(name=name)
        libraries.add("location", "Cell 1", PLANNER)
        PathFactory(steps=[{"name": "Deburr", "location": "Cell 1"}, {"name": "DEBURR"}, {"name": "Saw"}])

        page = main(planner.get(URL))

        assert in_order(page, "Processes 3", "Anodize not used", "deburr on 2 steps", "Saw on 1 step", "Locations 1")
        assert in_order(page, "Locations 1", "Cell 1 on 1 step")

    def test_words_of_steps_that_are_missing_are_one_tap_away(self, planner):
        LibraryEntryFactory(name="Saw")
        PathFactory(steps=["saw", "Turn", "Mill", "Mill", "mill"])

        page = planner.get(URL)
        assert in_order(main(page), "One tap takes a word up", "Mill 3 steps", "Turn 1 step", "Saw on 1 step")
        form = Form(page, f"{URL}/process/add")
        assert set(form.buttons) == {"Mill", "Turn"}

        assert add(planner, "Mill").status_code == 303
        assert names() == ["Mill", "Saw"]
        assert set(Form(planner.get(URL), f"{URL}/process/add").buttons) == {"Turn"}

    def test_the_rest_of_them_is_folded_away(self, planner, monkeypatch):
        monkeypatch.setattr(views, "OFFERED", 2)
        monkeypatch.setattr(views, "LISTED", 4)
        PathFactory(steps=[f"Operation {letter}" for letter in "ABCDEF"])

        assert in_order(
            main(planner.get(URL)), "Operation A", "Operation B", "2 more", "Operation C", "and 2 more: look"
        )

    def test_a_word_is_looked_for(self, planner):
        for name in ("Deburr", "Saw"):
            LibraryEntryFactory(name=name)
        PathFactory(steps=["Debur by hand", "Mill"])

        page = main(planner.get(URL, {"search": "DEBUR"}))

        assert "Deburr not used" in page and "Debur by hand" in page and "Saw" not in page and "Mill" not in page
        assert "No process has these letters." in main(planner.get(URL, {"search": "zzz"}))
        for strange in ("\0", "%", "x" * 9000, "İ"):
            assert planner.get(URL, {"search": strange}).status_code == 200

    def test_empty_ones_say_what_comes_next(self, planner):
        assert "Nothing here yet. Add the first process." in main(planner.get(URL))
        PathFactory(steps=["Saw"])
        assert "or take up one that steps have already" in main(planner.get(URL))

    def test_hundreds_of_words_cost_no_more(self, planner):
        for number in range(150):
            LibraryEntryFactory(name=f"Process number {number}, {number * 7919 % 997}")
            libraries.add("location", f"Location {number}, {number * 104729 % 991}", PLANNER)
        PathFactory(steps=[{"name": f"Step {number}", "location": f"Place {number}"} for number in range(150)])
        planner.get(URL)

        with counted_statements() as statements:
            page = main(planner.get(URL))

        assert len(statements) <= MOST_QUERIES
        assert "and 50 more: look for a word above." in page
        assert compressed_bytes(planner, URL) < MOST_BYTES


class TestChanges:
    def test_a_word_is_added(self, planner):
        done = add(planner, " Lap ", "location")

        assert (done.status_code, done.url) == (303, f"{URL}#location")
        assert said(planner.get(URL)) == ["Lap is in the library of locations now."]
        assert names("location") == ["Lap"] and names() == []
        assert LibraryEntry.history.latest().history_user_id == planner.person.pk

    def test_a_word_is_removed_and_steps_keep_it(self, planner):
        entry = LibraryEntryFactory(name="Saw")
        path = PathFactory(steps=["Saw"])
        form = Form(planner.get(URL), f"{URL}/process/remove")
        assert list(form.buttons) == [entry.pk]

        done = planner.post(f"{URL}/process/remove", {"entry": entry.pk})

        assert done.status_code == 303 and said(planner.get(URL)) == [
            "Saw is out of the library. Steps keep their words."
        ]
        assert names() == [] and path.steps.get().name == "Saw"

    def test_the_search_stays_as_it_was(self, planner):
        done = planner.post(f"{URL}/process/add", {"name": "Saw", "search": "s & w"})

        assert done.url == f"{URL}?search=s+%26+w#process"

    @pytest.mark.parametrize(
        ("name", "sentence"),
        [
            ("", "name is required."),
            ("  ", "name is required."),
            ("SAW", "SAW already exists."),
            ("a\0", "name holds a character that cannot be stored."),
            ("x" * 300, "name must be at most 255 characters."),
        ],
    )
    def test_a_refusal_is_next_to_the_field_of_its_library_with_what_was_typed(self, planner, name, sentence):
        LibraryEntryFactory(name="Saw")

        refused = add(planner, name)

        page = refused.content.decode()
        assert refused.status_code == 400 and names() == ["Saw"]
        assert in_order(page, 'id="name-process"', 'aria-invalid="true"', 'id="refusal-process"', sentence)
        assert page.count("data-refusal") == 1
        # forms to add: the field, and words to take up; of the first one
        assert Form(refused, f"{URL}/process/add").values("name")[0] == name

    def test_an_entry_that_is_gone_already(self, planner):
        entry = LibraryEntryFactory(name="Saw", kind="location")

        for nothing in ("lproc_x", "", "\0", "x" * 500, entry.pk):
            assert planner.post(f"{URL}/process/remove", {"entry": nothing}).status_code == 404
        assert names("location") == ["Saw"]

    @pytest.mark.parametrize("kind", ["machine", "%00", "PROCESS"])
    def test_a_library_that_there_is_not(self, planner, kind):
        assert planner.post(f"{URL}/{kind}/add", {"name": "X"}).status_code == 404
        assert planner.get(f"{URL}/{kind}/add").status_code in (404, 405)

    def test_with_scripts_only_the_library_comes_back(self, planner):
        done = add(planner, "Saw", headers=FRAGMENT)

        assert done.status_code == 200 and b"<main" not in done.content
        assert in_order(words(done), "Saw is in the library of processes now.", "Processes 1", "Saw not used")
        # the next word can be typed at once
        field = done.content.decode().partition('id="name-process"')[2].partition(">")[0]
        assert 'value=""' in field and "autofocus" in field
        refused = add(planner, "saw", headers=FRAGMENT)
        assert refused.status_code == 400 and "saw already exists." in words(refused)

    def test_a_change_costs_a_known_number_of_statements(self, planner):
        PathFactory(steps=[f"Step {number}" for number in range(50)])

        with counted_statements() as statements:
            add(planner, "Saw", headers=FRAGMENT)

        assert len(statements) <= MOST_QUERIES


@pytest.mark.parametrize("role", [Role.OPERATORS, Role.QC, Role.AUDITORS])
def test_everybody_sees_them_and_planners_change_them(role):
    client, entry = visitor(role), LibraryEntryFactory(name="Saw")
    PathFactory(steps=["Mill"])

    page = client.get(URL)
    assert in_order(main(page), NOT_PLANNER, "Saw not used") and "Mill" not in main(page)
    assert b"/add" not in page.content.partition(b"<main")[2] and b'name="entry"' not in page.content

    for response in (add(client, "X"), client.post(f"{URL}/process/remove", {"entry": entry.pk})):
        assert response.status_code == 403 and NOT_PLANNER in main(response)
    assert names() == ["Saw"]
