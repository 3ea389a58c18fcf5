"""Who works in the demo shop, and who of them can sign in."""

from dataclasses import dataclass

from django.contrib.auth.hashers import identify_hasher, make_password

from shopplanr.accounts.models import User
from shopplanr.accounts.roles import Role
from shopplanr.accounts.services import create_user

PASSWORD = "shop-planr-demo"  # noqa: S105 - public on purpose: it is printed at every start
"""The password of every demo account that can sign in."""

# A salt of its own tells, without hashing anything, which accounts still have the public password: whoever sets another
# one gets a random salt. It is long enough that Django does not renew it when somebody signs in.
_SALT = "ShopPlanrDemoPasswordIsPublic"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demo shop. ``username`` is also how the demo's plan calls them."""

    username: str
    name: str
    department: str
    role: Role | None
    signs_in: bool = False

    @property
    def is_administrator(self) -> bool:
        """Who has no role may do everything."""
        return self.role is None


PEOPLE = (
    Person("admin", "Robin Adler", "IT", role=None, signs_in=True),
    # Planning and supervision
    Person("carla", "Carla Reinhardt", "Production", Role.SUPERVISORS, signs_in=True),
    Person("vikram", "Vikram Desai", "Planning", Role.SUPERVISORS, signs_in=True),
    # Quality
    Person("hannah", "Hannah Lindqvist", "Quality", Role.QC, signs_in=True),
    Person("marcus", "Marcus Bell", "Quality", Role.QC, signs_in=True),
    Person("ingrid", "Ingrid Voss", "Registrar (AS9100)", Role.AUDITORS, signs_in=True),
    # The floor
    Person("andre", "Andre Baptiste", "Saw and stock", Role.OPERATORS),
    Person("tomasz", "Tomasz Nowak", "Turning", Role.OPERATORS),
    Person("linh", "Linh Pham", "Turning", Role.OPERATORS),
    Person("maria", "Maria Santos", "5-axis milling", Role.OPERATORS),
    Person("dale", "Dale Kowalski", "Milling", Role.OPERATORS),
    Person("walt", "Walt Jennings", "Grinding", Role.OPERATORS),
    Person("jamal", "Jamal Whitaker", "Grinding and EDM", Role.OPERATORS),
    Person("rosa", "Rosa Delgado", "Bench and finishing", Role.OPERATORS),
    Person("owen", "Owen Fitzgerald", "NDT", Role.OPERATORS),
    Person("keiko", "Keiko Tanaka", "Inspection", Role.OPERATORS),
    Person("sam", "Sam Okafor", "Test and shipping", Role.OPERATORS),
    # Programs
    Person("erp", "ERP connector", "", Role.INTEGRATIONS),
)


def hire() -> dict[str, User]:
    """Make everybody's account; return them by username. Raises Conflict where a username is taken."""
    accounts = {
        person.username: create_user(
            person.name, person.department, role=person.role, username=person.username, is_staff=person.signs_in
        )
        for person in PEOPLE
    }
    # Hashed once for all: it is slow on purpose, and keeps nothing secret here.
    password = make_password(PASSWORD, salt=_SALT)
    for person in PEOPLE:
        if person.signs_in:
            account = accounts[person.username]
            account.password, account.is_superuser = password, person.is_administrator
            account.save(update_fields=["password", "is_superuser"])
    return accounts


def sign_in_lines() -> list[str]:
    """Return who can sign in to this database: the demo's people a line each, with the password; others as a number.

    Empty where nobody can.
    """
    staff = User.objects.filter(is_active=True, is_staff=True).order_by("-is_superuser", "username")
    accounts = [account for account in staff.prefetch_related("groups") if account.has_usable_password()]
    lines = [
        f"{account.username:<8} {PASSWORD}   {account.name}, {_role_of(account)}"
        for account in accounts
        if _has_public_password(account)
    ]
    if others := len(accounts) - len(lines):
        lines.append(f"and {others} with a password of their own")
    return lines


def _role_of(account: User) -> str:
    if account.is_superuser:
        return "administrator"
    return ", ".join([*sorted(group.name for group in account.groups.all()), account.department])


def _has_public_password(account: User) -> bool:
    try:
        return identify_hasher(account.password).decode(account.password)["salt"] == _SALT
    except (KeyError, NotImplementedError, ValueError):
        return False  # written by a hasher that this installation does not know
