"""A server that is killed in the middle of its work: what it had accepted is all there, of the rest nothing is half.

Every second call has an Idempotency-Key: sent again once the server is back, it has its effect exactly once.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Condition

import httpx
import pytest

from tests.live import ledger
from tests.live.calls import SELECTION, Call, attachments, batches, misjudged, moves, selections
from tests.live.server import LiveServer
from tests.live.shop import Shop

ACCEPTED_BEFORE_THE_KILL = (12, 20, 31)
WORK_TIMEOUT_SECONDS = 60

BATCHERS, MOVERS = 3, 3
"""With one who moves selections and one who attaches certificates these are eight clients; each calls again as soon as
it is answered."""

PARTS_PER_MOVER = 30

ROUTE = ("Saw", {"name": "Deburr", "optional": True}, "Mill", "Inspect")


@dataclass
class Work:
    """What eight clients have asked of one server until it was killed."""

    calls: list[Call] = field(default_factory=list)
    changed: Condition = field(default_factory=Condition)

    def done(self, call: Call, answer: object) -> None:
        """Note an accepted call."""
        with self.changed:
            call.answer = answer
            self.changed.notify_all()

    def accepted(self) -> list[Call]:
        """Return the calls that were answered."""
        return [call for call in self.calls if call.answer is not None]

    def wait_for(self, number: int) -> None:
        """Wait until so many calls are answered, a batch among them."""

        def enough() -> bool:
            accepted = self.accepted()
            return len(accepted) >= number and any(call.path == "serials" for call in accepted)

        with self.changed:
            assert self.changed.wait_for(enough, WORK_TIMEOUT_SECONDS), "the server does not get on"


def work_until_killed(server: LiveServer, work: Work, calls: Iterator[Call], name: str) -> None:
    """Make the calls, each when the one before is answered, until nobody answers any more."""
    with server.client() as client:
        for number, call in enumerate(calls):
            call.user_id, call.keyed = f"{name}-{number}", number % 2 == 0
            work.calls.append(call)
            try:
                response = call.make(client)
            except httpx.TransportError:
                return
            assert response.is_success, response.text
            work.done(call, response.json())


def prepared(shop: Shop) -> list[Iterator[Call]]:
    """Make what the clients work on; return what each of them will ask."""
    route, certificate = shop.route(*ROUTE, mode="flexible"), shop.certificate()
    parts = shop.parts(route, MOVERS * PARTS_PER_MOVER + SELECTION)
    selected = shop.parts(route, 2 * SELECTION)
    return [
        *(batches(route, certificate) for _ in range(BATCHERS)),
        *(moves(parts[mover * PARTS_PER_MOVER :][:PARTS_PER_MOVER]) for mover in range(MOVERS)),
        selections(selected),
        attachments(parts[-SELECTION:], [shop.certificate() for _ in range(20)]),
    ]


def work_and_kill(server: LiveServer, accepted: int) -> Work:
    """Let eight clients work, and kill the server under them; return what they had asked."""
    work = Work()
    with server.client() as client:
        streams = prepared(Shop(client))
    with ThreadPoolExecutor(len(streams)) as threads:
        clients = [
            threads.submit(work_until_killed, server, work, stream, f"kill-after-{accepted}-client-{number}")
            for number, stream in enumerate(streams)
        ]
        try:
            work.wait_for(accepted)
        finally:
            server.kill()
        for each in clients:
            each.result(WORK_TIMEOUT_SECONDS)
    return work


def assert_answers_hold(shop: Shop, query: ledger.Query, accepted: list[Call]) -> None:
    """Compare what was answered with what is there after all."""
    created = {entry.user_id: entry for entry in ledger.entries(query) if entry.action == "serial_created"}
    for call in accepted:
        if call.path == "serials":
            numbers = [ledger.number_of(serial["id"]) for serial in call.answer]
            entry = created[call.user_id]
            assert numbers == list(range(entry.batch_start, entry.batch_start + entry.batch_quantity))
        if call.path == "certs/batch-attach":
            first = call.answer[0]
            assert first in shop.get(f"serials/{first['serialId']}/cert-attachments")


def assert_repeats_have_one_effect(client: httpx.Client, calls: list[Call]) -> None:
    """Make every call again that has a key, also where its answer was lost."""
    for call in calls:
        if call.keyed:
            response = call.make(client)
            assert response.is_success, response.text
            if call.answer is not None:
                assert response.headers["Idempotency-Replayed"] == "true"
                assert response.json() == call.answer
            call.answer = response.json()


@pytest.mark.parametrize("accepted", ACCEPTED_BEFORE_THE_KILL)
def test_a_server_that_is_killed_comes_back_with_every_accepted_call_whole_and_no_other_half(server, accepted):
    work = work_and_kill(server, accepted)
    assert len(work.accepted()) < len(work.calls), "the kill came when nothing was being done"

    server.start()
    with server.database.query() as query, server.client() as client:
        assert misjudged(query, work.calls) == []
        assert ledger.findings(query) == []
        assert_answers_hold(Shop(client), query, work.accepted())

        assert_repeats_have_one_effect(client, work.calls)
        assert misjudged(query, work.calls) == []
        assert ledger.findings(query) == []


def test_after_all_that_the_numbers_go_on_without_a_gap(server):
    with server.client() as client, server.database.query() as query:
        ((last,),) = query("SELECT coalesce(max(number), 0) FROM serials_serial")
        shop = Shop(client)
        assert ledger.number_of(shop.part(shop.route("Saw"))) == last + 1
        assert ledger.findings(query) == []
