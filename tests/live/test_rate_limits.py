"""The processes of a server count a caller's calls together."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.live.server import LiveServer

QUOTA = 20


@pytest.fixture
def limited(migrated_database, tmp_path):
    """A server of two processes, at whose kiosk a few calls a minute are answered."""
    database = migrated_database.copy(tmp_path)
    limits = {"RATE_LIMIT_PER_MINUTE": str(QUOTA), "RATE_LIMIT_FILE": str(tmp_path / "counts")}
    server = LiveServer(database, tmp_path / "server.log", **limits)
    try:
        yield server.start()
    finally:
        server.stop()
        database.drop()


def test_so_many_calls_are_answered_and_not_one_more(limited):
    def call(_: int) -> int:
        with limited.client() as client:  # a connection of its own, which either process may take
            return client.get("/api/jobs").status_code

    with ThreadPoolExecutor(4) as callers:
        assert Counter(callers.map(call, range(QUOTA + 10))) == {200: QUOTA, 429: 10}
