"""Notes and their photos: found by part, job, person and words; looked at, never changed."""

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from audit import trail
from audit.admin.naming import noted
from audit.admin.witnessed import WitnessedAdmin
from audit.models import Action, AuditEntry
from serials.admin.filters import ByJob, ByPath
from serials.admin.searching import parts_filter
from serials.models import Job, Note, NotePhoto, NoteSerial, Path, Serial
from shopplanr.admin.links import list_url, record_link
from shopplanr.admin.panels import PANEL_ROWS, Panel
from shopplanr.admin.people import person, with_name
from shopplanr.ids import serial_id

EXCERPT_CHARACTERS = 120
"""Of a note, in a list of many."""
READ_CHARACTERS = 600
"""Of a note, on the page of a part: all of most notes."""

THUMBNAIL_PIXELS = 96
"""The longest side of a thumbnail in a table."""


def excerpt(text: str, characters: int = EXCERPT_CHARACTERS) -> str:
    """Return the beginning of a note."""
    return Truncator(text).chars(characters)


def thumbnail(photo: NotePhoto) -> SafeString:
    """Return a small picture that leads to the photo."""
    scale = min(1, THUMBNAIL_PIXELS / max(photo.width, photo.height))
    return format_html(
        '<a href="{}"><img src="{}" width="{}" height="{}" alt="Photo {}" loading="lazy"></a>',
        photo.url,
        photo.thumbnail_url,
        max(1, round(photo.width * scale)),
        max(1, round(photo.height * scale)),
        photo.place + 1,
    )


def thumbnails(note: Note) -> SafeString:
    """Return all of a note's photos as small pictures."""
    return format_html_join(" ", "{}", ((thumbnail(photo),) for photo in note.photos.all()))


def kind_of(photo: NotePhoto) -> str:
    """Return what kind of picture a photo is, and how large."""
    size = filesizeformat(photo.size_bytes)
    return f"{photo.get_content_type_display()}, {photo.width} × {photo.height} pixels, {size}"


def panel_of(part: Serial) -> Panel:
    """Return the notes about a part: three queries, whatever their number."""
    rows = with_name(Note.objects.filter(noted_serials__serial=part.pk), "created_by")
    notes = list(rows.select_related("step").prefetch_related("photos").order_by("sequence")[: PANEL_ROWS + 1])
    return Panel(
        title="Notes",
        headings=("Written", "Note", "Photos", "At step", "By"),
        rows=[
            (
                note.created_at,
                record_link(Note, note.pk, excerpt(note.text, READ_CHARACTERS)),
                thumbnails(note),
                note.step.name,
                person(note.created_by, note.created_by_name),
            )
            for note in notes[:PANEL_ROWS]
        ],
        empty="Nobody has written a note about this part.",
        more_url=list_url(Note, q=part.id) if len(notes) > PANEL_ROWS else "",
        more_text="All notes",
    )


class ByJobOfNote(ByJob):
    """Of one job."""

    through = "step__path__job"


class ByPathOfNote(ByPath):
    """Of one path."""

    through = "step__path"


