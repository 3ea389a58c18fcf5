"""Certificates: recorded through the service, and the same for ever from then on."""

from collections.abc import Sequence

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from audit.admin.history import TrackedAdmin
from audit.admin.naming import names
from certificates.admin.correcting import ByIssuer, ByStanding, PutRight, Revoke
from certificates.admin.exchange import ExchangeMixin
from certificates.admin.finding import ByExpiry
from certificates.admin.marks import standing_mark, type_mark
from certificates.admin.metadata import MetadataField, shown
from certificates.documents import saved_name
from certificates.models import CertAttachment, Certificate, CertificateDocument, ImportKind
from certificates.services import certificates, documents
from certificates.services.certificates import FIELDS
from certificates.standing import revisions_of, with_standing
from serials.models import Serial
from shopplanr import clock, stored_files
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right
from shopplanr.admin.confirming import ConfirmedActionsMixin
from shopplanr.admin.links import link, list_url, page_url, record_link
from shopplanr.admin.panels import PANEL_ROWS, Panel
from shopplanr.admin.people import person, with_name
from shopplanr.admin.services import ServiceAdmin, ServiceForm
from shopplanr.refusals import Refusal

COLUMNS = ("number", "issuer", "heat_lot", "en10204_type", "issue_date", "valid_from", "valid_to")
"""Facts that are columns of their own and are shown as they are."""


@names("certificate")
def _certificates(ids: set[str]) -> dict:
    rows = Certificate.objects.filter(pk__in=ids).values_list("pk", "name")
    return {pk: record_link(Certificate, pk, name) for pk, name in rows}


class CertificateForm(ServiceForm):
    """A new certificate."""

    metadata = MetadataField(
        required=False,
        label="Further facts",
        help_text="One per line, as in heat: 4711. A JSON object does too.",
    )
    columns = {name: column for name, column in FIELDS.items() if name != column}


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
class CertificateAdmin(ExchangeMixin, ConfirmedActionsMixin, TrackedAdmin, ServiceAdmin):
    """Certificates."""

    exchange_kind = ImportKind.CERTIFICATES
    right_to_add = Right.CERTIFY
    form = CertificateForm
    confirmed_actions = (PutRight(), Revoke())
    selection_headings = ("Certificate", "State", "Heat or lot")
    list_display = ("name", "kind", "state", "number", "issuer", "heat_lot", "valid_to", "attached", "created_at")
    list_filter = ("type", ByStanding, ByExpiry, "en10204_type", ByIssuer, "created_at")
    search_fields = ("name", "number", "issuer", "heat_lot", "metadata", "id")
    search_help_text = "Words of a certificate's name or of its facts (a number, a heat, a supplier), or its id."
    ordering = ("-created_at", "-id")
    sortable_by = ("name", "valid_to")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return certificates with how they stand, in one query."""
        return with_standing(super().get_queryset(request))

    def get_fields(self, request: HttpRequest, obj: Certificate | None = None):
        """Ask for what a certificate needs; show what it has."""
        dates = ("issue_date", "valid_from", "valid_to")
        facts = (("number", "issuer"), ("heat_lot", "en10204_type"), dates)
        if obj is None:
            return ("type", "name", *facts, "metadata")
        return ("name", ("kind", "state"), *facts, "facts", "revoked", "where_used", ("id", "created_at"))

    def get_readonly_fields(self, request: HttpRequest, obj: Certificate | None = None):
        """A certificate is immutable."""
        shown = ("name", "kind", "state", "facts", "revoked", "where_used", "id", "created_at", "metadata", *COLUMNS)
        return () if obj is None else shown

    def get_urls(self):
        """Add where documents are saved from."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_document"
        address = path("document/<int:key>/", self.admin_site.admin_view(self.document_view), name=name)
        return [address, *super().get_urls()]

    def document_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Save a document, after a look at whether it is what was stored."""
        document = get_object_or_404(CertificateDocument, pk=key) if key < 2**63 else None
        if document is None or not self.has_view_permission(request):
            raise Http404
        name = saved_name(document.file_name, document.content_type)
        try:
            return stored_files.download(request, document.digest, document.content_type, name)
        except Refusal as refusal:
            self.message_user(request, f"{document.file_name}: {refusal.message}", messages.ERROR)
            return HttpResponseRedirect(page_url(Certificate, "change", document.certificate_id))

    def selection_cells(self, row: Certificate) -> Sequence[object]:
        """Show which certificate it is, and how it stands."""
        return (record_link(Certificate, row.pk, row.name), self.state(row), row.heat_lot or "–")

    def headline(self, record: Certificate) -> object:
        """Show how it stands."""
        return self.state(record)

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[ChangeList]:
        """Return the list that counts attachments."""
        return CountedCertificates

    def save_model(self, request: HttpRequest, obj: Certificate, form: CertificateForm, change: bool) -> None:
        """Record the certificate through the service."""
        fields = {name: form.cleaned_data[column] for name, column in FIELDS.items()}
        obj.pk = certificates.create(fields, actor_for(request, None)).pk
        obj.refresh_from_db()

    @admin.display(description="Type")
    def kind(self, certificate: Certificate) -> object:
        """Return the type."""
        return type_mark(certificate.type)

    @admin.display(description="State")
    def state(self, certificate: Certificate) -> object:
        """Return how it stands today."""
        return standing_mark(certificate, clock.today())

    @admin.display(description="Revoked")
    def revoked(self, certificate: Certificate) -> str:
        """Return why it was revoked."""
        return certificate.revoked_reason or "–"

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
        """Show its documents, its revisions, and on which parts it is."""
        return [self._documents(record), *self._revisions(record), self._attachments(record)]

    def _documents(self, record: Certificate) -> Panel:
        rows = with_name(documents.of_certificate(record).select_related("certificate"), "uploaded_by")
        page = reverse("floor:certificate", args=[record.pk])
        return Panel(
            title="Documents",
            headings=("File", "Type", "Size", "Revision", "Added", "By"),
            rows=[
                (
                    format_html('<a href="{}">{}</a>', page_url(Certificate, "document", each.pk), each.file_name),
                    each.get_content_type_display(),
                    filesizeformat(each.size_bytes),
                    each.certificate.revision,
                    each.uploaded_at,
                    person(each.uploaded_by, each.uploaded_by_name),
                )
                for each in rows[:PANEL_ROWS]
            ],
            empty="No document is kept with it yet.",
            more_url=page,
            more_text="Add documents on its page",
        )

    def _revisions(self, record: Certificate) -> list[Panel]:
        if record.revision == 1 and not record.superseded_by_id:
            return []
        return [
            Panel(
                title="Revisions",
                headings=("Revision", "State", "Why", "Recorded"),
                rows=[
                    (
                        record_link(Certificate, each.pk, f"Revision {each.revision}"),
                        self.state(each),
                        each.correction_reason or "–",
                        each.created_at,
                    )
                    for each in with_standing(revisions_of(record))
                ],
                empty="",
            )
        ]

    def _attachments(self, record: Certificate) -> Panel:
        rows: QuerySet = with_name(CertAttachment.objects.filter(certificate=record), "attached_by")
        attachments = list(rows.select_related("step").order_by("sequence")[: PANEL_ROWS + 1])
        return Panel(
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
