"""How a SQLite database is opened."""

import sqlite3

import pytest
from django.db import connection

from shopplanr import sqlite

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _only_on_sqlite():
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite")


def test_a_statement_takes_as_many_parameters_as_the_library():
    connection.ensure_connection()
    allowed = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
    assert connection.features.max_query_params == allowed


def test_readers_and_the_writer_do_not_wait_for_each_other():
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == ("wal",)


@pytest.mark.parametrize("synchronous", sqlite.SYNCHRONOUS)
def test_the_durability_that_was_chosen_is_set_on_every_connection(synchronous):
    assert f"PRAGMA synchronous={synchronous};" in sqlite.options(synchronous)["init_command"]


def test_a_writer_waits_as_long_as_it_was_told():
    assert sqlite.options("FULL")["timeout"] == sqlite.BUSY_TIMEOUT_SECONDS
    assert sqlite.options("FULL", 0.5)["timeout"] == 0.5
