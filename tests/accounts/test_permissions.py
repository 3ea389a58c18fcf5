"""The permission class: deny by default, in a sentence."""

import pytest

from shopplanr.accounts.roles import Role
from tests.accounts.factories import AdministratorFactory, UserFactory, json_client, token_client
from tests.accounts.probe import URL

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.probe")]


def test_who_has_the_right_may():
    assert token_client(UserFactory(role=Role.OPERATORS)).post(URL).status_code == 200


def test_who_has_not_is_told_what_and_whom_to_ask():
    response = token_client(UserFactory(role=Role.QC)).post(URL)

    assert response.status_code == 403
    assert response.json() == {
        "statusCode": 403,
        "message": "You may not scrap parts. Ask an operator, a supervisor or an administrator.",
        "code": "forbidden",
    }


def test_somebody_without_a_role_may_not_even_look():
    assert token_client(UserFactory(role=None)).get(URL).status_code == 403


def test_who_is_not_known_gets_401():
    assert json_client().post(URL).status_code == 401


@pytest.mark.parametrize("make", [AdministratorFactory, UserFactory])
def test_what_the_table_does_not_name_is_closed_to_everybody(make):
    client = token_client(make())

    assert client.delete(URL).status_code == 403
    assert client.get("/undeclared").status_code == 403
    assert json_client().delete(URL).status_code == 401
    assert json_client().get("/undeclared").status_code == 401


@pytest.mark.parametrize("verb", ["put", "patch", "options"])
def test_a_wrong_verb_is_405_rather_than_403(verb):
    assert getattr(token_client(UserFactory(role=None)), verb)(URL).status_code == 405
