"""Writing down what is new or different: a version of every change, and none where nothing changes."""

from collections.abc import Collection, Mapping, Sequence

from django.db.models import Model, QuerySet

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


def create_all(records: Sequence[Model], actor: Actor, reason: str | None = None) -> None:
    """Write new records of one kind and the first version of each: two statements, and one more per thousands of them.

    The caller has a transaction around it.
    """
    if not records:
        return
    model = type(records[0])
    model.objects.bulk_create(records)
    history.record_versions(_rows(model, records), history.CREATED, actor, reason=reason)


def write_all(changed: Sequence[tuple[Model, Mapping[str, object]]]) -> None:
    """Write the changes of locked records of one kind, all of them in one statement. Their versions are the caller's.

    ``bulk_update`` would make a case of every value, which takes longer than everything else together.
    """
    if not changed:
        return
    moment, columns, records = clock.now(), {"updated_at"}, []
    for record, changes in changed:
        for column, value in changes.items():
            setattr(record, column, value)
        record.updated_at = moment
        columns |= changes.keys()
        records.append(record)
    type(records[0]).objects.bulk_create(
        records, update_conflicts=True, unique_fields=["pk"], update_fields=sorted(columns)
    )


def save_all(changed: Sequence[tuple[Model, Mapping[str, object]]], actor: Actor, reason: str | None = None) -> None:
    """Write the changes of locked records of one kind, and a version of each."""
    if not changed:
        return
    write_all(changed)
    records = [record for record, _ in changed]
    history.record_versions(_rows(type(records[0]), records), history.CHANGED, actor, reason=reason)


def _rows(model: type[Model], records: Collection[Model]) -> QuerySet:
    return model.objects.filter(pk__in=[record.pk for record in records])
