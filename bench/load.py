"""Requests over HTTP, from a handful of connections that are kept open."""

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from statistics import median, quantiles

CONNECTIONS = 8


@dataclass
class Figures:
    """What one kind of call costs."""

    requests_per_second: float
    p50_milliseconds: float
    p99_milliseconds: float
    refused: int


def run(port: int, requests: list[bytes]) -> Figures:
    """Send the requests over ``CONNECTIONS`` connections, each as soon as the one before it is answered.

    Two processes, so that the client is not what is measured.
    """
    context = get_context("fork")
    results = context.Queue()
    shares = [requests[number::2] for number in range(2)]
    started = time.perf_counter()
    clients = [context.Process(target=_client, args=(port, share, results)) for share in shares if share]
    for client in clients:
        client.start()
    outcomes = [results.get() for _ in clients]
    seconds = time.perf_counter() - started
    for client in clients:
        client.join()
    times = sorted(moment for durations, _ in outcomes for moment in durations)
    return Figures(
        requests_per_second=len(times) / seconds,
        p50_milliseconds=median(times) * 1000,
        p99_milliseconds=quantiles(times, n=100)[98] * 1000,
        refused=sum(refused for _, refused in outcomes),
    )


def request(method: str, path: str, body: bytes = b"", headers: str = "") -> bytes:
    """Return the bytes of a request."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}"
    if method != "GET":
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


def _client(port: int, requests: list[bytes], results) -> None:
    """Half of the connections, by turns: send on each, then read from each."""
    import selectors

    selector = selectors.DefaultSelector()
    waiting: Iterator[bytes] = iter(requests)
    durations, refused, open_connections = [], 0, 0

    def send_next(connection: socket.socket) -> bool:
        message = next(waiting, None)
        if message is None:
            selector.unregister(connection)
            connection.close()
            return False
        states[connection] = (time.perf_counter(), b"")
        connection.sendall(message)
        return True

    states: dict[socket.socket, tuple[float, bytes]] = {}
    for _ in range(CONNECTIONS // 2):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ)
        open_connections += send_next(connection)
    while open_connections:
        for key, _ in selector.select():
            connection = key.fileobj
            sent, received = states[connection]
            received += connection.recv(1 << 20)
            states[connection] = (sent, received)
            if _is_whole(received):
                durations.append(time.perf_counter() - sent)
                refused += not received.startswith(b"HTTP/1.1 2")
                if not send_next(connection):
                    open_connections -= 1
    results.put((durations, refused))


def _is_whole(received: bytes) -> bool:
    head, separator, body = received.partition(b"\r\n\r\n")
    if not separator:
        return False
    lowered = head.lower()
    start = lowered.find(b"content-length:")
    if start < 0:
        return body.endswith(b"0\r\n\r\n")
    return len(body) >= int(lowered[start + 15 :].split(b"\r\n", 1)[0])
