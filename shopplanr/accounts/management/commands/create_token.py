"""``manage.py create_token``: make an API token."""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from shopplanr import clock
from shopplanr.accounts.models import User
from shopplanr.accounts.services import SCOPES, issue_token
from shopplanr.refusals import Refusal


class Command(BaseCommand):
    """Makes a token and prints its secret."""

    help = "Makes an API token for a user and prints its secret, which cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("user", metavar="USER", help="username or id")
        parser.add_argument("name", metavar="NAME", help="what will use it, for example: ERP, nightly import")
        parser.add_argument("--days", type=int, metavar="N", help="how long it is good for; for ever unless given")
        parser.add_argument(
            "--scope",
            action="append",
            choices=SCOPES,
            metavar="RIGHT",
            help=f"may do this only, of what its user may; can be given several times: {', '.join(SCOPES)}",
        )

    def handle(self, *, user, name, days, scope, **options) -> None:
        """Print the secret alone on the standard output, so that a script can keep it."""
        owner = User.objects.filter(Q(username=user) | Q(pk=user)).first()
        if owner is None:
            raise CommandError(f"User not found: {user}")
        try:
            expires_at = None if days is None else clock.now() + timedelta(days=days)
            token, secret = issue_token(owner, name, by="command", expires_at=expires_at, scopes=scope)
        except OverflowError as error:
            raise CommandError(f"{days} days are more than a calendar has.") from error
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(secret)
        self.stderr.write(f"Token {token.pk} of {owner.name}. Keep it now: it is not shown again.", self.style.WARNING)
