"""Statements that take too long are logged as they were written, without a value in them."""

import pytest
from django.db import connection, transaction

from shopplanr.watch import exchange, figures, statements
from shopplanr.watch.logs import JsonFormatter
from tests.factories import JobFactory
from tests.watch.lines import objects, written

pytestmark = pytest.mark.django_db

SLOW = "shopplanr.database"


@pytest.fixture(autouse=True)
def watched():
    """A connection that was opened before the product was loaded is watched like those that come later."""
    connection.ensure_connection()
    statements.watch(connection)


def lines_of(act) -> list[dict]:
    with written(JsonFormatter()) as text:
        act()
    return objects(text, SLOW)


def test_a_slow_statement_is_logged_with_places_for_its_values(settings):
    settings.SLOW_QUERY_SECONDS = 1e-9
    counted = figures.SLOW_STATEMENTS._value.get()
    token = exchange.enter(exchange.Exchange("erp-9"))
    try:
        lines = lines_of(lambda: JobFactory(name="A customer's secret bracket"))
    finally:
        exchange.leave(token)
    inserts = [line for line in lines if line["statement"].startswith('INSERT INTO "serials_job"')]
    assert inserts
    assert all("%s" in line["statement"] and line["seconds"] >= 0 for line in inserts)
    assert all(line["level"] == "WARNING" and line["request_id"] == "erp-9" for line in lines)
    assert "secret bracket" not in str(lines)
    assert figures.SLOW_STATEMENTS._value.get() == counted + len(lines)


@pytest.mark.parametrize("threshold", [0, 3600])
def test_none_is_logged_below_the_limit_or_without_one(settings, threshold):
    settings.SLOW_QUERY_SECONDS = threshold
    assert lines_of(JobFactory) == []


def test_a_statement_without_end_is_cut(settings):
    settings.SLOW_QUERY_SECONDS = 1e-9

    def ask():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1" + " + 1" * 900)

    (line,) = lines_of(ask)
    assert len(line["statement"]) == statements.SHOWN_CHARACTERS + 1


def test_a_statement_that_fails_is_counted_too():
    current = exchange.Exchange("erp-10")
    token = exchange.enter(current)
    try:
        with pytest.raises(Exception, match="no_such_table"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM no_such_table")
    finally:
        exchange.leave(token)
    assert current.statements >= 1
    assert current.database_seconds > 0


def test_a_connection_is_watched_once_however_often_it_is_opened():
    before = list(connection.execute_wrappers)
    statements.watch(connection)
    assert connection.execute_wrappers == before
    assert before.count(statements._timed) == 1


def test_who_wraps_for_a_while_takes_its_own_off_again():
    def pass_on(execute, sql, params, many, context):
        return execute(sql, params, many, context)

    with connection.execute_wrapper(pass_on):
        statements.watch(connection)
    assert pass_on not in connection.execute_wrappers
    assert statements._timed in connection.execute_wrappers


@pytest.mark.django_db(transaction=True)
def test_a_commit_is_time_at_the_database(settings):
    settings.SLOW_QUERY_SECONDS = 1e-9
    lines = lines_of(JobFactory)
    assert "COMMIT" in [line["statement"] for line in lines]
