"""What people write about parts while they work on them, with photos. Written once: a mistake gets another note."""

from django.db import models
from django.db.models import Q

from audit.append_only import append_only
from serials.expressions import IsDigest
from serials.models.parts import OfSerial, Serial
from serials.models.routes import Step
from shopplanr import clock
from shopplanr.content_store import DIGEST_LENGTH
from shopplanr.ids import ID_MAX_LENGTH, new_note_id, new_photo_id
from shopplanr.kept_content import keeps_content

PHOTOS_MAX = 6
"""Photos of one note."""


class ImageType(models.TextChoices):
    """What a photo can be; the value is its media type."""

    JPEG = "image/jpeg", "JPEG"
    PNG = "image/png", "PNG"
    WEBP = "image/webp", "WebP"


@append_only
class Note(models.Model):
    """What somebody saw or did at a step, on one part or several. ``sequence`` is the order of writing.

    The step says which path and job it is about: a step never changes its path, nor a path its job.
    """

    sequence = models.BigAutoField(primary_key=True)
    public_id = models.CharField("id", max_length=ID_MAX_LENGTH, unique=True, default=new_note_id, editable=False)
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="notes", db_index=False)
    text = models.TextField()
    created_by = models.CharField(max_length=255)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["sequence"]
        constraints = [
            models.CheckConstraint(name="note_has_a_text", condition=~Q(text="")),
            models.CheckConstraint(name="note_names_somebody", condition=~Q(created_by="")),
        ]
        indexes = [
            # GET /notes/step/:id, in order; and whether a step has notes, before it is removed
            models.Index(fields=["step", "sequence"], name="note_by_step"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def job_id(self) -> str:
        """The job that the step belongs to; no query where the step came with its path."""
        return self.step.path.job_id

    @property
    def path_id(self) -> str:
        """The path that the step belongs to."""
        return self.step.path_id

    @property
    def serial_ids(self) -> list[str]:
        """The parts that the note is about, ascending; no query where they came along."""
        return [noted.serial_public_id for noted in self.noted_serials.all()]

    @property
    def photos_if_any(self) -> list["NotePhoto"] | None:
        """The photos in their order, None where there are none: the API then has no such field."""
        return list(self.photos.all()) or None


@append_only
class NoteSerial(OfSerial, models.Model):
    """One of the parts that a note is about."""

    id = models.BigAutoField(primary_key=True)
    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="noted_serials", db_index=False)
    serial = models.ForeignKey(Serial, on_delete=models.PROTECT, related_name="noted", db_index=False)

    class Meta:
        ordering = ["note_id", "serial_id"]
        constraints = [
            # also serves the parts of a note, ascending, so the foreign key needs no index of its own
            models.UniqueConstraint(fields=["note", "serial"], name="note_serial_once"),
        ]
        indexes = [
            # GET /notes/serial/:id and the notes on a part's page, in order
            models.Index(fields=["serial", "note"], name="note_by_serial"),
        ]

    def __str__(self) -> str:
        return self.serial_public_id


@keeps_content("digest", "thumbnail_digest")
@append_only
class NotePhoto(models.Model):
    """A photo of a note: upright, without whatever the camera wrote into it. ``place`` is its place among them.

    The digests name the picture and its thumbnail, which is always WebP, in ``shopplanr.content_store``.
    """

    id = models.CharField(primary_key=True, max_length=ID_MAX_LENGTH, default=new_photo_id, editable=False)
    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="photos", db_index=False)
    place = models.PositiveSmallIntegerField(help_text="From 0.")
    content_type = models.CharField(max_length=20, choices=ImageType)
    width = models.PositiveIntegerField(help_text="Pixels.")
    height = models.PositiveIntegerField(help_text="Pixels.")
    size_bytes = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=DIGEST_LENGTH, help_text="SHA-256 of the stored picture.")
    thumbnail_digest = models.CharField(max_length=DIGEST_LENGTH, help_text="SHA-256 of its thumbnail.")

    class Meta:
        ordering = ["note_id", "place"]
        verbose_name = "photo"
        constraints = [
            # also serves the photos of a note in their order, so the foreign key needs no index of its own
            models.UniqueConstraint(fields=["note", "place"], name="photo_place_unique_in_note"),
            models.CheckConstraint(name="photo_place_in_range", condition=Q(place__lt=PHOTOS_MAX)),
            models.CheckConstraint(name="photo_type_known", condition=Q(content_type__in=ImageType.values)),
            models.CheckConstraint(name="photo_has_a_size", condition=Q(width__gt=0, height__gt=0, size_bytes__gt=0)),
            models.CheckConstraint(
                name="photo_digests_whole", condition=Q(IsDigest("digest")) & Q(IsDigest("thumbnail_digest"))
            ),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def url(self) -> str:
        """Where the API serves it; no query where it came with its note."""
        return f"/api/notes/{self.note.public_id}/photos/{self.id}"

    @property
    def thumbnail_url(self) -> str:
        """Where the API serves its thumbnail."""
        return f"{self.url}/thumbnail"
