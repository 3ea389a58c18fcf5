"""Issuing and revoking tokens."""

import re

import pytest

from shopplanr import clock
from shopplanr.accounts.models import ApiToken
from shopplanr.accounts.services import issue_token, revoke_token
from shopplanr.accounts.tokens import digest, is_secret
from shopplanr.refusals import Conflict, Invalid, NotFound, Refusal
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_the_secret_is_told_once_and_only_its_digest_is_kept():
    user = UserFactory()

    token, secret = issue_token(user, " ERP ", by="user_admin")

    assert re.fullmatch(r"spk_[\w-]{43}", secret) and is_secret(secret)
    kept = ApiToken.objects.get(pk=token.pk)
    assert kept.pk.startswith("tok_")
    assert (kept.user, kept.name, kept.created_by) == (user, "ERP", "user_admin")
    assert (kept.digest, kept.hint) == (digest(secret), secret[:8])
    assert (kept.last_used_at, kept.revoked_at, kept.is_live) == (None, None, True)
    assert secret not in repr(ApiToken.objects.values())


def test_no_two_secrets_are_the_same():
    user = UserFactory()

    assert len({issue_token(user, str(number), by="test")[1] for number in range(20)}) == 20


@pytest.mark.parametrize("name", [None, "", "  ", 7])
def test_a_token_needs_a_name(name):
    with pytest.raises(Invalid, match=r"^name is required$"):
        issue_token(UserFactory(), name, by="test")


def test_a_live_name_is_taken():
    user = UserFactory(name="ERP system")
    token, _ = issue_token(user, "nightly", by="test")

    with pytest.raises(Conflict, match=r"^ERP system has a token named nightly; revoke it first"):
        issue_token(user, "nightly", by="test")

    revoke_token(token.pk, by="test")
    issue_token(user, "nightly", by="test")


def test_an_inactive_user_gets_no_token():
    with pytest.raises(Invalid, match=r"^User not found or inactive$"):
        issue_token(UserFactory(is_active=False), "ERP", by="test")


def test_a_token_is_revoked_once_and_by_somebody():
    token, _ = issue_token(UserFactory(), "ERP", by="test")
    moment = clock.now()

    with clock.told(moment):
        revoke_token(token.pk, by="user_admin")

    token.refresh_from_db()
    assert (token.revoked_at, token.revoked_by, token.is_live) == (moment, "user_admin", False)
    with pytest.raises(Refusal, match=rf"^Token is already revoked: {token.pk}$"):
        revoke_token(token.pk, by="somebody else")


@pytest.mark.parametrize("token_id", ["tok_x", "a\0b", "x" * 500])
def test_no_token_of_that_id(token_id):
    with pytest.raises(NotFound, match=r"^Token not found"):
        revoke_token(token_id, by="test")
