"""Signing in with a PIN, and what wrong tries cost."""

import pytest
from django.contrib.auth.hashers import identify_hasher

from shopplanr.accounts import pins
from shopplanr.accounts.models import PinCredential, SignInDevice, User
from shopplanr.accounts.pins import issue_code, unlock, verify
from shopplanr.accounts.roles import Right, Role
from shopplanr.accounts.sign_in_tries import TooManyTries
from shopplanr.refusals import Forbidden
from tests.accounts.factories import DEVICE, PIN, AdministratorFactory, UserFactory, give_pin
from tests.accounts.tries import WRONG, guess, refused, stored
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db


class TestSigningIn:
    """With the right PIN."""

    def test_the_right_pin_brings_the_user_with_all_rights(self, maria, django_assert_num_queries):
        user = verify(maria.pk, PIN, DEVICE)

        assert (user, user.name) == (maria, "Maria Santos")
        with django_assert_num_queries(0):
            assert user.has_perm(Right.SCRAP) and not user.has_perm(Right.PLAN)

    def test_it_costs_the_same_statements_however_many_people_there_are(self, maria):
        UserFactory.create_batch(5)

        with counted_statements() as statements:
            verify(maria.pk, PIN, DEVICE)

        # device: make or find it, read, count, take back; who may; the account: read, count, read, write; the user
        assert len(statements) == 10, statements.queries

    def test_supervisors_qc_auditors_and_administrators_have_pins_too(self):
        for user in (*(UserFactory(role=role) for role in Role if role != Role.INTEGRATIONS), AdministratorFactory()):
            assert verify(give_pin(user).pk, PIN, DEVICE) == user

    def test_people_may_choose_the_same_pin_and_nothing_stored_tells(self, maria):
        other = give_pin(UserFactory())

        assert stored(maria).pin_hash != stored(other).pin_hash
        assert PIN not in stored(maria).pin_hash

    def test_a_hash_that_is_weaker_than_todays_is_made_anew(self, maria, settings):
        settings.PASSWORD_HASHERS = [
            "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
            "django.contrib.auth.hashers.MD5PasswordHasher",
        ]

        verify(maria.pk, PIN, DEVICE)

        assert identify_hasher(stored(maria).pin_hash).algorithm == "pbkdf2_sha1"
        assert verify(maria.pk, PIN, DEVICE) == maria


