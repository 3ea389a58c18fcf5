"""``manage.py audit_verify``: prove that the audit trail is what it was when it was sealed."""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import DatabaseError, transaction
from tqdm import tqdm

from audit.models import AuditEntry
from audit.proof import verifications
from audit.proof.verifying import Report, Verification
from shopplanr import clock


class Command(BaseCommand):
    """Verifies the trail."""

    help = (
        "Recomputes the log over the audit trail, checks the signature of every checkpoint, and compares them with "
        "those kept outside of the database. Exit code 1 where anything is wrong, and the first bad entry by name."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        """Take how much to verify, and against what."""
        parser.add_argument("--recent", action="store_true", help="the newest entries only, as GET /api/audit/verify")
        parser.add_argument(
            "--checkpoints",
            action="append",
            type=Path,
            default=[],
            metavar="FILE",
            help="checkpoints that were kept somewhere else, beside those in AUDIT_CHECKPOINT_FILE",
        )

    def handle(self, recent: bool, checkpoints: list[Path], **options) -> None:
        """Verify, show how far it is on standard error, and say what came of it."""
        verification = Verification(whole=not recent, also_kept=checkpoints)
        total = None if recent else AuditEntry.objects.count()
        with tqdm(total=total, desc="Verifying", unit=" entries", file=sys.stderr, leave=False, disable=None) as bar:
            for done in verification.steps():
                bar.update(done - bar.n)
        report = verification.report
        self._keep(report)
        for line in _sentences(report):
            self.stdout.write(line)
        if not report.valid:
            sys.exit(1)

    def _keep(self, report: Report) -> None:
        """Keep the outcome for the quality desk. Whoever verifies a copy that cannot be written to still gets it."""
        try:
            with transaction.atomic():
                verifications.record(report)
        except DatabaseError as error:
            self.stderr.write(f"The outcome is not shown on the quality desk: {error}")


def _sentences(report: Report) -> list[str]:
    last = report.last_checkpoint
    if not report.valid:
        return [f"NOT VALID ({report.problem.code}): {report.problem.message}"]
    if last is None:
        return [f"Nothing was sealed yet; {report.unsealed:,} entries are not proved."]
    scope = "" if report.complete else f" the newest {report.verified:,} of"
    until = f"up to checkpoint {last.number} of {last.facts['time']}"
    compared = f"Compared with {report.kept_outside:,} checkpoints that were kept outside of the database."
    if not report.kept_outside:
        compared = "No checkpoint was found outside of the database: a trail that was cut off would not be noticed."
    said = [f"Valid:{scope} {report.sealed:,} entries are as they were sealed, {until}.", compared]
    if report.unsealed:
        age = clock.now() - report.oldest_unsealed
        said.append(
            f"Not sealed yet, so not proved: {report.unsealed:,} entries, the oldest {age.total_seconds():,.0f} s old."
        )
    if report.late:
        sequence, entry_id, stamp = (report.first_late[place] for place in (0, 1, 6))
        said.append(
            f"Written later than they say: {report.late:,} entries, first {entry_id} (sequence {sequence}) of {stamp}."
        )
    return said
