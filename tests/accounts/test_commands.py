"""Accounts and tokens from the command line."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from shopplanr.accounts.models import ApiToken, PinCredential, User
from shopplanr.accounts.pins import set_pin
from shopplanr.accounts.roles import Role
from shopplanr.accounts.tokens import digest
from tests.accounts.factories import DEVICE, PIN, UserFactory, json_client, token_for
from tests.accounts.probe import URL

pytestmark = pytest.mark.django_db


def run(*arguments):
    out, err = StringIO(), StringIO()
    call_command(*arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.mark.urls("tests.accounts.probe")
@pytest.mark.parametrize("known_by", ["username", "pk"])
def test_create_token_prints_a_secret_that_opens_the_door(known_by):
    user = UserFactory(name="ERP")

    out, err = run("create_token", getattr(user, known_by), "nightly import")

    assert json_client(Authorization=f"Token {out.strip()}").get(URL).json()["user"] == user.pk
    token = ApiToken.objects.get()
    assert (token.name, token.created_by, token.digest) == ("nightly import", "command", digest(out.strip()))
    assert token.pk in err and out.strip() not in err


def test_create_token_says_what_is_wrong():
    user = UserFactory()
    run("create_token", user.username, "ERP")

    with pytest.raises(CommandError, match=r"^User not found: nobody$"):
        run("create_token", "nobody", "ERP")
    with pytest.raises(CommandError, match="revoke it first"):
        run("create_token", user.username, "ERP")


def test_list_tokens_shows_who_and_when_but_never_a_secret():
    user = UserFactory(username="erp")
    live, revoked = token_for(user, "live"), token_for(user, "revoked")
    run("revoke_token", user.api_tokens.get(name="revoked").pk)

    out, _ = run("list_tokens")
    assert re.search(r"tok_\S+\terp\tlive\tspk_.{4}…\tmade \d{4}-\d\d-\d\d \d\d:\d\d \S+ by test\tlast used never", out)
    assert "revoked" not in out

    out, _ = run("list_tokens", "--all")
    assert re.search(r"\trevoked\t.*\trevoked \d{4}.* by command", out)
    assert live not in out and revoked not in out

    User.objects.update(is_active=False)
    assert "user is inactive" in run("list_tokens")[0]


def test_revoke_token_closes_it():
    token_for(UserFactory(name="ERP"), "nightly")
    token = ApiToken.objects.get()

    out, _ = run("revoke_token", token.pk)

    assert out.strip() == f"Revoked {token.pk} (nightly of ERP)."
    token.refresh_from_db()
    assert token.revoked_by == "command"
    with pytest.raises(CommandError, match="already revoked"):
        run("revoke_token", token.pk)


@pytest.mark.parametrize("known_by", ["username", "pk"])
def test_issue_pin_code_prints_a_code_with_which_a_pin_is_chosen(known_by):
    user = UserFactory(name="Dale")

    out, err = run("issue_pin_code", getattr(user, known_by))

    assert "One-time code of Dale, valid for 24 hours." in err and out.strip() not in err
    assert PinCredential.objects.get().code_issued_by == "command"
    assert set_pin(user.pk, out, PIN, PIN, DEVICE) == user


def test_issue_pin_code_says_what_is_wrong():
    with pytest.raises(CommandError, match=r"^User not found: nobody$"):
        run("issue_pin_code", "nobody")
    with pytest.raises(CommandError, match="does not sign in on the floor"):
        run("issue_pin_code", UserFactory(role=Role.INTEGRATIONS).username)


def test_create_user_makes_an_account_with_a_role():
    out, _ = run("create_user", "ERP system", "--role", "Integrations", "--department", "IT")

    user = User.objects.get()
    assert out.strip() == f"erp-system\t{user.pk}"
    assert user.groups.get().name == Role.INTEGRATIONS
    assert (user.department, user.is_staff) == ("IT", False)
    with pytest.raises(CommandError, match=r"^name is required$"):
        run("create_user", " ")


def test_create_user_can_make_somebody_of_the_admin():
    run("create_user", "Quinn", "--role", "QC", "--username", "q", "--staff")

    assert User.objects.get(username="q").is_staff


def test_createsuperuser_works_with_our_accounts(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse")

    run("createsuperuser", "--noinput", "--username", "root", "--name", "Root")

    root = User.objects.get(username="root")
    assert root.is_superuser and root.check_password("correct horse")