class TestWrongTries:
    """At one account."""

    def test_three_are_free_and_each_says_what_is_left(self, maria):
        sentences = [guess(maria).message for _ in range(4)]

        assert sentences == [
            "Wrong PIN. You have 2 more tries.",
            "Wrong PIN. You have 1 more try.",
            "Wrong PIN. Try again in 15 seconds, or ask an administrator.",
            "Wrong PIN. Try again in 1 minute, or ask an administrator.",
        ]

    def test_a_locked_account_says_the_same_to_the_right_and_the_wrong_pin(self, maria, later):
        guess(maria, 3)

        with later(seconds=5):
            right, wrong = (refused(verify, maria.pk, pin, DEVICE) for pin in (PIN, WRONG))

        assert isinstance(right, TooManyTries) and right.status == 429
        assert right.message == wrong.message
        assert right.message in {
            f"Too many wrong tries. Try again in {seconds} seconds, or ask an administrator." for seconds in (10, 11)
        }
        assert right.errors == {"pin": [right.message]} and right.wait_seconds in (10, 11)

    def test_the_pause_ends_and_is_not_prolonged_by_trying(self, maria, later):
        guess(maria, 3)
        with later(seconds=14):
            refused(verify, maria.pk, WRONG, DEVICE)

        with later(seconds=16):
            assert verify(maria.pk, PIN, DEVICE) == maria

    def test_pauses_grow_up_to_an_hour(self, maria):
        waits = []
        for _ in range(9):
            guess(maria)
            until = stored(maria).locked_until
            waits.append(until and round((until - stored(maria).last_wrong_at).total_seconds()))

        assert waits == [None, None, 15, 60, 300, 900, 3600, 3600, 3600]

    def test_the_right_pin_sets_them_back(self, maria, later):
        guess(maria, 4)
        with later(minutes=2):
            verify(maria.pk, PIN, DEVICE)

        assert (stored(maria).wrong_tries, stored(maria).locked_until) == (0, None)
        assert guess(maria).message.endswith("You have 2 more tries.")

    def test_one_persons_are_not_anothers(self, maria):
        other = give_pin(UserFactory())
        guess(maria, 5)

        assert verify(other.pk, PIN, DEVICE) == other

    @pytest.mark.parametrize("nothing", ["", "12", "12a4", None, 2580])
    def test_what_cannot_be_a_pin_costs_no_try(self, maria, nothing):
        refused(verify, maria.pk, nothing, DEVICE)

        assert stored(maria).wrong_tries == 0

    def test_they_stay_counted_when_the_hash_is_never_computed(self, maria, monkeypatch):
        """A try whose request dies in between is a wrong one."""
        monkeypatch.setattr(pins, "check_password", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            verify(maria.pk, PIN, DEVICE)

        assert stored(maria).wrong_tries == 1

    def test_an_administrator_unlocks(self, maria):
        guess(maria, 5)

        unlock(maria, by="test")

        assert verify(maria.pk, PIN, DEVICE) == maria
        for nobody in (maria, UserFactory()):
            assert refused(unlock, nobody, "test").message == f"{nobody.name} has no wrong tries to forget."


class TestWrongTriesOfADevice:
    """Over all accounts."""

    def test_one_device_that_goes_through_the_names_is_stopped(self, settings, later):
        settings.PIN_TRIES_PER_DEVICE = 4
        people = [give_pin(UserFactory()) for _ in range(3)]
        for person in people * 2:
            refusal = refused(verify, person.pk, WRONG, DEVICE)

        assert isinstance(refusal, TooManyTries)
        assert refusal.message == (
            "Too many wrong tries from this device. Try again in 10 minutes, or use another device."
        )
        assert isinstance(refused(verify, people[0].pk, PIN, DEVICE), TooManyTries)
        assert verify(people[0].pk, PIN, "192.0.2.8") == people[0]
        with later(minutes=11):
            assert verify(people[0].pk, PIN, DEVICE) == people[0]

    def test_right_ones_do_not_count(self, maria, settings):
        settings.PIN_TRIES_PER_DEVICE = 3
        for _ in range(10):
            verify(maria.pk, PIN, DEVICE)

        assert SignInDevice.objects.get().wrong_tries == 0

    def test_names_that_nobody_has_count(self, settings):
        settings.PIN_TRIES_PER_DEVICE = 3
        for number in range(4):
            refusal = refused(verify, f"user_{number}", PIN, DEVICE)

        assert isinstance(refusal, TooManyTries)

    def test_counts_that_are_over_are_forgotten(self, maria, later):
        guess(maria, 2, device="192.0.2.1")
        assert SignInDevice.objects.count() == 2

        with later(minutes=11):
            guess(maria, device="192.0.2.3")

        assert [row.address for row in SignInDevice.objects.all()] == ["192.0.2.3"]


class TestWhoCannotSignIn:
    """Nobody learns from the time it takes whether an account has a PIN: the hash is computed all the same."""

    @pytest.fixture
    def hashed(self, monkeypatch):
        computed = []
        for name in ("make_password", "check_password"):
            original = getattr(pins, name)
            monkeypatch.setattr(
                pins, name, lambda *given, original=original, name=name: (computed.append(name), original(*given))[1]
            )
        return computed

    @pytest.mark.parametrize("user_id", ["user_nobody", "", "a\0b", "x" * 10_000, None, 7, ["user"]])
    def test_an_id_that_is_nobodys(self, user_id, hashed):
        refusal = refused(verify, user_id, PIN, DEVICE)

        assert (type(refusal), refusal.message) == (
            Forbidden,
            "This account cannot sign in here. Ask an administrator.",
        )
        assert hashed == ["make_password"]

    def test_somebody_without_a_pin(self, hashed):
        refusal = refused(verify, UserFactory().pk, PIN, DEVICE)

        assert refusal.message == "No PIN is set yet. Ask an administrator for a one-time code."
        assert hashed == ["make_password"]

    @pytest.mark.parametrize("pin", [PIN, WRONG])
    def test_somebody_inactive_whether_the_pin_is_right_or_wrong(self, maria, pin, hashed):
        User.objects.filter(pk=maria.pk).update(is_active=False)

        assert refused(verify, maria.pk, pin, DEVICE).code == "cannot_sign_in"
        assert hashed == ["check_password"]

    def test_somebody_who_is_deactivated_just_now(self, maria, monkeypatch):
        original = pins.check_password
        monkeypatch.setattr(
            pins, "check_password", lambda *given: User.objects.update(is_active=False) and original(*given)
        )

        assert refused(verify, maria.pk, PIN, DEVICE).code == "cannot_sign_in"

    def test_a_wrong_pin_costs_one_hash_as_well(self, maria, hashed):
        refused(verify, maria.pk, WRONG, DEVICE)

        assert hashed == ["check_password"]

    @pytest.mark.parametrize("role", [None, Role.INTEGRATIONS])
    def test_programs_and_people_without_a_role_get_no_code(self, role):
        assert "does not sign in on the floor" in refused(issue_code, UserFactory(role=role), "test").message
        assert not PinCredential.objects.exists()

    def test_somebody_inactive_gets_no_code(self):
        assert refused(issue_code, UserFactory(is_active=False), "test").code == "cannot_sign_in"
