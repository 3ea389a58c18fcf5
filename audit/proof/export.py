"""The trail as a file, a line at a time: JSON Lines, which can be verified elsewhere, and CSV for spreadsheets."""

import base64
from collections.abc import Iterator
from itertools import islice

from django.db.models import QuerySet

from audit.models import AuditEntry, AuditSeal
from audit.offline.verify_audit import (
    EXPORT_VERSION,
    FIELDS,
    FIRST_SEQUENCE,
    LAST_SEQUENCE,
    Entry,
    Unusable,
    compact,
    written_entry,
)
from audit.proof.entries import PAGE, entries, entries_by_sequence
from audit.proof.sealing import checkpoint_of
from shopplanr import clock, csv_lines

FORMATS = {"jsonl": "application/x-ndjson", "csv": "text/csv"}
"""What there is, and as which media type."""

SEALS_AT_ONCE = 50


def lines(form: str, some: QuerySet[AuditEntry] | None = None) -> Iterator[str]:
    """Yield the lines of an export in this format: of the whole trail, oldest first, or of some entries in their order.

    The whole trail in JSON Lines has its seals in it: each stands before the entries that it seals.
    """
    if form == "csv":
        chosen = entries(FIRST_SEQUENCE) if some is None else _chosen(some)
        yield from csv_lines.lines(FIELDS, chosen)
        return
    yield _line({"kind": "export", "version": EXPORT_VERSION, "filtered": some is not None} | _now())
    if some is None:
        yield from _sealed_and_not()
    else:
        for entry in _chosen(some):
            yield _line(written_entry(entry))


def file_name(form: str) -> str:
    """Return what to call an export of today."""
    return f"audit-{clock.today():%Y-%m-%d}.{form}"


def _now() -> dict[str, str]:
    return {"exportedAt": clock.now().isoformat(timespec="seconds")}


def _line(value: dict[str, object]) -> str:
    return compact(value) + "\n"


def _sealed_and_not() -> Iterator[str]:
    number, first = 0, FIRST_SEQUENCE
    while page := list(AuditSeal.objects.filter(number__gt=number).order_by("number")[:SEALS_AT_ONCE]):
        for row in page:
            yield _seal_line(row)
            for entry in entries(first, row.through) if row.through >= first else ():
                yield _line(written_entry(entry))
            first = max(first, row.through + 1)
        number = page[-1].number
    for entry in entries(first, LAST_SEQUENCE):
        yield _line(written_entry(entry))


def _seal_line(row: AuditSeal) -> str:
    try:
        facts: object = checkpoint_of(row).facts
    except Unusable:  # which whoever reads it shall see
        facts = row.statement
    digests = base64.b64encode(bytes(row.digests)).decode("ascii")
    return _line({"kind": "seal", "checkpoint": facts, "signature": row.signature, "digests": digests})


def _chosen(some: QuerySet[AuditEntry]) -> Iterator[Entry]:
    """Yield these entries in their own order; only their sequences are asked of the queryset."""
    sequences = some.values_list("sequence", flat=True).iterator(chunk_size=PAGE)
    while page := list(islice(sequences, PAGE)):
        found = {entry[0]: entry for entry in entries_by_sequence(page)}
        yield from (found[sequence] for sequence in page if sequence in found)
