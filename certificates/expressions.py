"""What the pure rules say, in SQL: for the database's own constraints, and for lists that filter by it."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.db.models.expressions import Func

from certificates.gtin import GTIN_LENGTH


class IsGtin(Func):
    """Whether a text is a GTIN of 14 digits: ``certificates.gtin.normalized`` in SQL.

    One CASE, because only that has an order: what is no digit cannot be added up.
    """

    output_field = models.BooleanField()
    arity = 1

    def as_sql(self, compiler, connection, **context):
        """Write the weighted sum out. Two rounds of formatting follow, this template's and the constraint's.

        No blank behind a comma: Django reads a table's SQL back on SQLite, and takes ``, 1`` for a nameless column.
        """
        total = " + ".join(
            f"{3 if place % 2 else 1} * CAST(SUBSTR(%(expressions)s,{place},1) AS INTEGER)"
            for place in range(1, GTIN_LENGTH + 1)
        )
        digits_only = f"LENGTH(%(expressions)s) = {GTIN_LENGTH} AND TRIM(%(expressions)s,'0123456789') = ''"
        template = f"CASE WHEN {digits_only} THEN ({total}) %%%% 10 = 0 ELSE 1 = 0 END"
        return super().as_sql(compiler, connection, template=template, **context)


class IsWebAddress(Func):
    """Whether a text is empty, or begins as an address does that cannot be script.

    Not by LIKE: it takes capitals for small letters on SQLite, and Django cannot read its ESCAPE back there.
    """

    output_field = models.BooleanField()
    arity = 1
    template = (
        "(%(expressions)s = '' OR SUBSTR(%(expressions)s,1,7) = 'http://' OR SUBSTR(%(expressions)s,1,8) = 'https://')"
    )


def covering(day: date) -> Q:
    """Return the condition that an assignment covers the day: ``certificates.validity.covers`` in SQL."""
    return (Q(valid_from=None) | Q(valid_from__lte=day)) & (Q(expiration_date=None) | Q(expiration_date__gte=day))


def not_covering(day: date) -> Q:
    """Return the condition that it does not. Said outright, because a comparison with NULL has no opposite."""
    return Q(valid_from__gt=day) | Q(expiration_date__lt=day)
