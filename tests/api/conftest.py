"""Callers of the API that tests of every endpoint share."""

from copy import deepcopy

import pytest

from shopplanr import clock
from shopplanr.accounts.models import ApiToken
from shopplanr.accounts.roles import Role
from tests.accounts.factories import UserFactory, open_kiosk, token_client
from tests.api.shop import Shop, make_shop


@pytest.fixture
def program(db):
    """A program with every documented right."""
    return UserFactory(role=Role.INTEGRATIONS, name="ERP")


@pytest.fixture
def client(program):
    """Calls with the program's token in its steady state: when it was last used is written once a minute."""
    client = token_client(program)
    ApiToken.objects.update(last_used_at=clock.now())
    return client


@pytest.fixture
def kiosk(db, settings):
    """Calls without credentials, from a kiosk with every documented right."""
    return open_kiosk(settings)


@pytest.fixture(scope="module")
def shop_of_the_module(module_transaction) -> Shop:
    return make_shop()


@pytest.fixture
def shop(shop_of_the_module, db) -> Shop:
    """The shop of ``tests.api.shop``, made once for a module and as new for each of its tests."""
    return deepcopy(shop_of_the_module)
