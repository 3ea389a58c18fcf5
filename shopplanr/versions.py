"""What a caller saw of a record before changing it: a version, which the services compare behind the record's lock.

Two people who change one record at once both read it first. Whoever says which version that was (``If-Match``, api.md)
is told where somebody else was quicker, instead of writing over what they never saw.
"""

import hashlib
import json
from dataclasses import dataclass

from django.db.models import Manager, Model, QuerySet
from django.utils.http import parse_etags

from shopplanr.refusals import Refusal

_DIGITS = 32


class Stale(Refusal):
    """The record is not what the caller saw: 412, and nothing is changed."""

    status = 412
    code = "stale"

    def __init__(self):
        super().__init__(
            "This was changed meanwhile and is no longer what If-Match names; read it again and repeat the change"
        )


def version_of(*parts: object) -> str:
    """Return the version of what these parts make up, as an entity tag: ``"5f2c…"``.

    A part is a row, rows in an order that means something, or a value. The same content is the same version, and a
    clock that was set back makes no difference.
    """
    content = json.dumps([_content(part) for part in parts], default=str)
    return f'"{hashlib.sha256(content.encode()).hexdigest()[:_DIGITS]}"'


def _content(part: object) -> object:
    if isinstance(part, Model):
        return [field.value_to_string(part) for field in part._meta.concrete_fields]
    if isinstance(part, Manager | QuerySet):
        return [_content(row) for row in part.all()]
    return part


@dataclass(frozen=True, slots=True)
class Expected:
    """The versions that a caller would change; ``None`` for one who does not say."""

    tags: frozenset[str] | None = None

    def check(self, *parts: object) -> None:
        """Raise ``Stale`` where the parts, read behind their lock, are none of these versions.

        Rows that are not loaded yet are read only where the caller said something. A weak tag is never equal: it says
        that something else of the record may differ (RFC 9110, 13.1.1).
        """
        if self.tags is not None and "*" not in self.tags and version_of(*parts) not in self.tags:
            raise Stale()


ANY = Expected()
"""What is expected by a caller who does not say."""


def expected(if_match: str | None) -> Expected:
    """Return what the header ``If-Match`` says; one that cannot be read names no version at all."""
    return ANY if if_match is None else Expected(frozenset(parse_etags(if_match)))
