"""Notes with photos at a real server: bodies larger than its memory is meant for, connections that break, and kills."""

import hashlib
import http.client
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event
from urllib.parse import urlencode

import httpx
import pytest

from shopplanr.uploads import USUAL
from tests.api.notes.floor import BOUNDARY, FILE_HEADER, form_bytes
from tests.live.raw_http import exchange, head
from tests.live.server import LiveServer
from tests.live.shop import Shop
from tests.pictures import photo

MB = 1024 * 1024
FORM = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"

WRITERS = 4
ACCEPTED_BEFORE_THE_KILL = 12


@pytest.fixture
def note(shop) -> dict:
    """The fields of a note about a new part."""
    return fields_of(shop)


def fields_of(shop: Shop) -> dict:
    route = shop.route("Saw", "Mill")
    place = {"jobId": route.job_id, "pathId": route.id, "stepId": route.step(0)}
    return place | {"serialIds": shop.part(route), "text": "Burr", "userId": "dana"}


def of_size(size: int) -> bytes:
    """Return a photo of so many bytes; behind its end there is nothing that matters."""
    content = photo()
    return content + bytes(size - len(content))


def form_of(note: dict, *photos: bytes) -> bytes:
    return form_bytes(note.items(), *(FILE_HEADER % b"part.jpg" + content for content in photos))


def send(client: httpx.Client, note: dict, *photos: bytes) -> httpx.Response:
    files = [("photos", ("part.jpg", content, "image/jpeg")) for content in photos]
    return client.post("/api/notes", data=note, files=files)


def assert_served(client: httpx.Client, answered: dict) -> None:
    """See every photo of a note as it was promised."""
    for each in answered["photos"]:
        for url in (each["url"], each["thumbnailUrl"]):
            response = client.get(url)
            assert response.status_code == 200, response.text
            assert response.headers["ETag"] == f'"{hashlib.sha256(response.content).hexdigest()}"'


def test_photos_larger_than_any_other_body(client, note):
    response = send(client, note, of_size(9 * MB), of_size(3 * MB))

    assert response.status_code == 201, response.text
    assert_served(client, response.json())
    assert client.head(response.json()["photos"][0]["url"]).status_code == 200


def test_a_form_in_chunks(client, note, shop):
    def in_pieces(form: bytes) -> Iterator[bytes]:
        for start in range(0, len(form), 50_000):
            yield form[start : start + 50_000]

    headers = dict([FORM.split(": ")])
    for size in (3000, 4 * MB):
        response = client.post("/api/notes", content=in_pieces(form_of(note, of_size(size))), headers=headers)
        assert response.status_code == 201, response.text
        assert_served(client, response.json())
    response = client.post("/api/notes", content=in_pieces(form_of(note, of_size(4 * MB))[:-4]), headers=headers)
    assert (response.status_code, response.json()["code"]) == (400, "incomplete_body")
    assert len(shop.get(f"notes/serial/{note['serialIds']}")) == 2


def test_a_photo_that_is_too_large_is_read_to_its_end_and_named(server, client, note):
    """So that its sender gets the answer, and may use the connection again."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.connect()
    socket = connection.sock
    for size, status in ((12 * MB, 413), (5 * MB, 201), (10 * MB + 1, 413)):
        connection.request("POST", "/api/notes", form_of(note, of_size(size)), dict([FORM.split(": ")]))
        answer = connection.getresponse()
        content = answer.read()
        assert (answer.status, connection.sock) == (status, socket), content
        assert status == 201 or b"Photo part.jpg is larger than 10 MB" in content
    connection.close()


def test_a_form_larger_than_all_photos_together_is_not_read(server):
    answer = exchange(server, head("POST", "/api/notes", FORM, f"Content-Length: {USUAL.body_bytes + 1}"))

    assert (answer.status, answer.json["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("arrived", [0, 1000, 2 * MB, 4 * MB])
def test_of_a_form_that_broke_off_nothing_is_written(arrived, server, shop, note):
    form = form_of(note, of_size(4 * MB))
    request = head("POST", "/api/notes", FORM, f"Content-Length: {len(form)}") + form[:arrived]

    answer = exchange(server, request, half_close=True)

    assert (answer.status, answer.json["code"]) == (400, "incomplete_body")
    assert shop.get(f"notes/serial/{note['serialIds']}") == []


@pytest.mark.parametrize("form_type", ["application/x-www-form-urlencoded", FORM.removeprefix("Content-Type: ")])
def test_half_a_form_of_a_page_is_no_form(form_type, server_of_pages):
    """Django would take what has come for all of it: a reason without its explanation, a note without its photo."""
    token = "x" * 32
    fields = {"csrfmiddlewaretoken": token, "reason": "other", "explanation": "fell from the cart"}
    form = urlencode(fields).encode() if "urlencoded" in form_type else form_bytes(fields.items())

    def status(missing: int) -> int:
        headers = (f"Content-Type: {form_type}", f"Content-Length: {len(form)}", f"Cookie: csrftoken={token}")
        request = head("POST", "/admin/logout/", *headers)
        return exchange(server_of_pages, request + form[: len(form) - missing], half_close=missing > 0).status

    assert (status(missing=0), status(missing=4)) == (302, 403)


@pytest.mark.parametrize(
    "header", ["multipart/form-data; boundary*=nothing''x", "application/json; charset*=utf-8''a%00b"]
)
def test_a_content_type_that_cannot_be_read(header, server):
    answer = exchange(server, head("POST", "/api/notes", f"Content-Type: {header}", "Content-Length: 2") + b"{]")

    assert answer.status == 400
    assert answer.json["code"] in {"malformed_form", "malformed_json"}


@pytest.fixture
def server_to_kill(migrated_database, tmp_path_factory):
    """A server of this test's own."""
    folder = tmp_path_factory.mktemp("killed")
    database = migrated_database.copy(folder)
    server = LiveServer(database, folder / "server.log")
    try:
        yield server.start()
    finally:
        server.stop()
        database.drop()


def test_behind_a_kill_every_accepted_note_has_its_photo_and_no_other_half_is_there(server_to_kill):
    server, accepted, enough = server_to_kill, [], Event()
    with server.client() as client:
        note = fields_of(Shop(client))

    def write(writer: int) -> None:
        with server.client() as client:
            for number in count():
                content = photo(width=300 + writer, height=200 + number)  # its own content, so its own file
                try:
                    response = send(client, note | {"userId": f"writer-{writer}-{number}"}, content)
                except httpx.TransportError:
                    return
                assert response.status_code == 201, response.text
                accepted.append(response.json())
                if len(accepted) >= ACCEPTED_BEFORE_THE_KILL:
                    enough.set()

    with ThreadPoolExecutor(WRITERS) as threads:
        writers = [threads.submit(write, writer) for writer in range(WRITERS)]
        assert enough.wait(60)
        server.kill()
        for each in writers:
            each.result(60)

    server.start()
    with server.client() as client:
        there = Shop(client).get(f"notes/serial/{note['serialIds']}")
        for each in there:
            assert len(each["photos"]) == 1
            assert_served(client, each)
    assert {each["id"] for each in accepted} <= {each["id"] for each in there}
    with server.database.query() as query:
        (counts,) = query(
            "SELECT (SELECT count(*) FROM serials_note), (SELECT count(*) FROM serials_noteserial), "
            "(SELECT count(*) FROM serials_notephoto), "
            "(SELECT count(*) FROM audit_auditentry WHERE action = 'note_created')"
        )
    assert set(counts) == {len(there)}
