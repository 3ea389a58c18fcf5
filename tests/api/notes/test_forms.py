"""Nothing that can be put into a form gives a 5xx, and nothing that did not arrive whole is written."""

from io import BytesIO
from itertools import product

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from shopplanr import uploads
from shopplanr.http_body import with_whole_body
from tests.api.answers import assert_envelope, assert_refused, nothing_written
from tests.api.notes.floor import BOUNDARY, FILE_HEADER, TEXT, URL, form_bytes, send_raw
from tests.pictures import photo


@pytest.fixture
def fields(floor):
    """The fields of a note, as pairs."""
    return [
        *((name, value) for name, value in floor.body(serialIds=None).items()),
        *(("serialIds", each) for each in floor.ids),
    ]


def file_part(content: bytes, name: bytes = b"part.jpg") -> bytes:
    return FILE_HEADER % name + content


def undone(client, body: bytes, **more):
    """Send a form, and undo what it did."""
    with transaction.atomic():
        response = send_raw(client, body, **more)
        transaction.set_rollback(True)
    return response


def assert_taken_or_refused(response, *about) -> None:
    if response.status_code != 201:
        assert assert_envelope(response)["statusCode"] in {400, 403, 404, 413, 415}, about


def test_a_form_as_it_should_be(client, fields, floor):
    response = send_raw(client, form_bytes(fields, file_part(photo())))

    assert response.status_code == 201, response.content
    assert response.json()["serialIds"] == floor.ids
    assert response.json()["text"] == TEXT
    assert len(response.json()["photos"]) == 1


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data;",
        "multipart/form-data; boundary",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary=""',
        "multipart/form-data; boundary=b\0b",
        "multipart/form-data; boundary=\x80",
        "multipart/form-data; boundary=Grät",
        "multipart/form-data; boundary=" + "x" * 210,
        "Multipart/Form-Data; boundary=a-boundary",
    ],
)
def test_a_form_without_a_usable_boundary(content_type, client, fields):
    with nothing_written():
        response = send_raw(client, form_bytes(fields), content_type)

    assert_refused(response, 400, "The body is not a valid form", code="malformed_form")


@pytest.mark.parametrize(
    "parameters",
    [
        "boundary*=nothing''x",
        "boundary*=x",
        "boundary*0*=''x; boundary*1=y",
        "boundary*" + "9" * 5000 + "=x",
        f"boundary={BOUNDARY}; charset*=nothing''x",
        f"boundary={BOUNDARY}; charset*=utf-8''a%00b",
        "=;=;;",
    ],
)
def test_parameters_that_django_cannot_read_do_not_matter(parameters, client, fields):
    """It reads them before any code of ours could answer for what it stumbles over."""
    body = form_bytes(fields)
    answers = [
        through_the_server(client, body, CONTENT_LENGTH=str(len(body)), CONTENT_TYPE=f"{kind}; {parameters}")
        for kind in ("multipart/form-data", "application/json", "text/plain")
    ]
    assert [assert_envelope(answer)["code"] for answer in answers[1:]] == ["malformed_json", "unsupported_media_type"]
    assert_taken_or_refused(answers[0])


@pytest.mark.parametrize(
    "content_type",
    [
        f"multipart/form-data; boundary={BOUNDARY}; charset=utf-16",
        f"multipart/form-data; charset=hex; boundary={BOUNDARY}",
        f"multipart/form-data; charset=no-such-thing; boundary={BOUNDARY}",
        f'multipart/form-data; boundary="{BOUNDARY}"',
    ],
)
def test_a_form_is_read_as_utf_8_whatever_it_says(content_type, client, fields):
    fields = [(name, "部品" if name == "text" else value) for name, value in fields]

    assert send_raw(client, form_bytes(fields), content_type).json()["text"] == "部品"


@pytest.mark.parametrize("content_type", ["multipart/mixed; boundary=x", "application/x-www-form-urlencoded"])
def test_another_kind_of_form(content_type, client):
    with nothing_written():
        assert assert_envelope(send_raw(client, b"text=x", content_type), 415)["code"] == "unsupported_media_type"


def test_other_calls_take_no_form(client, fields):
    response = client.generic(
        "POST", "/api/jobs", form_bytes(fields), content_type=f"multipart/form-data; boundary={BOUNDARY}"
    )
    assert assert_envelope(response, 415)["code"] == "unsupported_media_type"


def test_an_empty_form(client):
    for body in (b"", form_bytes([])):
        assert_refused(send_raw(client, body), 400, "jobId is required", code="required", field="jobId")


