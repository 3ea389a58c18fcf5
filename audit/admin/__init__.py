"""The audit trail in the admin: found by part, certificate, job, person, action and time; never changed."""

from datetime import timedelta

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join

from audit import trail
from audit.admin import naming, verifications
from audit.admin.witnessed import WitnessedAdmin
from audit.models import Action, AuditEntry
from shopplanr import clock
from shopplanr.admin.filters import CHOICES_AT_MOST, MenuFilter
from shopplanr.ids import serial_number

__all__ = ["AuditEntryAdmin", "naming", "verifications"]

_COLUMN_OF_PREFIX = {
    "job_": ["job_id"],
    "path_": ["path_id"],
    "step_": ["step_id", "from_step_id", "to_step_id"],
    "aud_": ["entry_id"],
    "user_": ["user_id"],
}


class ByPerson(MenuFilter):
    """Entries of one account. A kiosk's free text is found by the search."""

    title = "person"
    parameter_name = "user"

    def lookups(self, request, model_admin):
        """Offer the accounts, active ones first."""
        accounts = get_user_model().objects.order_by("-is_active", "name", "pk")
        return accounts.values_list("pk", "name")[:CHOICES_AT_MOST]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Take what the account did, also in somebody else's name."""
        return queryset.filter(Q(user_id=self.value()) | Q(called_by=self.value())) if self.value() else queryset


class ByAction(MenuFilter):
    """Entries of one kind."""

    title = "action"
    parameter_name = "action_is"

    def lookups(self, request, model_admin):
        """Offer every action."""
        return Action.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Take the action."""
        return queryset.filter(action=self.value()) if self.value() else queryset


class ByTime(admin.SimpleListFilter):
    """Entries of the last hours, days and weeks."""

    title = "time"
    parameter_name = "within"
    SPANS = {
        "1h": ("Last hour", timedelta(hours=1)),
        "24h": ("Last 24 hours", timedelta(hours=24)),
        "7d": ("Last 7 days", timedelta(days=7)),
        "30d": ("Last 30 days", timedelta(days=30)),
        "365d": ("Last 365 days", timedelta(days=365)),
    }

    def lookups(self, request, model_admin):
        """Offer the spans."""
        return [(key, label) for key, (label, _) in self.SPANS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Take what happened within the span."""
        if self.value() not in self.SPANS:
            return queryset
        return queryset.filter(timestamp__gte=clock.now() - self.SPANS[self.value()][1])


class NamedEntries(ChangeList):
    """A page of entries with names in the place of ids."""

    def get_results(self, request: HttpRequest) -> None:
        """Name the page's entries together: the number of queries does not grow with them."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        naming.name_all(self.result_list)


@admin.register(AuditEntry)
class AuditEntryAdmin(WitnessedAdmin):
    """Audit entries."""

    list_display = ("timestamp", "what_and_why", "subject", "where_and_what", "job", "who")
    list_display_links = ("timestamp",)
    list_filter = (ByTime, ByAction, ByPerson)
    sortable_by = ()
    search_fields = ("entry_id",)
    search_help_text = "A part (SN-00042), a job, path, step, certificate or entry by its id, or a person by name."
    fields = (
        ("timestamp", "what_happened"),
        ("subject", "certificate"),
        ("where", "job", "path"),
        ("who", "called_by_whom", "credential"),
        "details",
        ("entry_id", "sequence"),
    )

    def entries_about(self, record: AuditEntry) -> QuerySet[AuditEntry]:
        """Return the entry itself: it is written once."""
        return AuditEntry.objects.filter(pk=record.pk)

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[ChangeList]:
        """Return the list that names what ids stand for."""
        return NamedEntries

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        """Find entries by what an id says that it is, else by person."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if serial_number(term.upper()) is not None:
            return queryset.filter(pk__in=trail.of_serial(term.upper()).order_by().values("pk")), False
        if term.startswith("cert_"):
            return trail.of_certificate(term, queryset), False
        for prefix, columns in _COLUMN_OF_PREFIX.items():
            if term.startswith(prefix):
                return queryset.filter(Q(*((column, term) for column in columns), _connector=Q.OR)), False
        # Looked up first: of a million entries, the engine would ask each whether its person is among those.
        people = get_user_model().objects.filter(name__icontains=term).values_list("pk", flat=True)
        return queryset.filter(user_id__in=[term, *people[:CHOICES_AT_MOST]]), False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> AuditEntry | None:
        """Return the entry with names in the place of ids."""
        entry = super().get_object(request, object_id, from_field)
        if entry is not None:
            naming.name_all([entry])
        return entry

    @admin.display(description="What")
    def what_happened(self, entry: AuditEntry) -> str:
        """Return the action in words."""
        return entry.get_action_display()

    @admin.display(description="Part, product")
    def subject(self, entry: AuditEntry) -> str:
        """Return the part, or the batch."""
        return naming.what(entry)

    @admin.display(description="Step")
    def where(self, entry: AuditEntry) -> str:
        """Return the step, or from where to where."""
        return naming.where(entry)

    @admin.display(description="Certificate")
    def certificate(self, entry: AuditEntry) -> str:
        """Return the certificate."""
        return naming.certificate(entry)

    @admin.display(description="Job")
    def job(self, entry: AuditEntry) -> str:
        """Return the job."""
        return entry.named.get("job_id", "")

    @admin.display(description="Path")
    def path(self, entry: AuditEntry) -> str:
        """Return the path."""
        return entry.named.get("path_id", "")

    @admin.display(description="Who")
    def who(self, entry: AuditEntry) -> str:
        """Return the person."""
        return entry.named["user_id"]

    @admin.display(description="Called by")
    def called_by_whom(self, entry: AuditEntry) -> str:
        """Return who called, where that was somebody else."""
        return entry.named.get("called_by", "")

    @admin.display(description="What")
    def what_and_why(self, entry: AuditEntry) -> str:
        """Return the action, and below it what was written."""
        return naming.noted(entry.get_action_display(), naming.why(entry))

    @admin.display(description="Step, certificate")
    def where_and_what(self, entry: AuditEntry) -> str:
        """Return the step, and below it the certificate."""
        return naming.noted(naming.where(entry), naming.certificate(entry))

    @admin.display(description="Details")
    def details(self, entry: AuditEntry) -> str:
        """Return all that the entry carries beside."""
        return format_html_join("", "<div>{}: {}</div>", naming.facts(entry))
