"""Rows as lines of JSON that say the same on both engines: what a backup holds of a table.

Not Django's own fixtures: they cut times off at the millisecond, and the record has microseconds, by which it is
proved. One line is one row, its values in the order of the table's columns, and rows are in the order of their keys. So
two databases with the same content give the same bytes, and a checksum of them says that nothing was lost on the way.
"""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from uuid import UUID

from django.apps import apps
from django.db import connections, models
from django.db.models import Model

ROWS_AT_ONCE = 2000

NOT_KEPT = {"sessions.Session"}
"""Tables that stay out of a backup: whoever gets hold of an archive must not be signed in by it."""


class UnknownKind(Exception):
    """A column of a kind that nobody thought of; better no backup than one that has lost something."""


def kept_models() -> list[type[Model]]:
    """Return the tables that a backup holds, in the order of their names."""
    found = [model for model in apps.get_models(include_auto_created=True) if model._meta.label not in NOT_KEPT]
    return sorted(found, key=lambda model: model._meta.db_table)


def columns_of(model: type[Model]) -> list[models.Field]:
    """Return the table's columns."""
    return list(model._meta.concrete_fields)


def written(model: type[Model], using: str) -> Iterator[bytes]:
    """Yield every row of the table as a line, in the order of the keys, a few thousand in memory at once."""
    columns = columns_of(model)
    writers = [_writer(column) for column in columns]
    rows = model._base_manager.using(using).order_by("pk").values_list(*(column.attname for column in columns))
    for row in rows.iterator(chunk_size=ROWS_AT_ONCE):
        values = [None if value is None else write(value) for write, value in zip(writers, row, strict=True)]
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def insert(model: type[Model], lines: Iterator[bytes], using: str) -> int:
    """Put the rows into the table as they are, past defaults and signals; return how many there were."""
    connection = connections[using]
    quote = connection.ops.quote_name
    columns = columns_of(model)
    readers = [_reader(column) for column in columns]
    names = ", ".join(quote(column.column) for column in columns)
    statement = (
        f"INSERT INTO {quote(model._meta.db_table)} ({names}) "  # noqa: S608 - names of our own tables and columns
        f"VALUES ({', '.join(['%s'] * len(columns))})"
    )

    def parameters(line: bytes) -> list[object]:
        values = json.loads(line)
        return [
            column.get_db_prep_save(None if value is None else read(value), connection)
            for column, read, value in zip(columns, readers, values, strict=True)
        ]

    count = 0
    with connection.cursor() as cursor:
        chunk: list[list[object]] = []
        for line in lines:
            chunk.append(parameters(line))
            if len(chunk) == ROWS_AT_ONCE:
                cursor.executemany(statement, chunk)
                count, chunk = count + len(chunk), []
        if chunk:
            cursor.executemany(statement, chunk)
    return count + len(chunk)


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def _as_it_is(value: object) -> object:
    return value


_KINDS: dict[type[models.Field], tuple[Callable, Callable]] = {
    models.DateTimeField: (_moment, datetime.fromisoformat),
    models.DateField: (date.isoformat, date.fromisoformat),
    models.UUIDField: (str, UUID),
    models.BinaryField: (lambda value: base64.b64encode(bytes(value)).decode(), base64.b64decode),
    **dict.fromkeys(
        (models.CharField, models.TextField, models.IntegerField, models.BooleanField, models.JSONField),
        (_as_it_is, _as_it_is),
    ),
}
"""How values of a kind of column are written and read; the first that fits."""


def _kind(column: models.Field) -> tuple[Callable, Callable]:
    if column.is_relation:
        return _kind(column.target_field)
    for kind, both in _KINDS.items():
        if isinstance(column, kind):
            return both
    raise UnknownKind(f"{column} is a {type(column).__name__}, which no backup knows how to write")


def _writer(column: models.Field) -> Callable:
    return _kind(column)[0]


def _reader(column: models.Field) -> Callable:
    return _kind(column)[1]
