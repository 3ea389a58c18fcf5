"""The admin's door: what wrong passwords cost, and that what is said does not tell which names there are."""

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Action, AuditEntry
from shopplanr.accounts import passwords
from shopplanr.accounts.models import PasswordTries
from shopplanr.accounts.pins import unlock
from shopplanr.accounts.sign_in_tries import TooManyTries
from tests.accounts.factories import DEVICE, PASSWORD, AdministratorFactory, UserFactory
from tests.accounts.tries import refused
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

WRONG = "not it at all"
LOGIN = reverse("admin:login")


@pytest.fixture
def robin():
    return AdministratorFactory(name="Robin", username="robin")


def guess(times: int, username: str = "robin", device: str = DEVICE) -> list[str]:
    """Type wrong passwords, one behind the other; return what was said."""
    return [refused(passwords.verify, username, WRONG, device).message for _ in range(times)]


def after_the_pause() -> None:
    PasswordTries.objects.update(locked_until=None)


class TestTries:
    def test_the_right_password_brings_the_user(self, robin):
        assert passwords.verify("robin", PASSWORD, DEVICE) == robin

    def test_three_are_free_and_then_each_costs_a_pause_that_grows(self, robin):
        said = guess(3)
        after_the_pause()
        said += guess(1)

        assert said == [
            "Wrong name or password. You have 2 more tries.",
            "Wrong name or password. You have 1 more try.",
            "Wrong name or password. Try again in 15 seconds, or ask an administrator.",
            "Wrong name or password. Try again in 1 minute, or ask an administrator.",
        ]

    def test_during_a_pause_the_right_one_is_not_looked_at_either(self, robin):
        guess(3)

        right, wrong = (refused(passwords.verify, "robin", typed, DEVICE) for typed in (PASSWORD, WRONG))

        assert isinstance(right, TooManyTries)
        assert right.message == wrong.message

    def test_a_name_that_nobody_has_is_told_the_same(self, robin):
        assert guess(3, "nobody") == guess(3, "robin")

    def test_an_account_that_is_inactive_or_has_no_password_is_told_the_same(self):
        AdministratorFactory(username="gone", is_active=False)
        UserFactory(username="without", password=None)

        assert guess(3, "gone") == guess(3, "without") == guess(3, "nobody")

    def test_signing_in_sets_the_count_back(self, robin):
        guess(2)
        passwords.verify("robin", PASSWORD, DEVICE)

        assert guess(1) == ["Wrong name or password. You have 2 more tries."]

    def test_another_spelling_of_a_name_is_no_further_name(self, robin):
        guess(2, "robin")

        assert "15 seconds" in guess(1, "ROBIN")[0]

    def test_a_device_that_goes_through_names_has_to_wait_at_last(self, robin, settings):
        settings.PIN_TRIES_PER_DEVICE = 4
        for number in range(4):
            guess(1, f"name-{number}")

        assert "from this device" in guess(1, "robin")[0]
        assert passwords.verify("robin", PASSWORD, "192.0.2.99") == robin, "another device does not wait"

    def test_an_administrator_lets_somebody_try_again_at_once(self, robin):
        guess(3)

        unlock(robin, by="user_admin")

        assert passwords.verify("robin", PASSWORD, DEVICE) == robin

    def test_what_is_long_past_is_forgotten(self, robin, later):
        guess(1, "somebody who came by")

        with later(days=2):
            guess(1)

        assert PasswordTries.objects.count() == 1

    def test_nothing_of_what_was_typed_is_kept(self, robin):
        """People type their password where the name belongs."""
        guess(1, "my secret password")

        assert "secret" not in str(list(PasswordTries.objects.values_list()))

    @pytest.mark.parametrize("username", ["", "\0", "x" * 10_000, "Zoë", "' OR 1=1 --"])
    def test_names_of_any_kind(self, username):
        assert "Wrong name or password" in guess(1, username)[0]

    def test_it_costs_the_same_statements_however_many_names_were_tried(self, robin):
        for number in range(5):
            guess(1, f"name-{number}")

        with counted_statements() as statements:
            passwords.verify("robin", PASSWORD, DEVICE)

        # device: make or find, read, count, take back; name: make or find, read, count, delete; the user
        assert len(statements) <= 10, statements.queries


class TestNotice:
    def entries(self) -> list[tuple]:
        found = AuditEntry.objects.filter(action=Action.SIGN_IN_PAUSED).order_by("sequence")
        return [(entry.user_id, entry.metadata) for entry in found]

    def test_a_pause_is_in_the_audit_trail(self, robin):
        guess(2)
        assert self.entries() == []

        guess(1)

        facts = {"what": "password", "address": DEVICE, "wrongTries": 3, "pausedSeconds": 15}
        assert self.entries() == [(robin.pk, facts)]

    def test_tries_while_it_lasts_do_not_fill_the_trail(self, robin):
        guess(8)

        assert len(self.entries()) == 1

    def test_a_name_that_nobody_has_is_not_in_it(self):
        guess(3, "my secret password")

        assert self.entries() == []

    def test_a_device_that_goes_through_names_is(self, settings):
        settings.PIN_TRIES_PER_DEVICE = 4
        for number in range(6):
            guess(1, f"name-{number}")

        assert self.entries() == [("anonymous", {"what": "password", "address": DEVICE, "wrongTries": 4})]


class TestPage:
    def sign_in(self, password: str, client: Client | None = None):
        return (client or Client()).post(LOGIN, {"username": "robin", "password": password, "next": "/admin/"})

    def test_the_right_password_opens_the_admin(self, robin):
        client = Client()

        assert self.sign_in(PASSWORD, client).status_code == 302
        assert client.get("/admin/").status_code == 200

    def test_a_wrong_one_is_said_and_the_name_stays(self, robin):
        response = self.sign_in(WRONG)

        page = response.content.decode()
        assert response.status_code == 200
        assert "Wrong name or password. You have 2 more tries." in page
        assert 'value="robin"' in page and WRONG not in page

    def test_whoever_has_to_wait_is_told_for_how_long(self, robin):
        guess(3)

        response = self.sign_in(PASSWORD)

        assert response.status_code == 429
        assert 0 < int(response["Retry-After"]) <= 15
        assert "Too many wrong tries." in response.content.decode()

    def test_somebody_who_is_not_staff_stays_out(self):
        UserFactory(username="robin", password=PASSWORD)

        response = self.sign_in(PASSWORD)

        assert response.status_code == 200
        assert "errornote" in response.content.decode()
