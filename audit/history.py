"""Row history: every version of every tracked row, who made it, why, and which audit entry caused it.

The tables, the managers and the admin pages are django-simple-history's. Its signals do not see ``update()`` and bulk
inserts, which is what the services use, so these write their versions with ``record_versions``: the engine copies the
rows as they now stand, one statement for any number of them.
"""

from collections.abc import Mapping
from functools import cache

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections, models
from simple_history.manager import HistoryManager
from simple_history.models import HistoricalRecords
from simple_history.signals import pre_create_historical_record

from audit.bulk import GivenRows
from shopplanr import clock
from shopplanr.actor import Actor

CREATED, CHANGED, DELETED = "+", "~", "-"


class Version(models.Model):
    """What a version knows beside the row: the audit entry that caused it."""

    audit_entry = models.ForeignKey(
        "audit.AuditEntry", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        abstract = True


class Versions(HistoryManager):
    """What ``model.history`` and ``instance.history`` are: versions, the newest first."""

    # django-simple-history asks for the class whenever somebody says `history`, which every save does; building it
    # looks through all of a manager's methods, which took a quarter of the time in which a job is made.
    from_queryset = classmethod(cache(HistoryManager.from_queryset.__func__))


def _remember_user(version, user) -> None:
    version.history_user_id = "" if user is None else str(getattr(user, "pk", user))


def tracked() -> HistoricalRecords:
    """Return the history of a model: ``history = tracked()`` in its body.

    The acting user is text, not a foreign key, because it outlives the account.
    """
    return HistoricalRecords(
        bases=[Version],
        history_manager=Versions,
        history_user_id_field=models.CharField(max_length=255, blank=True, default=""),
        history_user_getter=lambda version: version.history_user_id or None,
        history_user_setter=_remember_user,
        history_change_reason_field=models.TextField(null=True, blank=True),
        history_id_field=models.BigAutoField(),  # 32 bits would last for weeks at a thousand advances per second
    )


def attribute(instance: models.Model, actor: Actor, *, reason: str | None = None, entry=None) -> models.Model:
    """Say who is about to ``save`` or ``delete`` this instance, and why; its next version will show it."""
    instance._history_user = actor.user_id or ""
    instance._change_reason = reason
    instance._audit_entry = entry
    return instance


def _name_cause(sender, instance, history_instance, **kwargs) -> None:
    history_instance.audit_entry = getattr(instance, "_audit_entry", None)
    history_instance.history_date = clock.now()


pre_create_historical_record.connect(_name_cause, dispatch_uid="audit.history.name_cause")


def record_versions(rows: models.QuerySet, kind: str, actor: Actor, *, reason: str | None = None, entry=None) -> int:
    """Write a version of every row in ``rows`` as it now stands; return how many.

    Call it behind ``update()`` or a bulk insert, in the same transaction. ``kind`` is ``CREATED`` or ``CHANGED``.
    """
    connection = connections[rows.db]
    try:
        chosen, params = rows.order_by().values("pk").query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:  # it is known without asking that there are none
        return 0
    facts = _facts(kind, actor, reason) | {"audit_entry": entry.pk if entry else None}
    statement = _copy_statement(rows.model, tuple(facts), connection.alias).format(chosen)
    return _copy(rows.model, connection, statement, facts, params)


def record_caused_versions(
    model: type[models.Model],
    kind: str,
    actor: Actor,
    causes: Mapping[int, models.Model],
    *,
    reason: str | None = None,
) -> int:
    """Write a version of each of these rows, named by number, caused by an audit entry of its own; return how many.

    Otherwise like ``record_versions``; one statement as well.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    statement = _copy_statement(model, _STATED, connection.alias, caused=True)
    params = _CAUSES.parameters(connection.vendor, list(causes.items()))
    return _copy(model, connection, statement, _facts(kind, actor, reason), params)


_STATED = ("history_date", "history_type", "history_user_id", "history_change_reason")
_CAUSES = GivenRows("cause", record="bigint", entry="bigint")


def _facts(kind: str, actor: Actor, reason: str | None) -> dict[str, object]:
    return dict(zip(_STATED, (clock.now(), kind, actor.user_id or "", reason), strict=True))


def _copy(model: type[models.Model], connection, statement: str, facts: Mapping[str, object], params) -> int:
    fields = model.history.model._meta
    values = [fields.get_field(name).get_db_prep_save(value, connection) for name, value in facts.items()]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *params])
        return cursor.rowcount


@cache
def _copy_statement(model: type[models.Model], facts: tuple[str, ...], alias: str, *, caused: bool = False) -> str:
    """Return the statement that copies rows into a model's history: those of ``{}``, or those that have a cause.

    It names every column of the model, so that a version is whole. Spelled out here once, because asking the ORM to
    compile it cost a fifth of every advance.
    """
    quote = connections[alias].ops.quote_name
    versions, table = model.history.model._meta, quote(model._meta.db_table)
    key = f"{table}.{quote(model._meta.pk.column)}"
    copied = [quote(field.column) for field in model._meta.concrete_fields]
    stated = [quote(versions.get_field(name).column) for name in facts]
    values = ["%s"] * len(facts)
    source = f"{table} WHERE {key} IN ({{}})"
    if caused:
        stated.append(quote(versions.get_field("audit_entry").column))
        values.append("cause.entry")
        source = f"{_CAUSES.sql(connections[alias].vendor)} JOIN {table} ON {key} = cause.record"
    return (  # names of our own tables and columns, nothing from outside
        f"INSERT INTO {quote(versions.db_table)} ({', '.join(copied + stated)}) "  # noqa: S608
        f"SELECT {', '.join([f'{table}.{name}' for name in copied] + values)} FROM {source} ORDER BY {key}"
    )
