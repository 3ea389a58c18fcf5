from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    """The append-only trail of business events, and the row history of whatever is tracked."""

    name = "audit"
    verbose_name = "Audit trail"

    def ready(self):
        from audit import append_only, checks  # noqa: F401 - checks register themselves

        post_migrate.connect(append_only.protect_after_migrate, dispatch_uid="audit.append_only")
