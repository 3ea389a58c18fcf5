"""A body of 200 MB, whatever it claims to be: 413, without the server's memory growing, and the server goes on."""

import socket
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.api.notes.floor import BOUNDARY
from tests.live.memory import memory
from tests.live.raw_http import JSON, head, parse
from tests.live.server import LiveServer

MB = 1024 * 1024
BODY_BYTES = 200 * MB
GROWTH_MAX_BYTES = 40 * MB

FORM = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"
URLENCODED = "Content-Type: application/x-www-form-urlencoded"
LENGTH = f"Content-Length: {BODY_BYTES}"
CHUNKED = "Transfer-Encoding: chunked"


def pour(server: LiveServer, request: bytes, chunked: bool, beginning: bytes) -> bytes:
    """Send the request and 200 MB behind it, as long as the server takes them; return what it answers."""
    piece = b"a" * MB
    received = b""
    with server.connection() as connection:
        connection.sendall(request)
        try:
            for number in range(BODY_BYTES // MB):
                content = beginning + piece[len(beginning) :] if number == 0 else piece
                connection.sendall(b"%x\r\n%s\r\n" % (len(content), content) if chunked else content)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has answered, and wants no more
        with suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
        # what had come before the connection was broken may be lost with it
        with suppress(ConnectionResetError):
            while more := connection.recv(65536):
                received += more
    return received


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells how much memory a process has had")
def test_a_body_of_200_mb(server_of_pages):
    server = server_of_pages
    with server.client() as client:
        pour_everything(server, client)


def pour_everything(server: LiveServer, client: httpx.Client) -> None:
    """Send it to whatever takes a body, and see that the server has not kept it and goes on."""
    client.get("/api/jobs")
    before = memory(server)
    file = b"--" + BOUNDARY.encode() + b'\r\nContent-Disposition: form-data; name="photos"; filename="x.jpg"\r\n\r\n'
    answered = 0
    for path, content_type, beginning in (
        ("/api/jobs", JSON, b'{"name": "'),
        ("/api/notes", FORM, file),
        ("/admin/login/", URLENCODED, b"csrfmiddlewaretoken="),
    ):
        for framing in (LENGTH, CHUNKED):
            # as somebody who has been here: a form without the cookie is refused unread
            request = head("POST", path, content_type, framing, f"Cookie: csrftoken={'x' * 32}")
            received = pour(server, request, framing == CHUNKED, beginning)
            if received:
                answer = parse(received)
                assert answer.status == 413, (path, framing, answer)
                answered += 1
                if path.startswith("/api"):
                    assert answer.json["code"] == "body_too_large"
            assert client.get("/api/jobs").status_code == 200
    assert answered >= 1
    assert memory(server) - before < GROWTH_MAX_BYTES


def test_it_is_answered_before_it_is_sent_to_whoever_asks_first(server):
    """A client that waits for ``100 Continue``, or only announces its body, learns at once that it is too large."""
    for path, content_type in (("/api/jobs", JSON), ("/api/notes", FORM)):
        with server.connection() as connection:
            connection.sendall(head("POST", path, content_type, LENGTH, "Expect: 100-continue"))
            answer = parse(b"".join(iter(lambda: connection.recv(65536), b"")))
        assert (answer.status, answer.json["code"]) == (413, "body_too_large")
