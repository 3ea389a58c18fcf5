"""People's PINs in the admin: whether there is one, one-time codes, and unlocking."""

import re

import pytest
from django.contrib.auth.models import Permission

from shopplanr.accounts.models import PinCredential, User
from shopplanr.accounts.pins import issue_code, set_pin, verify
from shopplanr.accounts.roles import Role
from shopplanr.refusals import Refusal
from tests.accounts.factories import DEVICE, PIN, AdministratorFactory, UserFactory, give_pin
from tests.admin.conftest import at_desk, staff
from tests.admin.desk import act, choose, confirm, messages, url

pytestmark = pytest.mark.django_db

CODE = r"<code>(\w{4}-\w{4})</code>"


@pytest.fixture
def admin():
    return at_desk(AdministratorFactory(name="Robin"))


def page_of(client, user) -> str:
    return client.get(url("accounts_user", "change", user.pk)).content.decode()


def lock(user) -> None:
    for _ in range(3):
        with pytest.raises(Refusal):
            verify(user.pk, "9999", DEVICE)


def test_a_code_is_shown_once_and_is_good_for_choosing_a_pin(admin):
    user = UserFactory(name="Dale Kowalski")
    assert "Not set" in page_of(admin, user)

    done = act(admin, [user], "pin-code")

    (said,) = messages(done)
    (code,) = re.findall(CODE, said)
    assert said.startswith("Write it down now, it is not shown again: Dale Kowalski ")
    assert PinCredential.objects.get().code_issued_by == admin.user.pk
    page = page_of(admin, user)
    assert "one-time code valid until" in page and code not in page
    assert set_pin(user.pk, code, PIN, PIN, DEVICE) == user
    assert "one-time code" not in re.sub("Issue one-time code", "", page_of(admin, user))


def test_a_whole_shift_gets_codes_at_once(admin):
    people = [UserFactory(name=name) for name in ("Anna", "Ben & Co", "Cem")]

    (said,) = messages(act(admin, people, "pin-code"))

    codes = re.findall(rf"(\w+) (?:&amp; Co )?{CODE}", said)
    assert [name for name, _ in codes] == ["Anna", "Ben", "Cem"]
    for user, (_, code) in zip(people, codes, strict=True):
        assert set_pin(user.pk, code, PIN, PIN, DEVICE) == user


def test_who_would_lose_a_pin_is_said_before(admin):
    asked = choose(admin, [give_pin(UserFactory(name="Anna")), UserFactory(name="Ben")], "pin-code")

    effects = [row["cells"][-1] for row in asked.context["rows"]]
    assert effects == [
        "Gets a code. The present PIN is void at once, and whoever uses it is signed out.",
        "Gets a code.",
    ]
    assert PinCredential.objects.exclude(pin_hash="").count() == 1


def test_one_who_cannot_have_a_code_refuses_it_to_all(admin):
    people = [UserFactory(name="Anna"), UserFactory(name="ERP", role=Role.INTEGRATIONS)]

    refused = confirm(admin, choose(admin, people, "pin-code"))

    assert "ERP does not sign in on the floor" in refused.content.decode()
    assert not PinCredential.objects.exists()


def test_a_lock_is_shown_and_lifted(admin):
    user = give_pin(UserFactory(name="Maria"))
    assert "Unlock…" not in page_of(admin, user)
    lock(user)
    page = page_of(admin, user)
    assert re.search(r"3, locked until \d+ \w+ \d{4}, \d\d:\d\d:\d\d", page) and "Unlock…" in page

    assert messages(act(admin, [user], "pin-unlock")) == ["Unlocked: Maria."]

    assert verify(user.pk, PIN, DEVICE) == user
    assert "Never" not in re.search(r"Last wrong try.*?</div>\s*</div>", page_of(admin, user), re.S)[0]


def test_nothing_that_is_stored_of_pin_and_code_is_on_any_page(admin):
    user, other = give_pin(UserFactory()), UserFactory()
    issue_code(other, by="test")
    pages = page_of(admin, user) + page_of(admin, other) + admin.get(url("accounts_user")).content.decode()

    for credential in PinCredential.objects.all():
        for secret in (credential.pin_hash, credential.code_digest):
            assert not secret or secret not in pages


def test_only_administrators_issue_codes_whatever_rights_others_have():
    client, user = staff(Role.QC), give_pin(UserFactory())
    client.user.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))

    assert "pin-code" not in page_of(client, user)
    for action in ("pin-code", "pin-unlock"):
        asked = client.get(url("accounts_user", "act", action), {"selected": user.pk})
        done = client.post(url("accounts_user", "act", action), {"selected": user.pk})
        assert (asked.status_code, done.status_code) == (403, 403)
    assert verify(user.pk, PIN, DEVICE) == user


def test_the_list_shows_who_has_one_without_a_query_each(admin, django_assert_max_num_queries):
    for _ in range(10):
        give_pin(UserFactory())
    admin.get(url("accounts_user"))

    with django_assert_max_num_queries(9):
        assert admin.get(url("accounts_user")).content.decode().count("icon-yes") >= 10


@pytest.mark.parametrize("wrong", ["nobody", "\0", "x" * 500])
def test_addresses_that_name_nobody_lead_somewhere(admin, wrong):
    assert admin.get(url("accounts_user", "change", wrong)).status_code == 302
    assert admin.get(url("accounts_user", "act", "pin-code"), {"selected": wrong}).status_code == 302
    assert User.objects.count() == 1
