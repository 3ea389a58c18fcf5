from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SerialsConfig(AppConfig):
    """Jobs, their routes, and the physical parts on them."""

    name = "serials"
    verbose_name = "Production"

    def ready(self):
        from serials.single_rows import ensure_single_rows

        post_migrate.connect(ensure_single_rows, sender=self, dispatch_uid="serials.single_rows")
