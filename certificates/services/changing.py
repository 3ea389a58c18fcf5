"""Writing down what is different: a version of every change, and none where nothing changes."""

from collections.abc import Mapping

from django.db.models import Model

from audit import history
from shopplanr import clock
from shopplanr.actor import Actor


def differing(record: Model, values: Mapping[str, object]) -> dict[str, object]:
    """Return those of ``values``, by column, that the record does not have yet."""
    return {column: value for column, value in values.items() if getattr(record, column) != value}


def save(record: Model, changes: Mapping[str, object], actor: Actor, entry=None) -> None:
    """Write the changes and one version of the record, which names ``entry``; nothing where there are no changes."""
    if not changes:
        return
    for column, value in changes.items():
        setattr(record, column, value)
    record.updated_at = clock.now()
    history.attribute(record, actor, entry=entry).save(update_fields=[*changes, "updated_at"])
