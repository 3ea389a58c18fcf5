"""Certificates, and the attachments that join them to parts (Certificates API, seed document)."""

from django.db import models
from django.db.models import Q

from audit.append_only import append_only
from audit.history import tracked
from serials.models import Serial, Step
from serials.models.parts import OfSerial
from shopplanr import clock
from shopplanr.fields import VerbatimJSONField
from shopplanr.ids import ID_MAX_LENGTH, new_attachment_id, new_certificate_id

NAME_MAX_LENGTH = 255


class CertificateType(models.TextChoices):
    """What a certificate vouches for."""

    MATERIAL = "material", "Material"
    PROCESS = "process", "Process"


@append_only
class Certificate(models.Model):
    """A document that vouches for material or for a process. Immutable from its creation on."""

    id = models.CharField(primary_key=True, max_length=ID_MAX_LENGTH, default=new_certificate_id, editable=False)
    type = models.CharField(max_length=20, choices=CertificateType)
    name = models.CharField(max_length=NAME_MAX_LENGTH)
    metadata = VerbatimJSONField()
    created_at = models.DateTimeField(default=clock.now, editable=False)

    history = tracked()

    class Meta:
        ordering = ["created_at", "id"]
        permissions = [("attach_certificate", "Can attach certificates to parts")]
        constraints = [
            models.CheckConstraint(name="certificate_type_known", condition=Q(type__in=CertificateType.values)),
            models.CheckConstraint(name="certificate_has_a_name", condition=~Q(name="")),
        ]
        indexes = [
            # GET /certs: the whole list, oldest first
            models.Index(fields=["created_at", "id"], name="certificate_oldest_first"),
        ]

    def __str__(self) -> str:
        return self.name


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

    class Meta:
        ordering = ["sequence"]
        verbose_name = "certificate attachment"
        constraints = [
            # also serves the certificates of a part, so the foreign key needs no index of its own
            models.UniqueConstraint(fields=["serial", "certificate", "step"], name="attachment_once_per_step"),
            models.CheckConstraint(name="attachment_names_somebody", condition=~Q(attached_by="")),
        ]
        indexes = [
            # GET /certs/:id/attachments: where was this certificate used, in order
            models.Index(fields=["certificate", "sequence"], name="attachment_by_certificate"),
            # was anything attached at this step
            models.Index(fields=["step"], name="attachment_by_step"),
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} on {self.serial_public_id}"
