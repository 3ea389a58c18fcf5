"""``manage.py audit_key``: show the key that signs checkpoints, or let another one take its place."""

from django.core.management.base import BaseCommand, CommandError

from audit.proof import keys
from audit.proof.delivery import deliver
from audit.proof.sealing import CannotSeal, checkpoint_of, last_seal, rotate_key


class Command(BaseCommand):
    """Shows the public key; rotates and replaces the private one."""

    help = (
        "Shows the public key that checkpoints of the audit trail are verified with: give it to whoever verifies. "
        "Makes the key where there is none yet."
    )

    def add_arguments(self, parser):
        """Take what to do instead."""
        instead = parser.add_mutually_exclusive_group()
        instead.add_argument(
            "--rotate", action="store_true", help="let a new key sign; the old one announces it, and is removed"
        )
        instead.add_argument(
            "--replace-lost",
            action="store_true",
            help="make a new key because the file of the old one is lost for good; verifiers must be told of it",
        )

    def handle(self, rotate: bool, replace_lost: bool, **options) -> None:
        """Do it, and show the key."""
        try:
            if rotate:
                key = rotate_key()
                deliver()
            elif replace_lost:
                key = self._replace()
            else:
                key = keys.current() or self._first()
        except (keys.KeyProblem, CannotSeal) as reason:
            raise CommandError(str(reason)) from None
        self.stdout.write(f"Public key:  {key.public_text}")
        self.stdout.write(f"Key id:      {key.id}")
        self.stdout.write(f"All of them: {keys.public_file()}")

    def _first(self) -> keys.SigningKey:
        last = last_seal()
        return keys.key_after(checkpoint_of(last) if last else None)

    def _replace(self) -> keys.SigningKey:
        last = last_seal()
        if last is None:
            raise CommandError("Nothing was sealed yet: there is no key to replace.")
        try:
            keys.key_after(checkpoint_of(last))
        except keys.KeyProblem:
            return keys.replace_lost(checkpoint_of(last))
        raise CommandError("The key is not lost. To let another one take its place: manage.py audit_key --rotate")
