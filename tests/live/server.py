"""A real server: several worker processes behind one port, started, killed and started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx

from tests.live.database import ROOT, Database, environment

START_TIMEOUT_SECONDS = 30
STOP_TIMEOUT_SECONDS = 15
ANSWER_TIMEOUT_SECONDS = 60

WORKERS = 2


class LiveServer:
    """The server on one database. Its address is on this machine only, and new at every start.

    ``variables`` go into its environment, over those that it has anyway.
    """

    def __init__(self, database: Database, log: Path, **variables: str):
        self.database = database
        self._log = log
        self._variables = variables
        self.media = log.with_name(f"{log.stem}-media")
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
                        **{
                            "MEDIA_ROOT": str(self.media),
                            "METRICS_DIR": str(self._log.with_name(f"{self._log.stem}-metrics")),
                            "PORT": str(self.port),
                            "WORKERS": str(WORKERS),
                            "ALLOWED_HOSTS": "127.0.0.1,localhost",
                            "KIOSK_NETWORKS": "127.0.0.0/8",
                            "KIOSK_ROLE": "Integrations",
                            "RATE_LIMIT_PER_MINUTE": "0",
                            "RATE_LIMIT_ANONYMOUS_PER_MINUTE": "0",
                            **self._variables,
                        },
                    ),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            if self._answers():
                return self
        raise RuntimeError(f"The server does not start:\n{self.log()}")

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a management command beside the server, in an environment like its own."""
        variables = {"MEDIA_ROOT": str(self.media)} | self._variables
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=environment(self.database.url, **variables),
            capture_output=True,
            text=True,
        )

    def _answers(self) -> bool:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        with self.client() as client:
            while time.monotonic() < deadline and self._process.poll() is None:
                with suppress(httpx.TransportError):
                    client.get("/api/no-such-endpoint")
                    return True
                time.sleep(0.02)
        self.kill()
        return False

    def client(self, **options) -> httpx.Client:
        """Return a client with its own connections, as many as it has threads."""
        options.setdefault("limits", httpx.Limits(max_connections=64))
        # Reading the certificates of the world's authorities takes longer than a test, and nothing here is encrypted.
        return httpx.Client(
            base_url=self.url,
            timeout=ANSWER_TIMEOUT_SECONDS,
            trust_env=False,
            verify=False,  # noqa: S501
            **options,
        )

    def connection(self) -> socket.socket:
        """Return a connection to write and read bytes as they are."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=ANSWER_TIMEOUT_SECONDS)

    def workers(self) -> list[int]:
        """Return the ids of the processes that answer."""
        pid = str(self._process.pid)
        listing = Path("/proc", pid, "task", pid, "children")
        if listing.exists():
            return [int(child) for child in listing.read_text().split()]
        return [int(child) for child in subprocess.run(["pgrep", "-P", pid], capture_output=True).stdout.split()]

    def kill(self) -> None:
        """Kill every process of it at once, as a power cut would, and return when they are gone."""
        if self._process is None:
            return
        processes = [self._process.pid, *self.workers()]
        for pid in processes:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(STOP_TIMEOUT_SECONDS)
        self._process = None
        deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
        while any(map(_lives, processes)) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.database.wait_until_left()

    def stop(self) -> None:
        """Ask it to stop; one that does not is killed, and that is an error."""
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


def _lives(pid: int) -> bool:
    """Return whether the process can still do anything; one that is dead may wait for whoever collects it."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
