"""A random log and any single thing done to it: it is found, and the first bad entry is the one it was done to."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from audit.offline.verify_audit import (
    NOTHING_BEFORE,
    Checkpoint,
    Entry,
    Keys,
    Problem,
    Seal,
    Verifier,
    beginning_of,
    digest_of,
    linked,
    written_sequences,
    written_statement,
)
from audit.proof.keys import SigningKey

KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(32)))
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4)


@dataclass
class Log:
    """Entries, and the seals over all of them but the last ones."""

    entries: list[Entry]
    seals: list[Seal]
    sealed: int


@st.composite
def logs(draw) -> Log:
    """Make a log of several seals, with gaps in its sequences."""
    sizes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    gaps = draw(st.lists(st.integers(1, 3), min_size=sum(sizes), max_size=sum(sizes)))
    sequence, entries = 0, []
    for gap in gaps:
        sequence += gap
        texts = [draw(TEXTS), *["same"] * 12]
        entries.append((sequence, f"aud_{sequence}", *texts[:12], None, None, draw(st.none() | TEXTS)))
    seals, place, head, previous = [], 0, beginning_of("log"), NOTHING_BEFORE
    for number, size in enumerate(sizes, 1):
        batch = entries[place : place + size]
        place += size
        for entry in batch:
            head = linked(head, digest_of(entry))
        statement = written_statement(
            {"version": 1, "log": "log", "number": number, "size": place, "head": head.hex(), "key": KEY.id}
            | {"time": "2026-11-24T16:50:00.000000Z", "previous": previous}
            | {"sequences": written_sequences(entry[0] for entry in batch)}
        )
        checkpoint = Checkpoint.read(statement, KEY.sign(statement))
        previous = checkpoint.digest
        seals.append(Seal(checkpoint, b"".join(map(digest_of, batch))))
    return Log(entries, seals, place)


def first_bad(log: Log) -> int | None:
    """Return the sequence of the first bad entry that verifying finds, None where it finds nothing."""
    verifier = Verifier(Keys([KEY.public_text]))
    try:
        for seal in log.seals:
            verifier.check(seal, lambda first, last: (entry for entry in log.entries if first <= entry[0] <= last))
        verifier.finish()
    except Problem as problem:
        assert str(problem.sequence) in problem.message
        return problem.sequence
    assert verifier.checked == log.sealed
    return None


@given(logs())
def test_nothing_is_found_where_nothing_was_done(log):
    assert first_bad(log) is None


@given(logs(), st.data())
def test_any_single_thing_is_found(log, data):
    place = data.draw(st.integers(0, len(log.entries) - 1))
    entry = log.entries[place]
    sequence = entry[0]
    what = data.draw(st.sampled_from(["change", "delete", "insert", "swap", "cut"]))
    if what == "change":
        column = data.draw(st.integers(1, len(entry) - 1))
        other = data.draw((TEXTS | st.none() | st.integers(-9, 9)).filter(lambda value: value != entry[column]))
        log.entries[place] = (*entry[:column], other, *entry[column + 1 :])
        assert first_bad(log) == sequence
    elif what == "delete":
        del log.entries[place]
        assert first_bad(log) == sequence
    elif what == "cut":
        del log.entries[place:]
        assert first_bad(log) == sequence
    elif what == "insert":
        free = sorted({*range(-2, log.entries[-1][0])} - {entry[0] for entry in log.entries})
        new = data.draw(st.sampled_from(free))
        log.entries.append((new, *entry[1:]))
        log.entries.sort(key=lambda one: one[0])
        assert first_bad(log) == new
    else:
        other = data.draw(st.integers(0, len(log.entries) - 1).filter(lambda it: len(log.entries) == 1 or it != place))
        one, two = log.entries[place], log.entries[other]
        log.entries[place], log.entries[other] = (one[0], *two[1:]), (two[0], *one[1:])
        assert first_bad(log) == (None if place == other else min(one[0], two[0]))
