"""The libraries: the shop's words for processes and locations, which are used, and which are missing."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from serials.models import LibraryKind
from serials.services import libraries
from serials.services.libraries import Shelf
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right, refusal_sentence
from shopplanr.actor import Actor
from shopplanr.api.listing import VALUE_MAX_LENGTH
from shopplanr.floor.pages import Tried, go, is_fragment, page, require, show
from shopplanr.refusals import NotFound, Refusal

LISTED = 100
"""Entries of a library, and words that it has not, which are listed; the search finds the others."""

OFFERED = 6
"""Words that it has not, the most used ones, which are offered at once; a press shows the others."""

NAMES = {LibraryKind.PROCESS: "Processes", LibraryKind.LOCATION: "Locations"}


@page()
@require_GET
def shelves(request: HttpRequest) -> HttpResponse:
    """Show both libraries."""
    return _shelves(request, _asked(request.GET))


def _asked(given: Mapping[str, str]) -> str:
    return given.get("search", "").replace("\0", "").strip()[:VALUE_MAX_LENGTH]


def _shelves(request: HttpRequest, words: str, tried: Tried | None = None) -> HttpResponse:
    context = {"shelves": [_context(kind, words) for kind in LibraryKind]} | _shell(request, words, tried)
    return show(request, "libraries/libraries.html", context, status=tried.refusal.status if tried else 200)


def _shell(request: HttpRequest, words: str, tried: Tried | None) -> dict[str, object]:
    may_plan = request.user.has_perm(Right.PLAN)
    return {
        "words": words,
        "tried": tried,
        "may_plan": may_plan,
        "not_planner": "" if may_plan else refusal_sentence(Right.PLAN),
    }


def _context(kind: LibraryKind, words: str) -> dict[str, object]:
    whole = libraries.shelf(kind)
    found = _with_words(whole, words)
    return {
        "kind": kind.value,
        "name": NAMES[kind],
        "noun": kind.label.lower(),
        "total": len(whole.entries),
        "entries": found.entries[:LISTED],
        "entries_left": max(0, len(found.entries) - LISTED),
        "missing": found.missing[:OFFERED],
        "more_missing": found.missing[OFFERED:LISTED],
        "missing_left": max(0, len(found.missing) - LISTED),
    }


def _with_words(shelf: Shelf, words: str) -> Shelf:
    folded = words.casefold()
    return replace(
        shelf,
        entries=[each for each in shelf.entries if folded in each[0].folded],
        missing=[each for each in shelf.missing if folded in each[0].casefold()],
    )


def _changing(change: Callable[[LibraryKind, Mapping[str, str], Actor], str]) -> Callable[..., HttpResponse]:
    """Make a function that changes a library a view for its form: ``change(kind, given, actor) -> what to say``."""

    @page()
    @require_POST
    def view(request: HttpRequest, kind: str) -> HttpResponse:
        if kind not in LibraryKind.values:
            raise NotFound(f"There is no library of this kind: {kind}")
        library, words, said, tried = LibraryKind(kind), _asked(request.POST), "", None
        try:
            require(request, Right.PLAN)
            said = change(library, request.POST, actor_for(request, None))
        except Refusal as refusal:
            tried = Tried(kind, refusal, request.POST)
        if is_fragment(request):
            context = {
                "shelf": _context(library, words),
                "said": {"verdict": "done", "message": said} if said else None,
            }
            status = tried.refusal.status if tried else 200
            return show(request, "libraries/shelf.html", context | _shell(request, words, tried), status=status)
        if tried:
            return _shelves(request, words, tried)
        messages.success(request, said, extra_tags="done")
        query = f"?{urlencode({'search': words})}" if words else ""
        return go(request, f"{reverse('floor:libraries')}{query}#{kind}")

    return view


@_changing
def add(kind: LibraryKind, given: Mapping[str, str], actor: Actor) -> str:
    """Take a word up."""
    entry = libraries.add(kind, given.get("name"), actor)
    return f"{entry.name} is in the library of {NAMES[kind].lower()} now."


@_changing
def remove(kind: LibraryKind, given: Mapping[str, str], actor: Actor) -> str:
    """Take a word out; steps that say it go on saying it."""
    return f"{libraries.remove(kind, given.get('entry'), actor)} is out of the library. Steps keep their words."


urls = [
    path("libraries", shelves, name="libraries"),
    path("libraries/<str:kind>/add", add, name="add-to-library"),
    path("libraries/<str:kind>/remove", remove, name="remove-from-library"),
]
