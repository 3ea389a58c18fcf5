"""The libraries of processes and locations: words are added and removed."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from audit.admin.history import TrackedAdmin
from serials.models import LibraryEntry, LibraryKind
from serials.services import libraries
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right
from shopplanr.actor import Actor
from shopplanr.admin.confirming import ConfirmedAction, ConfirmedActionsMixin
from shopplanr.admin.services import ServiceAdmin, ServiceForm


class RemoveEntry(ConfirmedAction):
    """A word that is not to be offered any more."""

    name, label, done, right = "remove", "Remove", "Removed from the library", Right.PLAN
    explanation = "It is not offered from the library any more. Steps that are called so stay as they are."
    nouns = ("entry", "entries")
    removes = True

    def effects(self, rows: Sequence[LibraryEntry]) -> Mapping[Any, str]:
        """Say where it is missing from now on."""
        return {row.pk: f"not offered as a {row.get_kind_display().lower()} any more" for row in rows}

    def carry_out_one(self, row: LibraryEntry, values: Mapping[str, Any], actor: Actor) -> None:
        """Call the service."""
        libraries.remove(LibraryKind(row.kind), row.pk, actor)


@admin.register(LibraryEntry)
class LibraryAdmin(ConfirmedActionsMixin, TrackedAdmin, ServiceAdmin):
    """Both libraries."""

    right_to_add = Right.PLAN
    form = ServiceForm
    confirmed_actions = (RemoveEntry(),)
    selection_headings = ("Name", "Kind")
    list_display = ("name", "kind", "created_at")
    list_filter = ("kind",)
    search_fields = ("name", "folded")
    search_help_text = "Part of a name."
    ordering = ("folded", "kind")
    sortable_by = ("created_at",)

    def get_fields(self, request: HttpRequest, obj: LibraryEntry | None = None):
        """Ask for the name and for what it names."""
        return ("kind", "name") + (() if obj is None else (("id", "created_at"),))

    def save_model(self, request: HttpRequest, obj: LibraryEntry, form: ServiceForm, change: bool) -> None:
        """Take the name up through the service."""
        values = form.cleaned_data
        obj.pk = libraries.add(LibraryKind(values["kind"]), values["name"], actor_for(request, None)).pk
        obj.refresh_from_db()

    def selection_cells(self, row: LibraryEntry) -> Sequence[object]:
        """Show a selected entry."""
        return (row.name, row.get_kind_display())
