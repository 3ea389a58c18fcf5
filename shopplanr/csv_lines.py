"""CSV for spreadsheets: written while it is read, and nobody's words become a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

MEDIA_TYPE = "text/csv"


class _Line:
    """What the csv module writes to: it hands each line back."""

    def write(self, text: str) -> str:
        return text


def lines(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield the lines of a file: its columns, and each of the rows. None is written as nothing."""
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(columns)  # without the mark, spreadsheets take UTF-8 for something else
    for row in rows:
        yield writer.writerow([_plain(value) for value in row])


def file(name: str, columns: Sequence[str], rows: Iterable[Iterable[object]]) -> StreamingHttpResponse:
    """Return an answer that is saved as a file of this name."""
    response = StreamingHttpResponse(lines(columns, rows), content_type=f"{MEDIA_TYPE}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _plain(value: object) -> object:
    """Keep a spreadsheet from taking a text for a formula: somebody's reason must not compute anything."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
