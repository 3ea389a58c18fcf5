"""A caller and everything that the caller may do come in one query, and are what Django itself would say."""

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission

from shopplanr.accounts.models import User
from shopplanr.accounts.rights import RightsBackend, load_token, load_user, rights_of_role
from shopplanr.accounts.roles import ROLE_RIGHTS, Right, Role
from shopplanr.accounts.tokens import digest
from tests.accounts.factories import AdministratorFactory, UserFactory, token_for

pytestmark = pytest.mark.django_db


def as_django_says(user):
    return ModelBackend().get_all_permissions(User.objects.get(pk=user.pk))


@pytest.fixture
def many_sided():
    """Somebody with two roles that overlap, and with one permission more of her own."""
    user = UserFactory(role=Role.OPERATORS)
    user.groups.add(Group.objects.get(name=Role.QC))
    user.user_permissions.add(Permission.objects.get(codename="plan_jobs"))
    return user


@pytest.mark.parametrize("load", [load_user, RightsBackend().get_user], ids=["load_user", "get_user"])
def test_user_and_rights_in_one_query(load, many_sided, django_assert_num_queries):
    expected = as_django_says(many_sided)

    with django_assert_num_queries(1):
        user = load(many_sided.pk)
        rights = user.get_all_permissions()
        assert user.has_perm(Right.CERTIFY) and user.has_perm(Right.SCRAP) and user.has_perm(Right.PLAN)
        assert not user.has_perm(Right.MANAGE_USERS) and user.has_module_perms("serials")
        assert user.name == many_sided.name and user.password

    assert rights == expected


def test_token_user_and_rights_in_one_query(many_sided, django_assert_num_queries):
    expected, secret = as_django_says(many_sided), token_for(many_sided)

    with django_assert_num_queries(1):
        token = load_token(digest(secret))
        assert token.user == many_sided
        assert (token.user.name, token.user.username) == (many_sided.name, many_sided.username)
        assert (token.user.is_active, token.user.is_staff, token.user.is_superuser) == (True, False, False)
        assert token.user.get_all_permissions() == expected
        assert token.created_at.tzinfo is not None

    assert "password" in token.user.get_deferred_fields()


@pytest.mark.parametrize("role", Role)
def test_a_roles_rights_in_one_query(role, django_assert_num_queries):
    with django_assert_num_queries(1):
        rights = rights_of_role(role.value)

    assert ROLE_RIGHTS[role] <= rights


def test_a_role_that_does_not_exist_has_no_rights():
    assert rights_of_role("") == frozenset()


def test_somebody_without_a_role_has_no_rights(django_assert_num_queries):
    user = UserFactory(role=None)

    with django_assert_num_queries(1):
        assert load_user(user.pk).get_all_permissions() == set()


def test_an_inactive_user_has_no_rights_and_no_session():
    user = UserFactory(role=Role.INTEGRATIONS, is_active=False)

    loaded = load_user(user.pk)
    assert not any(loaded.has_perm(right) for right in Right)
    assert not loaded.get_all_permissions()
    assert RightsBackend().get_user(user.pk) is None


def test_an_administrator_has_every_right(django_assert_num_queries):
    administrator = AdministratorFactory()

    with django_assert_num_queries(1):
        user = load_user(administrator.pk)
        assert all(user.has_perm(right) for right in Right)
    assert user.get_all_permissions() == as_django_says(administrator)


@pytest.mark.parametrize("user_id", ["user_nobody", "", "a\0b", "x" * 10_000, None, 7, ["user"]])
def test_an_id_that_is_nobodys_finds_nobody(user_id):
    assert load_user(user_id) is None