class NotesWithParts(ChangeList):
    """A page of notes with the parts and photos that each has."""

    def get_results(self, request: HttpRequest) -> None:
        """Count the page's parts and photos together, in two queries."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        keys = [note.pk for note in self.result_list]
        noted = NoteSerial.objects.filter(note__in=keys).order_by().values_list("note")
        parts = {note: rest for note, *rest in noted.annotate(Min("serial"), Count("pk"))}
        photos = dict(NotePhoto.objects.filter(note__in=keys).order_by().values_list("note").annotate(Count("pk")))
        for note in self.result_list:
            note.first_part, note.part_count = parts[note.pk]
            note.photo_count = photos.get(note.pk, 0)


@admin.register(Note)
class NoteAdmin(WitnessedAdmin):
    """Notes."""

    list_display = ("created_at", "words", "parts", "photo_number", "where")
    list_display_links = ("created_at",)
    list_filter = (ByJobOfNote, ByPathOfNote, "created_at")
    search_fields = ("text",)
    search_help_text = "Words of a note, its id, a part (SN-00042), a range SN-00010..SN-00050, or a job or path."
    ordering = ("-sequence",)
    sortable_by = ()
    fields = (("step_name", "job", "path"), "text", ("created_at", "who"), "public_id")

    def entries_about(self, record: Note) -> QuerySet[AuditEntry]:
        """Return that it was written, on the first of its parts."""
        first = NoteSerial.objects.filter(note=record).order_by("serial").values_list("serial", flat=True)[:1]
        told = trail.of_serial("".join(serial_id(number) for number in first)).filter(action=Action.NOTE_CREATED)
        of_note = [key for key, facts in told.values_list("pk", "metadata") if facts.get("noteId") == record.public_id]
        return AuditEntry.objects.filter(pk__in=of_note)

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[ChangeList]:
        """Return the list that counts parts and photos."""
        return NotesWithParts

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return notes with where and by whom they were written, in one query."""
        return with_name(super().get_queryset(request), "created_by").select_related("step__path__job")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        """Find by part, job or path, by words, or by id."""
        term = search_term.strip()
        if not term:
            return queryset, False
        noted = NoteSerial.objects.filter(parts_filter(term, "serial__")).order_by().values("note")
        return queryset.filter(Q(pk__in=noted) | Q(text__icontains=term) | Q(public_id=term)), False

    def panels(self, request: HttpRequest, record: Note) -> list[Panel]:
        """Show the note's photos, and which parts it is about."""
        return [_photos(record), _parts(record)]

    @admin.display(description="Note")
    def words(self, note: Note) -> str:
        """Return the beginning of the text, and below it who wrote it."""
        return noted(excerpt(note.text), self.who(note))

    @admin.display(description="Part")
    def parts(self, note: Note) -> str:
        """Return the first part, and how many there are beside it."""
        first = record_link(Serial, note.first_part, serial_id(note.first_part))
        return format_html("{} and {} more", first, note.part_count - 1) if note.part_count > 1 else first

    @admin.display(description="Photos")
    def photo_number(self, note: Note) -> int | str:
        """Return how many photos there are."""
        return note.photo_count or ""

    @admin.display(description="Step, job")
    def where(self, note: Note) -> str:
        """Return the step, and below it the job."""
        return noted(self.step_name(note), self.job(note))

    @admin.display(description="Step")
    def step_name(self, note: Note) -> str:
        """Return the step with its place."""
        return f"{note.step.order + 1} {note.step.name}"

    @admin.display(description="Job")
    def job(self, note: Note) -> str:
        """Return the job."""
        return record_link(Job, note.job_id, note.step.path.job.name)

    @admin.display(description="Path")
    def path(self, note: Note) -> str:
        """Return the path."""
        return record_link(Path, note.path_id, note.step.path.name)

    @admin.display(description="By")
    def who(self, note: Note) -> str:
        """Return who wrote it."""
        return person(note.created_by, note.created_by_name)


def _photos(note: Note) -> Panel:
    return Panel(
        title="Photos",
        headings=("Photo", "Type and size", "Id"),
        rows=[
            (thumbnail(photo), kind_of(photo), record_link(NotePhoto, photo.pk, photo.pk))
            for photo in note.photos.order_by("place")
        ],
        empty="This note has no photos.",
    )


def _parts(note: Note) -> Panel:
    noted = list(note.noted_serials.order_by("serial")[: PANEL_ROWS + 1])
    return Panel(
        title="Parts",
        headings=("Part",),
        rows=[(record_link(Serial, each.serial_id, each.serial_public_id),) for each in noted[:PANEL_ROWS]],
        empty="",
        more_url=list_url(Serial, path=note.path_id) if len(noted) > PANEL_ROWS else "",
        more_text="All parts of the path",
    )


@admin.register(NotePhoto)
class NotePhotoAdmin(WitnessedAdmin):
    """Photos of notes."""

    untold = "A photo is kept with its note, and never changes. Who wrote the note is on the note's page."

    list_display = ("written", "picture", "words", "kind")
    list_display_links = ("written",)
    list_filter = ("content_type",)
    search_fields = ("id", "digest", "note__public_id")
    search_help_text = "A photo or a note by its id, or the SHA-256 of the picture."
    ordering = ("-note", "place")
    sortable_by = ()
    fields = ("picture", "words", "kind", "digest", "thumbnail_digest", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return photos with their notes, in one query."""
        return super().get_queryset(request).select_related("note")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        """Find by what is written out in full."""
        term = search_term.strip()
        found = Q(pk=term) | Q(note__public_id=term) | Q(digest=term)
        return (queryset.filter(found) if term else queryset), False

    @admin.display(description="Photo")
    def picture(self, photo: NotePhoto) -> str:
        """Return the photo, small."""
        return thumbnail(photo)

    @admin.display(description="Note")
    def words(self, photo: NotePhoto) -> str:
        """Return the note's beginning."""
        return record_link(Note, photo.note.pk, excerpt(photo.note.text))

    @admin.display(description="Type and size")
    def kind(self, photo: NotePhoto) -> str:
        """Return what kind of picture it is, and how large."""
        return kind_of(photo)

    @admin.display(description="Written")
    def written(self, photo: NotePhoto) -> object:
        """Return when the note was written."""
        return photo.note.created_at
