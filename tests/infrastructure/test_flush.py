"""The flush behind a transactional test empties tables that nothing else may empty, and leaves them as protected."""

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction
from django.test import TransactionTestCase

from audit import append_only
from audit.models import Action, AuditEntry


@pytest.mark.django_db(transaction=True)
def test_the_flush_empties_what_can_only_grow_and_protects_it_again():
    AuditEntry.objects.create(action=Action.NOTE_CREATED, user_id="inspector")
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEntry.objects.all().delete()

    TransactionTestCase()._fixture_teardown()

    assert not AuditEntry.objects.exists()
    assert append_only.missing_triggers(connection) == []


@pytest.mark.django_db(transaction=True)
def test_what_a_migration_brings_is_there_after_a_flush(settings):
    TransactionTestCase()._fixture_teardown()
    assert set(Group.objects.values_list("name", flat=True)) >= set(settings.ROLE_NAMES)
