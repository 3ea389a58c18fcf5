"""``manage.py audit_seal``: seal what was written to the audit trail, and send the checkpoints on their way."""

from django.core.management.base import BaseCommand, CommandError

from audit.proof.delivery import deliver
from audit.proof.keys import KeyProblem
from audit.proof.sealing import PATIENCE_SECONDS, CannotSeal, last_seal, seal


class Command(BaseCommand):
    """Seals and delivers."""

    help = (
        "Seals the entries of the audit trail that are not sealed yet with a signed checkpoint, and keeps the "
        "checkpoints outside of the database: in AUDIT_CHECKPOINT_FILE, and at AUDIT_CHECKPOINT_URL and "
        "AUDIT_CHECKPOINT_MAIL where they are set. A server does it by itself every AUDIT_SEAL_SECONDS."
    )

    def add_arguments(self, parser):
        """Take how long to wait."""
        parser.add_argument(
            "--wait", type=float, default=PATIENCE_SECONDS, metavar="SECONDS", help="for transactions that are open"
        )

    def handle(self, wait: float, **options) -> None:
        """Do both, and say what came of it. What could not be sent is no failure of sealing, but is one to know of."""
        try:
            sealed = seal(wait)
        except (CannotSeal, KeyProblem) as reason:
            raise CommandError(str(reason)) from None
        failures = deliver()
        if sealed is None:
            raise CommandError("A transaction that has written to the trail is still open; nothing was sealed.")
        last = last_seal()
        until = f", up to checkpoint {last.number}" if last else ""
        self.stdout.write(f"Sealed {sealed:,} {'entry' if sealed == 1 else 'entries'}{until}.")
        if failures:
            raise CommandError("\n".join(failures))
