"""What answers of the API are held against."""

import re
from contextlib import contextmanager
from datetime import timedelta
from functools import cache

import psycopg
from django.apps import apps
from django.db import connection

from shopplanr import clock
from shopplanr.accounts.models import ApiToken

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)

WRONG_TEXTS = (None, "", "   ", "\t\n", 5, 0, 1.5, True, False, [], ["x"], {}, {"x": "y"})
"""What is no text where a text is required: of another type, or nothing but white space."""


def moment(value) -> str:
    """Return a moment as the contract writes it, written down here a second time: ``2024-01-15T11:00:00.000Z``."""
    return f"{value:%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03d}Z"


def assert_envelope(response, status: int | None = None) -> dict:
    """Check that the answer is an error in the one shape that errors have; return its body."""
    assert response["Content-Type"] == "application/json", (response["Content-Type"], response.content[:200])
    body = response.json()
    assert body["statusCode"] == response.status_code, response.content
    assert set(body) <= {"statusCode", "message", "code", "errors"}
    assert isinstance(body["message"], str)
    assert body["message"]
    assert re.fullmatch(r"[a-z][a-z0-9_]*", body["code"])
    for field, messages in body.get("errors", {}).items():
        assert isinstance(field, str)
        assert messages
        assert all(isinstance(message, str) for message in messages)
    assert response["X-Request-ID"]
    if status is not None:
        assert response.status_code == status, response.content
    return body


def assert_refused(response, status: int, message: str, *, code: str | None = None, field: str | None = None) -> None:
    """Check that the answer is this refusal; ``field`` is the one at fault, and ``errors`` names it alone."""
    body = assert_envelope(response)
    assert (response.status_code, body["message"]) == (status, message)
    if code is not None:
        assert body["code"] == code
    assert body.get("errors") == (None if field is None else {field: [message]})


@contextmanager
def nothing_written():
    """Check that the block leaves every table as it was."""
    before = _all_rows()
    yield
    assert _all_rows() == before


def _all_rows() -> dict[str, list]:
    # without the ORM, which takes ten times as long, and would leave out what a manager hides
    if connection.vendor == "postgresql":
        return _all_rows_in_one_statement()
    with connection.cursor() as cursor:
        rows = {}
        for table, columns in _tables().items():
            cursor.execute(f'SELECT {columns} FROM "{table}"')
            rows[table] = sorted(map(repr, cursor.fetchall()))
        return rows


def _all_rows_in_one_statement() -> dict[str, list]:
    """Return every row as text, by table. A server that were asked for one table after the other would wait most."""
    with psycopg.Cursor(connection.connection) as cursor:  # Django's own have the server plan the statement each time
        rows = {}
        for table, row in cursor.execute(_every_table(), prepare=True):
            rows.setdefault(table, []).append(row)
        return {table: sorted(found) for table, found in rows.items()}


@cache
def _every_table() -> str:
    return " UNION ALL ".join(
        f"SELECT '{table}', ROW({columns})::text FROM \"{table}\"" for table, columns in _tables().items()
    )


@cache
def _tables() -> dict[str, str]:
    # that a token was used is written down, whatever it was used for
    ignored = {ApiToken._meta.get_field("last_used_at")}
    return {
        model._meta.db_table: ", ".join(
            f'"{field.column}"' for field in model._meta.concrete_fields if field not in ignored
        )
        for model in apps.get_models(include_auto_created=True)
    }


@contextmanager
def later(**by):
    """Let the block happen some time later, a minute without more words: timestamps tell it from what was before."""
    with clock.told(clock.now() + timedelta(**(by or {"minutes": 1}))):
        yield


def versions_of(record) -> list:
    """Return the row history of a record, oldest first."""
    return list(type(record).history.filter(**{record._meta.pk.attname: record.pk}).order_by("history_id"))


def last_version(record):
    """Return the newest version in the row history of a record."""
    return versions_of(record)[-1]
