"""Somebody with a PIN, and time that passes."""

from datetime import timedelta

import pytest

from shopplanr import clock
from tests.accounts.factories import UserFactory, give_pin


@pytest.fixture
def maria(db):
    """An operator with a PIN."""
    return give_pin(UserFactory(name="Maria Santos"))


@pytest.fixture
def later():
    """Return a function that lets time pass within a block."""
    began = clock.now()

    def after(**span: int):
        return clock.told(began + timedelta(**span))

    return after
