"""Checks an exported audit trail and its checkpoints without the server: one file, Python 3.11 and ``cryptography``.

    python verify_audit.py audit.jsonl --public-key "kF3…=" --checkpoints audit_checkpoints.jsonl

Exit code 0: everything that was sealed is as it was sealed. 1: it is not; the sentence names the first bad entry. 2: it
cannot be checked. docs/audit-proof.md says what this proves, what it cannot prove, and how the formats are written.

The server proves its own trail with this same code (``audit.proof.verifying``), so there is one rule, written once.
"""

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ENTRY_VERSION = CHECKPOINT_VERSION = EXPORT_VERSION = 1

FIELDS = (
    *("sequence", "id", "action", "userId", "calledBy", "credential", "timestamp"),
    *("serialId", "certId", "jobId", "pathId", "stepId", "fromStepId", "toStepId"),
    *("batchStart", "batchQuantity", "metadata"),
)
"""What an entry consists of, in the order in which it is written down. ``metadata`` is its text, to the letter."""

ABSENT = dict.fromkeys(FIELDS, "") | {"batchStart": None, "batchQuantity": None, "metadata": None}

DIGEST_BYTES = 32

FIRST_SEQUENCE, LAST_SEQUENCE = -(1 << 63), (1 << 63) - 1

LATE_AFTER = timedelta(minutes=5)
"""An entry that claims to be so much older than the checkpoint before it was not written when it says."""

Entry = tuple
"""The values of ``FIELDS``: texts, whole numbers and None. ``timestamp`` is text: ``2026-11-24T16:48:06.123456Z``."""


# --- How things are written down ------------------------------------------------------------------------------------


def _no_text(value: object) -> dict[str, str]:
    """Write what no column of an entry holds, so that it differs from everything that one does."""
    return {type(value).__name__: value.hex() if isinstance(value, bytes) else str(value)}


compact = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), default=_no_text).encode
"""Write JSON in ASCII, without blanks."""


def canonical(entry: Entry) -> bytes:
    """Return an entry as the bytes that its digest is taken of: a JSON array in ASCII, the version first."""
    return compact([ENTRY_VERSION, *entry]).encode("ascii")


def digest_of(entry: Entry) -> bytes:
    """Return the digest of one entry."""
    return hashlib.sha256(b"\x00" + canonical(entry)).digest()


def linked(head: bytes, digest: bytes) -> bytes:
    """Return the head of the chain with one entry more."""
    return hashlib.sha256(b"\x01" + head + digest).digest()


def beginning_of(log: str) -> bytes:
    """Return the head of a log that has no entry yet."""
    return hashlib.sha256(b"\x02" + log.encode("utf-8")).digest()


def written_sequences(numbers: Iterable[int]) -> str:
    """Return ascending numbers as text: ``1..57,59``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(first) if first == last else f"{first}..{last}" for first, last in runs)


def read_sequences(text: str) -> Iterator[int]:
    """Yield the numbers that ``written_sequences`` wrote. Raises ValueError where it did not."""
    for run in text.split(",") if text else []:
        first, _, last = run.partition("..")
        yield from range(int(first), int(last or first) + 1)


# --- Checkpoints ----------------------------------------------------------------------------------------------------


class Problem(Exception):
    """Something is not as it was sealed. ``sequence`` and ``entry_id`` name the first entry that it is about."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        checkpoint: int | None = None,
        sequence: int | None = None,
        entry_id: str | None = None,
    ):
        super().__init__(message)
        self.code, self.message, self.checkpoint = code, message, checkpoint
        self.sequence, self.entry_id = sequence, entry_id


class Unusable(ValueError):
    """What was given is no checkpoint, no key or no export."""


