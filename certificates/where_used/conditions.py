"""What a question says, in SQL: which certificates, which steps, which entries. Values are parameters, always.

Spelled out and not composed by the ORM, because the audit trail names parts by their public ids, as text, and a million
of its entries are read in one go.
"""

# ruff: noqa: S608 - put together from what stands in this file; values are parameters

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from certificates.where_used.questions import Question

NUMBER = "CAST(substr(entry.serial_id, 4) AS bigint)"
"""The number of the part that an entry names; ``shopplanr.ids.serial_number`` in SQL."""

PLACES = "(SELECT place.id FROM places place)"
"""The steps of a question that is at some, where ``places`` stands before (``places``)."""

OF_THEIR_JOBS = "entry.job_id IN (SELECT place.job_id FROM places place)"
"""Entries about jobs with such a step; they have an index, steps have none."""


class Sql(NamedTuple):
    """A piece of a statement with its parameters."""

    text: str
    parameters: tuple = ()

    def fill(self, **pieces: "Sql") -> "Sql":
        """Put other pieces in place of their names, which stand in this one in the order given."""
        text, parameters = self.text, list(self.parameters)
        for name, piece in pieces.items():
            text = text.replace(f"{{{name}}}", piece.text)
            parameters += piece.parameters * self.text.count(f"{{{name}}}")
        return Sql(text, tuple(parameters))


def joined(separator: str, pieces: Iterable[Sql]) -> Sql:
    """Return the pieces one behind the other."""
    pieces = list(pieces)
    return Sql(separator.join(piece.text for piece in pieces), tuple(value for piece in pieces for value in piece[1]))


def moment(value: datetime) -> object:
    """Return a moment as the engine compares it."""
    return connection.ops.adapt_datetimefield_value(value)


def certificates(question: Question) -> Sql:
    """Return the ids of the certificates that are meant, all revisions of each.

    The one that is named and the kind that is described are the same certificate, so both must hold for its series: the
    id of the first revision, which all of them have in common.
    """
    such = []
    if question.certificate:
        such.append(Sql("such.id = %s", (question.certificate,)))
    kind = [(column, value) for column, value in (("heat_lot", question.heat), ("issuer", question.issuer)) if value]
    if kind:
        such.append(joined(" AND ", (Sql(f"upper(such.{column}) = upper(%s)", (value,)) for column, value in kind)))
    series = (
        Sql(f"SELECT coalesce(such.first_revision_id, such.id) FROM certificates_certificate such WHERE {text}", values)
        for text, values in such
    )
    text, values = joined(" INTERSECT ", series)
    return Sql(
        "SELECT revision.id FROM certificates_certificate revision "
        f"WHERE coalesce(revision.first_revision_id, revision.id) IN ({text})",
        values,
    )


def places(question: Question) -> Sql:
    """Return the steps that are meant, with their paths and jobs."""
    asked = (("id", question.step_id), ("name", question.step_name))
    text, values = joined(" AND ", (Sql(f"step.{column} = %s", (value,)) for column, value in asked if value))
    return Sql(
        'SELECT step.id, step."order", step.path_id, path.job_id '
        f"FROM serials_step step JOIN serials_path path ON path.id = step.path_id WHERE {text}",
        values,
    )


def in_window(question: Question) -> Sql:
    """Return that an entry was made while the window was open."""
    window = (("entry.timestamp >= %s", question.since), ("entry.timestamp < %s", question.before))
    return joined(" AND ", [Sql("1 = 1"), *(Sql(text, (moment(value),)) for text, value in window if value)])


def of_entries(question: Question) -> Sql:
    """Return what must hold for one entry at once: whose it is, when it was made, and at which step."""
    conditions = [in_window(question)]
    if question.operator:
        conditions.append(Sql("(entry.user_id = %s OR entry.called_by = %s)", (question.operator,) * 2))
    if question.is_at_a_step:
        at_step = f"(entry.step_id IN {PLACES} OR entry.from_step_id IN {PLACES})"
        conditions.append(Sql(f"{OF_THEIR_JOBS} AND {at_step}"))
    return joined(" AND ", conditions)
