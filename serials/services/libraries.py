"""The shop's words for processes and locations, which are offered while routes are written."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Count

from audit import history
from serials import refusals
from serials.models import LibraryEntry, LibraryKind, Step
from serials.models.routes import NAME_MAX_LENGTH
from shopplanr.actor import Actor
from shopplanr.ids import new_location_entry_id, new_process_entry_id
from shopplanr.lookup import get_or_refuse
from shopplanr.values import required_text

NEW_ID = {LibraryKind.PROCESS: new_process_entry_id, LibraryKind.LOCATION: new_location_entry_id}
NOUNS = {LibraryKind.PROCESS: "ProcessLibraryEntry", LibraryKind.LOCATION: "LocationLibraryEntry"}
"""What the documents call an entry."""

STEP_COLUMNS = {LibraryKind.PROCESS: "name", LibraryKind.LOCATION: "location"}
"""Where steps have such words."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """One library as it is used: its entries, and the words of steps that it has not, each with how many steps say it.

    Entries are in the alphabet's order; of the missing words those come first that most steps say.
    """

    kind: LibraryKind
    entries: Sequence[tuple[LibraryEntry, int]]
    missing: Sequence[tuple[str, int]]


@transaction.atomic
def add(kind: LibraryKind, name: object, actor: Actor) -> LibraryEntry:
    """Take a name up in the library; return the entry.

    Raises ``name is required``, ``AlreadyInLibrary``, also where only capitals differ.
    """
    name = required_text(name, "name", NAME_MAX_LENGTH)
    entry = LibraryEntry(id=NEW_ID[kind](), kind=kind, name=name, folded=name.casefold())
    if _has(entry):
        raise refusals.AlreadyInLibrary(name)
    try:
        with transaction.atomic():
            history.attribute(entry, actor).save(force_insert=True)
    except IntegrityError:  # somebody else was quicker, by less than it took to look
        if not _has(entry):
            raise
        raise refusals.AlreadyInLibrary(name) from None
    return entry


@transaction.atomic
def remove(kind: LibraryKind, entry_id: object, actor: Actor) -> str:
    """Take an entry out of the library, and return its name; steps keep their words. Raises ``{noun} not found``."""
    entries = LibraryEntry.objects.select_for_update().filter(kind=kind)
    entry = get_or_refuse(entries, entry_id, NOUNS[kind])
    history.attribute(entry, actor).delete()
    return entry.name


def suggestions(kind: LibraryKind) -> list[str]:
    """Return the words to offer: those of the library and those that steps have, each once, in the alphabet's order.

    Where only capitals differ, the library's spelling counts. Two queries, whatever the number of steps.
    """
    column = STEP_COLUMNS[kind]
    used = Step.objects.exclude(**{column: ""}).order_by().values_list(column, flat=True).distinct()
    return _joined(used, LibraryEntry.objects.filter(kind=kind).order_by().values_list("folded", "name"))


def suggestions_of_each() -> dict[LibraryKind, list[str]]:
    """Return the suggestions of every kind, as the editor of routes needs them; two queries in all."""
    kept = list(LibraryEntry.objects.order_by().values_list("kind", "folded", "name"))
    used = set(Step.objects.order_by().values_list(*STEP_COLUMNS.values()).distinct())
    return {
        kind: _joined(
            {words[place] for words in used} - {""},
            [(folded, name) for of_kind, folded, name in kept if of_kind == kind],
        )
        for place, kind in enumerate(STEP_COLUMNS)
    }


def _joined(used: Iterable[str], entries: Iterable[tuple[str, str]]) -> list[str]:
    words = {word.casefold(): word for word in sorted(used, reverse=True)} | dict(entries)
    return [words[folded] for folded in sorted(words)]


def shelf(kind: LibraryKind) -> Shelf:
    """Return the library with its use; two queries, whatever the number of steps. Capitals make no difference."""
    column = STEP_COLUMNS[kind]
    used = Step.objects.exclude(**{column: ""}).order_by().values_list(column).annotate(steps=Count("pk"))
    counts, spellings = Counter(), {}
    for word, steps in sorted(used, key=lambda one: (one[1], one[0])):
        counts[word.casefold()] += steps
        spellings[word.casefold()] = word  # as most steps spell it
    entries = list(LibraryEntry.objects.filter(kind=kind).order_by("folded", "pk"))
    missing = sorted(counts.keys() - {entry.folded for entry in entries}, key=lambda word: (-counts[word], word))
    return Shelf(
        kind=kind,
        entries=[(entry, counts[entry.folded]) for entry in entries],
        missing=[(spellings[folded], counts[folded]) for folded in missing],
    )


def _has(entry: LibraryEntry) -> bool:
    return LibraryEntry.objects.filter(kind=entry.kind, folded=entry.folded).exists()
