"""Many tries at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from shopplanr.accounts import pins
from shopplanr.accounts.models import PinCredential, SignInDevice
from shopplanr.accounts.pin_rules import FREE_TRIES
from shopplanr.refusals import Refusal
from tests.accounts.factories import DEVICE, PIN, UserFactory, give_pin

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 8


def at_once(call, arguments) -> list[str]:
    """Return what came of a call with each of the arguments, all at the same moment."""
    start = Barrier(len(arguments))

    def one(given):
        try:
            start.wait(timeout=30)
            call(*given)
        except Refusal as refusal:
            return refusal.code
        else:
            return "accepted"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(arguments)) as pool:
        return sorted(pool.map(one, arguments))


@pytest.fixture
def looked_at(monkeypatch):
    """Every PIN that was compared with a stored one, in any thread."""
    seen = []
    original = pins.check_password
    monkeypatch.setattr(pins, "check_password", lambda *given: (seen.append(given[0]), original(*given))[1])
    return seen


def test_guesses_at_once_do_not_outrun_the_counter(looked_at):
    user = give_pin(UserFactory())
    guesses = [f"90{number:02d}" for number in range(AT_ONCE)]

    outcomes = at_once(pins.verify, [(user.pk, guess, f"192.0.2.{guess}") for guess in guesses])

    assert outcomes == ["too_many_tries"] * (AT_ONCE - FREE_TRIES) + ["wrong"] * FREE_TRIES
    assert len(looked_at) == FREE_TRIES
    assert PinCredential.objects.get().wrong_tries == FREE_TRIES


def test_guesses_at_many_names_at_once_do_not_outrun_the_devices_counter(looked_at, settings):
    settings.PIN_TRIES_PER_DEVICE = 5
    people = [give_pin(UserFactory()) for _ in range(AT_ONCE)]

    outcomes = at_once(pins.verify, [(person.pk, "9999", DEVICE) for person in people])

    assert outcomes == ["too_many_tries"] * 3 + ["wrong"] * 5
    assert len(looked_at) == 5
    assert SignInDevice.objects.get(address=DEVICE).wrong_tries == 5


def test_everybody_of_a_shift_signs_in_at_once():
    people = [give_pin(UserFactory()) for _ in range(AT_ONCE)]

    assert at_once(pins.verify, [(person.pk, PIN, DEVICE) for person in people]) == ["accepted"] * AT_ONCE
    assert SignInDevice.objects.get().wrong_tries == 0


def test_a_code_is_used_once():
    user = UserFactory()
    code = pins.issue_code(user, by="test")

    outcomes = at_once(pins.set_pin, [(user.pk, code, pin, pin, DEVICE) for pin in ("2580", "7412")])

    assert outcomes[0] == "accepted" and outcomes[1] in {"wrong", "pin_is_set"}
