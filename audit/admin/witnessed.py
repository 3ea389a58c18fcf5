"""History of records that keep no versions of their own: the entries of the trail that tell of them.

Most of these records are written once, and some, as a step's record of a part, change with every move. What happened to
them, by whom and why, is in the trail.
"""

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from audit.admin import naming
from audit.models import AuditEntry
from shopplanr.admin.records import RecordAdmin

TOLD_AS_WHY = ("reason", "explanation")

ENTRIES_AT_MOST = 100
"""On a record's history, the newest ones."""


class WitnessedAdmin(RecordAdmin):
    """A kind of record whose history is what the trail tells of it."""

    untold = "Nothing is recorded."
    """What is said where no entry tells of a record."""

    def entries_about(self, record: Model) -> QuerySet[AuditEntry]:
        """Return the entries that tell of the record; none of what is written once and tells all of itself."""
        return AuditEntry.objects.none()

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        """Show what happened to one record, the newest first: what, where, who and why."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        entries = list(self.entries_about(record).order_by("-sequence")[: ENTRIES_AT_MOST + 1])
        naming.name_all(entries)
        for entry in entries:
            entry.what, entry.where, entry.why = naming.what(entry), naming.where(entry), naming.why(entry)
            entry.about_certificate = naming.certificate(entry)
            entry.facts = [fact for fact in naming.facts(entry) if fact[0] not in TOLD_AS_WHY]
        context = self.admin_site.each_context(request) | {
            "title": f"History of {record}",
            "object": record,
            "opts": self.opts,
            "entries": entries[:ENTRIES_AT_MOST],
            "untold": self.untold,
            "cut": len(entries) > ENTRIES_AT_MOST,
        }
        return TemplateResponse(request, "admin/entries.html", context | (extra_context or {}))
