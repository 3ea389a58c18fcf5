"""``manage.py prune_idempotency_keys``: remove kept answers that nobody will ask for again."""

from django.core.management.base import BaseCommand

from shopplanr.idempotency.service import prune

AT_ONCE = 1000
"""Rows in one transaction, so that nobody has to wait for long."""


class Command(BaseCommand):
    """Removes old answers."""

    help = (
        "Removes the answers to calls with an Idempotency-Key that were kept for IDEMPOTENCY_KEEP_HOURS. "
        "A few go whenever a new one is kept; this is for a site where few come."
    )

    def handle(self, **options) -> None:
        """Remove them, and say how many."""
        removed = 0
        while some := prune(AT_ONCE):
            removed += some
        self.stdout.write(f"Removed {removed:,} kept {'answer' if removed == 1 else 'answers'}.")
