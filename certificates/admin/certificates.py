"""Certificates: recorded through the service, and the same for ever from then on."""

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from audit.admin.history import TrackedAdmin
from audit.admin.naming import names
from certificates.admin.exchange import ExchangeMixin
from certificates.admin.marks import type_mark
from certificates.admin.metadata import MetadataField, shown
from certificates.models import CertAttachment, Certificate, ImportKind
from certificates.services import certificates
from serials.models import Serial
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right
from shopplanr.admin.links import link, list_url, record_link
from shopplanr.admin.panels import PANEL_ROWS, Panel
from shopplanr.admin.people import person, with_name
from shopplanr.admin.services import ServiceAdmin, ServiceForm


@names("certificate")
def _certificates(ids: set[str]) -> dict:
    rows = Certificate.objects.filter(pk__in=ids).values_list("pk", "name")
    return {pk: record_link(Certificate, pk, name) for pk, name in rows}


class CertificateForm(ServiceForm):
    """A new certificate."""

    metadata = MetadataField(required=False, help_text="One fact per line, as in heat: 4711. A JSON object does too.")


class CountedCertificates(ChangeList):
    """A page of certificates with the number of their attachments."""

    def get_results(self, request: HttpRequest) -> None:
        """Count the page's attachments together, in one query."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        keys = [certificate.pk for certificate in self.result_list]
        rows = CertAttachment.objects.filter(certificate__in=keys).order_by().values_list("certificate")
        counts = dict(rows.annotate(Count("pk")))
        for certificate in self.result_list:
            certificate.attachment_count = counts.get(certificate.pk, 0)


@admin.register(Certificate)
class CertificateAdmin(ExchangeMixin, TrackedAdmin, ServiceAdmin):
    """Certificates."""

    exchange_kind = ImportKind.CERTIFICATES
    right_to_add = Right.CERTIFY
    form = CertificateForm
    list_display = ("name", "kind", "attached", "created_at", "id")
    list_filter = ("type", "created_at")
    search_fields = ("name", "metadata", "id")
    search_help_text = "Words of a certificate's name or of its facts (a heat number, a supplier), or its id."
    ordering = ("-created_at", "-id")
    sortable_by = ("name",)

    def get_fields(self, request: HttpRequest, obj: Certificate | None = None):
        """Ask for what a certificate needs; show what it has."""
        return (
            ("type", "name", "metadata")
            if obj is None
            else ("name", "kind", "facts", "where_used", ("id", "created_at"))
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Certificate | None = None):
        """A certificate is immutable."""
        return () if obj is None else ("name", "kind", "facts", "where_used", "id", "created_at", "metadata")

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[ChangeList]:
        """Return the list that counts attachments."""
        return CountedCertificates

    def save_model(self, request: HttpRequest, obj: Certificate, form: CertificateForm, change: bool) -> None:
        """Record the certificate through the service."""
        fields = {name: form.cleaned_data[name] for name in ("type", "name", "metadata")}
        obj.pk = certificates.create(fields, actor_for(request, None)).pk
        obj.refresh_from_db()

    @admin.display(description="Type")
    def kind(self, certificate: Certificate) -> object:
        """Return the type."""
        return type_mark(certificate.type)

    @admin.display(description="Attached to")
    def attached(self, certificate: Certificate) -> str:
        """Return on how many parts the certificate is."""
        number = certificate.attachment_count
        return "–" if not number else f"{number:,} part{'s' if number > 1 else ''}"

    @admin.display(description="Where used")
    def where_used(self, certificate: Certificate) -> str:
        """Return a link to every part concerned."""
        return link(f"{reverse('floor:where-used')}?{urlencode({'certId': certificate.pk})}", "Every part with it")

    @admin.display(description="Facts")
    def facts(self, certificate: Certificate) -> str:
        """Return the metadata."""
        return shown(certificate.metadata)

    def panels(self, request: HttpRequest, record: Certificate) -> list[Panel]:
        """Show on which parts the certificate is."""
        rows: QuerySet = with_name(CertAttachment.objects.filter(certificate=record), "attached_by")
        attachments = list(rows.select_related("step").order_by("sequence")[: PANEL_ROWS + 1])
        return [
            Panel(
                title="Attached to",
                headings=("Part", "Step", "When", "By"),
                rows=[
                    (
                        record_link(Serial, attachment.serial_id, attachment.serial_public_id),
                        attachment.step.name,
                        attachment.attached_at,
                        person(attachment.attached_by, attachment.attached_by_name),
                    )
                    for attachment in attachments[:PANEL_ROWS]
                ],
                empty="No part has this certificate yet. Select parts in their list and attach it there.",
                more_url=list_url(CertAttachment, q=record.pk) if len(attachments) > PANEL_ROWS else "",
                more_text="All attachments",
            )
        ]
