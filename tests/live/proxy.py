"""A way to the database that can be cut, and mended again."""

import socket
from contextlib import suppress
from threading import Lock, Thread
from urllib.parse import unquote, urlsplit, urlunsplit

PIECE_BYTES = 65536


class Proxy:
    """Listens on this machine and passes on to PostgreSQL. ``cut`` is what a network does that breaks."""

    def __init__(self, url: str):
        self._parts = urlsplit(url)
        self._listener: socket.socket | None = None
        self._connections: set[socket.socket] = set()
        self._lock = Lock()
        self.port = 0
        self.mend()

    @property
    def url(self) -> str:
        """Return the address of the database by way of the proxy."""
        person = self._parts.netloc.rpartition("@")[0]
        return urlunsplit(self._parts._replace(netloc=f"{person}@127.0.0.1:{self.port}"))

    def mend(self) -> None:
        """Take connections, from the first time on at the same port."""
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", self.port))
        self._listener.listen(64)
        self.port = self._listener.getsockname()[1]
        Thread(target=self._accept, args=[self._listener], daemon=True).start()

    def cut(self) -> None:
        """Break every connection, in the middle of whatever goes over it, and take no more."""
        with self._lock:
            # a close alone does not wake who waits in accept
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            for connection in self._connections:
                _end(connection)
            self._connections.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = self._database()
            with self._lock:
                self._connections |= {client, server}
            for source, target in ((client, server), (server, client)):
                Thread(target=self._pass_on, args=[source, target], daemon=True).start()

    def _database(self) -> socket.socket:
        host, port = unquote(self._parts.hostname or ""), self._parts.port or 5432
        if not host.startswith("/"):
            return socket.create_connection((host or "127.0.0.1", port))
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(f"{host}/.s.PGSQL.{port}")
        return connection

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(PIECE_BYTES):
                target.sendall(piece)
        for connection in (source, target):
            _end(connection)
        with self._lock:
            self._connections -= {source, target}


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
