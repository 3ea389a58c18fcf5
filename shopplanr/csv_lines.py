"""CSV for spreadsheets: written while it is read, and nobody's words become a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

from shopplanr.spreadsheets import BYTE_ORDER_MARK, guarded

MEDIA_TYPE = "text/csv"


class _Line:
    """What the csv module writes to: it hands each line back."""

    def write(self, text: str) -> str:
        return text


def lines(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield the lines of a file: its columns, and each of the rows. None is written as nothing."""
    writer = csv.writer(_Line())
    yield BYTE_ORDER_MARK + writer.writerow(columns)
    for row in rows:
        yield writer.writerow([guarded(value) for value in row])


def file(name: str, columns: Sequence[str], rows: Iterable[Iterable[object]]) -> StreamingHttpResponse:
    """Return an answer that is saved as a file of this name."""
    return answer(lines(columns, rows), name)


def answer(written: Iterable[str], name: str) -> StreamingHttpResponse:
    """Return the lines as an answer that is saved as a file of this name."""
    response = StreamingHttpResponse(written, content_type=f"{MEDIA_TYPE}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
