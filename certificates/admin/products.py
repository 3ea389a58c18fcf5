"""Products: by their numbers, with what they are certified for and the jobs that make them."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html

from audit.admin.history import KINDS, TrackedAdmin
from audit.admin.naming import names
from certificates.admin.exchange import ExchangeMixin
from certificates.admin.marks import validity_mark, verification_mark
from certificates.gtin import normalized
from certificates.models import Certification, CertificationAssignment, ImportKind, Product
from certificates.refusals import InvalidGtin
from certificates.services import products
from serials.models import Job
from shopplanr import clock
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right
from shopplanr.admin.links import list_url, page_url, record_link
from shopplanr.admin.panels import PANEL_ROWS, Panel
from shopplanr.admin.people import names_of, person
from shopplanr.admin.services import ServiceAdmin, ServiceForm


@names("product")
def _products(ids: set[str]) -> dict:
    rows = Product.objects.filter(pk__in=ids).values_list("pk", "name")
    return {pk: record_link(Product, pk, name) for pk, name in rows}


@admin.register(Product)
class ProductAdmin(ExchangeMixin, TrackedAdmin, ServiceAdmin):
    """Products."""

    exchange_kind = ImportKind.PRODUCTS
    right_to_add = right_to_change = Right.KEEP_CATALOGUE
    form = ServiceForm
    list_display = ("name", "gtin")
    search_fields = ("name", "gtin")
    search_help_text = "Words of a product's name, or its GTIN in 8, 12, 13 or 14 digits."
    ordering = ("name", "gtin")

    def get_fields(self, request: HttpRequest, obj: Product | None = None):
        """Show a product that exists with its times."""
        return ("gtin", "name", "description") + (() if obj is None else (("created_at", "updated_at"),))

    def get_readonly_fields(self, request: HttpRequest, obj: Product | None = None):
        """Its number is what it is known by."""
        return () if obj is None else ("gtin", "created_at", "updated_at")

    def get_search_results(self, request: HttpRequest, queryset, search_term: str):
        """Find a number in any of its forms, else look for words."""
        try:
            return queryset.filter(pk=normalized(search_term.strip())), False
        except InvalidGtin:
            return super().get_search_results(request, queryset, search_term)

    def save_model(self, request: HttpRequest, obj: Product, form: ServiceForm, change: bool) -> None:
        """Take up or change the product through the service."""
        values, actor = form.cleaned_data, actor_for(request, None)
        if change:
            products.update(obj.pk, {name: values[name] for name in products.CHANGEABLE}, actor)
        else:
            obj.pk = products.create({name: values[name] for name in ("gtin", *products.CHANGEABLE)}, actor).pk
        obj.refresh_from_db()

    def tools(self, request: HttpRequest, record: Product):
        """Offer to give it a certification."""
        if not request.user.has_perm(Right.CERTIFY_PRODUCTS):
            return []
        return [(f"{page_url(CertificationAssignment, 'add')}?product={record.pk}", "Add a certification")]

    def panels(self, request: HttpRequest, record: Product) -> list[Panel]:
        """Show what it is certified for, what became of that, and the jobs."""
        return [self._certifications(record), self._jobs(record), self._changes(record)]

    def _certifications(self, product: Product) -> Panel:
        rows = product.assignments.select_related("certification").order_by("certification__label", "pk")
        assignments, today = list(rows[: PANEL_ROWS + 1]), clock.today()
        return Panel(
            title="Certifications",
            headings=("Certification", "Today", "Last day", "Verification", "Number", "Issued by"),
            rows=[
                (
                    record_link(CertificationAssignment, each.pk, each.certification.label),
                    validity_mark(each, today),
                    each.expiration_date or "–",
                    verification_mark(each.verification_status),
                    each.certificate_number,
                    each.issuing_body,
                )
                for each in assignments[:PANEL_ROWS]
            ],
            empty="This product holds no certification yet.",
            more_url=list_url(CertificationAssignment, q=product.pk) if len(assignments) > PANEL_ROWS else "",
            more_text="All certifications",
        )

    def _jobs(self, product: Product) -> Panel:
        jobs = Job.objects.filter(product_link__product=product).order_by("-created_at", "pk")[:PANEL_ROWS]
        return Panel(
            title="Jobs",
            headings=("Job", "Goal", "Made on"),
            rows=[(record_link(Job, job.pk, job.name), f"{job.goal_quantity:,}", job.created_at) for job in jobs],
            empty="No job says that it makes this product.",
        )

    def _changes(self, product: Product) -> Panel:
        """Return what became of its certifications, of those too that were withdrawn and have no page any more."""
        versions = list(
            CertificationAssignment.history.filter(product=product.pk)
            .order_by("-history_id")
            .values_list("id", "history_id", "history_type", "history_date", "history_user_id", "certification")[
                :PANEL_ROWS
            ]
        )
        labels = dict(Certification.objects.filter(pk__in={row[5] for row in versions}).values_list("pk", "label"))
        people = names_of(row[4] for row in versions)
        return Panel(
            title="History of its certifications",
            headings=("When", "What", "Certification", "Who"),
            rows=[
                (
                    moment,
                    format_html(
                        '<a href="{}">{}</a>',
                        page_url(CertificationAssignment, "simple_history", key, version),
                        KINDS[kind] if kind != "-" else "Withdrawn",
                    ),
                    labels.get(certification, ""),
                    person(user, people.get(user)),
                )
                for key, version, kind, moment, user, certification in versions
            ],
            empty="Nothing yet.",
        )
