"""Verifying the trail where it lies: rows against seals, seals against what was kept outside."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Min

from audit.models import AuditEntry, AuditSeal
from audit.offline.verify_audit import (
    Checkpoint,
    Entry,
    Kept,
    Keys,
    Problem,
    Seal,
    Unusable,
    Verifier,
)
from audit.proof import keys
from audit.proof.entries import entries
from audit.proof.sealing import checkpoint_of, last_seal

SEALS_AT_ONCE = 50
"""Their digests are in memory together: 8 MB at most."""

RECENT_ENTRIES, RECENT_SEALS = 20_000, 1000
"""How far back a verification goes that is not of the whole log, whichever comes first."""

RECENT_KEPT_BYTES = 2 * 1024 * 1024


@dataclass
class Report:
    """What came of a verification. ``verified`` of the ``sealed`` entries were recomputed."""

    complete: bool
    entries: int = 0
    sealed: int = 0
    unsealed: int = 0
    oldest_unsealed: datetime | None = None
    verified: int = 0
    checkpoints: int = 0
    kept_outside: int = 0
    last_checkpoint: Checkpoint | None = None
    late: int = 0
    first_late: Entry | None = None
    problem: Problem | None = None

    @property
    def valid(self) -> bool:
        """Return whether nothing wrong was found."""
        return self.problem is None


@dataclass
class Verification:
    """One run over the log: whole, or the newest part from a checkpoint whose signature is right.

    ``also_kept`` are files of checkpoints that were kept somewhere else, beside the one of the settings.
    """

    whole: bool = True
    also_kept: Sequence[Path] = ()
    public_keys: Keys | None = None
    report: Report = field(init=False)

    def __post_init__(self):
        self.report = Report(complete=self.whole)

    def steps(self) -> Iterator[int]:
        """Verify; yield now and then how many entries are done. Behind the last step ``report`` is complete."""
        verifier = Verifier(Keys())
        try:
            # What is kept outside is read before the seals: a checkpoint is sealed first and kept afterwards.
            verifier = Verifier(self.public_keys or keys.trusted(), self._kept())
            if not self.whole:
                _skip(verifier)
            for page in _pages(verifier):
                _check(verifier, page)
                yield verifier.checked
            verifier.finish()
        except Problem as problem:
            self.report.problem = problem
        except (keys.KeyProblem, OSError) as error:
            self.report.problem = Problem("cannot_verify", str(error))
        self._conclude(verifier)

    def run(self) -> Report:
        """Verify without a pause; return what came of it."""
        for _ in self.steps():
            pass
        return self.report

    def _kept(self) -> list[Kept]:
        recent = None if self.whole else RECENT_KEPT_BYTES
        own = settings.AUDIT_CHECKPOINT_FILE
        return [Kept(path, recent) for path in (*([own] if own.exists() else []), *self.also_kept)]

    def _conclude(self, verifier: Verifier) -> None:
        report, last = self.report, last_seal()
        report.verified, report.late, report.first_late = verifier.checked, verifier.late, verifier.first_late
        report.kept_outside = sum(len(numbers) for kept in verifier.kept for numbers in kept.logs.values())
        behind = AuditEntry.objects.all()
        if last is not None:
            with suppress(Unusable):
                report.last_checkpoint = checkpoint_of(last)
                report.sealed = report.last_checkpoint.size
            report.checkpoints = last.number
            behind = behind.filter(sequence__gt=last.through)
        unsealed = behind.aggregate(number=Count("*"), oldest=Min("timestamp"))
        report.unsealed, report.oldest_unsealed = unsealed["number"], unsealed["oldest"]
        report.entries = report.sealed + report.unsealed


class _Stream:
    """Hands out the entries of one page of seals, to one seal after the other."""

    def __init__(self, first: int, last: int):
        self._rows = entries(first, last)
        self._next = next(self._rows, None)

    def __call__(self, first: int, last: int) -> Iterator[Entry]:
        while self._next is not None and self._next[0] <= last:
            entry, self._next = self._next, next(self._rows, None)
            yield entry


def _pages(verifier: Verifier) -> Iterator[list[AuditSeal]]:
    """Yield the seals that are still to be checked, some at a time."""
    while True:
        number = verifier.last.number if verifier.last else 0
        page = list(AuditSeal.objects.filter(number__gt=number).order_by("number")[:SEALS_AT_ONCE])
        if not page:
            return
        yield page


def _check(verifier: Verifier, page: Sequence[AuditSeal]) -> None:
    # Not further than these seals say: what is behind them may not be settled.
    stream = _Stream(verifier.through + 1, max(row.through for row in page))
    for row in page:
        checkpoint = _readable(row)
        verifier.check(Seal(checkpoint, bytes(row.digests)), stream)
        if row.through != verifier.through:
            raise Problem(
                "seal_changed",
                f"Checkpoint {row.number} is filed as if it went up to sequence {row.through}; it goes up to "
                f"{verifier.through}.",
                checkpoint=row.number,
            )


def _readable(row: AuditSeal) -> Checkpoint:
    try:
        checkpoint = checkpoint_of(row)
        if checkpoint.number == row.number:
            return checkpoint
    except Unusable:
        pass
    raise Problem("broken_chain", f"Checkpoint {row.number} was changed: it is none any more.", checkpoint=row.number)


def _skip(verifier: Verifier) -> None:
    """Go on from a checkpoint that has the newest entries behind it, and not many more."""
    size = None
    seals = AuditSeal.objects.defer("digests").order_by("-number")[: RECENT_SEALS + 1]
    for place, row in enumerate(seals.iterator(chunk_size=100)):
        try:
            checkpoint = checkpoint_of(row)
        except Unusable:  # which will be told where it is checked
            continue
        size = size or checkpoint.size
        if size - checkpoint.size >= RECENT_ENTRIES or place == RECENT_SEALS:
            verifier.start_behind(checkpoint, row.through)
            return
