"""The groups that are roles hold what the table says, after every migrate and every flush."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection

from audit import append_only
from shopplanr.accounts.role_groups import keep_permissions_equal_to_table
from shopplanr.accounts.roles import ADMIN_READERS, ROLE_RIGHTS, SHOP_APPS, Role


def held(role):
    rows = Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename")
    return {f"{app_label}.{codename}" for app_label, codename in rows}


def views_of_the_shop():
    rows = Permission.objects.filter(content_type__app_label__in=SHOP_APPS, codename__startswith="view_")
    return {
        f"{app_label}.{codename}" for app_label, codename in rows.values_list("content_type__app_label", "codename")
    }


def assert_groups_equal_table():
    for role in Role:
        looks = views_of_the_shop() if role in ADMIN_READERS else set()
        assert held(role) == {right.value for right in ROLE_RIGHTS[role]} | looks


def restore():
    for app_label in (*SHOP_APPS, "accounts"):
        keep_permissions_equal_to_table(apps.get_app_config(app_label))


@pytest.mark.django_db
def test_a_migrated_database_has_them():
    assert_groups_equal_table()
    assert "serials.view_job" in held(Role.QC)


@pytest.mark.django_db
def test_what_was_changed_by_hand_is_put_right():
    operators = Group.objects.get(name=Role.OPERATORS)
    operators.permissions.add(Permission.objects.get(codename="waive_step"))
    operators.permissions.remove(Permission.objects.get(codename="scrap_serial"))
    Group.objects.get(name=Role.AUDITORS).delete()

    restore()

    assert_groups_equal_table()


@pytest.mark.django_db
def test_a_second_time_changes_nothing():
    before = set(Group.permissions.through.objects.values_list("pk", "group_id", "permission_id"))

    restore()

    assert set(Group.permissions.through.objects.values_list("pk", "group_id", "permission_id")) == before


@pytest.mark.django_db
def test_other_groups_are_the_shops_own():
    own = Group.objects.create(name="Tool crib")
    own.permissions.add(Permission.objects.get(codename="scrap_serial"))

    restore()

    assert held("Tool crib") == {"serials.scrap_serial"}


@pytest.mark.django_db(transaction=True)
def test_a_flush_brings_them_back():
    with append_only.lifted(connection):
        call_command("flush", interactive=False, verbosity=0)

    assert_groups_equal_table()
