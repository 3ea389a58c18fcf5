"""Files of records that were imported: which, by whom, when, and what came of them."""

from django.db import models
from django.db.models import Q

from serials.expressions import IsDigest
from shopplanr import clock
from shopplanr.content_store import DIGEST_LENGTH
from shopplanr.ids import ID_MAX_LENGTH, new_import_id

IMPORTED_FILE_NAME_MAX_LENGTH = 255


class ImportKind(models.TextChoices):
    """What a file has in its rows."""

    CERTIFICATES = "certificates", "Certificates"
    PRODUCTS = "products", "Products"
    CERTIFICATIONS = "certifications", "Certifications"
    ASSIGNMENTS = "assignments", "Product certifications"


class ImportState(models.TextChoices):
    """What became of the file."""

    LOOKED_AT = "looked_at", "Not confirmed yet"
    DONE = "done", "Imported"
    EXPIRED = "expired", "Never confirmed"


class RecordImport(models.Model):
    """A file that somebody uploaded to import it.

    Its rows are kept until they are imported or given up; the digest says for ever which file it was.
    """

    id = models.CharField(primary_key=True, max_length=ID_MAX_LENGTH, default=new_import_id, editable=False)
    kind = models.CharField(max_length=20, choices=ImportKind)
    file_name = models.CharField("file", max_length=IMPORTED_FILE_NAME_MAX_LENGTH)
    digest = models.CharField(max_length=DIGEST_LENGTH, help_text="SHA-256 of the file.")
    content = models.BinaryField(null=True, help_text="Its rows, packed (certificates.exchange.tables).")
    state = models.CharField(max_length=20, choices=ImportState, default=ImportState.LOOKED_AT)
    uploaded_by = models.CharField(max_length=255)
    uploaded_at = models.DateTimeField(default=clock.now)
    imported_by = models.CharField(max_length=255, blank=True, default="")
    imported_at = models.DateTimeField(null=True, blank=True)
    new_count = models.PositiveIntegerField("new", default=0)
    changed_count = models.PositiveIntegerField("changed", default=0)
    same_count = models.PositiveIntegerField("already there", default=0)

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        verbose_name = "import"
        constraints = [
            models.CheckConstraint(name="import_kind_known", condition=Q(kind__in=ImportKind.values)),
            models.CheckConstraint(name="import_state_known", condition=Q(state__in=ImportState.values)),
            models.CheckConstraint(name="import_has_a_file_name", condition=~Q(file_name="")),
            models.CheckConstraint(name="import_digest_whole", condition=Q(IsDigest("digest"))),
            models.CheckConstraint(name="import_names_somebody", condition=~Q(uploaded_by="")),
            models.CheckConstraint(
                name="import_keeps_rows_until_decided",
                condition=Q(state=ImportState.LOOKED_AT, content__isnull=False)
                | (~Q(state=ImportState.LOOKED_AT) & Q(content=None)),
            ),
            models.CheckConstraint(
                name="import_done_by_somebody",
                condition=(Q(state=ImportState.DONE, imported_at__isnull=False) & ~Q(imported_by=""))
                | (~Q(state=ImportState.DONE) & Q(imported_at=None, imported_by="")),
            ),
        ]
        indexes = [
            # which were never confirmed, and have been there for long
            models.Index(fields=["uploaded_at"], name="import_waiting", condition=Q(state=ImportState.LOOKED_AT)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} from {self.file_name}"

    def counted(self) -> str:
        """Return how many rows were what: ``2 new, 1 changed``."""
        counts = (("new", self.new_count), ("changed", self.changed_count), ("already there", self.same_count))
        return ", ".join(f"{number:,} {word}" for word, number in counts if number)
