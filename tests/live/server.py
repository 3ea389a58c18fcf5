"""A real server: several worker processes behind one port, started, killed and started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.live.database import ROOT, Database, environment

START_TIMEOUT_SECONDS = 30
STOP_TIMEOUT_SECONDS = 15
ANSWER_TIMEOUT_SECONDS = 60

WORKERS = 2


class LiveServer:
    """The server on one database. Its address is on this machine only, and new at every start."""

    def __init__(self, database: Database, log: Path):
        self.database = database
        self._log = log
        self._process: subprocess.Popen | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "LiveServer":
        """Start, and return when it answers."""
        for _ in range(3):  # the port that was free a moment ago may be somebody else's by now
            self.port = _free_port()
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "tests.live.launch"],
                    cwd=ROOT,
                    env=environment(
                        self.database.url,
                        PORT=str(self.port),
                        WORKERS=str(WORKERS),
                        ALLOWED_HOSTS="127.0.0.1,localhost",
                        KIOSK_NETWORKS="127.0.0.0/8",
                        KIOSK_ROLE="Integrations",
                    ),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            if self._answers():
                return self
        raise RuntimeError(f"The server does not start:\n{self.log()}")

    def _answers(self) -> bool:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                httpx.get(f"{self.url}/api/no-such-endpoint", timeout=START_TIMEOUT_SECONDS)
                return True
            except httpx.TransportError:
                time.sleep(0.02)
        self.kill()
        return False

    def client(self, **options) -> httpx.Client:
        """Return a client with its own connections, as many as it has threads."""
        options.setdefault("timeout", ANSWER_TIMEOUT_SECONDS)
        options.setdefault("limits", httpx.Limits(max_connections=64))
        return httpx.Client(base_url=self.url, trust_env=False, **options)

    def processes(self) -> list[int]:
        """Return the ids of the first process and of its workers."""
        return [self._process.pid, *self.workers()]

    def workers(self) -> list[int]:
        """Return the ids of the worker processes, which answer."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return [int(pid) for pid in children.read_text().split()] if children.exists() else []

    def kill(self) -> None:
        """Kill every process of it at once, as a power cut would, and return when they are gone."""
        if self._process is None:
            return
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self._process.wait(STOP_TIMEOUT_SECONDS)
        self._process = None
        self.database.wait_until_left()

    def stop(self) -> None:
        """Ask it to stop, and kill it where it does not."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._process = None

    def log(self) -> str:
        """Return what it has said."""
        return self._log.read_text(errors="replace")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
