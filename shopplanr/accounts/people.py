"""Who signs in on the floor, as the sign-in page offers them."""

from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from shopplanr.accounts.models import PinCredential, User
from shopplanr.accounts.roles import Role


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
    with_pin = PinCredential.objects.filter(user=OuterRef("pk")).exclude(pin_hash="")
    rows = accounts_that_sign_in().annotate(has_pin=Exists(with_pin)).order_by(Lower("name"), "name", "id")
    return [Person(*row) for row in rows.values_list("id", "name", "department", "has_pin")]


def accounts_that_sign_in() -> QuerySet[User]:
    """Return the active accounts of people: who has a role, or every right, and is not only a program."""
    roles = Group.objects.filter(user=OuterRef("pk")).exclude(name=Role.INTEGRATIONS)
    return User.objects.filter(Q(is_superuser=True) | Exists(roles), is_active=True)


def initials(name: str) -> str:
    """Return the first letters of the first and the last word of a name: ``MS`` for Maria de los Santos."""
    letters = [letter for letter in (next(filter(str.isalnum, word), "") for word in name.split()) if letter]
    return "".join([letters[0], *letters[1:][-1:]]).upper() if letters else "?"
