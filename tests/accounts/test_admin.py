"""Accounts, roles and tokens in the admin: what administrators can do there, and that nobody else can."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from shopplanr.accounts.models import ApiToken, User
from shopplanr.accounts.roles import ROLE_RIGHTS, Role
from shopplanr.accounts.services import issue_token
from shopplanr.accounts.tokens import digest
from tests.accounts.factories import PASSWORD, AdministratorFactory, UserFactory

pytestmark = pytest.mark.django_db


def signed_in(user):
    client = Client()
    assert client.login(username=user.username, password=PASSWORD)
    return client


@pytest.fixture
def administrator():
    return AdministratorFactory(name="Root")


@pytest.fixture
def admin(administrator):
    return signed_in(administrator)


@pytest.fixture
def staff():
    """Somebody of the admin who is no administrator, with every permission of accounts that Django has."""
    user = UserFactory(role=Role.QC, is_staff=True, password=PASSWORD)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label__in=["accounts", "auth"]))
    return signed_in(user)


def url(page, *arguments):
    return reverse(f"admin:{page}", args=[quote(argument) for argument in arguments])


def messages(response):
    return [str(message) for message in response.context["messages"]]


class TestPeople:
    """Accounts."""

    def test_lists_and_finds_people(self, admin):
        UserFactory(name="Maria Lopez", department="Milling")

        assert b"Maria Lopez" in admin.get(url("accounts_user_changelist"), {"q": "milling"}).content
        assert b"Maria Lopez" not in admin.get(url("accounts_user_changelist"), {"q": "turning"}).content

    def test_queries_of_the_list_do_not_grow_with_people(self, admin, django_assert_max_num_queries):
        UserFactory.create_batch(20)

        with django_assert_max_num_queries(9):
            assert admin.get(url("accounts_user_changelist")).status_code == 200

    def test_makes_an_account_with_name_role_and_password(self, admin):
        assert admin.get(url("accounts_user_add")).status_code == 200

        response = admin.post(
            url("accounts_user_add"),
            {
                "name": "Quinn",
                "username": "quinn",
                "department": "QC",
                "usable_password": "true",
                "password1": PASSWORD,
                "password2": PASSWORD,
                "groups": [Group.objects.get(name=Role.QC).pk],
                "is_staff": "on",
            },
        )

        assert response.status_code == 302, response.context["adminform"].errors
        user = User.objects.get(username="quinn")
        assert (user.name, user.department, user.is_staff) == ("Quinn", "QC", True)
        assert user.groups.get().name == Role.QC
        assert signed_in(user).get(url("index")).status_code == 200

    def test_changes_and_deactivates_an_account(self, admin):
        user = UserFactory(name="Anna")
        page = url("accounts_user_change", user.pk)
        assert b"Anna" in admin.get(page).content

        response = admin.post(page, {"name": "Anna Berg", "username": user.username})

        assert response.status_code == 302, response.context["adminform"].errors
        user.refresh_from_db()
        assert (user.name, user.is_active) == ("Anna Berg", False)

    @pytest.mark.parametrize("user_id", ["user_plain", "user_26cnOjhHV_2F0BE"], ids=["plain", "looks escaped"])
    def test_sets_a_password(self, user_id, admin):
        user = UserFactory(id=user_id)
        page = url("auth_user_password_change", user.pk)

        response = admin.post(page, {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD})

        assert response.url == url("accounts_user_change", user.pk)
        assert admin.get(response.url).status_code == 200
        user.refresh_from_db()
        assert user.check_password(PASSWORD)

    def test_deletes_nobody(self, admin):
        user = UserFactory()

        assert admin.post(url("accounts_user_delete", user.pk), {"post": "yes"}).status_code == 403
        admin.post(url("accounts_user_changelist"), {"action": "delete_selected", "_selected_action": [user.pk]})
        assert User.objects.filter(pk=user.pk).exists()

    def test_other_staff_look_and_change_nothing(self, staff, administrator):
        user = UserFactory(name="Anna")

        assert b"Anna" in staff.get(url("accounts_user_changelist")).content
        assert staff.get(url("accounts_user_change", user.pk)).status_code == 200
        assert staff.get(url("accounts_user_add")).status_code == 403
        for page in ("accounts_user_change", "auth_user_password_change"):
            assert staff.post(url(page, administrator.pk), {"password1": "x", "password2": "x"}).status_code == 403


class TestRoles:
    """Groups."""

    def test_a_role_is_shown_and_stays_as_it_is(self, admin):
        role = Group.objects.get(name=Role.OPERATORS)
        page = url("auth_group_change", role.pk)

        assert admin.get(page).status_code == 200
        assert admin.post(page, {"name": "Everything"}).status_code == 403
        assert admin.post(url("auth_group_delete", role.pk), {"post": "yes"}).status_code == 403
        admin.post(url("auth_group_changelist"), {"action": "delete_selected", "_selected_action": [role.pk]})
        assert Group.objects.get(pk=role.pk).permissions.count() == len(ROLE_RIGHTS[Role.OPERATORS])

    def test_a_group_of_the_shops_own_is_the_administrators(self, admin):
        admin.post(url("auth_group_add"), {"name": "Tool crib"})
        group = Group.objects.get(name="Tool crib")

        assert admin.post(url("auth_group_change", group.pk), {"name": "Tools"}).status_code == 302
        assert admin.post(url("auth_group_delete", group.pk), {"post": "yes"}).status_code == 302
        assert not Group.objects.filter(pk=group.pk).exists()

    def test_other_staff_change_no_group(self, staff):
        group = Group.objects.create(name="Tool crib")

        assert staff.get(url("auth_group_changelist")).status_code == 200
        assert staff.post(url("auth_group_add"), {"name": "x"}).status_code == 403
        assert staff.post(url("auth_group_change", group.pk), {"name": "x"}).status_code == 403
        assert staff.post(url("auth_group_delete", group.pk), {"post": "yes"}).status_code == 403


class TestTokens:
    """API tokens."""

    def test_the_secret_is_shown_once(self, admin, administrator):
        user = UserFactory(name="ERP")
        assert admin.get(url("accounts_apitoken_add")).status_code == 200

        response = admin.post(url("accounts_apitoken_add"), {"user": user.pk, "name": "nightly"}, follow=True)

        token = ApiToken.objects.get()
        (secret,) = re.findall(r"spk_[\w-]{43}", " ".join(messages(response)))
        assert token.digest == digest(secret)
        assert (token.user, token.name, token.created_by) == (user, "nightly", administrator.pk)
        again = admin.get(url("accounts_apitoken_changelist")).content.decode()
        assert token.hint in again and secret not in again
        assert LogEntry.objects.get().object_id == token.pk
        assert secret not in repr(LogEntry.objects.values())

    def test_a_token_that_exists_is_not_edited_and_its_digest_not_shown(self, admin):
        token, _ = issue_token(UserFactory(), "nightly", by="test")
        page = url("accounts_apitoken_change", token.pk)

        assert token.digest not in admin.get(page).content.decode()
        admin.post(page, {"name": "another", "user": UserFactory().pk})
        admin.post(url("accounts_apitoken_delete", token.pk), {"post": "yes"})

        kept = ApiToken.objects.get(pk=token.pk)
        assert (kept.name, kept.user_id, kept.is_live) == ("nightly", token.user_id, True)

    def test_a_name_that_is_taken_is_said_and_what_was_typed_is_still_there(self, admin):
        user = UserFactory()
        issue_token(user, "nightly & more", by="test")

        response = admin.post(url("accounts_apitoken_add"), {"user": user.pk, "name": "nightly & more"}, follow=True)

        assert "revoke it first" in messages(response)[0]
        assert response.context["adminform"].form.initial == {"user": user.pk, "name": "nightly & more"}
        assert ApiToken.objects.count() == 1

    def test_an_inactive_user_gets_no_token(self, admin):
        user = UserFactory(is_active=False)

        assert admin.post(url("accounts_apitoken_add"), {"user": user.pk, "name": "x"}).status_code == 200
        assert not ApiToken.objects.exists()

    def test_revokes_those_that_are_selected(self, admin, administrator):
        user = UserFactory()
        tokens = [issue_token(user, name, by="test")[0] for name in ("one", "two", "three")]
        selected = {"action": "revoke", "_selected_action": [token.pk for token in tokens[:2]]}

        response = admin.post(url("accounts_apitoken_changelist"), selected, follow=True)

        assert messages(response) == ["Revoked: 2."]
        assert [token.name for token in ApiToken.objects.filter(revoked_at=None)] == ["three"]
        assert set(ApiToken.objects.exclude(revoked_at=None).values_list("revoked_by", flat=True)) == {administrator.pk}
        assert LogEntry.objects.count() == 2
        assert messages(admin.post(url("accounts_apitoken_changelist"), selected, follow=True)) == ["Revoked: 0."]

    def test_other_staff_look_and_make_none(self, staff):
        token, _ = issue_token(UserFactory(), "nightly", by="test")

        assert staff.get(url("accounts_apitoken_changelist")).status_code == 200
        assert staff.post(url("accounts_apitoken_add"), {"user": token.user_id, "name": "x"}).status_code == 403
        staff.post(url("accounts_apitoken_changelist"), {"action": "revoke", "_selected_action": [token.pk]})
        assert ApiToken.objects.get().is_live


def test_qc_finds_nothing_of_accounts_in_the_admin():
    client = signed_in(UserFactory(role=Role.QC, is_staff=True, password=PASSWORD))

    assert client.get(url("index")).status_code == 200
    for page in ("accounts_user_changelist", "accounts_apitoken_changelist", "auth_group_changelist"):
        assert client.get(url(page)).status_code == 403
