"""What notes are about, and how they are sent."""

from dataclasses import dataclass

from django.core.files.uploadedfile import SimpleUploadedFile

from serials.models import Path, Serial
from tests.factories import steps_of

URL = "/api/notes"
TEXT = "Burr at the edge of the seat"


@dataclass(frozen=True)
class Floor:
    """Parts on a path."""

    path: Path
    parts: list[Serial]

    @property
    def ids(self) -> list[str]:
        """The parts' ids."""
        return [part.id for part in self.parts]

    @property
    def step_id(self) -> str:
        """The path's first step."""
        return steps_of(self.path)[0].id

    def body(self, **fields) -> dict:
        """Return the body of a note about the first part; a field that is None is left out."""
        place = {"jobId": self.path.job_id, "pathId": self.path.id, "stepId": self.step_id}
        body = place | {"serialIds": self.ids[:1], "text": TEXT} | fields
        return {name: value for name, value in body.items() if value is not None}


def files(*contents: bytes, name: str = "part.jpg") -> list[SimpleUploadedFile]:
    """Return files as a form sends them."""
    return [SimpleUploadedFile(name, content) for content in contents]


def send_form(client, floor: Floor, *contents: bytes, name: str = "part.jpg", **fields):
    """Send a note as a form, with these photos."""
    return client.post(URL, floor.body(**fields) | {"photos": files(*contents, name=name)}, format="multipart")


PART = '--{boundary}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'

BOUNDARY = "a-boundary"

FILE_HEADER = b'Content-Disposition: form-data; name="photos"; filename="%s"\r\nContent-Type: image/jpeg\r\n\r\n'


def form_bytes(fields, *raw_parts: bytes, boundary: str = BOUNDARY, end: bytes = b"--\r\n") -> bytes:
    """Return a form as it goes over the wire: fields as pairs, and further parts as they are."""
    line = f"--{boundary}".encode()
    parts = [PART.format(boundary=boundary, name=name, more="").encode() + value.encode() for name, value in fields]
    parts += [line + b"\r\n" + part for part in raw_parts]
    return b"\r\n".join([*parts, line]) + end


def send_raw(client, body: bytes, content_type: str = f"multipart/form-data; boundary={BOUNDARY}", **more):
    """Send these bytes as a form."""
    return client.generic("POST", URL, body, content_type=content_type, **more)
