"""A call of the API, by the table of endpoints."""

import json
import re
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile


@dataclass(frozen=True)
class Call:
    """A call by the table of endpoints: its path, what stands in the path, and the body.

    With ``files``, by field, the body is a form.
    """

    verb: str
    path: str
    ids: dict[str, str]
    body: dict | None = None
    files: dict[str, bytes] | None = None
    query: dict[str, str] | None = None

    @property
    def name(self) -> str:
        """The row of the table."""
        return f"{self.verb} {self.path}"

    def made_by(self, client, *, more: dict | None = None, **how):
        """Make the call; ``more`` are further fields of its body."""
        body = self.body if more is None else (self.body or {}) | more
        if self.files is None:
            return client.generic(
                self.verb,
                self.url(),
                "" if body is None else json.dumps(body),
                content_type="application/json",
                **how,
            )
        files = {name: SimpleUploadedFile(f"{name}.pdf", content) for name, content in self.files.items()}
        return client.post(self.url(), (body or {}) | files, format="multipart", **how)

    def url(self, **ids: str) -> str:
        """Return the address, with other ids where they are given."""
        url = f"/api/{self.path}"
        for name, value in (self.ids | ids).items():
            url = re.sub(rf"<\w+:{name}>", lambda _, value=value: value, url)
        return f"{url}?{urlencode(self.query)}" if self.query else url
