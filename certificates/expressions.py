"""What the pure rules say, in SQL: for the database's own constraints, and for lists that filter by it."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.db.models.expressions import Func

from certificates.gtin import GTIN_LENGTH


class OtherThanDigits(Func):
    """What is left of a text without the digits at both its ends: nothing, where it has nothing but digits."""

    output_field = models.CharField()
    arity = 1
    template = "TRIM(%(expressions)s, '0123456789')"


class GtinRemainder(Func):
    """What is left of the weighted sum of a 14-digit number's digits over a multiple of ten: 0, where it is a GTIN.

    ``certificates.gtin.check_digit`` in SQL.
    """

    output_field = models.IntegerField()
    arity = 1

    def as_sql(self, compiler, connection, **context):
        """Write the sum out. Two rounds of formatting follow, this template's and the constraint's."""
        weighted = (
            f"{3 if place % 2 else 1} * CAST(SUBSTR(%(expressions)s, {place}, 1) AS INTEGER)"
            for place in range(1, GTIN_LENGTH + 1)
        )
        return super().as_sql(compiler, connection, template=f"(({' + '.join(weighted)}) %%%% 10)", **context)


def covering(day: date) -> Q:
    """Return the condition that an assignment covers the day: ``certificates.validity.covers`` in SQL."""
    return (Q(valid_from=None) | Q(valid_from__lte=day)) & (Q(expiration_date=None) | Q(expiration_date__gte=day))


def not_covering(day: date) -> Q:
    """Return the condition that it does not. Said outright, because a comparison with NULL has no opposite."""
    return Q(valid_from__gt=day) | Q(expiration_date__lt=day)
