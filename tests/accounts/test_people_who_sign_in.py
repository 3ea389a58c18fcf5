"""Whose names the sign-in page offers."""

import pytest

from shopplanr.accounts.models import User
from shopplanr.accounts.people import initials, people_who_sign_in
from shopplanr.accounts.pins import issue_code
from shopplanr.accounts.roles import Role
from tests.accounts.factories import AdministratorFactory, UserFactory, give_pin

pytestmark = pytest.mark.django_db


def names() -> list[str]:
    return [person.name for person in people_who_sign_in()]


def test_people_are_offered_by_name_with_what_tells_them_apart():
    give_pin(UserFactory(name="Maria Santos", department="5-axis milling"))
    issue_code(UserFactory(name="Andre Baptiste", department=""), by="test")

    assert [(person.name, person.department, person.initials, person.has_pin) for person in people_who_sign_in()] == [
        ("Andre Baptiste", "", "AB", False),
        ("Maria Santos", "5-axis milling", "MS", True),
    ]


def test_every_role_of_people_is_offered_and_administrators_are():
    for role in (Role.OPERATORS, Role.SUPERVISORS, Role.QC, Role.AUDITORS):
        UserFactory(name=role, role=role)
    AdministratorFactory(name="Administrator")

    assert names() == ["Administrator", "Auditors", "Operators", "QC", "Supervisors"]


def test_programs_and_those_who_left_or_have_no_role_are_not():
    UserFactory(role=Role.INTEGRATIONS)
    UserFactory(role=None)
    give_pin(UserFactory())
    User.objects.update(is_active=False)

    assert names() == []


def test_somebody_with_two_roles_is_offered_once():
    user = UserFactory(role=Role.INTEGRATIONS, name="Vikram")
    user.groups.add(*UserFactory(role=Role.SUPERVISORS, name="Carla").groups.all())
    user.groups.add(*UserFactory(role=Role.QC, is_active=False).groups.all())

    assert names() == ["Carla", "Vikram"]


def test_upper_and_lower_case_do_not_part_the_list():
    for name in ("walt", "Zoe", "anna", "Bob"):
        UserFactory(name=name)

    assert names() == ["anna", "Bob", "walt", "Zoe"]


def test_one_query_for_everybody(django_assert_num_queries):
    for _ in range(3):
        give_pin(UserFactory())
    UserFactory.create_batch(5)

    with django_assert_num_queries(1):
        assert len(people_who_sign_in()) == 8


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Maria Santos", "MS"),
        ("Maria de los Santos", "MS"),
        ("kim", "K"),
        ("O'Brien, Pat", "OP"),
        ("李明", "李"),
        ("(Temp) 2nd shift", "TS"),
        ("–", "?"),
    ],
)
def test_initials(name, letters):
    assert initials(name) == letters
