"""Makes the groups that are roles. Their permissions follow at the end of every migrate: see ``role_groups``."""

from django.db import migrations

# The names as they were when this migration was written; later changes of the table bring migrations of their own.
ROLES = ("Operators", "Supervisors", "QC", "Auditors", "Integrations")


def make_groups(apps, schema_editor):
    """Make the groups that are not there yet."""
    groups = apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias)
    for name in ROLES:
        groups.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]

    # Going back leaves the groups: by then people may be in them.
    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
