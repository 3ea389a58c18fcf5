"""Attachments: which part got which certificate at which step. Looked at, never changed."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from audit import trail
from audit.admin.witnessed import WitnessedAdmin
from audit.models import AuditEntry
from certificates.admin.marks import type_mark
from certificates.models import CertAttachment, Certificate
from serials.admin.filters import ByJobOfSerial, ByPathOfSerial
from serials.admin.searching import parts_filter
from serials.models import Serial
from shopplanr.admin.links import record_link
from shopplanr.admin.people import person, with_name


@admin.register(CertAttachment)
class CertAttachmentAdmin(WitnessedAdmin):
    """Attachments of certificates to parts."""

    list_display = ("attached_at", "part", "certificate_link", "kind", "step_name", "who", "late_reason")
    list_display_links = ("attached_at",)
    list_filter = ("certificate__type", "late", ByJobOfSerial, ByPathOfSerial, "attached_at")
    search_fields = ("attachment_id",)
    search_help_text = "A part (SN-00042), a range SN-00010..SN-00050, a certificate by name or id, or a job or path."
    ordering = ("-sequence",)
    sortable_by = ()
    fields = (
        ("part", "step_name"),
        ("certificate_link", "kind"),
        ("attached_at", "who"),
        ("late", "late_reason"),
        "attachment_id",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return attachments with everything that a row shows, in one query."""
        return with_name(super().get_queryset(request), "attached_by").select_related("certificate", "step")

    def entries_about(self, record: CertAttachment) -> QuerySet[AuditEntry]:
        """Return what happened to the part with this certificate."""
        return trail.of_serial(record.serial_public_id).filter(cert_id=record.certificate_id)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        """Find by part, job, path or certificate."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if term.startswith("cert_"):
            return queryset.filter(certificate=term), False
        named = Certificate.objects.filter(name__icontains=term).order_by().values("pk")
        found = parts_filter(term, "serial__") | Q(certificate__in=named) | Q(attachment_id=term)
        return queryset.filter(found), False

    @admin.display(description="Part")
    def part(self, attachment: CertAttachment) -> str:
        """Return the part."""
        return record_link(Serial, attachment.serial_id, attachment.serial_public_id)

    @admin.display(description="Certificate")
    def certificate_link(self, attachment: CertAttachment) -> str:
        """Return the certificate."""
        return record_link(Certificate, attachment.certificate_id, attachment.certificate.name)

    @admin.display(description="Type")
    def kind(self, attachment: CertAttachment) -> object:
        """Return the certificate's type."""
        return type_mark(attachment.certificate.type)

    @admin.display(description="Step")
    def step_name(self, attachment: CertAttachment) -> str:
        """Return the step."""
        return f"{attachment.step.order + 1} {attachment.step.name}"

    @admin.display(description="By")
    def who(self, attachment: CertAttachment) -> str:
        """Return who attached it."""
        return person(attachment.attached_by, attachment.attached_by_name)
