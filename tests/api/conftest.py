"""Callers of the API that tests of every endpoint share."""

import pytest

from shopplanr.accounts.roles import Role
from tests.accounts.factories import UserFactory, open_kiosk, token_client


@pytest.fixture
def program(db):
    """A program with every documented right."""
    return UserFactory(role=Role.INTEGRATIONS, name="ERP")


@pytest.fixture
def client(program):
    """Calls with the program's token."""
    return token_client(program)


@pytest.fixture
def kiosk(db, settings):
    """Calls without credentials, from a kiosk with every documented right."""
    return open_kiosk(settings)
