"""Writing and reading the audit trail."""

from collections import Counter
from collections.abc import Iterable
from functools import cache

from django.db import connection
from django.db.models import F, Q, QuerySet, Value

from audit.bulk import GivenRows, RandomId, insert_from_select
from audit.models import Action, AuditEntry
from shopplanr import clock
from shopplanr.actor import Actor
from shopplanr.ids import new_audit_id, serial_number
from shopplanr.watch import figures

RECORDS = ("serial_id", "cert_id", "job_id", "path_id", "step_id", "from_step_id", "to_step_id")
"""Columns that name a record; empty where the event has none."""


def record(action: Action, actor: Actor, **facts) -> AuditEntry:
    """Write one entry, within the caller's transaction; ``facts`` are columns of ``AuditEntry``.

    Raises the refusal ``userId is required`` where the actor is nobody.
    """
    entry = AuditEntry.objects.create(action=action, **_attribution(actor), **facts)
    figures.count_when_committed({action: 1})
    return entry


def record_all(action: Action, actor: Actor, facts: Iterable[dict]) -> list[int]:
    """Write one entry per item of ``facts``, in their order, in one statement; see ``record_events``."""
    return record_events(actor, [(action, fact) for fact in facts])


def record_events(actor: Actor, events: Iterable[tuple[Action, dict]]) -> list[int]:
    """Write one entry per event, in their order, in one statement; return the entries' sequences.

    An event is an action and its facts: ids of records (``RECORDS``) and ``metadata``. The statement is spelled out,
    because a selection that jumps ahead makes an entry for each part and step: with the ORM that took four fifths of
    the call.
    """
    field = AuditEntry._meta.get_field
    common = {name: field(name).get_db_prep_save(value, connection) for name, value in _attribution(actor).items()}
    events = list(events)
    rows = [
        (
            new_audit_id(),
            str(action),
            *(facts.get(name, "") for name in RECORDS),
            field("metadata").get_prep_value(facts.get("metadata")),
        )
        for action, facts in events
    ]
    if not rows:
        return []
    figures.count_when_committed(Counter(action for action, _ in events))
    with connection.cursor() as cursor:
        parameters = _EVENTS.parameters(connection.vendor, rows)
        cursor.execute(_events_statement(tuple(common), connection.vendor), [*common.values(), *parameters])
        # the sequence is the order in which they were written, whatever the order in which the engine tells of them
        return sorted(sequence for (sequence,) in cursor.fetchall())


_EVENTS = GivenRows("event", entry_id="text", action="text", **dict.fromkeys(RECORDS, "text"), metadata="text")


@cache
def _events_statement(stated: tuple[str, ...], vendor: str) -> str:
    return (  # names of our own table and columns, nothing from outside
        f"INSERT INTO audit_auditentry ({', '.join([*stated, *_EVENTS.columns])}) "  # noqa: S608
        f"SELECT {', '.join(['%s'] * len(stated) + [f'event.{name}' for name in _EVENTS.columns])} "
        f"FROM {_EVENTS.sql(vendor)} RETURNING sequence"
    )


def record_for_rows(action: Action, actor: Actor, rows: QuerySet, **columns) -> int:
    """Write one entry per row of ``rows``, in its order, in one statement; ``columns`` are expressions over a row."""
    stated = {"action": action} | _attribution(actor)
    common = {name: Value(value, AuditEntry._meta.get_field(name)) for name, value in stated.items()}
    blank = {name: Value("") for name in RECORDS}
    number = insert_from_select(AuditEntry, {"entry_id": RandomId("aud")} | blank | common | columns, rows)
    figures.count_when_committed({action: number})
    return number


def _attribution(actor: Actor) -> dict[str, object]:
    user_id = actor.identified()
    return {
        "user_id": user_id,
        "called_by": "" if actor.called_by == user_id else actor.called_by,
        "credential": actor.credential,
        "timestamp": clock.now(),
    }


def of_serial(serial_id: str) -> QuerySet[AuditEntry]:
    """Return a part's entries, oldest first, from its batch's ``serial_created`` on; empty for what is no serial."""
    number = serial_number(serial_id)
    if number is None:
        return AuditEntry.objects.none()
    last_batch_before = AuditEntry.objects.filter(batch_start__lte=number).order_by("-batch_start").values("pk")[:1]
    its_batch = Q(pk=last_batch_before, batch_start__gt=number - F("batch_quantity"))
    return AuditEntry.objects.filter(Q(serial_id=serial_id) | its_batch).order_by("sequence")


def batch_of(number: int) -> range | None:
    """Return the numbers of the parts that were started together with this one, itself included; None for no part."""
    batches = AuditEntry.objects.filter(batch_start__lte=number).order_by("-batch_start")
    for start, quantity in batches.values_list("batch_start", "batch_quantity")[:1]:
        if number < start + quantity:
            return range(start, start + quantity)
    return None


def of_certificate(certificate_id: str, entries: QuerySet[AuditEntry] | None = None) -> QuerySet[AuditEntry]:
    """Return the entries about a certificate, among these or among all."""
    entries = AuditEntry.objects.all() if entries is None else entries
    # Said twice, because SQLite takes an index of some rows only where the query repeats the index's condition.
    return entries.filter(cert_id=certificate_id).exclude(cert_id="")
