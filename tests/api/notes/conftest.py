"""What the tests of ``/api/notes`` share; who calls is in the conftest of ``tests.api``."""

import pytest

from tests.api.notes.floor import Floor
from tests.api.serials.conftest import told_time  # noqa: F401 - a fixture
from tests.factories import PathFactory, make_serials


@pytest.fixture
def floor(db) -> Floor:
    """Three parts at the first step of a path."""
    path = PathFactory()
    return Floor(path, make_serials(path, 3))
