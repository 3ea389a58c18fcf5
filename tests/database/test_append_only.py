"""What is append-only can be added to, and never changed or removed, by whatever statement."""

import pytest
from django.db import IntegrityError, connection, transaction

from audit import append_only
from audit.models import AuditEntry, AuditSeal
from certificates.models import CertAttachment, Certificate, CertificateDocument, CertificateRevocation
from serials.models import ApprovalRequest, Note, NotePhoto, NoteSerial, RequirementOverride
from shopplanr.floor.models import Scan
from tests.lifecycle.tables import snapshot

PROTECTED = {
    ApprovalRequest: "decided_by",
    AuditEntry: "user_id",
    AuditSeal: "signature",
    Certificate: "name",
    CertAttachment: "attached_by",
    CertificateDocument: "file_name",
    CertificateRevocation: "reason",
    Note: "text",
    NotePhoto: "digest",
    NoteSerial: "serial_id",
    RequirementOverride: "reason",
    Scan: "message",
}
"""What is protected, and a column of each that somebody might want to forge."""

FORGED = {NoteSerial: 3}
"""What would be written there, where that is not text."""

ON_BOTH = {
    "update of everything": "UPDATE {table} SET {text} = {forged}",
    "update of one row": "UPDATE {table} SET {text} = {forged} WHERE {key} = {id}",
    "update that changes nothing": "UPDATE {table} SET {text} = {text} WHERE {key} = {id}",
    "update of the key": "UPDATE {table} SET {key} = {key}",
    "delete of everything": "DELETE FROM {table}",
    "delete of one row": "DELETE FROM {table} WHERE {key} = {id}",
    "upsert": (
        "INSERT INTO {table} SELECT * FROM {table} WHERE {key} = {id} "
        "ON CONFLICT ({key}) DO UPDATE SET {text} = {forged}"
    ),
}
ON_SQLITE = {
    "replace": "REPLACE INTO {table} SELECT * FROM {table} WHERE {key} = {id}",
    "insert or replace": "INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE {key} = {id}",
    "update or replace": "UPDATE OR REPLACE {table} SET {text} = {forged} WHERE {key} = {id}",
    "delete with a subquery": "DELETE FROM {table} WHERE rowid IN (SELECT max(rowid) FROM {table})",
}
ON_POSTGRESQL = {
    "truncate": "TRUNCATE {table} CASCADE",
    "truncate of one table": "TRUNCATE ONLY {table} RESTART IDENTITY CASCADE",
    "delete within a query": "WITH gone AS (DELETE FROM {table} RETURNING *) SELECT * FROM gone",
    "update from another table": "UPDATE {table} SET {text} = {forged} FROM serials_job",
    "delete using another table": "DELETE FROM {table} USING serials_job",
}
STATEMENTS = ON_BOTH | (ON_SQLITE if connection.vendor == "sqlite" else ON_POSTGRESQL)

pytestmark = pytest.mark.django_db


def refused(call, *arguments) -> None:
    """See the call fail because of the trigger, and every table as it was."""
    before = snapshot()
    with pytest.raises(IntegrityError, match="is append-only"), transaction.atomic():
        call(*arguments)
    assert snapshot() == before


def test_these_are_all_that_are_declared_append_only():
    assert set(append_only.protected_models()) == set(PROTECTED)


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=list(STATEMENTS))
@pytest.mark.parametrize("model", PROTECTED, ids=lambda model: model.__name__)
def test_sql_cannot_change_or_remove_a_row(model, statement, shop, sql):
    key = model._meta.pk.column
    identifier = model.objects.order_by(key).values_list("pk", flat=True)[0]
    names = {"table": model._meta.db_table, "key": key, "id": f"'{identifier}'"}
    refused(sql, statement.format(**names, text=PROTECTED[model], forged=repr(FORGED.get(model, "forged"))))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's")
@pytest.mark.parametrize(
    ("model", "unique"),
    [
        (AuditEntry, ["entry_id"]),
        (CertAttachment, ["serial_id", "certificate_id", "step_id"]),
        (CertificateDocument, ["certificate_id", "digest"]),
        (Scan, ["scan_id"]),
    ],
)
def test_a_new_row_cannot_push_another_out_by_a_unique_column(model, unique, shop, sql):
    old = model.objects.order_by("pk").values().first()
    new = {name: value for name, value in old.items() if name not in {"sequence", "facts"}}
    for name in {"entry_id", "attachment_id", "public_id", "scan_id"} & set(new) - set(unique):
        new[name] = "new"
    columns, places = ", ".join(new), ", ".join(["%s"] * len(new))
    refused(sql, f"INSERT OR REPLACE INTO {model._meta.db_table} ({columns}) VALUES ({places})", *new.values())


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
@pytest.mark.parametrize("table", ["serials_serial", "serials_step", "serials_job", "certificates_certificate"])
def test_emptying_another_table_does_not_empty_these(table, shop, sql):
    refused(sql, f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("model", PROTECTED, ids=lambda model: model.__name__)
def test_the_orm_cannot_either(model, shop):
    rows, text, forged = model.objects.all(), PROTECTED[model], FORGED.get(model, "forged")
    row = rows.order_by("pk")[0]
    setattr(row, text, forged)
    refused(row.save)
    refused(lambda: rows.update(**{text: forged}))
    refused(lambda: rows.bulk_update([row], [text]))
    refused(lambda: rows.filter(pk=row.pk)._raw_delete("default"))


@pytest.mark.parametrize("model", PROTECTED, ids=lambda model: model.__name__)
def test_what_is_there_already_may_be_left_alone(model, shop, sql):
    before = snapshot()
    table = model._meta.db_table
    sql(f"INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT DO NOTHING")
    assert snapshot() == before


def test_rows_can_be_added_and_read(shop):
    assert AuditEntry.objects.count() > 1
    assert CertAttachment.objects.count() == 2
    assert Certificate.objects.get(pk=shop.certificate.pk).metadata == {"heat": "A-1"}


def test_a_request_changes_once_when_it_is_decided(shop, sql):
    asked = ApprovalRequest.objects.get(kind="override", state="open")
    row = f"UPDATE serials_approvalrequest SET {{}} WHERE id = '{asked.pk}'"
    decided = "state = 'approved', decided_by = 'kim', decided_at = requested_at"

    for forged in (
        "requested_by = 'kim'",
        "step_id = NULL",
        f"serial_id = {shop.done.pk}",
        "reason = 'x'",
        "kind = 'waiver'",
        f"requirement_id = '{shop.requirement.pk}'",
    ):
        refused(sql, row.format(forged))
        refused(sql, row.format(f"{forged}, {decided}"))
    sql(row.format(decided))
    refused(sql, row.format("state = 'open', decided_by = '', decided_at = NULL"))


def test_behind_a_block_that_lifts_the_protection_it_stands_again(shop):
    with append_only.lifted(connection):
        assert len(append_only.missing_triggers(connection)) >= 2 * len(PROTECTED)
        AuditEntry.objects.filter(pk=shop.entry.pk).update(user_id="forged")
    assert append_only.missing_triggers(connection) == []
    refused(lambda: AuditEntry.objects.update(user_id="forged"))


def test_also_when_what_the_block_does_fails(shop):
    with pytest.raises(ZeroDivisionError), append_only.lifted(connection):
        _ = 1 / 0
    assert append_only.missing_triggers(connection) == []
