"""A soak: eight clients that mix every verb while workers are killed at random, and then the record is replayed.

``make soak`` runs it on both engines, for SOAK_SECONDS each (300), on this machine only and on databases of its own;
SOAK_ENGINES=sqlite runs one of them, SOAK_SEED repeats what was drawn at random. It ends with what it found: the audit
trail, replayed from its first entry, must give exactly the stored state, every call that was answered must have its
entries in it, once, and the log over it, which is sealed all the while, must verify.
"""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Event
from time import monotonic, sleep

import httpx

from scripts import postgres
from tests.live import database as databases
from tests.live import ledger
from tests.live.server import LiveServer
from tests.live.soak_clients import Client, Made, Tally

CLIENTS = 8

FIRST_KILL_SECONDS = 1.0
BETWEEN_KILLS_SECONDS = (6.0, 9.0)
"""The server takes a worker that dies within 5.5 seconds of its start for one that cannot start, and gives up."""

LAST_ANSWERS_SECONDS = 120
QUIET_SECONDS = 20


@dataclass
class Outcome:
    """What came of it."""

    engine: str
    seconds: float
    tally: Tally
    kills: int
    parts: int
    entries: int
    proved: str
    """What ``audit_verify`` said in the end."""
    findings: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return it as lines for people."""
        tally = self.tally
        calls = sum(tally.calls.values())
        verbs = {verb: sum(n for call, n in tally.calls.items() if call.startswith(f"{verb} ")) for verb in VERBS}
        again = f"{tally.sent_again} sent again, {tally.replayed} of which had been carried out"
        return "\n".join(
            [
                f"Soak on {self.engine}: {self.seconds:.0f} s, {CLIENTS} clients, {self.kills} workers killed.",
                f"  {calls} calls ({calls / self.seconds:.0f} a second): {_listed(verbs)}",
                f"  answers: {_listed(dict(sorted(tally.statuses.items())))}",
                f"  {again}; {tally.lost} without a key lost for good",
                f"  the record: {self.parts} parts, {self.entries} audit entries",
                f"  {len(tally.entries)} calls were held against their entries",
                f"  {self.proved}",
                *(f"  WRONG: {finding}" for finding in self.findings),
                f"  {'Something is wrong.' if self.findings else 'The trail, replayed, gives exactly what is stored.'}",
            ]
        )


VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def _listed(counts: dict) -> str:
    return ", ".join(f"{number} × {name}" for name, number in counts.items())


def soak(server: LiveServer, engine: str, seconds: float, seed: int) -> Outcome:
    """Let the clients work at a running server while its workers are killed; return what is to be said of it."""
    made, tally, over, began = Made(), Tally(), Event(), monotonic()
    with server.client() as http:
        first = Client("soak-first", http, made, tally, seed)
        for prepare in (first.plan, first.plan, first.people, first.certify, first.replan, first.delete_route):
            prepare()

    def work(number: int) -> None:
        # on connections of its own, as a program on another machine has
        with server.client(limits=httpx.Limits(max_connections=2)) as http:
            client = Client(f"soak-{number}", http, made, tally, seed + number)
            while not over.is_set():
                client.step()

    with ThreadPoolExecutor(CLIENTS) as threads:
        clients = [threads.submit(work, number) for number in range(1, CLIENTS + 1)]
        try:
            kills = _kill_workers(server, seconds, Random(seed), lambda: any(each.done() for each in clients))
        finally:
            over.set()
        for each in clients:
            each.result(LAST_ANSWERS_SECONDS)
    spent = monotonic() - began
    with _quiet(server) as query:
        entries = ledger.entries(query)
        findings = [*tally.wrong, *_misjudged(tally, entries), *ledger.findings(query)]
        ((parts,),) = query("SELECT count(*) FROM serials_serial")
    if "Traceback" in server.log():
        findings.append("there is a traceback in the server's log")
    proved, unproved = _proof(server, len(entries))
    return Outcome(engine, spent, tally, kills, parts, len(entries), proved, [*findings, *unproved])


def _kill_workers(server: LiveServer, seconds: float, random: Random, failed) -> int:
    """Kill a worker now and then until the time is over, or a client has failed; return how many."""
    kills, now = 0, monotonic()
    end, next_kill = now + seconds, now + FIRST_KILL_SECONDS
    while (now := monotonic()) < end and not failed():
        if now >= next_kill and (workers := server.workers()):
            with suppress(ProcessLookupError):
                os.kill(random.choice(workers), signal.SIGKILL)
                kills += 1
            next_kill = now + random.uniform(*BETWEEN_KILLS_SECONDS)
        sleep(0.05)
    return kills


def _misjudged(tally: Tally, entries: list[ledger.Entry]) -> list[str]:
    found: dict[str, int] = {}
    for entry in entries:
        found[entry.user_id] = found.get(entry.user_id, 0) + 1
    wrong = [
        f"{person} has {found.get(person, 0)} entries instead of {number}"
        for person, number in tally.entries.items()
        if found.get(person, 0) != number
    ]
    return wrong[: ledger.MOST_FINDINGS]


@contextmanager
def _quiet(server: LiveServer) -> Iterator[ledger.Query]:
    """Give a query once nobody writes any more: the engine may still be noticing that a worker is dead."""
    deadline = monotonic() + QUIET_SECONDS
    while server.database.open_transactions() and monotonic() < deadline:
        sleep(0.05)
    with server.database.query() as query:
        yield query


def _proof(server: LiveServer, entries: int) -> tuple[str, list[str]]:
    """Have the product seal what is left and verify its own trail; return what it says, and what is wrong with that."""
    said = [server.manage(command) for command in ("audit_seal", "audit_verify")]
    words = "\n".join((each.stdout + each.stderr).strip() for each in said)
    proved = said[-1].stdout.splitlines()[:1]
    if any(each.returncode for each in said) or not proved or f"Valid: {entries:,} entries" not in proved[0]:
        return "", [f"the trail of {entries:,} entries is not proved: {words[-500:]}"]
    return proved[0], []


def sealed_server(database: databases.Database, folder: Path) -> LiveServer:
    """Return a server that seals its audit trail all the time, with a key and checkpoints of its own."""
    files = {"AUDIT_KEY_FILE": folder / "audit_key", "AUDIT_CHECKPOINT_FILE": folder / "checkpoints.jsonl"}
    variables = {name: str(path) for name, path in files.items()}
    return LiveServer(database, folder / "server.log", AUDIT_SEAL_SECONDS="1", **variables)


def run(engine: str, url: str, seconds: float, seed: int) -> Outcome:
    """Run it on a database of its own: a file, or one beside that of ``url``."""
    with tempfile.TemporaryDirectory(prefix="shopplanr-soak-") as name:
        folder = Path(name)
        vendor = "sqlite" if engine == "SQLite" else "postgresql"
        database = databases.migrated(vendor, url, folder)
        server = sealed_server(database, folder)
        try:
            return soak(server.start(), engine, seconds, seed)
        finally:
            server.stop()
            database.drop()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    seconds = float(os.environ.get("SOAK_SECONDS") or 300)
    engines = (os.environ.get("SOAK_ENGINES") or "sqlite postgresql").replace(",", " ").split()
    seed = int(os.environ.get("SOAK_SEED") or Random().randrange(1_000_000))
    _say(f"SOAK_SEED={seed}")
    outcomes = []
    for engine in engines:
        if engine == "sqlite":
            outcomes.append(run("SQLite", "", seconds, seed))
        else:
            with postgres.server() as running:
                outcomes.append(run(f"PostgreSQL {running.version}", running.url, seconds, seed))
        _say(outcomes[-1].text())
    return 1 if any(outcome.findings for outcome in outcomes) else 0


if __name__ == "__main__":
    postgres.raise_on_signals()
    sys.exit(main())