_KINDS = dict.fromkeys(("version", "number", "size"), int) | dict.fromkeys(
    ("log", "head", "time", "sequences", "previous", "key"), str
)
_SEQUENCES = re.compile(r"(-?\d{1,19}(\.\.-?\d{1,19})?(,-?\d{1,19}(\.\.-?\d{1,19})?)*)?", re.ASCII)
NOTHING_BEFORE = "0" * 64


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement: after so many entries, of which these are the last, the head of the chain is this."""

    statement: str
    signature: str
    facts: dict

    @classmethod
    def read(cls, statement: str, signature: str) -> "Checkpoint":
        """Return the checkpoint of a statement. Raises Unusable where it is none, or is written in another way."""
        try:
            facts = json.loads(statement)
            wrong = not isinstance(facts, dict) or any(type(facts.get(name)) is not of for name, of in _KINDS.items())
            if wrong or facts["version"] != CHECKPOINT_VERSION or written_statement(facts) != statement:
                raise Unusable("not a checkpoint")
            if not _SEQUENCES.fullmatch(facts["sequences"]):
                raise Unusable("not a checkpoint")
            datetime.fromisoformat(facts["time"])
        except (ValueError, RecursionError) as error:
            raise Unusable("not a checkpoint") from error
        return cls(statement, signature, facts)

    @classmethod
    def read_line(cls, line: str | bytes) -> "Checkpoint":
        """Return the checkpoint that a line of a file holds. Raises Unusable where it holds none."""
        try:
            given = json.loads(line)
            return cls.read(written_statement(given["checkpoint"]), str(given["signature"]))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise Unusable("not a checkpoint") from error

    @property
    def line(self) -> str:
        """Return it as it is kept outside of the database: one line of JSON."""
        return f'{{"checkpoint":{self.statement},"signature":{json.dumps(self.signature)}}}\n'

    @property
    def number(self) -> int:
        """Return which checkpoint of its log it is; the first is 1."""
        return self.facts["number"]

    @property
    def size(self) -> int:
        """Return how many entries are sealed, with this one and all before it."""
        return self.facts["size"]

    @property
    def head(self) -> str:
        """Return the head of the chain behind its last entry, in hexadecimal."""
        return self.facts["head"]

    @property
    def key(self) -> str:
        """Return the id of the key that signed it."""
        return self.facts["key"]

    @property
    def time(self) -> datetime:
        """Return when it was made."""
        return datetime.fromisoformat(self.facts["time"])

    @property
    def digest(self) -> str:
        """Return the digest that the next one names as ``previous``."""
        return hashlib.sha256(self.statement.encode("ascii")).hexdigest()


def written_statement(facts: dict) -> str:
    """Return the text that is signed."""
    return json.dumps(facts, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def signed_bytes(statement: str) -> bytes:
    """Return the bytes that are signed; the first line keeps the key from being used for anything else."""
    return b"shopplanr audit checkpoint\n" + statement.encode("ascii")


def key_id_of(public_key: bytes) -> str:
    """Return the short name of a public key, given as its 32 bytes."""
    return hashlib.sha256(public_key).hexdigest()[:16]


class Keys:
    """Public keys that are trusted, by their ids."""

    def __init__(self, texts: Iterable[str] = ()):
        self._keys: dict[str, Ed25519PublicKey] = {}
        for text in texts:
            self.add(text)

    def __contains__(self, key_id: str) -> bool:
        return key_id in self._keys

    def add(self, text: str) -> str:
        """Trust a public key, given in base64; return its id. Raises Unusable where it is none."""
        try:
            raw = base64.b64decode(text.strip(), validate=True)
            key = Ed25519PublicKey.from_public_bytes(raw)
        except (ValueError, binascii.Error) as error:
            raise Unusable(f"{text!r} is no Ed25519 public key in base64") from error
        self._keys[key_id_of(raw)] = key
        return key_id_of(raw)

    def signed(self, checkpoint: Checkpoint) -> bool:
        """Tell whether one of these keys, the one that it names, has signed it."""
        key = self._keys.get(checkpoint.key)
        try:
            signature = base64.b64decode(checkpoint.signature, validate=True)
            return key is not None and key.verify(signature, signed_bytes(checkpoint.statement)) is None
        except (InvalidSignature, ValueError):
            return False


class Kept:
    """Checkpoints that were kept outside of the database: a file of one line each. Lines that are none are left out.

    ``newest_bytes``: only so much of the file, its end.
    """

    def __init__(self, path: Path, newest_bytes: int | None = None):
        self.path = path
        self.logs: dict[str, dict[int, list[tuple[bytes, int]]]] = {}
        with path.open("rb") as file:
            place = max(0, file.seek(0, 2) - newest_bytes) if newest_bytes else 0
            file.seek(place)
            for line in file:
                try:
                    one = Checkpoint.read_line(line)
                except Unusable:
                    pass
                else:
                    numbers = self.logs.setdefault(one.facts["log"], {})
                    numbers.setdefault(one.number, []).append((_fingerprint(one), place))
                place += len(line)

    def others_than(self, checkpoint: Checkpoint) -> Iterator[Checkpoint]:
        """Yield those with the same number of the same log that say something else."""
        for fingerprint, place in self.logs.get(checkpoint.facts["log"], {}).get(checkpoint.number, ()):
            if fingerprint != _fingerprint(checkpoint):
                yield self._at(place)

    def behind(self, log: str, number: int) -> Iterator[Checkpoint]:
        """Yield those of a log behind this number."""
        numbers = self.logs.get(log, {})
        for later in sorted(each for each in numbers if each > number):
            for _, place in numbers[later]:
                yield self._at(place)

    def _at(self, place: int) -> Checkpoint:
        with self.path.open("rb") as file:
            file.seek(place)
            return Checkpoint.read_line(file.readline())


def _fingerprint(checkpoint: Checkpoint) -> bytes:
    return hashlib.sha256(checkpoint.line.encode("utf-8", "surrogatepass")).digest()


# --- Verifying ------------------------------------------------------------------------------------------------------


class Seal(NamedTuple):
    """A checkpoint with the digests of the entries that it added, one behind the other."""

    checkpoint: Checkpoint
    digests: bytes


Entries = Callable[[int, int], Iterator[Entry]]
"""Gives the entries from one sequence to another, both included, in their order."""


def _no_entries(first: int, last: int) -> Iterator[Entry]:
    return iter(())


def _name(sequence: int, entry_id: object) -> str:
    return f"entry {entry_id} (sequence {sequence})" if entry_id else f"the entry with sequence {sequence}"


@dataclass
class Verifier:
    """Goes through a log from its beginning, or from a checkpoint that it is told to trust, one seal at a time."""

    keys: Keys
    kept: list[Kept] = field(default_factory=list)
    last: Checkpoint | None = None
    through: int = FIRST_SEQUENCE - 1
    checked: int = 0
    late: int = 0
    first_late: Entry | None = None
    _retired: set[str] = field(default_factory=set)

    def start_behind(self, checkpoint: Checkpoint, through: int) -> None:
        """Take a checkpoint for granted, provided that it is signed, and go on behind it. Raises Problem."""
        self._check_signature(checkpoint, _no_entries)
        self.last, self.through = checkpoint, through

    def check(self, seal: Seal, entries: Entries) -> None:
        """Check one seal, the next one, against the entries that there are. Raises Problem."""
        checkpoint = seal.checkpoint
        self._check_place(checkpoint, entries)
        self._check_signature(checkpoint, entries)
        for kept in self.kept:
            for other in kept.others_than(checkpoint):
                self._tell_of_other(checkpoint, other, kept, entries)
        through = last_sequence(checkpoint, self.through)
        self._check_entries(seal, entries(self.through + 1, through))
        if announced := checkpoint.facts.get("nextKey"):
            self._retired.add(checkpoint.key)
            self.keys.add(announced)
        self.last, self.through = checkpoint, through

    def finish(self) -> None:
        """Check that nothing was kept outside of which the log knows nothing. Raises Problem."""
        log, number = (self.last.facts["log"], self.last.number) if self.last else ("", 0)
        for kept in self.kept:
            for later in kept.behind(log, number):
                if not self.keys.signed(later):
                    self._tell_of_other(later, later, kept, _no_entries)
                first = next(read_sequences(later.facts["sequences"]), None)
                raise Problem(
                    "cut",
                    f"The log ends with checkpoint {number}, but checkpoint {later.number} of {later.facts['time']} "
                    f"was kept in {kept.path}: the end of the trail was cut off or replaced, "
                    f"from {_name(first, None) if first is not None else 'there'} on.",
                    checkpoint=later.number,
                    sequence=first,
                )
            for other in kept.logs.keys() - {log}:
                raise Problem(
                    "other_log",
                    f"{kept.path} holds checkpoints of another log, {other}, up to number "
                    f"{max(kept.logs[other])}: this trail was begun anew, or the file belongs to another database.",
                )

    def _check_place(self, checkpoint: Checkpoint, entries: Entries) -> None:
        facts, before = checkpoint.facts, self.last
        if facts["number"] != (before.number if before else 0) + 1:
            what = f"Checkpoint {before.number + 1 if before else 1} is missing: {checkpoint.number} comes next"
        elif before and facts["log"] != before.facts["log"]:
            what = f"Checkpoint {checkpoint.number} belongs to another log"
        elif facts["previous"] != (before.digest if before else NOTHING_BEFORE):
            what = f"Checkpoint {checkpoint.number} does not follow from the one before it"
        else:
            return
        self._tell_of_checkpoint("broken_chain", what, checkpoint, entries)

    def _check_signature(self, checkpoint: Checkpoint, entries: Entries) -> None:
        key = checkpoint.key
        if key not in self.keys:
            what = f"Checkpoint {checkpoint.number} is signed with key {key}, which is not trusted"
        elif key in self._retired:
            what = f"Checkpoint {checkpoint.number} is signed with key {key}, which another had replaced before"
        elif not self.keys.signed(checkpoint):
            what = f"The signature of checkpoint {checkpoint.number} is wrong"
        else:
            return
        self._tell_of_checkpoint("bad_signature", what, checkpoint, entries)

    def _tell_of_other(self, checkpoint: Checkpoint, other: Checkpoint, kept: Kept, entries: Entries) -> None:
        if self.keys.signed(other):
            what = (
                f"Checkpoint {checkpoint.number} is not the one that was kept in {kept.path}: the trail was rewritten"
            )
            self._tell_of_checkpoint("rewritten", what, checkpoint, entries)
        what = f"Checkpoint {checkpoint.number} in {kept.path} was changed: its signature is wrong"
        self._tell_of_checkpoint("kept_changed", what, checkpoint, entries)

    def _tell_of_checkpoint(self, code: str, what: str, checkpoint: Checkpoint, entries: Entries) -> None:
        """Raise what is wrong with a checkpoint, and name the first entry that it leaves unproved."""
        entry = next(entries(self.through + 1, LAST_SEQUENCE), None)
        sequence, entry_id = (entry[0], entry[1]) if entry else (None, None)
        unproved = f"; nothing is proved from {_name(sequence, entry_id)} on" if entry else ""
        raise Problem(code, f"{what}{unproved}.", checkpoint=checkpoint.number, sequence=sequence, entry_id=entry_id)

    def _check_entries(self, seal: Seal, entries: Iterator[Entry]) -> None:
        number, facts = seal.checkpoint.number, seal.checkpoint.facts
        sealed = 0
        head = actual = bytes.fromhex(self.last.head) if self.last else beginning_of(facts["log"])
        oldest = _late_before(self.last)
        problem: Problem | None = None

        def tell(code: str, sequence: int, entry_id: object, what: str) -> Problem:
            message = f"{_name(sequence, entry_id)} {what}."
            message = message[0].upper() + message[1:]
            return Problem(code, message, checkpoint=number, sequence=sequence, entry_id=entry_id or None)

        entry = next(entries, None)
        digests = (seal.digests[at : at + DIGEST_BYTES] for at in range(0, len(seal.digests), DIGEST_BYTES))
        for sequence, kept in zip(read_sequences(facts["sequences"]), digests, strict=False):
            while entry is not None and entry[0] < sequence:
                problem = problem or tell(
                    "inserted", entry[0], entry[1], f"was inserted after checkpoint {number} had sealed its neighbors"
                )
                actual = linked(actual, digest_of(entry))
                entry = next(entries, None)
            head = linked(head, kept)
            sealed += 1
            if entry is None or entry[0] != sequence:
                problem = problem or tell("missing", sequence, None, f"is missing; checkpoint {number} had sealed it")
                continue
            own = digest_of(entry)
            if own != kept and not problem:
                problem = tell("changed", sequence, entry[1], f"is not what checkpoint {number} had sealed")
            actual = linked(actual, own) if problem else head
            if own == kept and entry[6] < oldest:
                self.late += 1
                self.first_late = self.first_late or entry
            self.checked += 1
            entry = next(entries, None)
        while entry is not None:
            problem = problem or tell(
                "inserted", entry[0], entry[1], f"was inserted after checkpoint {number} had sealed its neighbors"
            )
            actual = linked(actual, digest_of(entry))
            entry = next(entries, None)

        if head.hex() != facts["head"] or len(seal.digests) != sealed * DIGEST_BYTES:
            first = next(read_sequences(facts["sequences"]), None)
            if actual.hex() == facts["head"]:
                what = f"is as it was sealed, but the digests that are kept with checkpoint {number} were changed"
                at = problem or Problem("", "", sequence=first)
                problem = tell("digests_changed", at.sequence, at.entry_id, what)
            elif problem is None:
                what = f"or one behind it is not what checkpoint {number} had sealed; its kept digest was changed too"
                problem = tell("changed", first, None, what)
        if problem:
            raise problem


def _late_before(checkpoint: Checkpoint | None) -> str:
    if checkpoint is None:
        return ""
    moment = checkpoint.time - LATE_AFTER
    return moment.isoformat(timespec="microseconds")[:26]


def last_sequence(checkpoint: Checkpoint, otherwise: int) -> int:
    """Return the largest sequence that a checkpoint sealed; ``otherwise`` where it sealed none."""
    _, _, run = checkpoint.facts["sequences"].rpartition(",")
    return int(run.rpartition("..")[2]) if run else otherwise


# --- An export, as a file -------------------------------------------------------------------------------------------


@dataclass
class Export:
    """An export in JSON Lines, read one line at a time: what comes next is known, and no more."""

    lines: Iterator[str | bytes]
    unsealed: int = 0
    oldest_unsealed: str = ""
    _next: dict | None = None

    def __post_init__(self):
        self._advance()
        header = self._next or {}
        if header.get("kind") != "export" or header.get("version") != EXPORT_VERSION:
            raise Unusable("This is no export of an audit trail, or one of another version")
        if header.get("filtered"):
            raise Unusable("This export has some of the entries only; the whole trail is needed")
        self._advance()

    def verify(self, verifier: Verifier, progress: Callable[[int], None] = lambda entries: None) -> None:
        """Check everything that is in it. Raises Problem and Unusable."""
        while self._next is not None and self._next.get("kind") == "seal":
            seal = _read_seal(self._next)
            self._advance()
            verifier.check(seal, self._entries)
            progress(verifier.checked)
        for entry in self._entries(verifier.through + 1, LAST_SEQUENCE):
            self.unsealed += 1
            self.oldest_unsealed = min(self.oldest_unsealed or str(entry[6]), str(entry[6]))
        if self._next is not None:
            raise Unusable(f"A line is out of place: {str(self._next)[:200]}")
        verifier.finish()

    def _entries(self, first: int, last: int) -> Iterator[Entry]:
        while self._next is not None and self._next.get("kind") == "entry":
            entry = _read_entry(self._next)
            if not first <= entry[0] <= last:
                return
            yield entry
            self._advance()

    def _advance(self) -> None:
        line = next(self.lines, None)
        try:
            self._next = None if line is None else json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Unusable(f"A line is not JSON: {line[:200]!r}") from error
        if line is not None and not isinstance(self._next, dict):
            raise Unusable(f"A line is no JSON object: {line[:200]!r}")


def written_entry(entry: Entry) -> dict[str, object]:
    """Return an entry as it is exported. Its metadata are an object, beside their text where that is not the same."""
    written = {"kind": "entry"} | {
        name: value for name, value in zip(FIELDS, entry, strict=True) if value != ABSENT[name] and name != "metadata"
    }
    if (text := entry[-1]) is not None:
        try:
            written["metadata"] = json.loads(text) if isinstance(text, str) else _no_text(text)
        except (ValueError, TypeError, RecursionError):
            written["metadataText"] = text
        else:
            if _metadata_text(written["metadata"]) != text:
                written["metadataText"] = text
    return written


def _metadata_text(metadata: object) -> str:
    return json.dumps(metadata, ensure_ascii=False, separators=(",", ":"))


def _read_entry(line: dict) -> Entry:
    if unknown := line.keys() - {"kind", "metadataText", *FIELDS}:
        raise Unusable(f"An entry has what no entry has: {', '.join(sorted(unknown))}")
    if type(line.get("sequence")) is not int:
        raise Unusable("An entry has no sequence")
    text = line.get("metadataText", _metadata_text(line["metadata"]) if "metadata" in line else None)
    if {"metadata", "metadataText"} <= line.keys() and _metadata_of(text) != line["metadata"]:
        raise Unusable(f"The metadata of entry {line.get('id')} are not what their text says")
    return (*(line.get(name, ABSENT[name]) for name in FIELDS[:-1]), text)


def _metadata_of(text: object) -> object:
    try:
        return json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return None


def _read_seal(line: dict) -> Seal:
    try:
        checkpoint = Checkpoint.read_line(json.dumps({name: line[name] for name in ("checkpoint", "signature")}))
        return Seal(checkpoint, base64.b64decode(line["digests"], validate=True))
    except (KeyError, TypeError, ValueError) as error:
        raise Unusable("A line says that it is a seal and is none") from error


def _keys(given: Iterable[str]) -> Keys:
    """Return the keys that are given as texts, or as files with one in each line, a remark behind it."""
    texts: list[str] = []
    for each in given:
        lines = Path(each).read_text("utf-8").splitlines() if Path(each).is_file() else [each]
        texts += [line.split()[0] for line in lines if line.strip()]
    return Keys(texts)


def main(arguments: list[str] | None = None) -> int:
    """Check what the command line names; return the exit code."""
    parser = argparse.ArgumentParser(description="Checks an exported audit trail and its checkpoints.")
    parser.add_argument("export", type=Path, help="what manage.py audit_export or GET /api/audit/export wrote")
    parser.add_argument("--public-key", action="append", required=True, help="base64, or a file of lines that begin so")
    parser.add_argument("--checkpoints", action="append", type=Path, default=[], help="a file that was kept elsewhere")
    given = parser.parse_args(arguments)

    def progress(entries: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{entries:,} entries", end="", file=sys.stderr, flush=True)

    try:
        verifier = Verifier(_keys(given.public_key), [Kept(path) for path in given.checkpoints])
        with given.export.open("rb") as file:
            export = Export(iter(file))
            export.verify(verifier, progress)
    except Problem as problem:
        print(f"NOT VALID ({problem.code}): {problem.message}")
        return 1
    except (OSError, ValueError) as error:
        print(f"Cannot be checked: {error}", file=sys.stderr)
        return 2
    where = f"checkpoint {verifier.last.number} of {verifier.last.facts['time']}" if verifier.last else "no checkpoint"
    print(f"Valid: {verifier.checked:,} entries as they were sealed, up to {where}.")
    if export.unsealed:
        print(f"Not sealed yet, so not proved: {export.unsealed:,} entries, the oldest of {export.oldest_unsealed}.")
    if verifier.late:
        sequence, entry_id, stamp = (verifier.first_late[place] for place in (0, 1, 6))
        print(f"Written later than they say: {verifier.late:,} entries, first {_name(sequence, entry_id)} of {stamp}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
