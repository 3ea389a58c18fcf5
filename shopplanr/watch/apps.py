from django.apps import AppConfig
from django.db.backends.signals import connection_created


class WatchConfig(AppConfig):
    """What watches over the running service. It keeps nothing in the database."""

    name = "shopplanr.watch"
    label = "watch"
    verbose_name = "Watch over the service"

    def ready(self) -> None:
        """Time every statement from now on, and look at the settings of the watch with the others."""
        from shopplanr.watch import checks, statements

        assert checks  # noqa: S101 - imported for what it registers
        connection_created.connect(statements.watch, dispatch_uid="shopplanr.watch.statements")
