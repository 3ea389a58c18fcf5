"""Choosing a PIN with a one-time code, changing it, and what the log says of all that."""

import logging

import pytest

from shopplanr.accounts import pins
from shopplanr.accounts.pins import change_pin, issue_code, set_pin, unlock, verify
from shopplanr.accounts.sign_in_tries import TooManyTries
from shopplanr.refusals import Invalid
from tests.accounts.factories import DEVICE, PIN, UserFactory
from tests.accounts.tries import NEW, WRONG, guess, refused, stored

pytestmark = pytest.mark.django_db


class TestChoosingAPin:
    """With a one-time code."""

    @pytest.fixture
    def dale(self):
        return UserFactory(name="Dale Kowalski")

    def test_the_code_is_used_up_by_it(self, dale):
        code = issue_code(dale, by="user_admin")
        assert code not in repr(vars(stored(dale))) and code.replace("-", "") not in repr(vars(stored(dale)))
        assert stored(dale).code_issued_by == "user_admin"

        assert set_pin(dale.pk, code.lower(), PIN, PIN, DEVICE) == dale

        assert verify(dale.pk, PIN, DEVICE) == dale
        again = refused(set_pin, dale.pk, code, NEW, NEW, DEVICE)
        assert (again.message, list(again.errors)) == (
            "A PIN is set already. Sign in with it, or ask an administrator for a new one-time code.",
            ["code"],
        )
        assert verify(dale.pk, PIN, DEVICE) == dale

    def test_nobody_takes_a_name_without_its_code(self, dale):
        code = issue_code(UserFactory(), by="test")

        without = refused(set_pin, dale.pk, code, PIN, PIN, DEVICE)
        issue_code(dale, by="test")
        anothers = refused(set_pin, dale.pk, code, PIN, PIN, DEVICE)

        assert without.message == "No one-time code was issued for this name. Ask an administrator for one."
        assert anothers.message == "Wrong one-time code. You have 2 more tries."
        assert anothers.errors == {"code": [anothers.message]}
        assert not stored(dale).is_set

    def test_wrong_codes_are_counted_and_locked_like_wrong_pins(self, dale):
        code = issue_code(dale, by="test")
        for _ in range(3):
            refused(set_pin, dale.pk, "ACDEFHJK", PIN, PIN, DEVICE)

        locked = refused(set_pin, dale.pk, code, PIN, PIN, DEVICE)

        assert isinstance(locked, TooManyTries) and list(locked.errors) == ["code"]
        assert not stored(dale).is_set

    def test_a_code_is_good_for_a_day(self, dale, later):
        code = issue_code(dale, by="test")

        with later(hours=24, seconds=1):
            refusal = refused(set_pin, dale.pk, code, PIN, PIN, DEVICE)
        assert refusal.message == "This one-time code has expired. Ask an administrator for a new one."
        with later(hours=23, minutes=59):
            assert set_pin(dale.pk, code, PIN, PIN, DEVICE) == dale

    @pytest.mark.parametrize(("pin", "repeated"), [("1234", "1234"), (PIN, NEW), ("12", "12"), (None, None)])
    def test_a_pin_that_is_refused_costs_neither_a_try_nor_the_code(self, dale, pin, repeated):
        code = issue_code(dale, by="test")

        refused(set_pin, dale.pk, code, pin, repeated, DEVICE)

        assert stored(dale).wrong_tries == 0
        assert set_pin(dale.pk, code, PIN, PIN, DEVICE) == dale

    def test_a_newer_code_replaces_the_older_one(self, dale):
        older, newer = issue_code(dale, by="test"), issue_code(dale, by="test")

        assert refused(set_pin, dale.pk, older, PIN, PIN, DEVICE).code == "wrong"
        assert set_pin(dale.pk, newer, PIN, PIN, DEVICE) == dale

    def test_a_new_code_takes_the_pin_away_and_forgets_wrong_tries(self, maria):
        guess(maria, 5)

        code = issue_code(maria, by="test")

        assert refused(verify, maria.pk, PIN, DEVICE).code == "no_pin"
        assert set_pin(maria.pk, code, NEW, NEW, DEVICE) == maria

    def test_a_pin_that_is_taken_away_just_now_opens_nothing(self, maria, monkeypatch):
        original = pins.check_password
        monkeypatch.setattr(pins, "check_password", lambda *given: issue_code(maria, by="test") and original(*given))

        assert refused(verify, maria.pk, PIN, DEVICE).code == "wrong"
        assert not stored(maria).is_set

    @pytest.mark.parametrize("user_id", ["user_nobody", "a\0b", None])
    def test_an_id_that_is_nobodys(self, user_id):
        assert refused(set_pin, user_id, "ACDEFHJK", PIN, PIN, DEVICE).code == "cannot_sign_in"


class TestChangingAPin:
    """By somebody who is signed in."""

    def test_the_new_one_replaces_the_old_one(self, maria):
        assert change_pin(maria, PIN, NEW, NEW, DEVICE) == maria

        assert verify(maria.pk, NEW, DEVICE) == maria
        assert refused(verify, maria.pk, PIN, DEVICE).code == "wrong"

    def test_whoever_finds_a_tablet_signed_in_does_not_change_it(self, maria):
        refusals = [refused(change_pin, maria, WRONG, NEW, NEW, DEVICE) for _ in range(4)]

        assert [refusal.code for refusal in refusals] == ["wrong", "wrong", "wrong", "too_many_tries"]
        assert all(list(refusal.errors) == ["old"] for refusal in refusals)

    @pytest.mark.parametrize(
        ("old", "new", "repeated", "field"),
        [("", NEW, NEW, "old"), (PIN, "1111", "1111", "pin"), (PIN, NEW, PIN, "repeat")],
    )
    def test_what_was_mistyped_costs_no_try(self, maria, old, new, repeated, field):
        refusal = refused(change_pin, maria, old, new, repeated, DEVICE)

        assert isinstance(refusal, Invalid) and list(refusal.errors) == [field]
        assert stored(maria).wrong_tries == 0

    def test_somebody_without_a_pin_has_none_to_change(self):
        assert refused(change_pin, UserFactory(), PIN, NEW, NEW, DEVICE).code == "no_pin"


def test_the_log_says_who_and_what_came_of_it_but_never_a_pin_or_a_code(caplog):
    caplog.set_level(logging.DEBUG, "shopplanr.accounts")
    user = UserFactory()
    code = issue_code(user, by="user_admin")
    refused(set_pin, user.pk, "ACDE-FHJK", NEW, NEW, DEVICE)
    set_pin(user.pk, code, NEW, NEW, DEVICE)
    for pin in (WRONG, WRONG, WRONG, WRONG, "evil\n2026 forged"):
        refused(verify, user.pk, pin, DEVICE)
    refused(verify, "user\nforged", NEW, DEVICE)
    unlock(user, by="user_admin")

    lines = [record.getMessage() for record in caplog.records]
    assert lines == [
        f"One-time code for {user.pk} issued by user_admin",
        f"PIN of {user.pk}: code refused from {DEVICE}: wrong",
        f"PIN of {user.pk}: code accepted from {DEVICE}",
        *[f"PIN of {user.pk}: pin refused from {DEVICE}: wrong"] * 3,
        f"PIN of {user.pk}: a try while it is locked",
        f"PIN of an account without one: pin refused from {DEVICE}: cannot_sign_in",
        f"{user.pk} unlocked by user_admin",
    ]
