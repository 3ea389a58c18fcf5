"""``manage.py list_tokens``: which tokens there are."""

from datetime import datetime

from django.core.management.base import BaseCommand, CommandParser
from django.utils.timezone import localtime

from shopplanr.accounts.models import ApiToken


class Command(BaseCommand):
    """Lists API tokens."""

    help = "Lists the live API tokens, one per line: id, user, name, first characters, made, last used."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--all", action="store_true", help="revoked ones too, with when and by whom")

    def handle(self, **options) -> None:
        """Print the tokens, tab-separated, the oldest first."""
        tokens = ApiToken.objects.select_related("user").order_by("created_at", "pk")
        if not options["all"]:
            tokens = tokens.filter(revoked_at=None)
        for token in tokens:
            columns = [
                token.pk,
                token.user.username,
                token.name,
                f"{token.hint}…",
                f"made {_shown(token.created_at)} by {token.created_by}",
                f"last used {_shown(token.last_used_at)}",
            ]
            if token.scopes is not None:
                columns.append(f"may {', '.join(token.scopes)}")
            if token.expires_at is not None:
                columns.append(f"{'expired' if token.has_expired else 'expires'} {_shown(token.expires_at)}")
            if token.revoked_at is not None:
                columns.append(f"revoked {_shown(token.revoked_at)} by {token.revoked_by}")
            elif not token.user.is_active:
                columns.append("user is inactive")
            self.stdout.write("\t".join(columns))


def _shown(moment: datetime | None) -> str:
    return f"{localtime(moment):%Y-%m-%d %H:%M %Z}" if moment else "never"
