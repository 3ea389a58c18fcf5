"""Records in the admin: looked at by many, changed through services only, deleted by nobody."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.text import capfirst

from shopplanr.accounts.roles import Right
from shopplanr.admin.paging import CappedPaginator
from shopplanr.admin.panels import Panel
from shopplanr.lookup import is_plausible_id


def key_or_none(model: type[Model], text: object) -> Any:
    """Return the primary key that a client wrote, or None where it can be nobody's; the database never sees that."""
    key = model._meta.pk
    try:
        value = key.to_python(text)
        key.run_validators(value)
    except ValidationError:
        return None
    return None if isinstance(value, str) and not is_plausible_id(value) else value


class RecordAdmin(admin.ModelAdmin):
    """A kind of record. Who may look is Django's permission; who may do more is a ``Right``, or nobody."""

    right_to_add: Right | None = None
    right_to_change: Right | None = None

    paginator = CappedPaginator
    show_full_result_count = False
    # Counting each filter's rows reads the whole table once per choice.
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 0
    change_form_template = "admin/record.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever has the right, if there is one."""
        return self.right_to_add is not None and request.user.has_perm(self.right_to_add)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever has the right, if there is one."""
        return self.right_to_change is not None and request.user.has_perm(self.right_to_change)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody: a part's history needs it."""
        return False

    def panels(self, request: HttpRequest, record: Model) -> Sequence[Panel]:
        """Return what is shown below the record's own fields."""
        return ()

    def tools(self, request: HttpRequest, record: Model) -> Sequence[tuple[str, str]]:
        """Return what can be done with the record, as pairs of address and words."""
        return ()

    def headline(self, record: Model) -> object:
        """Return what stands beside the record's name in its heading; a state, where it has one."""
        return ""

    def render_change_form(self, request: HttpRequest, context: dict, add=False, change=False, form_url="", obj=None):
        """Bring the record's panels and tools along."""
        if obj is not None:
            context |= {
                "panels": self.panels(request, obj),
                "tools": self.tools(request, obj),
                "headline": self.headline(obj),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def key_of(self, text: object) -> Any:
        """Return the primary key that an address or a form names, None where it can be nobody's."""
        return key_or_none(self.model, text)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Model | None:
        """Return the record that the address names; None, which Django turns into a message, where there is none."""
        key = self.key_of(object_id)
        return None if key is None else super().get_object(request, str(key), from_field)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        """Search without NUL characters, which PostgreSQL refuses to look for."""
        return super().get_search_results(request, queryset, search_term.replace("\0", ""))

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Show the list; parameters and selections that no page of ours sends are refused before the database."""
        selected = request.POST.getlist("_selected_action")
        if any(self.key_of(key) is None for key in selected) or any(
            "\0" in value for _, values in request.GET.lists() for value in values
        ):
            self.message_user(request, "That selection cannot be read; choose again.", messages.ERROR)
            return HttpResponseRedirect(request.path)
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, title | (extra_context or {}))
