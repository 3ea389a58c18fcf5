"""What the tests ask of a server: routes, parts and certificates by its API, and calls that are all made at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from threading import Barrier
from typing import TypeVar

import httpx

Answer = TypeVar("Answer")

CALL_TIMEOUT_SECONDS = 60


def at_once(calls: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Make the calls in as many threads, which start together; return what they answer, in the order given."""
    start = Barrier(len(calls), timeout=CALL_TIMEOUT_SECONDS)

    def run(call: Callable[[], Answer]) -> Answer:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls, timeout=CALL_TIMEOUT_SECONDS))


@dataclass(frozen=True)
class Route:
    """A path, as the API answered when it was made."""

    id: str
    job_id: str
    steps: list[dict]

    def step(self, index: int) -> str:
        """Return the id of the step at this place."""
        return self.steps[index]["id"]


class Shop:
    """A shop that is asked through its API. Every answer that is not expected is an error."""

    def __init__(self, client: httpx.Client):
        self.client = client
        self._numbers = count(1)

    def post(self, path: str, status: int = 200, **body) -> dict | list:
        """Return the JSON of an answer that must have this status."""
        return self._expect(self.client.post(f"/api/{path}", json=body), status)

    def get(self, path: str, **parameters) -> dict | list:
        """Return the JSON of an answer."""
        return self._expect(self.client.get(f"/api/{path}", params=parameters), 200)

    def route(self, *steps: str | dict, mode: str = "strict") -> Route:
        """Make a job with one path."""
        number = next(self._numbers)
        job = self.post("jobs", 201, name=f"Job {number}", goalQuantity=100)
        path = self.post(
            "paths",
            201,
            jobId=job["id"],
            name=f"Path {number}",
            goalQuantity=100,
            advancementMode=mode,
            steps=[{"name": step} if isinstance(step, str) else step for step in steps],
        )
        return Route(path["id"], job["id"], path["steps"])

    def parts(self, route: Route, quantity: int, **more) -> list[str]:
        """Start a batch; return the ids of its parts."""
        batch = self.post("serials", 201, jobId=route.job_id, pathId=route.id, quantity=quantity, **more)
        return [serial["id"] for serial in batch]

    def part(self, route: Route) -> str:
        """Start one part."""
        return self.parts(route, 1)[0]

    def certificate(self) -> str:
        """Record a certificate."""
        return self.post("certs", 201, type="material", name=f"Heat {next(self._numbers)}")["id"]

    def entries(self, serial_id: str, *actions: str) -> list[dict]:
        """Return a part's audit entries of these kinds, oldest first."""
        return [entry for entry in self.get(f"audit/serial/{serial_id}") if entry["action"] in actions]

    @staticmethod
    def _expect(response: httpx.Response, status: int) -> dict | list:
        assert response.status_code == status, response.text
        return response.json()
