"""One's own account: who one is, what one may do, and changing the PIN."""

import pytest
from django.test import Client

from shopplanr.accounts import pins
from shopplanr.accounts.models import PinCredential
from shopplanr.accounts.roles import Right, Role
from tests.accounts.factories import DEVICE, PIN, AdministratorFactory, UserFactory, give_pin, pin_client
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

NEW = "7412"


@pytest.fixture
def maria():
    return UserFactory(name="Maria Santos", department="5-axis milling")


@pytest.fixture
def tablet(maria):
    return pin_client(maria)


def change(client, old=PIN, pin=NEW, repeat=NEW):
    return client.post("/account", {"old": old, "pin": pin, "repeat": repeat})


def text(response) -> str:
    return response.content.decode()


def test_it_says_who_one_is_and_what_one_may_do(tablet):
    page = text(tablet.get("/account"))

    for words in ("Maria Santos", "5-axis milling", "Operators", "Scrap parts"):
        assert words in page
    assert "You may not waive steps. Ask a supervisor, QC or an administrator." in page
    assert "When nobody uses this device for 8 hours, you are signed out." in page


@pytest.mark.parametrize("role", [Role.SUPERVISORS, Role.QC, Role.AUDITORS])
def test_every_role_sees_its_own_rights(role):
    user = UserFactory(role=role)
    client = Client()
    client.force_login(user)

    page = text(client.get("/account"))

    for right in Right:
        assert (f"You may not {right.phrase}." in page.replace("&#x27;", "'")) != user.has_perm(right)


def test_an_administrator_may_everything():
    client = Client()
    client.force_login(AdministratorFactory())

    page = text(client.get("/account"))

    assert "Administrator" in page and "You may not" not in page
    assert "You signed in with your password." in page


def test_somebody_without_a_pin_is_told_how_to_get_one(maria):
    client = Client()
    client.force_login(maria)

    page = text(client.get("/account"))
    refused = change(client)

    assert "Ask an administrator for a one-time code" in page and 'name="old"' not in page
    assert refused.status_code == 400


def test_a_changed_pin_keeps_this_session_and_ends_the_others(maria, tablet):
    elsewhere = Client()
    elsewhere.cookies["sessionid"] = pin_client_again(maria)

    done = change(tablet)

    assert (done.status_code, done.url) == (303, "/account")
    assert "Your PIN is changed." in text(tablet.get("/account"))
    assert elsewhere.get("/account").status_code == 302
    assert pins.verify(maria.pk, NEW, DEVICE) == maria


def pin_client_again(user) -> str:
    client = Client()
    assert client.post(f"/sign-in/{user.pk}", {"pin": PIN}).status_code == 303
    return client.cookies["sessionid"].value


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"old": "9999"}, "Wrong PIN. You have 2 more tries."),
        ({"old": ""}, "Type your PIN."),
        ({"pin": "1111", "repeat": "1111"}, "This PIN is too easy to guess."),
        ({"repeat": "7413"}, "The two PINs are not the same."),
        ({"old": "\0", "pin": "\0", "repeat": "\0"}, "A PIN has 4 to 8 digits."),
    ],
)
def test_a_refusal_is_next_to_the_form_and_no_pin_is_shown_again(maria, tablet, typed, sentence):
    refused = change(tablet, **typed)

    page = text(refused)
    assert refused.status_code == 400 and sentence in page
    assert not any(f'value="{digits}"' in page for digits in (PIN, NEW, *typed.values()) if digits)
    assert pins.verify(maria.pk, PIN, DEVICE) == maria


def test_whoever_finds_a_tablet_signed_in_is_slowed_down(tablet):
    statuses = [change(tablet, old="9999").status_code for _ in range(4)]

    assert statuses == [400, 400, 400, 429]
    assert PinCredential.objects.get().wrong_tries == 3


def test_a_password_session_goes_on_as_it_is(maria):
    give_pin(maria)
    client = Client()
    client.force_login(maria)
    before = client.cookies["sessionid"].value

    assert change(client).status_code == 303

    assert client.cookies["sessionid"].value == before
    assert client.get("/account").status_code == 200


def test_it_takes_four_queries(tablet):
    tablet.get("/account")

    with counted_statements() as statements:
        tablet.get("/account")

    # the session; the user with all rights; the roles; the PIN
    assert len(statements) == 4, statements.queries
