"""Photos of a note: sent with a form, kept as files under their digests, and served as they were kept."""

import hashlib
import re

import pytest

from audit.models import AuditEntry
from serials.models import Note, NotePhoto
from shopplanr import content_store
from shopplanr.accounts.roles import Role
from tests.accounts.factories import UserFactory, json_client, open_kiosk, token_client
from tests.api.answers import assert_envelope, assert_refused, nothing_written
from tests.api.notes.floor import TEXT, URL, files, send_form
from tests.factories import make_note
from tests.pictures import GPS_IFD, MAKER, QUARTER_TURN, drawn, encoded, opened, photo
from tests.queries import counted_statements

MB = 1024 * 1024


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """Where the photos of a test are kept."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def files_kept(folder) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def written(response) -> dict:
    assert response.status_code == 201, response.content
    return response.json()


def got(client, url: str, **headers) -> bytes:
    response = client.get(url, headers=headers)
    assert response.status_code == 200, response.getvalue()
    return response.getvalue()


class TestSent:
    """With the note, as a form."""

    def test_they_are_listed_in_the_order_in_which_they_were_sent(self, client, floor):
        kinds = ("JPEG", "PNG", "WEBP")
        sent = [photo(kind, width=400 + 100 * place, height=300) for place, kind in enumerate(kinds)]

        note = written(send_form(client, floor, *sent))

        assert note["text"] == TEXT
        assert [each["contentType"] for each in note["photos"]] == ["image/jpeg", "image/png", "image/webp"]
        assert [(each["width"], each["height"]) for each in note["photos"]] == [(400, 300), (500, 300), (600, 300)]
        for each in note["photos"]:
            assert set(each) == {"id", "contentType", "width", "height", "bytes", "url", "thumbnailUrl"}
            assert each["id"].startswith("photo_")
            assert each["url"] == f"{URL}/{note['id']}/photos/{each['id']}"
            assert len(got(client, each["url"])) == each["bytes"]
        assert client.get(f"{URL}/serial/{floor.ids[0]}").json() == [note]

    def test_what_is_kept_says_nothing_of_where_it_was_taken_and_stands_upright(self, client, floor, folder):
        (kept,) = written(send_form(client, floor, photo(orientation=QUARTER_TURN)))["photos"]

        assert (kept["width"], kept["height"]) == (40, 60)
        for url in (kept["url"], kept["thumbnailUrl"]):
            content = got(client, url)
            assert opened(content).size == (40, 60)
            assert not opened(content).getexif().get_ifd(GPS_IFD)
            assert MAKER.encode() not in content
        for path in folder.rglob("*"):
            assert path.is_dir() or MAKER.encode() not in path.read_bytes()

    @pytest.mark.parametrize("sent", [["SN-00001", "SN-00003"], "SN-00001,SN-00003", " SN-00001 ,, SN-00003,"])
    def test_parts_are_repeated_or_listed_with_commas(self, sent, client, floor):
        assert written(send_form(client, floor, serialIds=sent))["serialIds"] == ["SN-00001", "SN-00003"]

    def test_a_form_without_photos_is_a_note_without_photos(self, client, floor):
        assert "photos" not in written(send_form(client, floor))
        nothing_chosen = floor.body() | {"photos": ""}
        assert "photos" not in written(client.post(URL, nothing_chosen, format="multipart"))

    @pytest.mark.parametrize("name", ["部品の傷.jpg", "../../etc/passwd", "C:\\fakepath\\a.jpg", "a" * 500, "x.php"])
    def test_the_name_of_a_file_decides_nothing(self, name, client, floor, folder):
        (kept,) = written(send_form(client, floor, photo(), name=name))["photos"]

        assert kept["contentType"] == "image/jpeg"
        assert files_kept(folder) == 2
        stored = NotePhoto.objects.get()
        assert content_store.path_of(stored.digest).is_file()

    def test_the_same_photo_twice_is_kept_once(self, client, floor, folder):
        note = written(send_form(client, floor, photo(), photo()))
        written(send_form(client, floor, photo()))

        assert files_kept(folder) == 2  # the photo and its thumbnail
        assert len({each["id"] for each in note["photos"]}) == 2

    def test_a_kiosk_and_a_browser_send_them_too(self, settings, floor):
        kiosk = open_kiosk(settings, Role.OPERATORS)
        assert written(send_form(kiosk, floor, photo(), userId="dana"))["createdBy"] == "dana"

        operator = UserFactory()
        browser = json_client()
        browser.handler.enforce_csrf_checks = True
        browser.force_login(operator)
        assert assert_envelope(send_form(browser, floor, photo()), 403)["message"].startswith("CSRF Failed")
        secret = "x" * 32
        browser.cookies["csrftoken"] = secret
        sent = floor.body() | {"photos": files(photo()), "csrfmiddlewaretoken": secret}
        assert written(client_post(browser, sent))["createdBy"] == operator.pk
        sent = floor.body() | {"photos": files(photo())}
        assert written(client_post(browser, sent, headers={"X-CSRFToken": secret}))["createdBy"] == operator.pk

    def test_an_auditor_writes_no_notes(self, floor, folder):
        client = token_client(UserFactory(role=Role.AUDITORS))
        with nothing_written():
            response = send_form(client, floor, photo())

        assert_refused(response, 403, "You may not write notes. Ask an administrator.", code="forbidden")
        assert not folder.exists()

    def test_the_number_of_statements_does_not_grow_with_them(self, client, floor):
        def statements_for(*photos: bytes) -> int:
            with counted_statements() as statements:
                written(send_form(client, floor, *photos))
            return len(statements)

        assert statements_for(photo()) == statements_for(*[photo()] * 6)


def client_post(client, fields: dict, **more):
    return client.post(URL, fields, format="multipart", **more)


class TestRefused:
    """What is no photo; nothing is kept of the whole note, and no file either."""

    @pytest.mark.parametrize(
        ("content", "code", "sentence"),
        [
            (b"", "photo_unreadable", "Photo bad.jpg is empty"),
            (b"MZ" + bytes(300), "photo_type", "Photo bad.jpg is no JPEG, PNG or WebP picture"),
            (b"<html><script>", "photo_type", "Photo bad.jpg is no JPEG, PNG or WebP picture"),
            (encoded(drawn(), "GIF"), "photo_type", "Photo bad.jpg is no JPEG, PNG or WebP picture"),
            (
                photo(width=300, height=300)[:2500],
                "photo_unreadable",
                "Photo bad.jpg cannot be read: it is damaged or incomplete",
            ),
        ],
    )
    def test_one_that_cannot_be_kept_is_named(self, content, code, sentence, client, floor, folder):
        fields = floor.body() | {"photos": [*files(photo()), *files(content, name="bad.jpg")]}
        with nothing_written():
            response = client_post(client, fields)

        assert_refused(response, 400, sentence, code=code, field="photos")
        assert not folder.exists()

    def test_one_of_more_than_10_mb(self, client, floor, folder):
        picture = photo()
        at_most = picture + bytes(10 * MB - len(picture))
        assert written(send_form(client, floor, at_most))["photos"][0]["width"] == 60

        with nothing_written():
            response = send_form(client, floor, at_most + b"\0", name="../huge.jpg")
        message = "Photo huge.jpg is larger than 10 MB"
        assert_refused(response, 413, message, code="photo_too_large", field="photos")

    def test_more_than_six(self, client, floor, folder):
        with nothing_written():
            response = send_form(client, floor, *[photo()] * 7)

        assert_refused(response, 400, "photos must have at most 6 items", code="too_many", field="photos")

    def test_a_file_under_another_name(self, client, floor):
        with nothing_written():
            response = client_post(client, floor.body() | {"image": files(photo())})

        message = "Unknown file: image; send files as photos"
        assert_refused(response, 400, message, code="unknown_field", field="image")

    def test_photos_that_are_no_files(self, client, floor):
        with nothing_written():
            response = client_post(client, floor.body() | {"photos": "data:image/png;base64,AAAA"})

        message = "photos must be files, each with a name"
        assert_refused(response, 400, message, code="not_a_file", field="photos")

    def test_a_note_that_is_refused_keeps_no_photo(self, client, floor, folder):
        for wrong, status in (({"text": " "}, 400), ({"jobId": "job_x"}, 404), ({"serialIds": "SN-99999"}, 404)):
            with nothing_written():
                assert_envelope(send_form(client, floor, photo(), **wrong), status)
        assert not folder.exists()

    def test_a_disk_that_is_full_writes_no_note(self, client, floor, monkeypatch):
        client.raise_request_exception = False

        def full(content):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(content_store, "put", full)
        with nothing_written():
            assert assert_envelope(send_form(client, floor, photo()), 503)["code"] == "storage_full"


class TestServed:
    """``GET /api/notes/:id/photos/:photoId`` and ``…/thumbnail``."""

    @pytest.fixture
    def kept(self, floor):
        return make_note(floor.parts, photos=[photo(width=500, height=300)]).photos.get()

    def test_as_the_picture_that_it_is(self, client, kept):
        for url, content_type, digest, name in (
            (kept.url, "image/jpeg", kept.digest, f"{kept.pk}.jpg"),
            (kept.thumbnail_url, "image/webp", kept.thumbnail_digest, f"{kept.pk}.webp"),
        ):
            response = client.get(url)
            content = response.getvalue()
            assert hashlib.sha256(content).hexdigest() == digest
            assert response["Content-Type"] == content_type
            assert response["Content-Length"] == str(len(content))
            assert response["Content-Disposition"] == f'inline; filename="{name}"'
            assert response["X-Content-Type-Options"] == "nosniff"
            assert response["Cache-Control"] == "private, max-age=31536000, immutable"
            assert response["ETag"] == f'"{digest}"'
        assert opened(content).size == (320, 192)

    def test_who_has_it_already_is_told_so(self, client, kept, folder):
        etag = f'"{kept.digest}"'
        for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
            response = client.get(kept.url, headers={"If-None-Match": known})
            assert (response.status_code, response.content, response["ETag"]) == (304, b"", etag)
            assert response["Cache-Control"].startswith("private")
        for other in ('"other"', kept.digest, "", f'"{kept.thumbnail_digest}"', "ÿ"):
            assert got(client, kept.url, **{"If-None-Match": other})

    def test_a_head_is_a_get_without_its_body(self, client, kept):
        assert client.head(kept.url)["Content-Length"] == client.get(kept.url)["Content-Length"]

    def test_to_whoever_may_look_at_parts(self, kept, settings):
        for role in Role:
            assert got(token_client(UserFactory(role=role)), kept.thumbnail_url)
        assert_envelope(json_client().get(kept.url), 401)
        assert_envelope(token_client(UserFactory(role=None)).get(kept.url), 403)

    def test_in_two_statements(self, client, kept):
        with counted_statements() as statements:
            got(client, kept.url)
        assert len(statements) == 2  # who calls, and the photo

    @pytest.mark.parametrize(
        "path",
        [
            "note_x/photos/{photo}",
            "{note}/photos/photo_x",
            "{other}/photos/{photo}",
            "{note}/photos/{digest}",
            "{note}/photos/..%2f..%2f..%2fetc%2fpasswd",
            "{note}/photos/%00",
        ],
    )
    def test_what_is_not_there_is_not_found(self, path, client, kept, floor):
        names = {"note": kept.note.public_id, "other": make_note(floor.parts).public_id}
        url = f"{URL}/{path.format(**names, photo=kept.pk, digest=kept.digest)}"

        for address in (url, f"{url}/thumbnail"):
            assert re.match(
                "Photo not found: |No such endpoint: ", assert_envelope(client.get(address), 404)["message"]
            )

    def test_a_file_that_was_altered_on_disk_is_not_served(self, client, kept, caplog):
        path = content_store.path_of(kept.digest)
        path.chmod(0o600)
        path.write_bytes(photo("PNG"))

        response = client.get(kept.url)

        assert_refused(
            response,
            410,
            "This file was altered on disk since it was stored, so it is not shown; "
            "ask whoever runs Shop Planr to restore it from a backup",
            code="content_altered",
        )
        assert kept.digest in caplog.text
        assert got(client, kept.thumbnail_url)

    def test_nor_is_one_that_is_gone(self, client, kept):
        content_store.path_of(kept.thumbnail_digest).unlink()

        assert assert_envelope(client.get(kept.thumbnail_url), 410)["code"] == "content_missing"


def test_a_file_is_there_before_the_row_that_names_it(floor, monkeypatch, folder):
    """A process that is killed in between leaves a file that nobody names, and no note without its photo."""

    class Killed(BaseException):
        pass

    def killed(**fields):
        assert files_kept(folder) == 2
        raise Killed

    monkeypatch.setattr(Note.objects, "create", killed)
    with nothing_written(), pytest.raises(Killed):
        make_note(floor.parts, photos=[photo()])
    assert not AuditEntry.objects.filter(action="note_created").exists()
