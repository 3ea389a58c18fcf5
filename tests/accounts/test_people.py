"""Making and changing accounts."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from shopplanr.accounts import services
from shopplanr.accounts.models import User
from shopplanr.accounts.roles import Role
from shopplanr.accounts.services import create_user, update_user
from shopplanr.refusals import Conflict, Forbidden, Invalid, NotFound
from tests.accounts.factories import AdministratorFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_new_person_is_an_operator_who_cannot_sign_in_yet():
    user = User.objects.get(pk=create_user("  Maria López ", " Milling ").pk)

    assert (user.name, user.department, user.username) == ("Maria López", "Milling", "maria-lópez")
    assert user.is_active and not user.is_staff and not user.is_superuser
    assert not user.has_usable_password()
    assert [group.name for group in user.groups.all()] == [Role.OPERATORS]


def test_a_person_can_be_made_with_role_username_and_password():
    user = create_user("Quinn", role=Role.QC, username="quinn", password="secret", is_staff=True)

    assert user.check_password("secret") and user.is_staff and user.username == "quinn"
    assert [group.name for group in user.groups.all()] == [Role.QC]


def test_people_of_one_name_get_usernames_of_their_own():
    assert [create_user("Kim").username for _ in range(3)] == ["kim", "kim-2", "kim-3"]


@pytest.mark.parametrize(
    ("name", "username"), [("李明", "李明"), ("!!!", "user"), ("A" * 255, "a" * 120), ("O'Brien, Pat", "obrien-pat")]
)
def test_every_name_makes_a_username(name, username):
    user = create_user(name)

    assert user.username == username
    user.full_clean(exclude=["password"])


def test_two_people_of_one_name_at_the_same_moment_both_get_an_account(monkeypatch):
    create_user("Kim")
    seen_free = iter(["kim", "kim", "kim-2"])
    monkeypatch.setattr(services, "_free_username", lambda stem: next(seen_free))

    assert create_user("Kim").username == "kim-2"


def test_many_people_of_one_name_at_the_same_moment_all_get_an_account(monkeypatch):
    create_user("Kim")
    monkeypatch.setattr(services, "_free_username", lambda stem: "kim")

    assert create_user("Kim").username.startswith("kim-")


@pytest.mark.django_db(transaction=True)
def test_eight_people_of_one_name_at_once():
    start = Barrier(8)

    def create(_):
        try:
            start.wait(timeout=30)
            return create_user("Kim").username
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        usernames = list(pool.map(create, range(8)))

    assert len(set(usernames)) == User.objects.filter(name="Kim", groups__name=Role.OPERATORS).count() == 8


@pytest.mark.parametrize("name", [None, "", "   ", 7, True, ["x"], {}])
def test_a_person_needs_a_name(name):
    with pytest.raises(Invalid, match=r"^name is required$"):
        create_user(name)


@pytest.mark.parametrize(("name", "department"), [("x" * 256, ""), ("x", "x" * 256), ("x", 7)])
def test_texts_fit_their_columns(name, department):
    with pytest.raises(Invalid):
        create_user(name, department)


def test_a_username_is_taken_once():
    create_user("Kim", username="kim")

    with pytest.raises(Conflict, match=r"^Username is taken: kim$"):
        create_user("Kim", username="kim")


@pytest.mark.parametrize("username", ["", "two words", "x" * 151])
def test_a_username_is_well_formed(username):
    with pytest.raises(Invalid):
        create_user("Kim", username=username)


def test_what_is_given_is_changed_and_the_rest_stays():
    user = UserFactory(name="Anna", department="Milling")

    update_user(user.pk, {"name": " Anna Berg "})
    update_user(user.pk, {"active": False})
    user.refresh_from_db()
    assert (user.name, user.department, user.is_active) == ("Anna Berg", "Milling", False)

    changed = update_user(user.pk, {"department": None, "active": True, "is_superuser": True, "username": "root"})
    user.refresh_from_db()
    assert (changed.department, user.department, user.is_active) == ("", "", True)
    assert not user.is_superuser and user.username != "root"


def test_what_stays_the_same_is_not_written(django_assert_num_queries):
    user = UserFactory(name="Anna")

    with django_assert_num_queries(3):  # savepoint, the locked row, end of the savepoint
        update_user(user.pk, {"name": "Anna", "active": True})


@pytest.mark.parametrize("name", [None, "", "  ", 7])
def test_a_name_cannot_be_emptied(name):
    with pytest.raises(Invalid, match=r"^name cannot be empty$"):
        update_user(UserFactory().pk, {"name": name})


@pytest.mark.parametrize("active", [None, "yes", 1])
def test_active_is_yes_or_no(active):
    with pytest.raises(Invalid, match=r"^active must be true or false$"):
        update_user(UserFactory().pk, {"active": active})


@pytest.mark.parametrize("user_id", ["user_x", "a\0b", "x" * 500])
def test_nobody_of_that_id(user_id):
    with pytest.raises(NotFound) as refusal:
        update_user(user_id, {"name": ""})

    assert refusal.value.message == f"User not found: {user_id}"


@pytest.mark.parametrize("make", [AdministratorFactory, lambda: UserFactory(role=Role.QC, is_staff=True)])
@pytest.mark.parametrize("changes", [{"active": False}, {"name": "Somebody else"}, {}])
def test_accounts_of_the_admin_are_out_of_reach(make, changes):
    account = make()

    with pytest.raises(Forbidden, match="can sign in to the admin"):
        update_user(account.pk, changes)

    name = account.name
    account.refresh_from_db()
    assert account.is_active and account.name == name
