"""Rows by the thousand in one statement: the engine copies, Python does not touch them."""

import json
from collections.abc import Mapping, Sequence

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models.expressions import Func


class RandomId(Func):
    """A new public id for every row, made by the engine: the prefix and at least 20 random hexadecimal digits.

    ``shopplanr.ids.new_id`` does the same for rows that Python makes.
    """

    output_field = models.CharField()
    arity = 0
    volatile = True

    def __init__(self, prefix: str):
        super().__init__(prefix=prefix)

    def as_sqlite(self, compiler, connection, **context):
        """16 random bytes in hexadecimal."""
        return self.as_sql(compiler, connection, template="'%(prefix)s_' || lower(hex(randomblob(16)))", **context)

    def as_postgresql(self, compiler, connection, **context):
        """A version 4 UUID without its hyphens: 122 random bits."""
        return self.as_sql(
            compiler, connection, template="'%(prefix)s_' || replace(gen_random_uuid()::text, '-', '')", **context
        )


def insert_from_select(model: type[models.Model], columns: Mapping[str, object], source: models.QuerySet) -> int:
    """Insert into ``model`` one row per row of ``source``, in its order; return how many.

    ``columns`` maps attribute names of ``model`` to expressions over ``source`` (``F``, ``Value``, ``Case`` …).
    One statement, whatever the number of rows. Defaults of the model and ``save`` signals do not apply.
    """
    connection = connections[source.db]
    quote = connection.ops.quote_name
    fields = {field.attname: field for field in model._meta.concrete_fields}
    names = ", ".join(quote(fields[name].column) for name in columns)
    try:
        select, params = source.values_list(*columns.values()).query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:  # it is known without asking that there are none
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {quote(model._meta.db_table)} ({names}) {select}", params)
        return cursor.rowcount


class GivenRows:
    """Rows that Python knows, as a table within a statement: one parameter (one a column) for any number of them.

    ``columns`` are their names, each ``bigint`` or ``text``. A statement with a parameter for each value would grow
    with the rows, and end at what the engine takes: 32,766 for most builds of SQLite.
    """

    def __init__(self, name: str, **columns: str):
        self.name, self.columns = name, columns

    def sql(self, vendor: str) -> str:
        """Return what goes into a FROM clause. The columns are those of the table ``name``."""
        if vendor == "postgresql":
            arrays = ", ".join(f"%s::{kind}[]" for kind in self.columns.values())
            return f"unnest({arrays}) AS {self.name}({', '.join(self.columns)})"
        columns = ", ".join(f"json_extract(value, '$[{place}]') AS {name}" for place, name in enumerate(self.columns))
        return f"(SELECT {columns} FROM json_each(%s)) AS {self.name}"  # noqa: S608 - names of our own

    def parameters(self, vendor: str, rows: Sequence[Sequence[int | str | None]]) -> list[object]:
        """Return the parameters that stand for these rows."""
        if vendor == "postgresql":
            return [list(values) for values in zip(*rows, strict=True)] if rows else [[] for _ in self.columns]
        return [json.dumps(rows)]
