"""Sealing: what is settled in the trail becomes part of the log, and a signed checkpoint says so.

No writer takes part in it, so none waits for it. Any number of processes may try at once: a checkpoint has a number,
and only one of them gets it.
"""

import logging
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice

from django.conf import settings
from django.db import IntegrityError, transaction

from audit.models import AuditSeal
from audit.offline.verify_audit import (
    CHECKPOINT_VERSION,
    FIRST_SEQUENCE,
    NOTHING_BEFORE,
    Checkpoint,
    Entry,
    Unusable,
    beginning_of,
    digest_of,
    last_sequence,
    linked,
    written_sequences,
    written_statement,
)
from audit.proof import checkpoint_file, keys
from audit.proof.entries import entries
from audit.proof.settled import settled_through
from shopplanr import clock

MOST_ENTRIES = 5000
"""In one checkpoint: their digests are read and written together."""

PATIENCE_SECONDS = 5

TRIES = 10

logger = logging.getLogger("audit.proof")


class CannotSeal(Exception):
    """Sealing would cover up that something is wrong. The text says what, and what to do."""


def seal(patience_seconds: float = PATIENCE_SECONDS) -> int | None:
    """Seal what is settled and not sealed yet; return how many entries that were.

    None where a transaction that has written to the trail was still open after the patience: nothing was sealed.
    Raises CannotSeal and ``keys.KeyProblem``.
    """
    last = _last_that_agrees()
    through = settled_through(patience_seconds)
    if through is None:
        return None
    sealed = 0
    while True:
        first = last.through + 1 if last else FIRST_SEQUENCE
        batch = list(islice(entries(first, through), MOST_ENTRIES)) if through >= first else []
        if not batch:
            return sealed
        try:
            last = _append(batch, last)
        except IntegrityError:  # somebody else has just sealed the same
            return sealed
        sealed += len(batch)


def rotate_key() -> keys.SigningKey:
    """Let a new key sign from now on: the old one announces it in a checkpoint, and is gone. Return the new one.

    Raises CannotSeal, also where the end of the trail cannot be sealed just now, and ``keys.KeyProblem``.
    """
    if seal() is None:
        raise CannotSeal("A transaction that has written to the trail is still open. Try again when it has ended.")
    following = keys.make_next()
    for _ in range(TRIES):
        last = _last_that_agrees()
        try:
            if last is not None:
                _append([], last, {"nextKey": following.public_text})
        except IntegrityError:  # somebody else has just sealed something
            continue
        keys.take_over()
        return following
    raise CannotSeal("Others seal all the time. Try again.")


def last_seal() -> AuditSeal | None:
    """Return the newest checkpoint without its digests, None where nothing was sealed yet."""
    return AuditSeal.objects.defer("digests").order_by("-number").first()


def checkpoint_of(row: AuditSeal) -> Checkpoint:
    """Return the checkpoint that a row holds. Raises Unusable."""
    return Checkpoint.read(row.statement, row.signature)


def _last_that_agrees() -> AuditSeal | None:
    """Return the newest checkpoint, unless it was tampered with: whoever sealed on would sign for that.

    What is kept outside is read first: another process may seal and keep a checkpoint at this moment.
    """
    try:
        kept = checkpoint_file.newest()
    except OSError as error:  # a disk that is away is no reason to leave what happens unsealed
        logger.warning("%s cannot be read: %s", settings.AUDIT_CHECKPOINT_FILE, error.strerror)
        kept = None
    last = last_seal()
    if last is None:
        if kept is not None:
            logger.warning(
                "A new log begins, and %s holds checkpoints of another: until that file is moved away, audit_verify "
                "will say so",
                settings.AUDIT_CHECKPOINT_FILE,
            )
        return None
    try:
        checkpoint = checkpoint_of(last)
        if last_sequence(checkpoint, last.through) != last.through or checkpoint.number != last.number:
            raise Unusable("filed as another one")
    except Unusable:
        raise CannotSeal(f"Checkpoint {last.number} was changed. See manage.py audit_verify.") from None
    trusted = keys.trusted()
    if not trusted.signed(checkpoint):
        raise CannotSeal(f"The signature of checkpoint {last.number} is wrong. See manage.py audit_verify.")
    if kept is None or kept.facts["log"] != checkpoint.facts["log"] or not trusted.signed(kept):
        return last
    same = AuditSeal.objects.filter(number=kept.number).values_list("statement", flat=True).first()
    if same != kept.statement:
        raise CannotSeal(
            f"The log ends with checkpoint {last.number}, and another checkpoint {kept.number} of it was kept outside: "
            "its end was cut off or replaced. See manage.py audit_verify; behind a restored backup, move the file with "
            "the newer checkpoints away, and keep it."
        )
    return last


def _append(batch: Sequence[Entry], last: AuditSeal | None, more: dict[str, str] | None = None) -> AuditSeal:
    """Write one checkpoint more. Raises IntegrityError where its number is taken."""
    before = checkpoint_of(last) if last else None
    log = before.facts["log"] if before else f"log_{secrets.token_hex(8)}"
    head = bytes.fromhex(before.head) if before else beginning_of(log)
    digests = [digest_of(entry) for entry in batch]
    for digest in digests:
        head = linked(head, digest)
    key = keys.key_after(before)
    statement = written_statement(
        {
            "version": CHECKPOINT_VERSION,
            "log": log,
            "number": (before.number if before else 0) + 1,
            "size": (before.size if before else 0) + len(batch),
            "sequences": written_sequences(entry[0] for entry in batch),
            "head": head.hex(),
            "time": _written(clock.now()),
            "previous": before.digest if before else NOTHING_BEFORE,
            "key": key.id,
        }
        | (more or {})
    )
    row = AuditSeal(
        number=(before.number if before else 0) + 1,
        statement=statement,
        signature=key.sign(statement),
        through=batch[-1][0] if batch else last.through,
        digests=b"".join(digests),
    )
    with transaction.atomic():
        row.save(force_insert=True)
    logger.debug("Checkpoint %d seals %d entries", row.number, len(batch))
    return row


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"
