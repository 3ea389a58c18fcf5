from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    """The first answers to calls that brought a key, kept for a day or more."""

    name = "shopplanr.idempotency"
    label = "idempotency"
    verbose_name = "Repeated calls"
    default_auto_field = "django.db.models.BigAutoField"
