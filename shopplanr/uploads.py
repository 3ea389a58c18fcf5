"""Files that come with a form, while they arrive: into temporary files, and no more of each than is ever wanted.

It is the site's one upload handler (``FILE_UPLOAD_HANDLERS``), so it holds for the API and for every page alike.
"""

from django.core.files.uploadhandler import TemporaryFileUploadHandler

FILE_MAX_BYTES = 10 * 1024 * 1024
"""The largest file that anybody may send."""

BODY_MAX_BYTES = 64 * 1024 * 1024
"""The largest form with files: six of the largest ones, and what stands around them."""


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Keeps the first ``FILE_MAX_BYTES`` of a file and counts the rest.

    The file then says a ``size`` that is too large, and whoever asked for it refuses it by its name. To stop reading
    instead would break the connection under the sender, who would learn nothing.
    """

    def receive_data_chunk(self, raw_data, start):
        """Write what is left of the file's share."""
        super().receive_data_chunk(raw_data[: max(0, FILE_MAX_BYTES - start)], start)
