"""Nothing is deleted that a part's history needs (decision 7): foreign keys into the record protect it."""

from uuid import uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models.deletion import DO_NOTHING, PROTECT, ProtectedError

from tests.lifecycle.tables import snapshot

pytestmark = pytest.mark.django_db


def references() -> list[models.ForeignKey]:
    """Return every foreign key of the record's tables that the database holds."""
    return [
        field
        for label in ("audit", "serials", "certificates")
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.db_constraint
    ]


def described(field: models.ForeignKey) -> str:
    return f"{field.model.__name__}.{field.name}"


def target_of(field: models.ForeignKey) -> models.Model:
    """Return a record that some row refers to."""
    row = field.model._base_manager.filter(**{f"{field.name}__isnull": False}).first()
    assert row, f"the shop of these tests has no {described(field)}"
    return getattr(row, field.name)


def delete_by_sql(record: models.Model) -> None:
    """Delete the row, and have the engine look at its foreign keys, as it would at the end of the transaction."""
    key = record._meta.pk
    with transaction.atomic(), connection.cursor() as cursor:
        value = key.get_db_prep_value(record.pk, connection)
        cursor.execute(f'DELETE FROM "{record._meta.db_table}" WHERE "{key.column}" = %s', [value])
        connection.check_constraints()


@pytest.mark.parametrize("field", references(), ids=described)
def test_a_record_that_is_referred_to_cannot_be_deleted(field, shop):
    assert field.remote_field.on_delete is PROTECT
    record, before = target_of(field), snapshot()
    with pytest.raises(ProtectedError):
        record.delete()
    with pytest.raises(ProtectedError):
        type(record)._base_manager.filter(pk=record.pk).delete()
    with pytest.raises(IntegrityError):
        delete_by_sql(record)
    assert snapshot() == before


@pytest.mark.parametrize("field", references(), ids=described)
def test_nothing_can_refer_to_what_does_not_exist(field, shop):
    missing = {models.CharField: "nobody", models.UUIDField: uuid4()}.get(type(field.target_field), -1)
    with pytest.raises(IntegrityError), transaction.atomic():
        field.model._base_manager.filter(**{f"{field.name}__isnull": False}).update(**{field.attname: missing})
        connection.check_constraints()


def test_a_version_outlives_its_row():
    """Histories name the records of their row without a constraint: a path without parts may go, and its steps."""
    for label in ("serials", "certificates"):
        for model in apps.get_app_config(label).get_models():
            if model._meta.model_name.startswith("historical"):
                for field in model._meta.concrete_fields:
                    if isinstance(field, models.ForeignKey) and field.name != "audit_entry":
                        assert field.remote_field.on_delete is DO_NOTHING and not field.db_constraint
