"""The accounts app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Keeps the roles' permissions equal to the table, and brings the project's start-up checks along."""

    name = "shopplanr.accounts"
    label = "accounts"
    verbose_name = "People and access"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what must be there before the first command runs."""
        from shopplanr import checks  # noqa: F401 - importing it registers the checks
        from shopplanr.accounts import idle_sessions  # noqa: F401 - importing it has sign-ins begin and end sessions
        from shopplanr.accounts.role_groups import keep_permissions_equal_to_table

        post_migrate.connect(keep_permissions_equal_to_table, dispatch_uid="accounts.roles")
