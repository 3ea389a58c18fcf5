"""Who sits at the desk."""

import pytest
from django.test import Client

from shopplanr.accounts.roles import Role
from tests.accounts.factories import AdministratorFactory, UserFactory


def at_desk(user) -> Client:
    """Return a browser in which the user is signed in; ``client.user`` says who that is."""
    client = Client()
    client.force_login(user)
    client.user = user
    return client


def staff(role: Role) -> Client:
    """Return the browser of somebody of this role who may enter the admin."""
    return at_desk(UserFactory(role=role, is_staff=True))


@pytest.fixture
def qc():
    return staff(Role.QC)


@pytest.fixture
def supervisor():
    return staff(Role.SUPERVISORS)


@pytest.fixture
def auditor():
    return staff(Role.AUDITORS)


@pytest.fixture
def administrator():
    return at_desk(AdministratorFactory())
