"""Certifications of products: given, changed and withdrawn through the services."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from audit.admin.history import TrackedAdmin
from certificates import expressions
from certificates.admin.exchange import ExchangeMixin
from certificates.admin.marks import validity_mark, verification_mark
from certificates.admin.metadata import PairsField, shown
from certificates.assignment_metadata import leading_to
from certificates.gtin import normalized
from certificates.models import Certification, CertificationAssignment, ImportKind, Product
from certificates.refusals import InvalidGtin
from certificates.services import assignments
from shopplanr import clock
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right
from shopplanr.actor import Actor
from shopplanr.admin.confirming import ConfirmedAction, ConfirmedActionsMixin
from shopplanr.admin.links import record_link
from shopplanr.admin.services import ServiceAdmin, ServiceForm

EXPIRING_DAYS = 30
"""How far ahead "soon" is."""

FACTS = tuple(field for field in assignments.FACTS if field not in ("metadata", "certificate_countries"))
"""What a form hands over as it is."""


class CountriesField(forms.CharField):
    """Country codes, separated by commas or blanks."""

    def prepare_value(self, value: object) -> object:
        """Write the codes."""
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: object) -> list[str]:
        """Return the codes; whether they are codes is the service's to say."""
        return super().clean(value).replace(",", " ").split()

    def has_changed(self, initial: object, data: object) -> bool:
        """Compare codes, not how they are separated."""
        return super().has_changed(self.prepare_value(initial), data)


class AssignmentForm(ServiceForm):
    """A certification of a product."""

    columns = {"certification_id": "certification", "gtin": "product"}

    metadata = PairsField(required=False, help_text="One fact per line, as in lot: 4711.")
    certificate_countries = CountriesField(
        required=False, label="Countries", help_text="Where it holds: two letters each, as US, CA."
    )

    def clean_metadata(self) -> dict | None:
        """Return what merges into what is stored, so that what came meanwhile by another way stays."""
        typed = self.cleaned_data["metadata"]
        before = self.data.get(self["metadata"].html_initial_name, "")
        return leading_to(self.fields["metadata"].clean(before), typed) or None


class WithdrawForm(forms.Form):
    """Why."""

    reason = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))


class Withdraw(ConfirmedAction):
    """A certification that a product holds no longer."""

    name, label, done, right = "withdraw", "Withdraw", "Certification withdrawn", Right.CERTIFY_PRODUCTS
    explanation = "The product does not hold it any more. Its history, and who withdrew it and why, are kept."
    nouns = ("product certification", "product certifications")
    form_class, removes = WithdrawForm, True

    def effects(self, rows: Sequence[CertificationAssignment]) -> Mapping[Any, str]:
        """Say what the product is without from now on."""
        return {row.pk: f"{row.product.name} no longer holds {row.certification.label}" for row in rows}

    def carry_out_one(self, row: CertificationAssignment, values: Mapping[str, Any], actor: Actor) -> None:
        """Call the service."""
        assignments.unassign(row.product_id, row.certification.short_id, actor, values["reason"])


