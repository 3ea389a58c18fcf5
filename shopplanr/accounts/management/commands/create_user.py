"""``manage.py create_user``: make an account from the command line."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shopplanr.accounts.roles import Role
from shopplanr.accounts.services import create_user
from shopplanr.refusals import Refusal


class Command(BaseCommand):
    """Makes an account with a role."""

    help = (
        "Makes an account with a role, and without a password: `changepassword USERNAME` sets one. "
        "For an administrator, use `createsuperuser`."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("name", metavar="NAME", help="the person or program, as the shop knows them")
        parser.add_argument("--role", choices=[role.value for role in Role], default=Role.OPERATORS.value)
        parser.add_argument("--department", default="")
        parser.add_argument("--username", help="made from the name where it is left out")
        parser.add_argument("--staff", action="store_true", help="may sign in to the admin")

    def handle(self, *, name, role, department, username, staff, **options) -> None:
        """Make the account and print its username and id."""
        try:
            user = create_user(name, department, role=Role(role), username=username, is_staff=staff)
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"{user.username}\t{user.pk}")
