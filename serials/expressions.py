"""SQL for what Python knows about parts, where rows never leave the engine."""

from django.db import models
from django.db.models.expressions import Func


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
