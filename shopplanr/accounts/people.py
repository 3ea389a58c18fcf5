"""Who signs in on the floor, as the sign-in page offers them."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from shopplanr.accounts.models import PinCredential, User
from shopplanr.accounts.roles import Role
from shopplanr.lookup import is_plausible_id


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose name can be tapped."""

    id: str
    name: str
    department: str
    has_pin: bool

    @property
    def initials(self) -> str:
        """Return what stands in the person's circle."""
        return initials(self.name)


def people_who_sign_in() -> list[Person]:
    """Return everybody who can sign in on the floor, by name. One query."""
    return _people(accounts_that_sign_in())


def person_who_signs_in(user_id: object) -> Person | None:
    """Return one of them, None where there is nobody of that id. One query; the id may be anything that was sent."""
    found = _people(accounts_that_sign_in().filter(pk=user_id)) if is_plausible_id(user_id) else []
    return found[0] if found else None


def pin_set_at(user_id: str) -> datetime | None:
    """Return when somebody chose the PIN that they have, None where they have none. One query."""
    return PinCredential.objects.filter(pk=user_id).values_list("set_at", flat=True).first()


def accounts_that_sign_in() -> QuerySet[User]:
    """Return the active accounts of people: who has a role, or every right, and is not only a program."""
    roles = Group.objects.filter(user=OuterRef("pk")).exclude(name=Role.INTEGRATIONS)
    return User.objects.filter(Q(is_superuser=True) | Exists(roles), is_active=True)


def initials(name: str) -> str:
    """Return the first letters of the first and the last word of a name: ``MS`` for Maria de los Santos."""
    letters = [letter for letter in (next(filter(str.isalnum, word), "") for word in name.split()) if letter]
    return "".join([letters[0], *letters[1:][-1:]]).upper() if letters else "?"


def _people(accounts: QuerySet[User]) -> list[Person]:
    with_pin = PinCredential.objects.filter(user=OuterRef("pk")).exclude(pin_hash="")
    rows = accounts.annotate(has_pin=Exists(with_pin)).order_by(Lower("name"), "name", "id")
    return [Person(*row) for row in rows.values_list("id", "name", "department", "has_pin")]
