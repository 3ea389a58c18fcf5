"""Notes and photos in the admin: found, looked at, and changed by nobody; a part's notes on its page."""

import pytest

from serials.models import Note, NotePhoto
from shopplanr.actor import Actor
from tests.accounts.factories import UserFactory
from tests.admin.desk import cost, url
from tests.factories import JobFactory, PathFactory, make_note, make_serials
from tests.pictures import photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def parts():
    return make_serials(PathFactory(job=JobFactory(name="Bracket 40217"), name="Machine"), 3)


@pytest.fixture
def note(parts):
    """A note about two parts, with two photos, by somebody with a name."""
    author = Actor(UserFactory(name="Rosa Delgado").pk)
    return make_note(parts[:2], "Burr at <the> edge", photos=[photo(), photo("PNG", width=30, height=60)], actor=author)


def found(client, typed: str, model: str = "serials_note") -> list:
    return list(client.get(url(model), {"q": typed}).context["cl"].result_list)


def test_a_parts_page_shows_its_notes_with_their_photos(qc, parts, note):
    make_note([parts[0]], "Measured again, in tolerance", actor=Actor("tablet 3"))
    page = qc.get(url("serials_serial", "change", parts[0].pk)).content.decode()

    assert "Burr at &lt;the&gt; edge" in page
    assert page.index("Burr at") < page.index("Measured again")
    assert "Rosa Delgado" in page and "tablet 3" in page
    for each in note.photos.all():
        assert f'<a href="{each.url}"><img src="{each.thumbnail_url}"' in page
    assert 'width="60" height="40" alt="Photo 1"' in page
    assert url("serials_note", "change", note.pk) in page


def test_a_part_without_notes_says_so(qc, parts, note):
    page = qc.get(url("serials_serial", "change", parts[2].pk)).content.decode()

    assert "Nobody has written a note about this part." in page


def test_a_parts_page_leads_to_the_rest_of_its_notes(qc, parts, monkeypatch):
    monkeypatch.setattr("serials.admin.notes.PANEL_ROWS", 2)
    for number in range(3):
        make_note(parts[:1], f"Note {number}")

    page = qc.get(url("serials_serial", "change", parts[0].pk)).content.decode()

    assert "Note 1" in page and "Note 2" not in page and "All notes" in page
    assert len(found(qc, parts[0].id)) == 3


def test_the_list_says_what_where_and_by_whom(qc, parts, note):
    page = qc.get(url("serials_note")).content.decode()

    for words in ("Burr at &lt;the&gt; edge", "SN-00001</a> and 1 more", "1 Saw", "Bracket 40217", "Rosa Delgado"):
        assert words in page, words


def test_a_note_is_found_by_part_job_words_and_id(qc, parts, note):
    other = make_note(make_serials(PathFactory(name="Grind")), "Coolant was low")

    for typed in ("SN-00002", "2", "SN-00001..SN-00003", "40217 bracket", "machine", "BURR", note.public_id):
        assert found(qc, typed) == [note], typed
    assert found(qc, "low") == [other]
    assert found(qc, "SN-00003") == found(qc, "%") == found(qc, "note_x") == []
    assert found(qc, "") == [other, note]
    assert list(qc.get(url("serials_note"), {"job": parts[0].job_id}).context["cl"].result_list) == [note]
    assert list(qc.get(url("serials_note"), {"path": other.path_id}).context["cl"].result_list) == [other]


def test_a_notes_page_shows_all_of_it(qc, parts, note):
    page = qc.get(url("serials_note", "change", note.pk)).content.decode()

    assert "Burr at &lt;the&gt; edge" in page
    assert "SN-00001" in page and "SN-00002" in page and "SN-00003" not in page
    assert "60 × 40" in page and "30 × 60" in page and "PNG" in page
    assert 'name="text"' not in page and 'name="_save"' not in page


def test_a_notes_page_leads_to_its_other_parts(qc, monkeypatch):
    monkeypatch.setattr("serials.admin.notes.PANEL_ROWS", 2)
    parts = make_serials(quantity=3)
    page = qc.get(url("serials_note", "change", make_note(parts).pk)).content.decode()

    assert "SN-00002" in page and "SN-00003" not in page
    assert f"{url('serials_serial')}?path={parts[0].path_id}" in page


def test_a_photo_is_found_and_shown(qc, note):
    first, second = note.photos.all()
    make_note(make_serials(), photos=[photo("WEBP")])

    assert found(qc, first.pk, "serials_notephoto") == [first]
    assert found(qc, note.public_id, "serials_notephoto") == [first, second]
    assert found(qc, second.digest, "serials_notephoto") == [second]
    assert found(qc, "nothing", "serials_notephoto") == []
    page = qc.get(url("serials_notephoto", "change", first.pk)).content.decode()
    assert first.digest in page and first.thumbnail_url in page


@pytest.mark.parametrize("model", [Note, NotePhoto])
def test_nobody_adds_changes_or_removes_one(administrator, note, model):
    name, record = f"serials_{model._meta.model_name}", model.objects.first()
    changes = {"text": "Nothing happened", "digest": "0" * 64, "post": "yes"}

    assert administrator.get(url(name, "add")).status_code == 403
    for page in ("change", "delete"):
        assert administrator.post(url(name, page, record.pk), changes).status_code == 403
    record.refresh_from_db()
    assert (Note.objects.get().text, NotePhoto.objects.count()) == ("Burr at <the> edge", 2)


def test_lists_and_pages_cost_the_same_however_many_there_are(qc, parts, note):
    pages = [
        url("serials_note"),
        url("serials_notephoto"),
        url("serials_note", "change", note.pk),
        url("serials_serial", "change", parts[0].pk),
    ]
    few = [cost(qc, page) for page in pages]
    for _ in range(5):
        make_note(parts, photos=[photo()] * 2, actor=Actor(UserFactory().pk))

    assert [cost(qc, page) for page in pages] == few
    assert max(few) <= 18
