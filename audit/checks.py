"""Checks at start: are the tables that can only grow still protected?"""

from django.core.checks import Error, Tags, register
from django.db import connections

from audit.append_only import missing_triggers


@register(Tags.database)
def append_only_tables_are_protected(app_configs=None, databases=None, **kwargs):
    """Name the triggers that are missing; ``manage.py migrate`` puts them back."""
    return [
        Error(
            f"Rows that must never change are unprotected: {', '.join(missing)} missing in database '{alias}'.",
            hint="Run 'manage.py migrate': it installs the triggers again.",
            id="audit.E001",
        )
        for alias in databases or []
        if (missing := missing_triggers(connections[alias]))
    ]
