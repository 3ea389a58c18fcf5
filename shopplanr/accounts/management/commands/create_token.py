"""``manage.py create_token``: make an API token."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from shopplanr.accounts.models import User
from shopplanr.accounts.services import issue_token
from shopplanr.refusals import Refusal


class Command(BaseCommand):
    """Makes a token and prints its secret."""

    help = "Makes an API token for a user and prints its secret, which cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("user", metavar="USER", help="username or id")
        parser.add_argument("name", metavar="NAME", help="what will use it, for example: ERP, nightly import")

    def handle(self, *, user, name, **options) -> None:
        """Print the secret alone on the standard output, so that a script can keep it."""
        owner = User.objects.filter(Q(username=user) | Q(pk=user)).first()
        if owner is None:
            raise CommandError(f"User not found: {user}")
        try:
            token, secret = issue_token(owner, name, by="command")
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(secret)
        self.stderr.write(f"Token {token.pk} of {owner.name}. Keep it now: it is not shown again.", self.style.WARNING)
