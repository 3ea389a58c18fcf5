"""Files that come with a form, while they arrive: into temporary files, and no more of each than is ever wanted.

It is the site's one upload handler (``FILE_UPLOAD_HANDLERS``), so it holds for the API and for every page alike. A view
that takes larger files than others says so itself (``takes_files``).
"""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest

MB = 1024 * 1024


class Limits(NamedTuple):
    """How much a view takes."""

    file_bytes: int
    """The largest file that anybody may send."""
    body_bytes: int
    """The largest form with files: as many of the largest ones as it takes, and what stands around them."""


USUAL = Limits(file_bytes=10 * MB, body_bytes=64 * MB)
"""Six photos."""
DOCUMENTS = Limits(file_bytes=50 * MB, body_bytes=256 * MB)
"""Five scanned certificates."""

LARGEST_BODY_BYTES = max(USUAL.body_bytes, DOCUMENTS.body_bytes)
"""More than this nobody reads, whatever it is for."""

View = TypeVar("View", bound=Callable)


def takes_files(limits: Limits) -> Callable[[View], View]:
    """Declare that a view, or an action of the API, takes files of these sizes."""

    def declare(view: View) -> View:
        view.upload_limits = limits
        return view

    return declare


def limits_of(request: HttpRequest) -> Limits:
    """Return what the view that a request goes to takes of files; ``USUAL`` where it says nothing of it."""
    match = getattr(request, "resolver_match", None)
    return getattr(match.func, "upload_limits", USUAL) if match else USUAL


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Keeps the first bytes of a file, up to the view's limit, and counts the rest.

    The file then says a ``size`` that is too large, and whoever asked for it refuses it by its name. To stop reading
    instead would break the connection under the sender, who would learn nothing.

    All files of a form together keep no more than a whole form may have. What goes beyond that was sent with more files
    than anything takes, which is refused by their number.
    """

    kept_bytes = 0

    def receive_data_chunk(self, raw_data, start):
        """Write what is left of the file's share."""
        limits = limits_of(self.request)
        share = min(limits.file_bytes - start, limits.body_bytes - self.kept_bytes)
        kept = raw_data[: max(0, share)]
        self.kept_bytes += len(kept)
        super().receive_data_chunk(kept, start)