class TestBrokenOff:
    """A connection that breaks ends the body without a word."""

    @pytest.fixture
    def whole(self, fields):
        return form_bytes(fields, file_part(photo(width=200, height=200)))

    def test_anywhere(self, whole, client):
        """Also where the length fits, because whoever passed it on wrote a new one."""
        lengths = [*range(0, len(whole) - 2, 97), len(whole) - 3, len(whole) - 4, len(whole) - 5]
        with nothing_written():
            for length in lengths:
                body = assert_envelope(undone(client, whole[:length]), 400)
                assert body["code"] in {"incomplete_body", "malformed_form", "required"}, length
                assert (body["code"] == "required") == (length == 0)

    def test_after_its_length_was_promised(self, whole, client):
        for missing in (1, 100, len(whole) - 10):
            with nothing_written():
                response = through_the_server(client, whole[:-missing], CONTENT_LENGTH=str(len(whole)))
            assert_refused(response, 400, "The body is incomplete", code="incomplete_body")

    def test_in_pieces_without_a_length(self, whole, client):
        for missing in (3, 100, len(whole)):
            with nothing_written():
                response = through_the_server(client, whole[: len(whole) - missing], HTTP_TRANSFER_ENCODING="chunked")
            assert_refused(response, 400, "The body is incomplete", code="incomplete_body")
        response = through_the_server(client, whole, HTTP_TRANSFER_ENCODING="chunked")
        assert response.status_code == 201, response.content

    def test_by_a_reader_that_says_so(self, whole, client):
        class Broken:
            def read(self, size):
                raise ConnectionResetError

            readline = read

        with nothing_written():
            response = through_the_server(client, Broken(), CONTENT_LENGTH=str(len(whole) + 3_000_000))
        assert_refused(response, 400, "The body is incomplete", code="incomplete_body")


def through_the_server(client, body, **environ):
    """Send a form past the test client's own notion of its length, through what stands in front of Django."""
    handler = client.handler

    def answer(request_environ):
        request_environ.pop("CONTENT_LENGTH", None)
        request_environ |= environ
        request_environ["wsgi.input"] = BytesIO(body) if isinstance(body, bytes) else body
        changed = []
        with_whole_body(lambda changed_environ, start: changed.append(changed_environ))(request_environ, None)
        return handler(changed[0])

    client.handler = answer
    try:
        return send_raw(client, b"")
    finally:
        client.handler = handler


class TestTooMuch:
    """More than a form may have."""

    def test_more_than_all_photos_together(self, client, fields, monkeypatch):
        monkeypatch.setattr(uploads, "USUAL", uploads.Limits(3000, 3000))
        filling = 3000 - len(form_bytes([*fields, ("more", "")]))
        fits, too_large = (form_bytes([*fields, ("more", "x" * (filling + extra))]) for extra in (0, 1))

        assert undone(client, fits).status_code == 201
        with nothing_written():
            response = send_raw(client, too_large)
            in_pieces = through_the_server(client, too_large, HTTP_TRANSFER_ENCODING="chunked")
            far_too_large = through_the_server(client, too_large + bytes(5000), HTTP_TRANSFER_ENCODING="chunked")
        for refused in (response, in_pieces, far_too_large):
            assert_refused(refused, 413, "The body is larger than 3000 bytes", code="body_too_large")

    def test_more_text_than_a_body_without_files_may_have(self, client, fields, settings):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2000
        with nothing_written():
            response = send_raw(client, form_bytes([*fields, ("more", "x" * 2000)]))

        assert_refused(response, 413, "The body is larger than 2000 bytes", code="body_too_large")

    @pytest.mark.parametrize("many", [[("x", "1")] * 3000, [(f"x{number}", "") for number in range(3000)]])
    def test_thousands_of_fields(self, many, client, fields):
        with nothing_written():
            response = send_raw(client, form_bytes([*fields, *many]))

        assert_refused(response, 400, "The form has too many fields", code="too_many_fields")

    def test_hundreds_of_files(self, client, fields):
        with nothing_written():
            response = send_raw(client, form_bytes(fields, *[file_part(b"x")] * 300))

        assert_refused(response, 400, "The form has too many fields", code="too_many_fields")

    def test_a_header_without_end(self, client, fields):
        with nothing_written():
            response = send_raw(client, form_bytes(fields, FILE_HEADER % (b"x" * 100_000)))

        assert_refused(response, 400, "The body is not a valid form", code="malformed_form")

    def test_of_a_file_that_is_too_large_the_rest_is_counted_and_not_kept(self, monkeypatch):
        monkeypatch.setattr(uploads, "USUAL", uploads.Limits(1000, 5000))
        handler = uploads.BoundedUploadHandler()
        handler.new_file("photos", "part.jpg", "image/jpeg", None)
        for start in range(0, 3000, 300):
            handler.receive_data_chunk(b"x" * 300, start)

        file = handler.file_complete(3000)

        assert (file.size, file.read()) == (3000, b"x" * 1000)
        file.close()


NAMES = [
    b"..",
    b"/",
    b".",
    b"a/../../b.jpg",
    b"C:\\x\\y.jpg",
    b"a\0b.jpg",
    b"\xff\xfe.jpg",
    b"\xe9\x83\xa8.jpg",
    b"\xed\xa0\x80.jpg",
    b"&#0;.jpg",
    b"&lt;script&gt;.jpg",
    b"\x1b[31m.jpg",
    b"x" * 400,
    b'"; name="text',
    b"' OR 1=1 --",
    b"%00.jpg",
    b"\xe2\x80\xae.gpj",
]


