"""Whether the record is whole: the audit entries, replayed from the first, against what is stored.

This holds the invariants 1 to 5 of lifecycle.md over a whole database. It asks in plain SQL and has its own idea of
what each entry means, so that it shares no mistake with the services. ``findings(query)`` is all that a test needs.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

Query = Callable[[str], Sequence[tuple]]
"""Runs one statement and returns its rows."""

MOST_FINDINGS = 20

PENDING, IN_PROGRESS, COMPLETED = "pending", "in_progress", "completed"
SKIPPED, DEFERRED, WAIVED = "skipped", "deferred", "waived"
SCRAPPED = "scrapped"

NOWHERE = -1


class Entry(NamedTuple):
    """One audit entry."""

    sequence: int
    action: str
    user_id: str
    serial_id: str
    cert_id: str
    job_id: str
    path_id: str
    step_id: str
    from_step_id: str
    to_step_id: str
    batch_start: int | None
    batch_quantity: int | None


class ImpossibleError(Exception):
    """The entry cannot follow those before it."""


@dataclass
class Part:
    """A part as its audit entries tell it."""

    job_id: str
    path_id: str
    route: list[str]
    """The path's steps as they are now; those appended after the part had ended never concern it."""
    versions: list[int]
    """Sequences of the entries that changed the part itself."""
    place: int = 0
    state: str = IN_PROGRESS
    forced: bool = False
    statuses: list[str] = field(default_factory=list)
    overridden: set[str] = field(default_factory=set)
    overrides: Counter = field(default_factory=Counter)
    attached: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self):
        self.statuses = [IN_PROGRESS] + [PENDING] * (len(self.route) - 1)

    def index(self, step_id: str) -> int:
        """Return the place of a step."""
        require(step_id in self.route, f"step {step_id} is not on the part's path")
        return self.route.index(step_id)

    def change(self, step_id: str, before: str, after: str) -> int:
        """Change a step's status; return the step's place."""
        index = self.index(step_id)
        require(self.statuses[index] == before, f"step {index} is {self.statuses[index]}, not {before}")
        self.statuses[index] = after
        return index

    def leave(self, step_id: str) -> None:
        """Move on from the step where the part stands."""
        require(self.state == IN_PROGRESS, f"the part is {self.state}")
        index = self.change(step_id, IN_PROGRESS, COMPLETED)
        require(index == self.place, f"the part stands at {self.place}, not at {index}")


def require(condition: bool, words: str) -> None:
    """Refuse an entry for which the condition does not hold."""
    if not condition:
        raise ImpossibleError(words)


# --- What each entry does to a part -------------------------------------------------------------------------------


def _advanced(part: Part, entry: Entry) -> None:
    part.leave(entry.from_step_id)
    target = part.change(entry.to_step_id, PENDING, IN_PROGRESS)
    require(target > part.place, f"step {target} is not ahead of {part.place}")
    require(PENDING not in part.statuses[part.place : target], "a step on the way was passed over without a word")
    part.place = target


def _completed(part: Part, entry: Entry) -> None:
    part.leave(entry.from_step_id)
    part.place, part.state = NOWHERE, COMPLETED


def _scrapped(part: Part, entry: Entry) -> None:
    require(part.state == IN_PROGRESS, f"the part is {part.state}")
    require(part.index(entry.step_id) == part.place, f"it was not at step {entry.step_id}")
    part.state = SCRAPPED


def _force_completed(part: Part, entry: Entry) -> None:
    require(part.state == IN_PROGRESS, f"the part is {part.state}")
    part.place, part.state, part.forced = NOWHERE, COMPLETED, True


def _overridden(part: Part, entry: Entry) -> None:
    require(entry.step_id not in part.overridden, "the step is overridden already")
    require(part.statuses[part.index(entry.step_id)] != COMPLETED, "the step is completed")
    part.overridden.add(entry.step_id)
    part.overrides[entry.step_id] += 1


def _reversed(part: Part, entry: Entry) -> None:
    require(entry.step_id in part.overridden, "no override is active")
    part.overridden.remove(entry.step_id)


def _attached(part: Part, entry: Entry) -> None:
    require(part.state != COMPLETED, "the part is completed")
    require(part.index(entry.step_id) == part.place, f"it was not at step {entry.step_id}")
    require((entry.cert_id, entry.step_id) not in part.attached, "the certificate is there already")
    part.attached.add((entry.cert_id, entry.step_id))


MOVES = {
    "serial_advanced": _advanced,
    "serial_completed": _completed,
    "serial_scrapped": _scrapped,
    "serial_force_completed": _force_completed,
}
"""What changes the part itself, and so gives it a new version."""

EFFECTS = MOVES | {
    "step_skipped": lambda part, entry: part.change(entry.step_id, PENDING, SKIPPED),
    "step_deferred": lambda part, entry: part.change(entry.step_id, PENDING, DEFERRED),
    "step_waived": lambda part, entry: part.change(entry.step_id, DEFERRED, WAIVED),
    "deferred_step_completed": lambda part, entry: part.change(entry.step_id, DEFERRED, COMPLETED),
    "step_override_created": _overridden,
    "step_override_reversed": _reversed,
    "cert_attached": _attached,
    "note_created": lambda part, entry: None,
}


def entries(query: Query) -> list[Entry]:
    """Return every audit entry, oldest first."""
    columns = ", ".join(Entry._fields)
    return [Entry(*row) for row in query(f"SELECT {columns} FROM audit_auditentry ORDER BY sequence")]


def number_of(serial_id: str) -> int:
    """Return the number in a serial's id."""
    return int(serial_id.removeprefix("SN-"))


