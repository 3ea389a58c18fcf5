"""What products add to jobs in the admin: which product a job makes."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.http import HttpRequest

from certificates.models import JobProduct, Product
from certificates.services import products_of_jobs
from serials.admin.jobs import JobAdmin, JobForm
from serials.models import Job
from shopplanr.accounts.actors import actor_for
from shopplanr.admin.links import record_link


class ProductJobForm(JobForm):
    """A job, and the product that it makes."""

    columns = JobForm.columns | {products_of_jobs.FIELD: "product"}

    product = forms.ModelChoiceField(
        Product.objects.all(),
        required=False,
        widget=AutocompleteSelect(JobProduct._meta.get_field("product"), admin.site),
        help_text="What the job makes, where that is known by a GTIN.",
    )

    def __init__(self, *args, instance=None, initial=None, **kwargs):
        link = JobProduct.objects.filter(job=instance.pk).first() if instance is not None and instance.pk else None
        initial = ({"product": link.product_id} if link else {}) | (initial or {})
        super().__init__(*args, instance=instance, initial=initial, **kwargs)


class ProductJobAdmin(JobAdmin):
    """Production orders, and which product each makes."""

    form = ProductJobForm

    def get_fieldsets(self, request: HttpRequest, obj: Job | None = None):
        """Ask for the product behind what the job needs."""
        (title, options), *others = super().get_fieldsets(request, obj)
        return [(title, options | {"fields": (*options["fields"], "product")}), *others]

    def save_model(self, request: HttpRequest, obj: Job, form: ProductJobForm, change: bool) -> None:
        """Create or change the job, and name its product, through the services."""
        super().save_model(request, obj, form, change)
        if "product" in form.changed_data:
            product = form.cleaned_data["product"]
            products_of_jobs.name(obj.pk, product.pk if product else None, actor_for(request, None))

    @admin.display(description="Product")
    def product(self, job: Job) -> str:
        """Return the product, for those who only look."""
        link = JobProduct.objects.select_related("product").filter(job=job).first()
        return record_link(Product, link.product_id, link.product.name) if link else "–"


admin.site.unregister(Job)
admin.site.register(Job, ProductJobAdmin)
