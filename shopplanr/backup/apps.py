from django.apps import AppConfig


class BackupConfig(AppConfig):
    """Backups: two commands, and no table."""

    name = "shopplanr.backup"
    label = "backup"
    verbose_name = "Backups"
