"""Requests as bytes: what no client library would send."""

import http.client
import io
import json
import socket
from dataclasses import dataclass

from tests.live.server import LiveServer

JSON = "Content-Type: application/json"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> dict:
        """Return the body's value."""
        return json.loads(self.body)


class _Bytes:
    """Bytes in the shape of a socket, which is what the standard library reads answers from."""

    def __init__(self, content: bytes):
        self._content = content

    def makefile(self, mode: str) -> io.BytesIO:
        """Return the bytes as a file."""
        return io.BytesIO(self._content)


def head(method: str, path: str, *headers: str, host: str = "127.0.0.1") -> bytes:
    """Return a request line and headers, for a connection that ends with this request."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def chunks(*pieces: bytes) -> bytes:
    """Return a body in chunks."""
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (*pieces, b""))


def exchange(server: LiveServer, content: bytes, *, half_close: bool = False) -> Answer:
    """Send the bytes, and return the answer; ``half_close`` says that nothing more will come."""
    with server.connection() as connection:
        connection.sendall(content)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while piece := connection.recv(65536):
            received += piece
    return parse(received)


def parse(received: bytes, method: str = "GET") -> Answer:
    """Read one answer out of what was received."""
    response = http.client.HTTPResponse(_Bytes(received), method=method)
    response.begin()
    return Answer(response.status, response.headers, response.read())
