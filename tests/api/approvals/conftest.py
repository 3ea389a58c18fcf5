"""What the tests of ``/api/approvals`` share; who calls is in the conftest of ``tests.api``."""

from datetime import UTC, datetime

import pytest

from shopplanr import clock


@pytest.fixture
def told_time():
    """Stop the clock; return the moment as the API writes it."""
    with clock.told(datetime(2024, 1, 15, 11, 0, 0, 123_000, tzinfo=UTC)):
        yield "2024-01-15T11:00:00.123Z"
