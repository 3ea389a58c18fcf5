"""The audit trail in pages of the admin."""

from django import template

from audit.admin import naming
from audit.models import AuditEntry

register = template.Library()


@register.simple_tag
def latest_entries_of(user, most: int = 10) -> list[AuditEntry]:
    """Return what somebody did last, the newest first, with names in the place of ids."""
    entries = list(AuditEntry.objects.filter(user_id=user.pk).order_by("-sequence")[:most])
    naming.name_all(entries)
    for entry in entries:
        entry.what, entry.where, entry.why = naming.what(entry), naming.where(entry), naming.why(entry)
    return entries