class ByValidity(admin.SimpleListFilter):
    """Whether it holds today, and for how long."""

    title = "validity"
    parameter_name = "holds"

    def lookups(self, request, model_admin):
        """Offer today, and soon."""
        return [("yes", "Active today"), ("no", "Not active today"), ("soon", f"Ends within {EXPIRING_DAYS} days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Judge by the site's day."""
        today = clock.today()
        if self.value() == "soon":
            last = today + timedelta(days=EXPIRING_DAYS)
            return queryset.filter(expressions.covering(today), expiration_date__lte=last)
        conditions = {"yes": expressions.covering, "no": expressions.not_covering}
        return queryset.filter(conditions[self.value()](today)) if self.value() in conditions else queryset


@admin.register(CertificationAssignment)
class AssignmentAdmin(ConfirmedActionsMixin, ExchangeMixin, TrackedAdmin, ServiceAdmin):
    """Certifications that products hold."""

    exchange_kind = ImportKind.ASSIGNMENTS
    right_to_add = right_to_change = Right.CERTIFY_PRODUCTS
    form = AssignmentForm
    confirmed_actions = (Withdraw(),)
    selection_headings = ("Product", "Certification", "Today", "Number")
    list_display = ("name", "certification", "holds", "expiration_date", "trusted", "certificate_number")
    list_filter = (ByValidity, "verification_status")
    search_fields = ("product__name", "certification__label", "certificate_number", "issuing_body")
    search_help_text = "A GTIN, or words of the product, the certification, the issuer or the number."
    ordering = ("product__name", "certification__label", "pk")
    sortable_by = ("expiration_date",)
    autocomplete_fields = ("product", "certification")
    facts = (
        ("certificate_number", "issuing_body"),
        ("valid_from", "expiration_date", "expiry_date"),
        ("verification_status", "verification_url"),
        ("scope", "certification_value"),
        ("audit_date", "initial_certification_date"),
        "certificate_countries",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return assignments with the names that a row shows."""
        return super().get_queryset(request).select_related("product", "certification")

    def get_fields(self, request: HttpRequest, obj: CertificationAssignment | None = None):
        """Ask for the pair once; show it from then on."""
        pair = (("product", "certification"),) if obj is None else (("product_link", "certification_link"),)
        metadata = "metadata" if self.has_change_permission(request, obj) else "pairs"
        return (*pair, *self.facts, metadata, *(() if obj is None else (("created_at", "updated_at"),)))

    def get_readonly_fields(self, request: HttpRequest, obj: CertificationAssignment | None = None):
        """Another pair would be another certificate."""
        return () if obj is None else ("product_link", "certification_link", "pairs", "created_at", "updated_at")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        """Find a number in any of its forms, else look for words."""
        try:
            return queryset.filter(product=normalized(search_term.strip())), False
        except InvalidGtin:
            return super().get_search_results(request, queryset, search_term)

    def save_model(
        self, request: HttpRequest, obj: CertificationAssignment, form: AssignmentForm, change: bool
    ) -> None:
        """Give or change it through the service: only what was changed on the page."""
        values, actor = form.cleaned_data, actor_for(request, None)
        fields = {name: values[name] for name in form.changed_data if name in (*FACTS, "certificate_countries")}
        if values["metadata"]:
            fields["metadata"] = values["metadata"]
        if change:
            assignments.update(obj.product_id, obj.certification.short_id, fields, actor, known=assignments.FACTS)
        else:
            pair = {"certification_id": values["certification"].short_id}
            obj.pk = assignments.assign(values["product"].pk, fields | pair, actor).pk
        obj.refresh_from_db()

    def selection_cells(self, row: CertificationAssignment) -> Sequence[object]:
        """Say which product, and what it is certified for."""
        return (row.product.name, row.certification.label, self.holds(row), row.certificate_number)

    def headline(self, record: CertificationAssignment) -> object:
        """Return whether it holds today."""
        return self.holds(record)

    def value_labels(self, versions: Sequence):
        """Name products and certifications, two queries for a whole page."""
        products = Product.objects.filter(pk__in={version.product_id for version in versions})
        certifications = Certification.objects.filter(pk__in={version.certification_id for version in versions})
        return {
            "product": dict(products.values_list("pk", "name")),
            "certification": dict(certifications.values_list("pk", "label")),
        }

    @admin.display(description="Product", ordering="product__name")
    def name(self, assignment: CertificationAssignment) -> str:
        """Return the product."""
        return assignment.product.name

    @admin.display(description="Today")
    def holds(self, assignment: CertificationAssignment) -> object:
        """Return whether it holds today."""
        return validity_mark(assignment, clock.today())

    @admin.display(description="Verification")
    def trusted(self, assignment: CertificationAssignment) -> object:
        """Return whether somebody verified it."""
        return verification_mark(assignment.verification_status)

    @admin.display(description="Product")
    def product_link(self, assignment: CertificationAssignment) -> str:
        """Return the product."""
        return record_link(Product, assignment.product_id, assignment.product.name)

    @admin.display(description="Certification")
    def certification_link(self, assignment: CertificationAssignment) -> str:
        """Return the certification."""
        return record_link(Certification, assignment.certification_id, assignment.certification.label)

    @admin.display(description="Metadata")
    def pairs(self, assignment: CertificationAssignment) -> str:
        """Return the metadata."""
        return shown(assignment.metadata)