def test_files_of_any_name(client, fields):
    for name in NAMES:
        assert undone(client, form_bytes(fields, file_part(photo(), name))).status_code in {201, 400}
        response = undone(client, form_bytes(fields, file_part(b"no photo", name)))
        if b"name=" not in name:
            sentence = assert_envelope(response, 400)["message"]
            assert sentence.isprintable() and "/" not in sentence and len(sentence) < 150


def test_a_file_is_never_left_out_because_of_its_name(client, fields):
    for name in (b"..", b".", b"/", b"x/", b"\0"):
        response = undone(client, form_bytes(fields, file_part(photo(), name)))
        assert len(response.json()["photos"]) == 1, name
    # in no encoding that anybody could know: as the name of a file on an old machine may be
    response = send_raw(client, form_bytes(fields, file_part(photo(), b"Gr\xe4t.jpg")))
    assert_refused(response, 400, "The body is not a valid form", code="malformed_form")
    # without a name it is a field, and a photo is none
    with nothing_written():
        response = send_raw(client, form_bytes(fields, file_part(photo(), b"")))
    assert_refused(response, 400, "photos must be files, each with a name", code="not_a_file", field="photos")


HEADERS = [
    b"",
    b"\r\n",
    b"Content-Disposition: form-data\r\n\r\n",
    b"Content-Disposition: form-data; name\r\n\r\n",
    b"Content-Disposition: attachment; filename=x\r\n\r\n",
    b'Content-Disposition: form-data; name="a\0b"\r\n\r\nx',
    b'Content-Disposition: form-data; name="\xff"; filename="\xff"\r\n\r\nx',
    b"Content-Disposition: form-data; name*=no-such-thing''x\r\n\r\nx",
    b"Content-Disposition: form-data; name=\"photos\"; filename*=no-such-thing''x.jpg\r\n\r\nx",
    b"Content-Disposition: form-data; name=\"photos\"; filename*=hex''x.jpg\r\n\r\nx",
    b"Content-Disposition: form-data; name=\"photos\"; filename*=UTF-8''%ed%a0%80.jpg\r\n\r\nx",
    b'Content-Disposition: form-data; name="photos"; filename="x"\r\nContent-Length: -1\r\n\r\nx',
    b'Content-Disposition: form-data; name="photos"; filename="x"\r\nContent-Length: many\r\n\r\nx',
    b'Content-Disposition: form-data; name="photos"; filename="x"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!!',
    b'Content-Disposition: form-data; name="photos"; filename="x"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAA',
    b'Content-Disposition: form-data; name="photos"; filename="x"\r\nContent-Type: text/html; charset=hex\r\n\r\nx',
    b'Content-Disposition: form-data; name="text"\r\nContent-Transfer-Encoding: base64\r\n\r\n!',
    b'Content-Disposition: form-data; name="text"; filename="x"\r\n\r\nx',
    b"no colon\r\n\r\nx",
    b": \r\n\r\n",
    b"\xff\xff\r\n\r\n",
    b"--\r\n--\r\n",
    b"Content-Disposition: " + b";" * 900 + b"\r\n\r\n",
]


def test_parts_with_headers_of_any_kind(client, fields):
    for header in HEADERS:
        for body in (form_bytes(fields, header), form_bytes([], header), header, form_bytes(fields, header, header)):
            assert_taken_or_refused(undone(client, body), header)


def test_values_of_any_kind(client, fields):
    names = [name for name, _ in fields]
    for name, value in product(dict.fromkeys(names), ["", " ", "\0", "a\0b", "\r\n--", ",,,", "x" * 5000, "\u202e🔩"]):
        others = [(other, was) for other, was in fields if other != name]
        assert_taken_or_refused(undone(client, form_bytes([*others, (name, value)])), name, value)
        assert_taken_or_refused(undone(client, form_bytes([*others, (name, value), *fields])), name, value)
        assert_taken_or_refused(undone(client, form_bytes([*others, (f"{name}[]", value)])), name, value)


@given(data=st.data())
def test_a_form_that_was_damaged_anywhere(data, client, fields):
    body = bytearray(form_bytes(fields, file_part(photo())))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place : place + data.draw(st.integers(0, 40))] = data.draw(
            st.sampled_from([b"", b"\0", b"\r\n", b"--", b'"', f"--{BOUNDARY}".encode(), b"\xff" * 50])
        )
    assert_taken_or_refused(undone(client, bytes(body)))


def test_lengths_that_are_none(client, fields):
    for length in ("", "0", "many", "1.5", "1e3"):
        response = client.generic(
            "POST",
            URL,
            form_bytes(fields),
            content_type=f"multipart/form-data; boundary={BOUNDARY}",
            CONTENT_LENGTH=length,
        )
        assert_refused(response, 400, "jobId is required", field="jobId")
    for length, status in (("-1", 400), ("9" * 30, 413)):
        response = client.generic(
            "POST",
            URL,
            form_bytes(fields),
            content_type=f"multipart/form-data; boundary={BOUNDARY}",
            CONTENT_LENGTH=length,
        )
        assert_envelope(response, status)
