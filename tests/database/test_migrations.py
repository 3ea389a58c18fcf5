"""Migrations say what the models say."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from audit.append_only import protected_models
from serials.models import SerialCounter
from tests.lifecycle.tables import our_models

pytestmark = pytest.mark.django_db


def test_no_model_has_changed_without_a_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_migration_is_applied():
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    assert executor.loader.detect_conflicts() == {}


def test_a_migrated_database_is_ready_for_the_first_part():
    assert list(SerialCounter.objects.values_list("id", "last_number")) == [(1, 0)]


def test_a_second_migrate_changes_nothing():
    SerialCounter.objects.update(last_number=41)
    call_command("migrate", verbosity=0)
    assert list(SerialCounter.objects.values_list("id", "last_number")) == [(1, 41)]


def test_every_constraint_and_index_of_the_models_is_in_the_database():
    """Migrations could be in step and still not have been what built this database."""
    with connection.cursor() as cursor:
        for model in our_models():
            there = connection.introspection.get_constraints(cursor, model._meta.db_table)
            wanted = {known.name for known in [*model._meta.constraints, *model._meta.indexes]}
            assert wanted <= set(there), model._meta.label


def test_append_only_tables_exist():
    tables = set(connection.introspection.table_names())
    assert {model._meta.db_table for model in protected_models()} <= tables