def replay(query: Query) -> tuple[dict[int, Part], list[str]]:
    """Return the parts by number as the entries tell them, and what is wrong with the entries themselves."""
    routes: dict[str, list[str]] = defaultdict(list)
    for path_id, step_id in query('SELECT path_id, id FROM serials_step ORDER BY path_id, "order"'):
        routes[path_id].append(step_id)
    parts: dict[int, Part] = {}
    found = []
    for entry in entries(query):
        try:
            if entry.action == "serial_created":
                # One counter for all: each batch begins where the one before it ended.
                require(entry.batch_start == len(parts) + 1, f"the batch begins at {entry.batch_start}")
                for number in range(entry.batch_start, entry.batch_start + entry.batch_quantity):
                    parts[number] = Part(entry.job_id, entry.path_id, routes[entry.path_id], [entry.sequence])
            elif entry.serial_id:
                part = parts.get(number_of(entry.serial_id))
                require(part is not None, "there is no such part yet")
                require((entry.job_id, entry.path_id) == (part.job_id, part.path_id), "job or path is another one's")
                EFFECTS[entry.action](part, entry)
                if entry.action in MOVES:
                    part.versions.append(entry.sequence)
        except ImpossibleError as reason:
            found.append(f"entry {entry.sequence}, {entry.action} {entry.serial_id}: {reason}")
    return parts, found


# --- What is stored -----------------------------------------------------------------------------------------------


def findings(query: Query) -> list[str]:
    """Return what is wrong, in sentences; an empty list where the record is whole. Nobody may be writing meanwhile."""
    parts, found = replay(query)
    stored = query(
        "SELECT number, job_id, path_id, current_step_index, status, force_completed "
        "FROM serials_serial ORDER BY number"
    )
    if [row[0] for row in stored] != list(range(1, len(parts) + 1)):
        found.append(f"{len(stored)} serials are stored, and the entries tell of 1 to {len(parts)}")
    counter = query("SELECT last_number FROM serials_serialcounter")
    if list(counter) != [(len(parts),)]:
        found.append(f"the counter stands at {counter}, after {len(parts)} serials")

    records = _by_part(query, "SELECT serial_id, step_id, step_index, status FROM serials_stepstatus ORDER BY 1, 3")
    overrides = _by_part(query, "SELECT serial_id, step_id, active FROM serials_stepoverride")
    attached = _by_part(query, "SELECT serial_id, certificate_id, step_id FROM certificates_certattachment")
    versions = _by_part(
        query,
        "SELECT number, audit_entry_id, current_step_index, status FROM serials_historicalserial ORDER BY history_id",
    )
    at_steps: Counter = Counter()
    for number, job_id, path_id, place, state, forced in stored:
        part = parts.get(number)
        if part is None:
            continue
        its_records = records[number]
        told = (part.job_id, part.path_id, part.place, part.state, part.forced)
        wrong = [
            *_differences("part", (job_id, path_id, place, state, bool(forced)), told),
            *_wrong_records(part, its_records),
            *_wrong_place(place, state, bool(forced), [(index, status) for _, index, status in its_records]),
            *_differences("active overrides", {step for step, active in overrides[number] if active}, part.overridden),
            *_differences("overrides", Counter(step for step, _ in overrides[number]), part.overrides),
            *_differences("attachments", sorted(attached[number]), sorted(part.attached)),
            *_differences("versions", [entry for entry, _, _ in versions[number]], part.versions),
            *_differences("latest version", [version[1:] for version in versions[number][-1:]], [(place, state)]),
        ]
        found += [f"SN-{number:05d}: {words}" for words in wrong]
        at_steps[path_id] += state == IN_PROGRESS and 0 <= place < len(its_records)
    found += _wrong_counts(query, at_steps)
    return found[:MOST_FINDINGS]


def _by_part(query: Query, statement: str) -> dict[int, list[tuple]]:
    rows: dict[int, list[tuple]] = defaultdict(list)
    for number, *rest in query(statement):
        rows[number].append(tuple(rest))
    return rows


def _differences(what: str, stored: object, told: object) -> list[str]:
    return [] if stored == told else [f"{what}: {stored} stored, {told} by the entries"]


def _wrong_records(part: Part, records: list[tuple]) -> list[str]:
    """Compare the step records; a part that had ended has none for the steps that came later."""
    known = len(records)
    wrong = _differences(
        "step records",
        [(step_id, index, status) for step_id, index, status in records],
        list(zip(part.route, range(known), part.statuses, strict=False)),
    )
    if known < len(part.route) and (part.state == IN_PROGRESS or set(part.statuses[known:]) != {PENDING}):
        wrong.append(f"{known} step records, where the path has {len(part.route)} steps")
    return wrong


def _wrong_place(place: int, state: str, forced: bool, records: list[tuple[int, str]]) -> list[str]:
    """Invariant 2: the place says completed, or where the one record in progress is."""
    standing = [index for index, status in records if status == IN_PROGRESS]
    if state == COMPLETED:
        unfinished = [] if forced else [index for index, status in records if status in (PENDING, IN_PROGRESS)]
        words = [f"completed, with steps {unfinished} not reached"] if unfinished else []
        return words + ([f"completed, and stands at {place}"] if place != NOWHERE else [])
    return [] if standing == [place] else [f"stands at {place}, and the records say {standing}"]


def _wrong_counts(query: Query, at_steps: Counter) -> list[str]:
    """Invariant 1: every part of a path is at a step, completed or scrapped."""
    counts = query(
        "SELECT path_id, count(*), sum(CASE WHEN status IN ('completed', 'scrapped') THEN 1 ELSE 0 END) "
        "FROM serials_serial GROUP BY path_id"
    )
    return [
        f"{path_id}: {total} serials, of which {ended} ended and {at_steps[path_id]} stand at a step"
        for path_id, total, ended in counts
        if total != ended + at_steps[path_id]
    ]
