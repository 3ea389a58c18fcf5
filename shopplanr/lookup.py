"""Finding a record by an id that a client sent, whatever that may be."""

from typing import TypeVar

from django.db.models import Model, QuerySet

from shopplanr.ids import ID_MAX_LENGTH
from shopplanr.refusals import NotFound

Row = TypeVar("Row", bound=Model)


def is_plausible_id(value: object) -> bool:
    """Tell whether ``value`` could be an id at all.

    PostgreSQL refuses to even look for text with a NUL character in it, so such a value never reaches it.
    """
    return isinstance(value, str) and 0 < len(value) <= ID_MAX_LENGTH and "\0" not in value


def get_or_refuse(rows: QuerySet[Row], identifier: object, noun: str) -> Row:
    """Return the row with this id; raise ``{noun} not found: {id}`` where there is none."""
    row = rows.filter(pk=identifier).first() if is_plausible_id(identifier) else None
    if row is None:
        raise NotFound.of(noun, identifier)
    return row
