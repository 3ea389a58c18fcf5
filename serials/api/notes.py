"""``/api/notes``: what people write about parts, with photos."""

from django.http import HttpResponse

from serials.api.bodies import NoteBody, NoteForm
from serials.api.filters import SerialNoteFilters, StepNoteFilters
from serials.api.shapes import NoteShape
from serials.models import ImageType, NotePhoto
from serials.photos import THUMBNAIL_TYPE
from serials.services import notes
from shopplanr import stored_files
from shopplanr.accounts.actors import actor_for
from shopplanr.api.forms import FormParser, files_of, is_form
from shopplanr.api.listing import Listing, shaped
from shopplanr.api.parsing import JSONParser, body
from shopplanr.api.schema import documented, file_of_record
from shopplanr.api.viewsets import ApiViewSet

_LISTING = Listing(
    filterset=SerialNoteFilters,
    orderings={"createdAt": "sequence"},
    default=("sequence",),
    writer=shaped(NoteShape),
)

_ENDINGS = {ImageType.JPEG: "jpg", ImageType.PNG: "png", ImageType.WEBP: "webp"}


class NoteViewSet(ApiViewSet):
    """Notes and their photos: written once."""

    parser_classes = (JSONParser, FormParser)
    listings = {"of_serial": _LISTING, "of_step": _LISTING.filtered_by(StepNoteFilters)}

    @documented("Write a note", body=NoteBody, form=NoteForm, answer=NoteShape, code=201)
    def create(self, request):
        """About one part or several at a step of their path. As a form, it can have up to six photos."""
        given, files = _read_form(request) if is_form(request) else (body(request), [])
        uploads = [notes.Upload(file.name, file.size, file) for file in files]
        note = notes.create(given, actor_for(request, given.get("userId")), uploads)
        return self.created(NoteShape.of(note))

    @documented("List a serial's notes", answer=NoteShape, many=True)
    def of_serial(self, request, id):
        """Oldest first; empty for an unknown serial."""
        return self.listings["of_serial"].answer(request, notes.of_serial(id))

    @documented("List a step's notes", answer=NoteShape, many=True)
    def of_step(self, request, id):
        """Oldest first; empty for an unknown step."""
        return self.listings["of_step"].answer(request, notes.of_step(id))

    @file_of_record("Get a photo of a note", *ImageType.values)
    def photo(self, request, id, photo_id):
        """It never changes, so a browser may keep it. 410 where its file was altered on disk, or is missing."""
        photo = notes.find_photo(id, photo_id)
        return _picture(request, photo, photo.digest, photo.content_type)

    @file_of_record("Get the thumbnail of a photo", THUMBNAIL_TYPE)
    def thumbnail(self, request, id, photo_id):
        """At most 320 pixels wide and high."""
        photo = notes.find_photo(id, photo_id)
        return _picture(request, photo, photo.thumbnail_digest, THUMBNAIL_TYPE)


def _read_form(request) -> tuple[dict[str, object], list]:
    fields = request.POST
    named = (serial_id.strip() for value in fields.getlist("serialIds") for serial_id in value.split(","))
    given = fields.dict() | {"serialIds": [serial_id for serial_id in named if serial_id]}
    return given, files_of(request, "photos")


def _picture(request, photo: NotePhoto, digest: str, content_type: str) -> HttpResponse:
    return stored_files.picture(request, digest, content_type, f"{photo.pk}.{_ENDINGS[ImageType(content_type)]}")
