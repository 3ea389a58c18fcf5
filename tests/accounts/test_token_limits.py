"""Tokens that may do less than their user, and that are good for a while only."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from shopplanr import clock
from shopplanr.accounts.models import ApiToken
from shopplanr.accounts.rights import load_token
from shopplanr.accounts.roles import Right, Role
from shopplanr.accounts.services import SCOPES, issue_token, revoke_token
from shopplanr.accounts.tokens import digest
from shopplanr.refusals import Invalid
from tests.accounts.factories import AdministratorFactory, UserFactory, json_client
from tests.admin.conftest import at_desk
from tests.admin.desk import url
from tests.api.answers import assert_refused
from tests.factories import JobFactory, make_serial

pytestmark = pytest.mark.django_db


def client_with(user, **limits):
    _, secret = issue_token(user, "limited", by="test", **limits)
    return json_client(Authorization=f"Token {secret}")


class TestScopes:
    def test_a_token_does_what_its_scopes_say_and_nothing_else(self):
        part = make_serial()
        client = client_with(UserFactory(role=Role.INTEGRATIONS), scopes=["read", "advance"])

        assert client.get(f"/api/serials/{part.id}").status_code == 200
        assert client.post(f"/api/serials/{part.id}/advance", {}).status_code == 200
        assert_refused(
            client.post(f"/api/serials/{part.id}/scrap", {"reason": "damaged"}),
            403,
            "You may not scrap parts. Ask an operator, a supervisor or an administrator.",
        )

    def test_a_scope_gives_nothing_that_its_user_may_not_do(self):
        client = client_with(UserFactory(role=Role.AUDITORS), scopes=["read", "plan"])

        assert client.get("/api/jobs").status_code == 200
        assert client.post("/api/jobs", {"name": "New", "goalQuantity": 1}).status_code == 403

    def test_an_administrators_token_is_limited_as_well(self):
        job = JobFactory()
        client = client_with(AdministratorFactory(), scopes=["read"])

        assert client.get(f"/api/jobs/{job.id}").status_code == 200
        assert client.put(f"/api/jobs/{job.id}", {"name": "New"}).status_code == 403

    def test_without_scopes_it_is_as_before(self):
        user = UserFactory(role=Role.SUPERVISORS)
        token, secret = issue_token(user, "all", by="test")

        assert token.scopes is None
        assert {right for right in Right if load_token(digest(secret)).user.has_perm(right)} == {
            right for right in Right if user.has_perm(right)
        }

    def test_every_right_can_be_a_scope(self):
        assert [Right[scope.upper()] for scope in SCOPES] == list(Right)

    def test_a_scope_that_there_is_no_more_opens_nothing(self):
        token, secret = issue_token(UserFactory(role=Role.INTEGRATIONS), "old", by="test", scopes=["read"])
        ApiToken.objects.filter(pk=token.pk).update(scopes=["levitate"])

        assert not any(load_token(digest(secret)).user.has_perm(right) for right in Right)

    def test_an_unknown_one_is_refused(self):
        with pytest.raises(Invalid, match="scopes must be one of: read, read_audit"):
            issue_token(UserFactory(), "new", by="test", scopes=["levitate"])


class TestExpiry:
    def test_a_token_is_good_until_its_time_is_over(self):
        client = client_with(UserFactory(), expires_at=clock.now() + timedelta(hours=1))
        assert client.get("/api/jobs").status_code == 200

        with clock.told(clock.now() + timedelta(hours=1)):
            response = client.get("/api/jobs")

        assert_refused(response, 401, "This token has expired.", code="token_expired")

    def test_one_that_is_over_already_is_not_made(self):
        with pytest.raises(Invalid, match="must expire in the future"):
            issue_token(UserFactory(), "new", by="test", expires_at=clock.now())

    def test_one_that_has_expired_can_still_be_revoked(self):
        token, _ = issue_token(UserFactory(), "new", by="test", expires_at=clock.now() + timedelta(seconds=1))

        with clock.told(clock.now() + timedelta(days=1)):
            assert revoke_token(token.pk, by="test").revoked_at is not None


class TestCommands:
    def make(self, *arguments: str) -> str:
        said = StringIO()
        call_command("create_token", *arguments, stdout=said, stderr=StringIO())
        return said.getvalue().strip()

    def test_make_and_list_them(self):
        user = UserFactory(role=Role.INTEGRATIONS, username="erp")
        secret = self.make("erp", "nightly", "--days", "30", "--scope", "read", "--scope", "read_audit")

        token = load_token(digest(secret))
        assert token.scopes == ["read", "read_audit"]
        assert timedelta(days=29) < token.expires_at - clock.now() <= timedelta(days=30)
        listed = StringIO()
        call_command("list_tokens", stdout=listed)
        assert "may read, read_audit\texpires " in listed.getvalue()
        assert user.api_tokens.count() == 1

    @pytest.mark.parametrize("days", ["0", "-1", "999999999999"])
    def test_days_that_make_no_sense(self, days):
        UserFactory(username="erp")

        with pytest.raises(CommandError):
            self.make("erp", "nightly", "--days", days)
        assert not ApiToken.objects.exists()


def test_an_administrator_makes_one_in_the_admin():
    admin, user = at_desk(AdministratorFactory()), UserFactory(role=Role.INTEGRATIONS)
    address = url("accounts_apitoken", "add")
    assert "Advance parts" in admin.get(address).content.decode()

    typed = {"user": user.pk, "name": "ERP", "scopes": ["read", "note"], "expires_at_0": "2999-12-31"}
    response = admin.post(address, typed | {"expires_at_1": "12:00:00"}, follow=True)

    token = ApiToken.objects.get()
    assert (token.scopes, token.expires_at.year) == (["read", "note"], 2999)
    assert "Copy the token now" in response.content.decode()
    page = admin.get(url("accounts_apitoken", "change", token.pk)).content.decode()
    assert "read" in page and "2999" in page
