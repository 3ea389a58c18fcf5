"""Certificates, and the attachments that join them to parts (Certificates API, seed document)."""

from django.db import models
from django.db.models import F, Q

from audit.append_only import append_only
from audit.history import tracked
from serials.expressions import IsDigest
from serials.models import CertificateType, En10204Type, Serial, Step
from serials.models.parts import OfSerial
from shopplanr import clock
from shopplanr.content_store import DIGEST_LENGTH
from shopplanr.fields import VerbatimJSONField
from shopplanr.ids import ID_MAX_LENGTH, new_attachment_id, new_certificate_id, new_document_id
from shopplanr.kept_content import keeps_content

NAME_MAX_LENGTH = 255
NUMBER_MAX_LENGTH = 100
FILE_NAME_MAX_LENGTH = 255


class DocumentType(models.TextChoices):
    """What a document can be; the value is its media type."""

    PDF = "application/pdf", "PDF"
    JPEG = "image/jpeg", "JPEG"
    PNG = "image/png", "PNG"
    TIFF = "image/tiff", "TIFF"


@append_only
class Certificate(models.Model):
    """A document that vouches for material or for a process. Immutable from its creation on.

    What was wrong in one is put right by a new revision, which supersedes it. Whoever carries an older revision is
    vouched for by the newest one of them, unless that was revoked.
    """

    id = models.CharField(primary_key=True, max_length=ID_MAX_LENGTH, default=new_certificate_id, editable=False)
    type = models.CharField(max_length=20, choices=CertificateType)
    name = models.CharField(max_length=NAME_MAX_LENGTH)
    number = models.CharField(
        max_length=NUMBER_MAX_LENGTH, blank=True, default="", help_text="As its issuer counts them."
    )
    issuer = models.CharField(
        max_length=NAME_MAX_LENGTH, blank=True, default="", help_text="Who vouches: a mill, a plater, a laboratory."
    )
    heat_lot = models.CharField(
        "heat or lot", max_length=NUMBER_MAX_LENGTH, blank=True, default="", help_text="Of the material or the charge."
    )
    en10204_type = models.CharField("EN 10204 type", max_length=3, choices=En10204Type, blank=True, default="")
    issue_date = models.DateField("issued on", null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True, help_text="The first day. Open where it is not known.")
    valid_to = models.DateField(null=True, blank=True, help_text="The last day. Open where there is none.")
    metadata = VerbatimJSONField()
    first_revision = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="later_revisions",
        db_index=False,
    )
    revision = models.PositiveIntegerField(default=1, editable=False)
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="superseded_by"
    )
    correction_reason = models.TextField(blank=True, default="", editable=False, help_text="What was put right.")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    history = tracked()

    class Meta:
        ordering = ["created_at", "id"]
        permissions = [
            ("attach_certificate", "Can attach certificates to parts"),
            ("attach_late", "Can attach certificates to parts that have left the step"),
            ("revoke_certificate", "Can revoke certificates and put them right"),
        ]
        constraints = [
            models.CheckConstraint(name="certificate_type_known", condition=Q(type__in=CertificateType.values)),
            models.CheckConstraint(name="certificate_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="certificate_en10204_known", condition=Q(en10204_type__in=["", *En10204Type.values])
            ),
            models.CheckConstraint(
                name="certificate_covers_a_day",
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="certificate_revision_whole",
                condition=Q(revision=1, first_revision=None, supersedes=None, correction_reason="")
                | (
                    Q(revision__gt=1, first_revision__isnull=False, supersedes__isnull=False) & ~Q(correction_reason="")
                ),
            ),
            # also serves the later revisions of a certificate, so the foreign key needs no index of its own
            models.UniqueConstraint(fields=["first_revision", "revision"], name="certificate_revision_once"),
        ]
        indexes = [
            # GET /certs: the whole list, oldest first
            models.Index(fields=["created_at", "id"], name="certificate_oldest_first"),
            # where was this heat used, what came from this supplier
            models.Index(fields=["heat_lot"], name="certificate_heat", condition=~Q(heat_lot="")),
            models.Index(fields=["issuer"], name="certificate_issuer", condition=~Q(issuer="")),
            # which ones run out soon
            models.Index(fields=["valid_to"], name="certificate_valid_to", condition=Q(valid_to__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def series(self) -> str:
        """The id of its first revision, which all revisions of a certificate have in common."""
        return self.first_revision_id or self.pk

    @property
    def revision_if_later(self) -> int | None:
        """The number of the revision from the second on, None of the first: the API then has no such field."""
        return self.revision if self.revision > 1 else None


@append_only
class CertificateRevocation(models.Model):
    """A certificate is withdrawn: it vouches for nothing any more, and whoever carries it shows so."""

    certificate = models.OneToOneField(
        Certificate, primary_key=True, on_delete=models.PROTECT, related_name="revocation"
    )
    reason = models.TextField()
    revoked_by = models.CharField(max_length=255)
    revoked_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["revoked_at"]
        constraints = [
            models.CheckConstraint(name="revocation_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="revocation_names_somebody", condition=~Q(revoked_by="")),
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} revoked"


@keeps_content("digest")
@append_only
class CertificateDocument(models.Model):
    """A file that belongs to a certificate, as it came. Its digest names it in ``shopplanr.content_store``."""

    sequence = models.BigAutoField(primary_key=True)
    public_id = models.CharField("id", max_length=ID_MAX_LENGTH, unique=True, default=new_document_id, editable=False)
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="documents", db_index=False)
    file_name = models.CharField(max_length=FILE_NAME_MAX_LENGTH, help_text="What its sender called it.")
    content_type = models.CharField(max_length=20, choices=DocumentType)
    size_bytes = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=DIGEST_LENGTH, help_text="SHA-256 of the stored file.")
    uploaded_by = models.CharField(max_length=255)
    uploaded_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["sequence"]
        verbose_name = "document of a certificate"
        verbose_name_plural = "documents of certificates"
        constraints = [
            # the same file again is the same document; also serves the documents of a certificate
            models.UniqueConstraint(fields=["certificate", "digest"], name="document_once_per_certificate"),
            models.CheckConstraint(name="document_type_known", condition=Q(content_type__in=DocumentType.values)),
            models.CheckConstraint(name="document_has_a_name", condition=~Q(file_name="")),
            models.CheckConstraint(name="document_has_a_size", condition=Q(size_bytes__gt=0)),
            models.CheckConstraint(name="document_digest_whole", condition=Q(IsDigest("digest"))),
            models.CheckConstraint(name="document_names_somebody", condition=~Q(uploaded_by="")),
        ]
        indexes = [
            # on which other certificates is this file
            models.Index(fields=["digest"], name="document_by_digest"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def url(self) -> str:
        """Where the API serves it."""
        return f"/api/certs/{self.certificate_id}/documents/{self.public_id}/content"


@append_only
class CertAttachment(OfSerial, models.Model):
    """Which part got which certificate at which step, when, and by whom. ``sequence`` is the order of attaching."""

    sequence = models.BigAutoField(primary_key=True)
    attachment_id = models.CharField(max_length=ID_MAX_LENGTH, unique=True, default=new_attachment_id, editable=False)
    serial = models.ForeignKey(Serial, on_delete=models.PROTECT, related_name="cert_attachments", db_index=False)
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="attachments", db_index=False)
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="cert_attachments", db_index=False)
    attached_at = models.DateTimeField(default=clock.now)
    attached_by = models.CharField(max_length=255)
    late = models.BooleanField(default=False, help_text="Attached when the part had left the step already.")
    late_reason = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["sequence"]
        verbose_name = "certificate attachment"
        constraints = [
            # also serves the certificates of a part, so the foreign key needs no index of its own
            models.UniqueConstraint(fields=["serial", "certificate", "step"], name="attachment_once_per_step"),
            models.CheckConstraint(name="attachment_names_somebody", condition=~Q(attached_by="")),
            models.CheckConstraint(
                name="attachment_late_with_a_reason",
                condition=Q(late=False, late_reason="") | (Q(late=True) & ~Q(late_reason="")),
            ),
        ]
        indexes = [
            # GET /certs/:id/attachments: where was this certificate used, in order
            models.Index(fields=["certificate", "sequence"], name="attachment_by_certificate"),
            # was anything attached at this step
            models.Index(fields=["step"], name="attachment_by_step"),
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} on {self.serial_public_id}"

    @property
    def late_or_none(self) -> bool | None:
        """Whether it came late, None where it did not: the API then has no such field."""
        return self.late or None
