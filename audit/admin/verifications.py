"""What came of the last runs of ``audit_verify``, in the admin."""

from django.contrib import admin

from audit.admin.witnessed import WitnessedAdmin
from audit.models import AuditVerification
from shopplanr.admin.marks import Mark

VALID, NOT_VALID = Mark("Valid", "completed", "good"), Mark("Not valid", "scrapped", "bad")


@admin.register(AuditVerification)
class AuditVerificationAdmin(WitnessedAdmin):
    """Verifications of the trail."""

    untold = "A verification is written once, when it ends, and never changes."

    list_display = ("at", "outcome", "whole", "verified", "checkpoints", "message")
    list_filter = ("whole", ("problem", admin.EmptyFieldListFilter))
    ordering = ("-number",)
    sortable_by = ()
    fields = (("at", "outcome"), ("whole", "verified", "checkpoints"), "message", "problem")

    def headline(self, record: AuditVerification) -> object:
        """Return what came of it."""
        return self.outcome(record)

    @admin.display(description="Outcome")
    def outcome(self, record: AuditVerification) -> object:
        """Return whether the trail was as it had been sealed."""
        return VALID if record.is_valid else NOT_VALID
