"""Entries as they stand in the database, read for what they are: past the ORM, which would smooth out a forgery."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from audit.offline.verify_audit import LAST_SEQUENCE, Entry

PAGE = 2000
"""Entries in memory at once. Each page is a query of its own, so that no snapshot is held for minutes."""

_COLUMNS = (
    *("sequence", "entry_id", "action", "user_id", "called_by", "credential", "{timestamp}"),
    *("serial_id", "cert_id", "job_id", "path_id", "step_id", "from_step_id", "to_step_id"),
    *("batch_start", "batch_quantity", "metadata"),
)
"""What ``audit.offline.verify_audit.FIELDS`` are called here."""

_TIMESTAMP = {
    "postgresql": """to_char(timestamp AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""",
    "sqlite": "CAST(timestamp AS TEXT)",
}
_STAMP_PLACE = 6


def entries(first: int, last: int = LAST_SEQUENCE) -> Iterator[Entry]:
    """Yield the entries from one sequence to another, both included, in their order."""
    while True:
        page = _page(first, last)
        yield from page
        if len(page) < PAGE or page[-1][0] >= last:
            return
        first = page[-1][0] + 1


def entries_by_sequence(sequences: list[int]) -> list[Entry]:
    """Return the entries with these sequences, in their order."""
    return _read(f"sequence IN ({', '.join(['%s'] * len(sequences))})", sequences) if sequences else []


def _page(first: int, last: int) -> list[Entry]:
    return _read("sequence BETWEEN %s AND %s", [first, last])


def _read(condition: str, parameters: list[int]) -> list[Entry]:
    columns = ", ".join(_COLUMNS).format(timestamp=_TIMESTAMP[connection.vendor])
    statement = (  # names of our own columns, nothing from outside
        f"SELECT {columns} FROM audit_auditentry WHERE {condition} ORDER BY sequence LIMIT {PAGE}"  # noqa: S608
    )
    with _any_text(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows = cursor.fetchall()
    if connection.vendor == "sqlite":
        rows = [(*row[:_STAMP_PLACE], _moment(row[_STAMP_PLACE]), *row[_STAMP_PLACE + 1 :]) for row in rows]
    return rows


@contextmanager
def _any_text() -> Iterator[None]:
    """Let SQLite hand out text that is no UTF-8, which it keeps all the same; it is then seen to differ."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    bare = connection.connection
    usual, bare.text_factory = bare.text_factory, lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        bare.text_factory = usual


def _moment(text: object) -> object:
    """Return a moment as PostgreSQL is asked to write it; what Django would not have written stays as it is."""
    if not isinstance(text, str) or text[10:11] != " " or text.endswith(".000000"):
        return text
    if len(text) == len("2026-11-24 16:48:06"):
        text += ".000000"
    return f"{text[:10]}T{text[11:]}Z" if len(text) == len("2026-11-24 16:48:06.000000") else text
