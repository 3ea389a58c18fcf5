"""Checks at start: are the tables that can only grow still protected, and the key that signs checkpoints?"""

import stat

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.checks import Warning as Caution
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


@register("shopplanr")
def key_of_the_trail_is_private(app_configs=None, **kwargs):
    """Who can read the key can rewrite the audit trail, so far as no checkpoint is kept elsewhere."""
    try:
        mode = settings.AUDIT_KEY_FILE.stat().st_mode
    except OSError:  # there is none yet, or sealing will say so
        return []
    if not mode & (stat.S_IRWXG | stat.S_IRWXO):
        return []
    return [
        Caution(
            f"{settings.AUDIT_KEY_FILE}, which signs the audit trail's checkpoints, can be read by others.",
            hint="Make it readable for its owner only (chmod 600), and rotate it: manage.py audit_key --rotate",
            id="audit.W002",
        )
    ]
