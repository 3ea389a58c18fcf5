from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SerialsConfig(AppConfig):
    """Jobs, their routes, and the physical parts on them."""

    name = "serials"
    verbose_name = "Production"

    def ready(self):
        from serials.counter import ensure_counter  # models are loaded by now

        post_migrate.connect(ensure_counter, sender=self, dispatch_uid="serials.counter")
