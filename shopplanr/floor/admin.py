"""Scans in the admin: what was held under a scanner, the failed ones a choice away; never changed."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from audit.admin.witnessed import WitnessedAdmin
from shopplanr.admin.filters import MenuFilter
from shopplanr.admin.marks import Mark
from shopplanr.admin.people import person, with_name
from shopplanr.floor.models import Scan, ScanVerdict

VERDICT_MARKS = {
    ScanVerdict.DONE: Mark(ScanVerdict.DONE.label, "completed", "good"),
    ScanVerdict.NEEDS_ANSWER: Mark(ScanVerdict.NEEDS_ANSWER.label, "deferred", "warn"),
    ScanVerdict.REFUSED: Mark(ScanVerdict.REFUSED.label, "scrapped", "bad"),
    ScanVerdict.UNKNOWN: Mark(ScanVerdict.UNKNOWN.label, "pending", "quiet"),
}


class ByVerdict(MenuFilter):
    """Scans that came to the same."""

    title = "verdict"
    parameter_name = "verdict_is"

    def lookups(self, request, model_admin):
        """Offer every verdict."""
        return ScanVerdict.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Take the verdict."""
        return queryset.filter(verdict=self.value()) if self.value() else queryset


@admin.register(Scan)
class ScanAdmin(WitnessedAdmin):
    """Scans."""

    untold = "A scan is written once and never changes. What it did to a part is in the part's history."

    list_display = ("scanned_at", "came_to", "code", "message", "station", "who")
    list_display_links = ("scanned_at",)
    list_filter = (ByVerdict,)
    sortable_by = ()
    search_fields = ("code",)
    search_help_text = "What stands in the code, a part (SN-00042), certificate or job by its id, or a station."
    fields = (
        ("scanned_at", "came_to", "reason"),
        "message",
        ("code", "raw"),
        ("kind", "record_id"),
        ("station", "cert_in_hand"),
        ("who", "called_by", "credential"),
        ("scan_id", "sequence"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Bring the name of who scanned along."""
        return with_name(super().get_queryset(request), "user_id")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        """Find scans by what was read, by what it names, or by where."""
        term = search_term.replace("\0", "").strip()
        if not term:
            return queryset, False
        return queryset.filter(Q(code=term) | Q(record_id=term) | Q(record_id=term.upper()) | Q(station=term)), False

    @admin.display(description="Verdict")
    def came_to(self, scan: Scan) -> SafeString:
        """Return the verdict with its mark."""
        return VERDICT_MARKS[ScanVerdict(scan.verdict)].__html__()

    @admin.display(description="Who")
    def who(self, scan: Scan) -> str:
        """Return the person."""
        return person(scan.user_id, scan.user_id_name)
