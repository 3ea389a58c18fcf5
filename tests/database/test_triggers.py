"""The triggers of the append-only tables: what removes them is noticed, and repaired by the next migrate."""

import pytest
from django.apps import apps
from django.core import checks
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction

from audit.append_only import missing_triggers, protected_models
from audit.models import AuditEntry
from certificates.models import CertAttachment
from scripts import serve
from tests.database.conftest import make_shop

EVENTS = ["update", "delete"] + (["truncate"] if connection.vendor == "postgresql" else [])


def drop(model: type[models.Model], event: str, sql) -> str:
    """Take a trigger away, as somebody might who owns the database; return its name."""
    table = model._meta.db_table
    name = f"{table}_no_{event}"
    sql(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))
    return name


def end_of_migrate(*labels: str) -> None:
    """Send what ends a migrate, for these apps or for all of them."""
    for config in apps.get_app_configs():
        if not labels or config.label in labels:
            models.signals.post_migrate.send(
                sender=config, app_config=config, verbosity=0, interactive=False, using="default"
            )


def database_errors() -> dict[str, str]:
    """Return what the checks of the database say, by id."""
    found = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
    return {message.id: message.msg for message in found}


@pytest.mark.django_db
def test_a_migrated_database_has_them_all():
    assert missing_triggers(connection) == []
    assert database_errors() == {}


@pytest.mark.django_db
@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("model", protected_models(), ids=lambda model: model.__name__)
def test_a_missing_trigger_is_named_by_the_check(model, event, sql):
    name = drop(model, event, sql)
    assert missing_triggers(connection) == [name]
    assert f"{name} missing in database 'default'" in database_errors()["audit.E001"]


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite cannot disable a trigger")
def test_a_disabled_trigger_is_a_missing_one(sql):
    sql("ALTER TABLE audit_auditentry DISABLE TRIGGER audit_auditentry_no_update")
    assert missing_triggers(connection) == ["audit_auditentry_no_update"]


@pytest.mark.django_db
def test_without_databases_the_check_is_silent_because_nothing_was_looked_at(sql):
    drop(AuditEntry, "update", sql)
    assert checks.run_checks(tags=[checks.Tags.database]) == []


@pytest.mark.django_db
def test_the_next_migrate_puts_them_back(sql):
    drop(AuditEntry, "update", sql)
    drop(CertAttachment, "delete", sql)
    call_command("migrate", verbosity=0)
    assert missing_triggers(connection) == []


@pytest.mark.django_db
def test_the_migrate_of_one_app_puts_back_that_apps_own(sql):
    name = drop(AuditEntry, "update", sql)
    drop(CertAttachment, "delete", sql)
    end_of_migrate("certificates")
    assert missing_triggers(connection) == [name]


@pytest.mark.django_db
def test_a_migrate_that_finds_them_in_place_leaves_them_working():
    make_shop()
    call_command("migrate", verbosity=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry.objects.update(user_id="forged")


# --- The launcher


@pytest.fixture
def launcher(monkeypatch):
    """Let ``make run`` prepare this database; return the management commands that it calls."""
    called: list[str] = []
    monkeypatch.setattr(serve, "_manage", lambda *arguments: called.append(arguments[0]))
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's transaction is on it
    return called


@pytest.mark.django_db
def test_the_launcher_finds_nothing_to_do_where_all_stand(launcher):
    serve.prepare_database(with_demo=False)
    assert launcher == []


@pytest.mark.django_db
def test_the_launcher_migrates_where_one_is_missing(launcher, sql, monkeypatch):
    drop(AuditEntry, "delete", sql)
    monkeypatch.setattr(serve, "_manage", lambda command, *options: call_command(command, *options))
    serve.prepare_database(with_demo=False)
    assert missing_triggers(connection) == []


@pytest.mark.django_db
def test_the_launcher_does_not_serve_a_database_that_stays_unprotected(launcher, sql, capsys):
    name = drop(AuditEntry, "delete", sql)
    with pytest.raises(serve.CannotStart):
        serve.prepare_database(with_demo=False)
    assert launcher == ["migrate"]
    assert name in capsys.readouterr().err


# --- A later migration that alters a column


def alter(model: type[models.Model], before: models.Field, after: models.Field) -> None:
    """Do what a migration's AlterField does."""
    with connection.schema_editor() as editor:
        editor.alter_field(model, before, after)


def text_column(model: type[models.Model], name: str, max_length: int) -> models.Field:
    """Return the column of the model, as it would be with another length."""
    field = models.CharField(max_length=max_length, null=True)
    field.set_attributes_from_name(name)
    field.model = model
    return field


ALTERED = {AuditEntry: "user_id", CertAttachment: "attached_by"}


@pytest.mark.django_db(transaction=True)  # SQLite rebuilds no table within a transaction
@pytest.mark.parametrize("model", ALTERED, ids=lambda model: model.__name__)
def test_they_survive_a_migration_that_rebuilds_the_table(model):
    now = model._meta.get_field(ALTERED[model])
    later = text_column(model, ALTERED[model], max_length=300)
    try:
        alter(model, now, later)
        if connection.vendor == "sqlite":
            assert missing_triggers(connection), "SQLite drops them without a word"
            assert "audit.E001" in database_errors()
        end_of_migrate()
        assert missing_triggers(connection) == []
        assert database_errors() == {}
        AuditEntry.objects.create(action="note_created", user_id="dana")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            AuditEntry.objects.update(user_id="forged")
    finally:
        alter(model, later, now)
        end_of_migrate()
