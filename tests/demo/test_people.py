"""The demo's people, and who of them is said to be able to sign in."""

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import check_password

from shopplanr.accounts.models import PinCredential, User
from shopplanr.accounts.people import people_who_sign_in
from shopplanr.accounts.pin_rules import new_pin
from shopplanr.accounts.pins import change_pin, issue_code, verify
from shopplanr.accounts.roles import Role
from shopplanr.demo.people import PASSWORD, PEOPLE, PIN, floor_line, hire, sign_in_lines, sign_in_text
from shopplanr.refusals import Conflict, Forbidden
from tests.accounts.factories import DEVICE, AdministratorFactory, UserFactory, give_pin

pytestmark = pytest.mark.django_db

SIGNING_IN = {person.username for person in PEOPLE if person.signs_in}


def test_everybody_has_a_name_a_role_and_a_department():
    people = hire()
    assert set(people) == {person.username for person in PEOPLE}
    for person in PEOPLE:
        account = people[person.username]
        assert account.name == person.name
        assert account.department == person.department
        assert [group.name for group in account.groups.all()] == ([person.role] if person.role else [])
        assert account.is_superuser == person.is_administrator


def test_every_role_is_there():
    assert {person.role for person in PEOPLE} == {None, *Role}


def test_supervisors_qc_and_auditors_sign_in_and_nobody_else_but_the_administrator():
    hire()
    for account in User.objects.all():
        signs_in = account.username in SIGNING_IN
        assert account.is_staff == account.has_usable_password() == signs_in
        assert (authenticate(username=account.username, password=PASSWORD) is not None) == signs_in
    staff_roles = {person.role for person in PEOPLE if person.signs_in}
    assert staff_roles == {None, Role.SUPERVISORS, Role.QC, Role.AUDITORS}


def test_the_hashes_stay_the_same_when_somebody_signs_in(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    carla = hire()["carla"]
    pin = PinCredential.objects.get(user=carla).pin_hash
    for typed, encoded in ((PASSWORD, carla.password), (PIN, pin)):
        renewed = []
        assert check_password(typed, encoded, setter=renewed.append)
        assert renewed == []


def test_who_can_sign_in_is_said_with_the_password():
    hire()
    lines = sign_in_lines()
    assert [line.split()[0] for line in lines] == ["admin", *sorted(SIGNING_IN - {"admin"})]
    assert all(PASSWORD in line for line in lines)
    assert "Robin Adler, administrator" in lines[0]
    assert "hannah   shop-planr-demo   Hannah Lindqvist, QC, Quality" in lines


def test_somebody_who_has_changed_the_password_or_is_inactive_is_not_said_to_have_the_public_one():
    people = hire()
    people["carla"].set_password("a password of her own")
    people["carla"].save()
    User.objects.filter(username="vikram").update(is_active=False)
    lines = sign_in_lines()
    assert not [line for line in lines if line.startswith(("carla", "vikram"))]
    assert lines[-1] == "and 1 with a password of their own"


def test_accounts_that_are_not_the_demos_are_only_counted():
    AdministratorFactory.create_batch(2)
    UserFactory()
    assert sign_in_lines() == ["and 2 with a password of their own"]


def test_nobody_is_nobody():
    UserFactory(is_staff=True)
    assert sign_in_lines() == []


def test_a_username_that_is_taken_is_refused():
    UserFactory(username="hannah")
    with pytest.raises(Conflict, match="Username is taken: hannah"):
        hire()


def test_asking_who_can_sign_in_takes_three_queries(django_assert_max_num_queries):
    hire()
    with django_assert_max_num_queries(3):
        sign_in_text()


def test_everybody_but_the_program_signs_in_on_the_floor_with_the_one_pin():
    people = hire()
    for username, account in people.items():
        if username == "erp":
            with pytest.raises(Forbidden):
                verify(account.pk, PIN, DEVICE)
        else:
            assert verify(account.pk, PIN, DEVICE) == account
    assert {person.name for person in people_who_sign_in() if person.has_pin} == (
        {person.name for person in PEOPLE} - {"ERP connector"}
    )


def test_the_public_pin_is_one_that_people_could_choose():
    assert new_pin(PIN, PIN) == PIN


def test_how_to_sign_in_on_the_floor_is_said_as_long_as_somebody_has_the_public_pin():
    people = hire()
    assert floor_line("http://127.0.0.1:8000") == "tap a name on http://127.0.0.1:8000/, PIN 2580 (17 people)"
    assert sign_in_text().startswith(
        "On the floor: tap a name on the start page, PIN 2580 (17 people)\nWho can sign in to the admin"
    )

    change_pin(people["sam"], PIN, "7412", "7412", DEVICE)
    User.objects.filter(username="keiko").update(is_active=False)
    issue_code(people["owen"], by="test")
    assert "(14 people)" in floor_line()

    PinCredential.objects.exclude(user__username="linh").update(pin_hash="", set_at=None)
    assert "(1 person)" in floor_line()
    PinCredential.objects.update(pin_hash="", set_at=None)
    assert floor_line() == ""


def test_pins_that_are_not_the_demos_are_not_spoken_of():
    give_pin(UserFactory(), PIN)
    assert sign_in_text() == ""
