"""SQL for what Python knows, where rows never leave the engine, and for the database's own constraints."""

from django.db import models
from django.db.models import Value
from django.db.models.expressions import Func
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from shopplanr.content_store import DIGEST_LENGTH


class SerialId(Func):
    """A part's public id from its number; ``shopplanr.ids.serial_id`` in SQL."""

    output_field = models.CharField()
    arity = 1

    def as_sqlite(self, compiler, connection, **context):
        """SQLite formats like C. Two rounds of formatting follow, this template's and the cursor's."""
        return self.as_sql(compiler, connection, template="printf('SN-%%%%05d', %(expressions)s)", **context)

    def as_postgresql(self, compiler, connection, **context):
        """``to_char`` would cut long numbers off, so pad by length."""
        template = "'SN-' || lpad(%(expressions)s::text, greatest(5, length(%(expressions)s::text)), '0')"
        return self.as_sql(compiler, connection, template=template, **context)


class DayNumber(Func):
    """A day as a number, one more with each day; ``date.toordinal`` in SQL."""

    output_field = models.BigIntegerField()
    arity = 1

    def as_sqlite(self, compiler, connection, **context):
        """A Julian day begins at noon, so midnight is a half; halves are exact."""
        return self.as_sql(
            compiler, connection, template="CAST(julianday(%(expressions)s) - 1721424.5 AS INTEGER)", **context
        )

    def as_postgresql(self, compiler, connection, **context):
        """In 64 bits, so that what is multiplied with it cannot overflow."""
        return self.as_sql(
            compiler, connection, template="(%(expressions)s - DATE '0001-01-01' + 1)::bigint", **context
        )


def has_word(column: str, word: str) -> GreaterThan:
    """Return the condition that the word stands in a column of words (``shopplanr.fields.WordsField``).

    To the letter on both engines: LIKE takes capitals for small letters on SQLite. The word must hold no quotes,
    backslashes or commas.
    """
    return GreaterThan(StrIndex(column, Value(f'"{word}"')), 0)


class IsDigest(Func):
    """Whether a text is a SHA-256 digest in small hexadecimal digits, as ``shopplanr.content_store`` writes it.

    No blank behind a comma: Django reads a table's SQL back on SQLite.
    """

    output_field = models.BooleanField()
    arity = 1
    template = f"(LENGTH(%(expressions)s) = {DIGEST_LENGTH} AND TRIM(%(expressions)s,'0123456789abcdef') = '')"
