"""Who works in the demo shop, and who of them can sign in."""

from dataclasses import dataclass

from django.contrib.auth.hashers import identify_hasher, make_password

from shopplanr import clock
from shopplanr.accounts.models import PinCredential, User
from shopplanr.accounts.people import accounts_that_sign_in
from shopplanr.accounts.roles import Role
from shopplanr.accounts.services import create_user

PASSWORD = "shop-planr-demo"  # noqa: S105 - public on purpose: it is printed at every start
"""The password of every demo account that can sign in."""

PIN = "2580"
"""With which every person of the demo signs in on the floor, as public as the password."""

# Salts of their own tell, without hashing anything, which accounts still have the public password or PIN: whoever sets
# another one gets a random salt. They are long enough that Django does not renew them when somebody signs in.
_SALT = "ShopPlanrDemoPasswordIsPublic"
_PIN_SALT = "ShopPlanrDemoPinIsPublic"


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

    @property
    def has_pin(self) -> bool:
        """Everybody but the programs signs in on the floor."""
        return self.role != Role.INTEGRATIONS


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
    pin, now = make_password(PIN, salt=_PIN_SALT), clock.now()
    PinCredential.objects.bulk_create(
        PinCredential(user=accounts[person.username], pin_hash=pin, set_at=now) for person in PEOPLE if person.has_pin
    )
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
        if _has_salt(account.password, _SALT)
    ]
    if others := len(accounts) - len(lines):
        lines.append(f"and {others} with a password of their own")
    return lines


def _role_of(account: User) -> str:
    if account.is_superuser:
        return "administrator"
    return ", ".join([*sorted(group.name for group in account.groups.all()), account.department])


def floor_line(site: str = "") -> str:
    """Return how one signs in on the floor, for as long as people have the public PIN; empty where nobody has.

    ``site`` is the URL of the start page, where that is known.
    """
    pins = accounts_that_sign_in().values_list("pin_credential__pin_hash", flat=True)
    public = sum(_has_salt(pin, _PIN_SALT) for pin in pins if pin)
    where = f"{site}/" if site else "the start page"
    return f"tap a name on {where}, PIN {PIN} ({public} {'person' if public == 1 else 'people'})" if public else ""


def sign_in_text(site: str = "") -> str:
    """Return who can sign in, on the floor and with a password, as lines for a terminal; empty where nobody can."""
    floor, lines = floor_line(site), sign_in_lines()
    told = [f"On the floor: {floor}"] if floor else []
    if lines:
        told += ["Who can sign in to the admin (name and password):", *(f"  {line}" for line in lines)]
    return "\n".join(told)


def _has_salt(encoded: str, salt: str) -> bool:
    try:
        return identify_hasher(encoded).decode(encoded)["salt"] == salt
    except (KeyError, NotImplementedError, ValueError):
        return False  # written by a hasher that this installation does not know
