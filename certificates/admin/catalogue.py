"""The catalogue: what products can be certified for."""

from django.contrib import admin
from django.http import HttpRequest

from audit.admin.history import TrackedAdmin
from certificates import certification_ids
from certificates.admin.exchange import ExchangeMixin
from certificates.admin.marks import validity_mark, verification_mark
from certificates.models import Certification, CertificationAssignment, ImportKind
from certificates.services import catalogue
from shopplanr import clock
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right
from shopplanr.admin.links import list_url, record_link
from shopplanr.admin.panels import PANEL_ROWS, Panel
from shopplanr.admin.services import ServiceAdmin, ServiceForm


@admin.register(Certification)
class CertificationAdmin(ExchangeMixin, TrackedAdmin, ServiceAdmin):
    """Certifications."""

    exchange_kind = ImportKind.CERTIFICATIONS
    right_to_add = right_to_change = Right.KEEP_CATALOGUE
    form = ServiceForm
    list_display = ("label", "code", "url")
    search_fields = ("label", "code", "description")
    search_help_text = "Words of the label, the code or the description, or the id that the API shows."
    ordering = ("label", "id")
    sortable_by = ("label", "code")

    def get_fields(self, request: HttpRequest, obj: Certification | None = None):
        """Show an entry that exists with its id and times."""
        shown = () if obj is None else (("public_id", "created_at", "updated_at"),)
        return (("label", "code"), "description", "url", "logo_url", *shown)

    def get_readonly_fields(self, request: HttpRequest, obj: Certification | None = None):
        """What is not chosen is not edited."""
        return () if obj is None else ("public_id", "created_at", "updated_at")

    def get_search_results(self, request: HttpRequest, queryset, search_term: str):
        """Find an id in either of its forms, else look for words."""
        key = certification_ids.read(search_term.strip())
        if key is not None:
            return queryset.filter(pk=key), False
        return super().get_search_results(request, queryset, search_term)

    def save_model(self, request: HttpRequest, obj: Certification, form: ServiceForm, change: bool) -> None:
        """Take up or change the certification through the service."""
        fields, actor = {name: form.cleaned_data[name] for name in catalogue.FIELDS}, actor_for(request, None)
        if change:
            catalogue.update(obj.short_id, fields, actor)
        else:
            obj.pk = catalogue.create(fields, actor).pk
        obj.refresh_from_db()

    @admin.display(description="Id")
    def public_id(self, certification: Certification) -> str:
        """Return the id as the API writes it."""
        return certification.short_id

    def panels(self, request: HttpRequest, record: Certification) -> list[Panel]:
        """Show which products hold it."""
        rows = record.assignments.select_related("product").order_by("product__name", "pk")
        assignments, today = list(rows[: PANEL_ROWS + 1]), clock.today()
        return [
            Panel(
                title="Products",
                headings=("Product", "GTIN", "Today", "Last day", "Verification"),
                rows=[
                    (
                        record_link(CertificationAssignment, each.pk, each.product.name),
                        each.product_id,
                        validity_mark(each, today),
                        each.expiration_date or "–",
                        verification_mark(each.verification_status),
                    )
                    for each in assignments[:PANEL_ROWS]
                ],
                empty="No product holds it yet.",
                more_url=list_url(CertificationAssignment, q=record.label) if len(assignments) > PANEL_ROWS else "",
                more_text="All products",
            )
        ]
