"""Products, the catalogue of certifications, and which product holds which (product-certifications page)."""

from datetime import date
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from audit.history import tracked
from certificates import certification_ids
from certificates.expressions import IsGtin, IsWebAddress
from certificates.gtin import GTIN_LENGTH
from certificates.models.certificates import NAME_MAX_LENGTH
from serials.models import Job
from shopplanr import clock
from shopplanr.fields import VerbatimJSONField
from shopplanr.values import URL_MAX_LENGTH


def _no_script(model: str, *columns: str) -> list[models.CheckConstraint]:
    """Return the rule that addresses are http or https, or empty: pages make links of them."""
    return [
        models.CheckConstraint(name=f"{model}_{column}_is_web", condition=IsWebAddress(column)) for column in columns
    ]


class VerificationStatus(models.TextChoices):
    """Whether somebody has confirmed a certificate with its issuer. It says nothing about its validity."""

    UNVERIFIED = "unverified", "Unverified"
    VERIFIED = "verified", "Verified"
    EXPIRED = "expired", "Verification expired"


class Product(models.Model):
    """What is sold, known by its Global Trade Item Number in 14 digits."""

    gtin = models.CharField("GTIN", primary_key=True, max_length=GTIN_LENGTH)
    name = models.CharField(max_length=NAME_MAX_LENGTH)
    description = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    history = tracked()

    class Meta:
        ordering = ["gtin"]
        permissions = [("keep_catalogue", "Can keep the catalogue of products and certifications")]
        constraints = [
            models.CheckConstraint(name="product_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(name="product_gtin_is_one", condition=IsGtin("gtin")),
        ]

    def __str__(self) -> str:
        return self.name


class Certification(models.Model):
    """An entry of the catalogue: what can be certified (USDA Organic, ISO 9001), whoever holds it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    label = models.CharField(max_length=255)
    code = models.CharField(max_length=50, blank=True, default="", help_text="A stable word for it, as USDA_ORGANIC.")
    description = models.TextField(blank=True, default="")
    url = models.CharField(
        "address", max_length=URL_MAX_LENGTH, blank=True, default="", help_text="Where it is defined."
    )
    logo_url = models.CharField("address of the logo", max_length=URL_MAX_LENGTH, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    history = tracked()

    class Meta:
        ordering = ["label", "id"]
        constraints = [
            models.CheckConstraint(name="certification_has_a_label", condition=~Q(label="")),
            *_no_script("certification", "url", "logo_url"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def short_id(self) -> str:
        """Return the id as the API writes it."""
        return certification_ids.written(self.pk)

    @property
    def logo(self) -> str | None:
        """Return the logo's address, None where there is none."""
        return self.logo_url or None


class CertificationAssignment(models.Model):
    """A product holds a certification: the facts of that one certificate.

    Trust (``verification_status``) and validity (the two dates) are separate: what has expired may have been verified.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="assignments", db_index=False)
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="assignments")
    metadata = VerbatimJSONField(null=False, default=dict)
    valid_from = models.DateField(null=True, blank=True, help_text="The first day. Open where it is not known.")
    expiration_date = models.DateField(null=True, blank=True, help_text="The last day. Open where there is none.")
    certificate_number = models.CharField(max_length=100, blank=True, default="")
    issuing_body = models.CharField(max_length=255, blank=True, default="")
    expiry_date = models.DateField(
        "expiry of the document",
        null=True,
        blank=True,
        help_text="As printed on it, where that is another day than the last one.",
    )
    verification_url = models.CharField(
        "address to verify it",
        max_length=URL_MAX_LENGTH,
        blank=True,
        default="",
        help_text="Where the issuing body answers for it.",
    )
    verification_status = models.CharField(
        max_length=20, choices=VerificationStatus, default=VerificationStatus.UNVERIFIED
    )
    scope = models.TextField(blank=True, default="", help_text="What is certified: the product, a line, a plant.")
    certification_value = models.CharField(
        max_length=255, blank=True, default="", help_text="The level or result, as Grade A."
    )
    audit_date = models.DateField(null=True, blank=True, help_text="When the audit for it was.")
    initial_certification_date = models.DateField(null=True, blank=True, help_text="When it was granted first.")
    certificate_countries = models.JSONField(
        "countries", blank=True, default=list, help_text="Where it holds: ISO 3166-1 alpha-2, as US, CA."
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    history = tracked()

    class Meta:
        ordering = ["pk"]
        verbose_name = "product certification"
        permissions = [("certify_products", "Can give products certifications, change and withdraw them")]
        constraints = [
            # also serves the certifications of a product, so the foreign key needs no index of its own
            models.UniqueConstraint(fields=["product", "certification"], name="assignment_once_per_product"),
            models.CheckConstraint(
                name="assignment_verification_known", condition=Q(verification_status__in=VerificationStatus.values)
            ),
            models.CheckConstraint(
                name="assignment_covers_a_day",
                condition=Q(valid_from=None) | Q(expiration_date=None) | Q(expiration_date__gte=F("valid_from")),
            ),
            *_no_script("assignment", "verification_url"),
        ]

    def __str__(self) -> str:
        return f"{self.certification} of {self.product}"

    @property
    def effective_expiry(self) -> date | None:
        """Return the document's own expiry; where none was given, the last day of validity."""
        return self.expiry_date or self.expiration_date


class JobProduct(models.Model):
    """Which product a job makes. A job without a row makes none that is known here.

    The row is on this side because parts and jobs know nothing of certificates, and imports point one way.
    """

    job = models.OneToOneField(Job, primary_key=True, on_delete=models.PROTECT, related_name="product_link")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="job_links")

    history = tracked()

    class Meta:
        verbose_name = "product of a job"
        verbose_name_plural = "products of jobs"

    def __str__(self) -> str:
        return f"{self.job_id} makes {self.product_id}"
