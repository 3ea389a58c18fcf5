"""``manage.py migrate``: Django's own, one at a time."""

from django.core.management.commands import migrate
from django.db import connections

from shopplanr.watch.migrating import alone


class Command(migrate.Command):
    """Waits until nobody else migrates the same database; then there may be nothing left to do."""

    def handle(self, *args, **options) -> None:
        """Migrate."""
        with alone(connections[options["database"]]):
            super().handle(*args, **options)
