"""Writing notes about parts, with photos, and reading them."""

from collections.abc import Mapping, Sequence
from typing import BinaryIO, NamedTuple

from django.db import transaction
from django.db.models import F, Prefetch, QuerySet, Value

from audit import trail
from audit.bulk import insert_from_select
from audit.models import Action, AuditEntry
from serials import photos, refusals
from serials.expressions import SerialId
from serials.models import Job, Note, NotePhoto, NoteSerial, Path, Serial, Step
from serials.models.notes import PHOTOS_MAX
from serials.services import parts
from shopplanr import content_store
from shopplanr.actor import Actor
from shopplanr.ids import serial_number
from shopplanr.lookup import get_or_refuse, is_plausible_id
from shopplanr.refusals import Invalid, NotFound
from shopplanr.values import required_text


class Upload(NamedTuple):
    """A file as it came: what its sender called it, how large it is, and its content, to be read from the beginning."""

    name: str
    size_bytes: int
    file: BinaryIO


class _Place(NamedTuple):
    job_id: str
    path_id: str
    step_id: str


def create(fields: Mapping[str, object], actor: Actor, uploads: Sequence[Upload] = ()) -> Note:
    """Write a note about parts at a step of their path, in whatever state they are; return it, ready to be shown.

    All of it or nothing, in a number of statements that does not grow with the parts; an audit entry for each of them.
    Raises ``jobId is required``, ``pathId is required``, ``stepId is required``, ``serialIds is required``,
    ``text is required``, ``userId is required``; ``Job not found``, ``Path not found``, ``ProcessStep not found``,
    ``SerialNumber not found``; ``PathOfAnotherJob``, ``StepOfAnotherPath``, ``SerialOnAnotherPath``;
    ``photos must have at most … items``, and what ``serials.photos.prepare`` raises.
    """
    place = _Place(*(required_text(fields.get(name), name) for name in ("jobId", "pathId", "stepId")))
    serial_ids = _selection(fields.get("serialIds"))
    text = required_text(fields.get("text"), "text")
    created_by = actor.identified()
    numbers = _numbers_there(place, serial_ids)
    # What was read here does not change: a part stays on its path, a path in its job. (A step that no part carries may
    # be removed meanwhile; then the database refuses the note.) So no row is locked, and the slow work on pictures and
    # files is done before the transaction begins, which on SQLite keeps everybody else from writing.
    pictures = _kept(uploads)
    with transaction.atomic():
        note = Note.objects.create(step_id=place.step_id, text=text, created_by=created_by)
        _write_parts(note, place, numbers, actor)
        NotePhoto.objects.bulk_create(
            NotePhoto(note=note, place=number, **picture) for number, picture in enumerate(pictures)
        )
    return readable(Note.objects.filter(pk=note.pk)).get()


def readable(notes: QuerySet[Note]) -> QuerySet[Note]:
    """Return the notes with all that is shown of them, in three queries whatever their number."""
    noted = NoteSerial.objects.order_by("note", "serial")
    pictures = NotePhoto.objects.order_by("note", "place")
    return notes.select_related("step__path").prefetch_related(
        Prefetch("noted_serials", noted), Prefetch("photos", pictures)
    )


def of_serial(serial_id: object) -> QuerySet[Note]:
    """Return the notes about a part, oldest first; none for what is no part."""
    number = serial_number(serial_id)
    found = Note.objects.none() if number is None else Note.objects.filter(noted_serials__serial=number)
    return readable(found).order_by("sequence")


def with_photos(number: int) -> QuerySet[Note]:
    """Return the notes about the part of this number with their step and photos, oldest first; two queries.

    For the part's own page, which need not say whom else a note is about.
    """
    notes = Note.objects.filter(noted_serials__serial=number).select_related("step")
    return notes.prefetch_related(Prefetch("photos", NotePhoto.objects.order_by("note", "place"))).order_by("sequence")


def of_step(step_id: object) -> QuerySet[Note]:
    """Return the notes at a step, oldest first; none for what is no step."""
    found = Note.objects.filter(step=step_id) if is_plausible_id(step_id) else Note.objects.none()
    return readable(found).order_by("sequence")


def find_photo(note_id: object, photo_id: object) -> NotePhoto:
    """Return the photo of the note; raise ``Photo not found``, also where it is another note's."""
    photo = None
    if is_plausible_id(note_id) and is_plausible_id(photo_id):
        photo = NotePhoto.objects.filter(pk=photo_id, note__public_id=note_id).first()
    if photo is None:
        raise NotFound.of("Photo", photo_id)
    return photo


def _selection(value: object) -> list[str]:
    if not isinstance(value, list) or not value:
        raise Invalid.required("serialIds")
    return parts.selection(value)


def _numbers_there(place: _Place, serial_ids: list[str]) -> list[int]:
    """Return the numbers of the parts, which are on the path, whose step and job are these."""
    job = get_or_refuse(Job.objects.all(), place.job_id, "Job")
    path = get_or_refuse(Path.objects.all(), place.path_id, "Path")
    step = get_or_refuse(Step.objects.all(), place.step_id, "ProcessStep")
    serials = parts.find_all(serial_ids, "SerialNumber")
    if path.job_id != job.pk:
        raise refusals.PathOfAnotherJob(path.pk, job.pk)
    if step.path_id != path.pk:
        raise refusals.StepOfAnotherPath(step.pk, path.pk)
    for serial in serials.values():
        if serial.path_id != path.pk:
            raise refusals.SerialOnAnotherPath(serial.id, path.pk)
    return [serial.pk for serial in serials.values()]


def _kept(uploads: Sequence[Upload]) -> list[dict[str, object]]:
    """Put the photos into the content store; return the columns of each. All are looked at before one is kept."""
    if len(uploads) > PHOTOS_MAX:
        raise Invalid.field("photos", f"photos must have at most {PHOTOS_MAX} items", code="too_many")
    prepared = [photos.prepare(upload.file, upload.name, upload.size_bytes) for upload in uploads]
    return [_stored(photo) for photo in prepared]


def _stored(photo: photos.Photo) -> dict[str, object]:
    picture, thumbnail = content_store.put(photo.content), content_store.put(photo.thumbnail)
    return {
        "content_type": photo.content_type,
        "width": photo.width,
        "height": photo.height,
        "size_bytes": picture.size_bytes,
        "digest": picture.digest,
        "thumbnail_digest": thumbnail.digest,
    }


def _write_parts(note: Note, place: _Place, numbers: list[int], actor: Actor) -> None:
    """Write which parts the note is about, and an audit entry for each: two statements."""
    serials = Serial.objects.filter(pk__in=numbers).order_by("pk")
    insert_from_select(NoteSerial, {"note_id": Value(note.pk), "serial_id": F("number")}, serials)
    trail.record_for_rows(
        Action.NOTE_CREATED,
        actor,
        serials,
        serial_id=SerialId("number"),
        job_id=Value(place.job_id),
        path_id=Value(place.path_id),
        step_id=Value(place.step_id),
        metadata=Value({"noteId": note.public_id}, AuditEntry._meta.get_field("metadata")),
    )
