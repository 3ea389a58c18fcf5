"""``manage.py issue_pin_code``: let somebody choose a PIN."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from shopplanr.accounts.models import User
from shopplanr.accounts.pin_rules import CODE_VALID_HOURS
from shopplanr.accounts.pins import issue_code
from shopplanr.refusals import Refusal


class Command(BaseCommand):
    """Issues a one-time code."""

    help = (
        "Issues a one-time code with which somebody chooses a PIN on the floor, and prints it; it cannot be shown "
        "again. A PIN that they have is void from then on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("user", metavar="USERNAME", help="username or id")

    def handle(self, *, user, **options) -> None:
        """Print the code alone on the standard output, so that a script can keep it."""
        person = User.objects.filter(Q(username=user) | Q(pk=user)).first()
        if person is None:
            raise CommandError(f"User not found: {user}")
        try:
            code = issue_code(person, by="command")
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(code)
        self.stderr.write(
            f"One-time code of {person.name}, valid for {CODE_VALID_HOURS} hours. It is not shown again.",
            self.style.WARNING,
        )
