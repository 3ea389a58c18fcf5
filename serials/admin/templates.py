"""Route templates, with their steps in order."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from audit.admin.history import TrackedAdmin
from serials.admin.filters import ShortChoices
from serials.admin.paths import StepsInline, steps_as_typed
from serials.admin.requirements import panel_of_steps
from serials.models import RouteTemplate, TemplateStep
from serials.services import templates
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right
from shopplanr.actor import Actor
from shopplanr.admin.confirming import ConfirmedAction, ConfirmedActionsMixin
from shopplanr.admin.panels import Panel
from shopplanr.admin.services import ServiceAdmin, ServiceForm

CHANGEABLE = {"name": "name", "advancement_mode": "advancementMode"}


class TemplateForm(ServiceForm):
    """A template."""

    columns = {api: column for column, api in CHANGEABLE.items()}


class TemplateStepsInline(StepsInline):
    """A template's steps. Any of them can be taken away: no part was ever made on a template."""

    model = TemplateStep
    show_change_link = False

    def has_view_permission(self, request: HttpRequest, obj: RouteTemplate | None = None) -> bool:
        """Whoever sees the template."""
        return request.user.has_perm("serials.view_templatestep") or request.user.has_perm(Right.PLAN)

    def has_delete_permission(self, request: HttpRequest, obj: RouteTemplate | None = None) -> bool:
        """Planners."""
        return request.user.has_perm(Right.PLAN) and obj is not None


class DeleteTemplate(ConfirmedAction):
    """A template that is not needed any more."""

    name, label, done, right = "remove", "Delete", "Template deleted", Right.PLAN
    explanation = "Paths that were made from it stay as they are, and its history is kept."
    nouns = ("template", "templates")
    removes = True

    def effects(self, rows: Sequence[RouteTemplate]) -> Mapping[Any, str]:
        """Say what goes."""
        return {row.pk: f"deleted with its {row.step_count} steps" for row in rows}

    def carry_out_one(self, row: RouteTemplate, values: Mapping[str, Any], actor: Actor) -> None:
        """Call the service."""
        templates.delete(row.pk, actor)


@admin.register(RouteTemplate)
class TemplateAdmin(ConfirmedActionsMixin, TrackedAdmin, ServiceAdmin):
    """Routes that paths are copied from."""

    right_to_add = right_to_change = Right.PLAN
    form = TemplateForm
    inlines = (TemplateStepsInline,)
    confirmed_actions = (DeleteTemplate(),)
    selection_headings = ("Template", "Steps")
    selection_order = ("name", "pk")
    list_display = ("name", "step_count", "mode", "updated_at")
    list_filter = (("advancement_mode", ShortChoices),)
    search_fields = ("name", "steps__name", "steps__location", "id")
    search_help_text = "Words of a template's name, or of the name or location of one of its steps, or its id."
    ordering = ("name", "id")
    sortable_by = ("name", "updated_at")

    def get_fields(self, request: HttpRequest, obj: RouteTemplate | None = None):
        """Show a template that exists with its id and times."""
        return ("name", "advancement_mode", *(() if obj is None else (("id", "created_at", "updated_at"),)))

    def get_readonly_fields(self, request: HttpRequest, obj: RouteTemplate | None = None):
        """What is not chosen is not edited."""
        return () if obj is None else ("id", "created_at", "updated_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return templates with the number of their steps."""
        return super().get_queryset(request).annotate(step_count=Count("steps", distinct=True))

    def panels(self, request: HttpRequest, record: RouteTemplate) -> list[Panel]:
        """Show what its steps ask for."""
        return [panel_of_steps(list(record.steps.order_by("order")))]

    def save_model(self, request: HttpRequest, obj: RouteTemplate, form: TemplateForm, change: bool) -> None:
        """Wait for the steps: a template and its steps are one call of the service."""

    def save_related(self, request: HttpRequest, form: TemplateForm, formsets, change: bool) -> None:
        """Create or change the template and its steps through the service."""
        (formset,) = formsets
        formset.new_objects = formset.changed_objects = formset.deleted_objects = []
        values, actor, template = form.cleaned_data, actor_for(request, None), form.instance
        fields = {
            api: values[column] for column, api in CHANGEABLE.items() if not change or column in form.changed_data
        }
        if not change or formset.has_changed():
            fields["steps"] = steps_as_typed(formset, named=False)
        if change:
            templates.update(template.pk, fields, actor)
        else:
            template.pk = templates.create(fields, actor).pk
        template.refresh_from_db()

    def selection_cells(self, row: RouteTemplate) -> Sequence[object]:
        """Show a selected template."""
        return (row.name, row.step_count)

    @admin.display(description="Steps")
    def step_count(self, template: RouteTemplate) -> int:
        """Return how many steps the template has."""
        return template.step_count

    @admin.display(description="Mode")
    def mode(self, template: RouteTemplate) -> str:
        """Return the mode in one word."""
        return template.get_advancement_mode_display().split(":")[0] or "–"
