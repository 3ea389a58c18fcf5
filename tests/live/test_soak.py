"""The soak, for a few seconds: that it mixes every verb, survives kills, and finds what is wrong."""

import pytest
from django.db import connections

from tests.live.soak import VERBS, Outcome, sealed_server, soak

SECONDS = 4


@pytest.fixture(scope="module")
def soaked(migrated_database, tmp_path_factory) -> Outcome:
    folder = tmp_path_factory.mktemp("soak")
    server = sealed_server(migrated_database.copy(folder), folder)
    try:
        yield soak(server.start(), connections["default"].vendor, SECONDS, seed=2290)
    finally:
        server.stop()
        server.database.drop()


def test_the_trail_replayed_gives_exactly_what_is_stored(soaked):
    assert soaked.findings == [], soaked.text()


def test_the_log_over_the_trail_verifies(soaked):
    assert soaked.proved.startswith(f"Valid: {soaked.entries:,} entries are as they were sealed")


def test_every_verb_was_mixed_in_while_workers_were_killed(soaked):
    assert soaked.kills >= 1
    assert {call.partition(" ")[0] for call in soaked.tally.calls} == set(VERBS)
    assert soaked.tally.statuses[200] > soaked.tally.statuses[404]
    assert soaked.entries > 20
    assert len(soaked.tally.entries) > 20
