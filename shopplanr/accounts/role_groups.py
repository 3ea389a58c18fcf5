"""Keeps the groups that are roles, and their permissions, equal to the table in ``roles``.

A migration makes the groups, so that they are there before anything else runs. Their permissions cannot come from a
migration: Django creates an app's permissions only once all migrations are through, app by app. The same receiver
brings the groups back after a flush, which is how transactional tests end.
"""

from django.apps import apps as installed_apps
from django.contrib.auth.management import create_permissions
from django.db import DEFAULT_DB_ALIAS, router

from shopplanr.accounts.roles import ADMIN_READERS, ROLE_RIGHTS, SHOP_APPS, Role

_APPS_WITH_RIGHTS = (*SHOP_APPS, "accounts")


def keep_permissions_equal_to_table(
    sender,
    using: str = DEFAULT_DB_ALIAS,
    apps=installed_apps,
    verbosity: int = 1,
    interactive: bool = True,
    **kwargs,
) -> None:
    """Give each role exactly the rights that it has in the table, as far as they belong to the app ``sender``.

    What somebody added to a role's group by hand goes: a role means the same thing in every shop. Groups of other names
    are the shop's own and are left alone.
    """
    if sender.label not in _APPS_WITH_RIGHTS:
        return
    try:
        group_model = apps.get_model("auth", "Group")
        permission_model = apps.get_model("auth", "Permission")
    except LookupError:  # migrated back to before there were groups
        return
    if not router.allow_migrate_model(using, group_model):
        return

    # Django's own receiver does this too, but only after this one where this app is installed before ``auth``.
    create_permissions(sender, verbosity=verbosity, interactive=interactive, using=using, apps=apps)
    permissions = list(
        permission_model.objects.using(using)
        .filter(content_type__app_label=sender.label)
        .values_list("pk", "content_type__app_label", "codename")
    )
    groups = _role_groups(group_model, using)
    held = group_model.permissions.through.objects.using(using).filter(
        group_id__in=groups.values(), permission__content_type__app_label=sender.label
    )
    wanted = {
        (groups[role], pk)
        for role in Role
        for pk, app_label, codename in permissions
        if f"{app_label}.{codename}" in ROLE_RIGHTS[role] or _may_look(role, app_label, codename)
    }
    present = {(group_id, pk): row for row, group_id, pk in held.values_list("pk", "group_id", "permission_id")}
    if too_many := [row for pair, row in present.items() if pair not in wanted]:
        held.filter(pk__in=too_many).delete()
    held.model.objects.using(using).bulk_create(
        [held.model(group_id=group_id, permission_id=pk) for group_id, pk in sorted(wanted - present.keys())],
        ignore_conflicts=True,  # two servers may migrate at once
    )


def _role_groups(group_model, using: str) -> dict[Role, int]:
    """Return the primary key of each role's group; make those that are missing."""
    groups = group_model.objects.using(using)
    present = dict(groups.filter(name__in=list(Role)).values_list("name", "pk"))
    for role in Role:
        if role.value not in present:
            present[role.value] = groups.get_or_create(name=role.value)[0].pk
    return {role: present[role.value] for role in Role}


def _may_look(role: Role, app_label: str, codename: str) -> bool:
    """Tell whether the permission lets ``role`` look at a kind of record in the admin, row history included."""
    return role in ADMIN_READERS and app_label in SHOP_APPS and codename.startswith("view_")
