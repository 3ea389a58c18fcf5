"""Names for the ids that audit entries carry.

The trail knows nobody, so whoever owns a kind of record says here how its ids are read: ``serials.admin`` for parts,
jobs, paths and steps, ``certificates.admin`` for certificates.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

from audit.models import AuditEntry
from shopplanr.admin.people import names_of, person
from shopplanr.ids import serial_id

Namer = Callable[[set[str]], dict[str, SafeString | str]]

_namers: dict[str, Namer] = {}

_CODE = re.compile(r"\A[a-z]+(_[a-z]+)*\Z")
"""A word for machines, such as the reason ``out_of_tolerance``."""

NOUNS = {
    "serial_id": "serial",
    "cert_id": "certificate",
    "job_id": "job",
    "path_id": "path",
    "step_id": "step",
    "from_step_id": "step",
    "to_step_id": "step",
}
"""What each column of an entry names."""

NOUNS_IN_METADATA = {"gtin": "product"}
"""What metadata names that has no column, because few entries are about it."""


def names(noun: str) -> Callable[[Namer], Namer]:
    """Register what turns ids of this kind into names or links: at most one query, whatever their number."""

    def register(namer: Namer) -> Namer:
        _namers[noun] = namer
        return namer

    return register


def name_all(entries: Iterable[AuditEntry], columns: Sequence[str] = tuple(NOUNS)) -> None:
    """Put ``named`` on every entry: its ids of these columns as names, and ``user_id`` as the person."""
    entries = list(entries)
    nouns = {column: NOUNS[column] for column in columns} | NOUNS_IN_METADATA
    ids: dict[str, set[str]] = {}
    for column, noun in nouns.items():
        ids.setdefault(noun, set()).update(value for entry in entries if (value := _id_in(entry, column)))
    known = {noun: _namers[noun](wanted) for noun, wanted in ids.items() if wanted and noun in _namers}
    people = names_of(person_id for entry in entries for person_id in (entry.user_id, entry.called_by))
    for entry in entries:
        entry.named = {
            column: known.get(noun, {}).get(value, value)
            for column, noun in nouns.items()
            if (value := _id_in(entry, column))
        }
        entry.named["user_id"] = person(entry.user_id, people.get(entry.user_id))
        if entry.called_by:
            entry.named["called_by"] = person(entry.called_by, people.get(entry.called_by))


def _id_in(entry: AuditEntry, column: str) -> str:
    return (entry.metadata or {}).get(column, "") if column in NOUNS_IN_METADATA else getattr(entry, column)


def where(entry: AuditEntry) -> SafeString | str:
    """Return the step of a named entry, or the two between which the part moved."""
    come_from, gone_to = entry.named.get("from_step_id"), entry.named.get("to_step_id")
    if come_from and gone_to:
        return format_html("{} → {}", come_from, gone_to)
    return come_from or entry.named.get("step_id", "")


def what(entry: AuditEntry) -> SafeString | str:
    """Return the part of a named entry, or its whole batch; the product where it is about one."""
    if entry.batch_start is not None and entry.batch_quantity is not None:
        first, last = serial_id(entry.batch_start), serial_id(entry.batch_start + entry.batch_quantity - 1)
        if first == last:
            return first
        return format_html('<span class="nowrap">{}</span> to <span class="nowrap">{}</span>', first, last)
    return entry.named.get("serial_id") or entry.named.get("gtin", "")


def certificate(entry: AuditEntry) -> SafeString | str:
    """Return the certificate of a named entry, or what it certifies a product for, as it was called then."""
    return entry.named.get("cert_id") or (entry.metadata or {}).get("certification", "")


def why(entry: AuditEntry) -> str:
    """Return what people chose and wrote: a reason, an explanation."""
    metadata = entry.metadata or {}
    words = [str(metadata[key]) for key in ("reason", "explanation") if metadata.get(key)]
    return ": ".join(_CODE.sub(lambda code: code[0].replace("_", " ").capitalize(), text) for text in words)


def facts(entry: AuditEntry) -> list[tuple[str, object]]:
    """Return what an entry carries beside its columns: pairs of name and value."""
    carried = (entry.metadata or {}).items()
    return [(name, ", ".join(map(str, fact)) if isinstance(fact, list) else fact) for name, fact in carried]


def noted(words: object, note: object) -> SafeString | str:
    """Return words with a note below them."""
    return format_html('{}<span class="note">{}</span>', words, note) if note else words
