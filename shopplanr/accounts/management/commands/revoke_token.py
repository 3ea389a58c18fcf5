"""``manage.py revoke_token``: close an API token for good."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shopplanr.accounts.services import revoke_token
from shopplanr.refusals import Refusal


class Command(BaseCommand):
    """Revokes a token."""

    help = "Revokes an API token; whoever still uses it gets 401 from the next call on."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("id", metavar="ID", help="the token's id, as list_tokens shows it")

    def handle(self, *, id, **options) -> None:
        """Revoke the token."""
        try:
            token = revoke_token(id, by="command")
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"Revoked {token.pk} ({token.name} of {token.user.name}).")
