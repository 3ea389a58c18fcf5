"""Calls of which it is known what each leaves in the record, whatever becomes of its answer.

Every call names a person of its own, so that the audit trail tells which entries it made: all of them where it was
answered; all or none where the answer was lost. A call with an Idempotency-Key can be sent again, and has its effect
exactly once.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count

import httpx

from tests.live import ledger
from tests.live.shop import Route

BATCH = 500
SELECTION = 150


@dataclass
class Call:
    """One call: what it asks, the entries that it makes when it is carried out, and what was answered."""

    path: str
    body: dict
    entries: int
    user_id: str = ""
    answer: object = None
    keyed: bool = False

    def make(self, client: httpx.Client) -> httpx.Response:
        """Make the call, in the name of its own person."""
        key = {"Idempotency-Key": self.user_id} if self.keyed else {}
        return client.post(f"/api/{self.path}", json=self.body | {"userId": self.user_id}, headers=key)


def batches(route: Route, certificate: str, size: int = BATCH) -> Iterator[Call]:
    """Ask for batches, every other one with a certificate on each part."""
    for number in count():
        body = {"jobId": route.job_id, "pathId": route.id, "quantity": size + number}
        yield Call("serials", body, 1)
        yield Call("serials", body | {"certId": certificate}, 1 + size + number)


def moves(parts: Iterable[str]) -> Iterator[Call]:
    """Take one part after the other to its end: past the optional step first, which makes a second entry."""
    for part in parts:
        yield Call(f"serials/{part}/advance-to", {"targetStepIndex": 2}, 2)
        yield Call(f"serials/{part}/advance", {}, 1)
        yield Call(f"serials/{part}/advance", {}, 1)


def selections(parts: list[str]) -> Iterator[Call]:
    """The same for selections of parts, each moved by one call."""
    for start in range(0, len(parts), SELECTION // 5):
        chosen = parts[start:][: SELECTION // 5]
        yield Call("serials/advance-to", {"serialIds": chosen, "targetStepIndex": 2}, 2 * len(chosen))
        yield Call("serials/advance", {"serialIds": chosen, "expectedStepIndex": 2}, len(chosen))
        yield Call("serials/advance", {"serialIds": chosen}, len(chosen))


def attachments(parts: list[str], certificates: list[str]) -> Iterator[Call]:
    """Attach one certificate after the other to a selection."""
    for certificate in certificates:
        yield Call("certs/batch-attach", {"certId": certificate, "serialIds": parts}, len(parts))


def misjudged(query: ledger.Query, calls: Iterable[Call]) -> list[str]:
    """Return the calls of which more or less is in the record than there should be."""
    found = Counter(entry.user_id for entry in ledger.entries(query))
    return [
        f"{call.user_id}, {call.path}: {found[call.user_id]} of {call.entries} entries, answered {call.answer!r:.60}"
        for call in calls
        if found[call.user_id] not in ({call.entries} if call.answer is not None else {0, call.entries})
    ]
