"""Files that were imported: which, by whom, when, and what came of them. Looked at, never changed."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from audit.admin.witnessed import WitnessedAdmin
from certificates.exchange.kinds import KINDS
from certificates.models import ImportKind, ImportState, RecordImport
from shopplanr.admin.links import page_url
from shopplanr.admin.marks import Mark
from shopplanr.admin.people import person, with_name

STATE_MARKS = {
    ImportState.LOOKED_AT: Mark("Not confirmed yet", "pending", "quiet"),
    ImportState.DONE: Mark("Imported", "completed", "good"),
    ImportState.EXPIRED: Mark("Never confirmed", "skipped", "quiet"),
}


@admin.register(RecordImport)
class RecordImportAdmin(WitnessedAdmin):
    """Imports."""

    untold = "Who uploaded the file and who confirmed it is on its page; what it wrote is in each record's history."

    list_display = ("uploaded_at", "kind", "file_name", "mark", "result", "who")
    list_filter = ("kind", "state")
    search_fields = ("file_name", "digest")
    search_help_text = "Words of the file's name, or its SHA-256."
    ordering = ("-uploaded_at", "-id")
    sortable_by = ()
    fields = (
        ("kind", "file_name", "mark"),
        ("uploaded_at", "uploader"),
        ("imported_at", "importer"),
        "result",
        "digest",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return imports with the people's names and without their rows."""
        rows = super().get_queryset(request).defer("content")
        return with_name(with_name(rows, "uploaded_by"), "imported_by")

    def tools(self, request: HttpRequest, record: RecordImport):
        """Lead to the dry run where it waits to be confirmed."""
        kind = KINDS[ImportKind(record.kind)]
        if record.state != ImportState.LOOKED_AT or not request.user.has_perm(kind.right):
            return []
        return [(page_url(kind.model, "import_file", record.pk), "Look at its rows")]

    @admin.display(description="State", ordering="state")
    def mark(self, record: RecordImport) -> object:
        """Return what became of it."""
        return STATE_MARKS[ImportState(record.state)]

    @admin.display(description="Rows")
    def result(self, record: RecordImport) -> str:
        """Return how many rows were what."""
        return record.counted() if record.state == ImportState.DONE else "–"

    @admin.display(description="By")
    def who(self, record: RecordImport) -> str:
        """Return who imported it, or uploaded it."""
        return self.importer(record) or self.uploader(record)

    @admin.display(description="Uploaded by")
    def uploader(self, record: RecordImport) -> str:
        """Return who uploaded it."""
        return person(record.uploaded_by, record.uploaded_by_name)

    @admin.display(description="Imported by")
    def importer(self, record: RecordImport) -> str:
        """Return who confirmed it."""
        return person(record.imported_by, record.imported_by_name)
