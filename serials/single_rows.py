"""Tables of one row, which is held by whoever takes what there is one of: the next number, the order of work."""

from django.apps import apps as installed_apps

TABLES = ("SerialCounter", "OrderOfWork")


def ensure_single_rows(sender, using: str, apps=installed_apps, **kwargs) -> None:
    """Make the row where there is none (``post_migrate``)."""
    for name in TABLES:
        try:
            model = apps.get_model("serials", name)
        except LookupError:  # migrated back to before there was such a table
            continue
        model.objects.using(using).get_or_create(pk=1)
