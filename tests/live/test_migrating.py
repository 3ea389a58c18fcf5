"""Two servers that migrate one database at the same moment: one does it, the other waits, and both start."""

import subprocess
import sys
from threading import Event

import pytest
from django.db import connection

from shopplanr.watch.migrating import alone
from tests.live.callers import together, wait_for
from tests.live.database import ROOT, environment

TIMEOUT_SECONDS = 100

LONG_ENOUGH_SECONDS = 0.2
"""In which somebody whom nothing holds back would have come in."""


@pytest.fixture
def database_before_a_migration(migrated_database, tmp_path):
    """A database that lacks one app's migrations, in which a table would be made twice."""
    database = migrated_database.copy(tmp_path)
    with database.query() as query:
        query("DROP TABLE idempotency_keptanswer")
        query("DELETE FROM django_migrations WHERE app = 'idempotency'")
    yield database
    database.drop()


def test_both_end_well_and_the_migration_is_applied_once(database_before_a_migration):
    database = database_before_a_migration
    migrations = [
        subprocess.Popen(
            [sys.executable, "manage.py", "migrate"],
            cwd=ROOT,
            env=environment(database.url),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    ended = [(*each.communicate(timeout=TIMEOUT_SECONDS), each.returncode) for each in migrations]

    assert [code for _, _, code in ended] == [0, 0], ended
    assert sorted("No migrations to apply" in output for output, _, _ in ended) == [False, True]
    with database.query() as query:
        assert query("SELECT count(*) FROM django_migrations WHERE app = 'idempotency'") == [(1,)]
        assert query("SELECT count(*) FROM idempotency_keptanswer") == [(0,)]


@pytest.mark.django_db(transaction=True)
def test_whoever_comes_second_waits_until_the_first_is_done():
    first_is_in, second_is_in, order = Event(), Event(), []

    def first() -> None:
        with alone(connection):
            first_is_in.set()
            assert not second_is_in.wait(LONG_ENOUGH_SECONDS)
            order.append("first")

    def second() -> None:
        wait_for(first_is_in)
        with alone(connection):
            second_is_in.set()
            order.append("second")

    assert together(first, second) == [None, None]
    assert order == ["first", "second"]


@pytest.mark.django_db(transaction=True)
def test_whoever_fails_lets_the_next_one_in():
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), alone(connection):
            raise ZeroDivisionError
