"""What steps ask for, and what single parts may go on without: to look at, written in the editor of routes."""

from collections.abc import Sequence

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from audit.admin.history import TrackedAdmin
from serials import asked
from serials.admin.filters import ByJobOfSerial, ByPathOfSerial
from serials.admin.progress import OfSerialAdmin
from serials.models import (
    Path,
    RequirementOverride,
    RouteTemplate,
    Serial,
    Step,
    StepRequirement,
    TemplateRequirement,
    TemplateStep,
)
from shopplanr.admin.links import record_link
from shopplanr.admin.panels import PANEL_ROWS, Panel
from shopplanr.admin.people import person, with_name
from shopplanr.admin.records import RecordAdmin

KIND = (("certificate_type", "quantity", "en10204_minimum"), "policy")


def panel_of_steps(steps: Sequence[Step] | Sequence[TemplateStep]) -> Panel:
    """Return what these steps ask for now."""
    asked.put(steps)
    return Panel(
        title="Certificates asked for",
        headings=("Place", "Step", "What", "Without it"),
        rows=[
            (step.order + 1, step.name, record_link(type(row), row.pk, row.words), row.get_policy_display())
            for step in steps
            for row in step.asked
        ],
        empty="No step asks for certificates.",
    )


def panel_of_part(part: Serial) -> list[Panel]:
    """Return which certificates the part may go on without, where there are any."""
    rows = with_name(RequirementOverride.objects.filter(serial=part.pk), "created_by")
    found = list(rows.select_related("requirement__step").order_by("created_at", "pk")[:PANEL_ROWS])
    if not found:
        return []
    return [
        Panel(
            title="Goes on without",
            headings=("What", "Step", "Reason", "By", "Made"),
            rows=[
                (
                    record_link(RequirementOverride, each.pk, each.requirement.words),
                    each.requirement.step.name,
                    each.reason,
                    person(each.created_by, each.created_by_name),
                    each.created_at,
                )
                for each in found
            ],
            empty="",
        )
    ]


@admin.register(StepRequirement)
class StepRequirementAdmin(TrackedAdmin):
    """What steps of paths ask for, also what they asked for once."""

    list_display = ("words", "step_link", "path_link", "policy", "retired_at")
    list_filter = ("certificate_type", "policy", ("retired_at", admin.EmptyFieldListFilter))
    list_select_related = ("step__path",)
    search_fields = ("step__name", "step__path__name", "id")
    search_help_text = "Words of a step's or a path's name, or a requirement's id."
    ordering = ("-created_at", "id")
    sortable_by = ()
    fields = (*KIND, ("step_link", "path_link"), ("created_at", "retired_at"), "id")

    @admin.display(description="What")
    def words(self, row: StepRequirement) -> str:
        """Return what is asked for."""
        return row.words

    @admin.display(description="Step")
    def step_link(self, row: StepRequirement) -> str:
        """Return the step that asks."""
        return record_link(Step, row.step_id, row.step.name)

    @admin.display(description="Path")
    def path_link(self, row: StepRequirement) -> str:
        """Return its path."""
        return record_link(Path, row.step.path_id, row.step.path.name)


@admin.register(TemplateRequirement)
class TemplateRequirementAdmin(TrackedAdmin):
    """What steps of templates ask for."""

    list_display = ("words", "step_name", "template_link", "policy")
    list_filter = ("certificate_type", "policy")
    list_select_related = ("template_step__template",)
    search_fields = ("template_step__name", "template_step__template__name")
    search_help_text = "Words of a step's or a template's name."
    ordering = ("template_step__template__name", "template_step__order", "pk")
    sortable_by = ()
    fields = (*KIND, ("step_name", "template_link"))

    @admin.display(description="What")
    def words(self, row: TemplateRequirement) -> str:
        """Return what is asked for."""
        return row.words

    @admin.display(description="Step")
    def step_name(self, row: TemplateRequirement) -> str:
        """Return the step that asks."""
        return row.template_step.name

    @admin.display(description="Template")
    def template_link(self, row: TemplateRequirement) -> str:
        """Return its template."""
        return record_link(RouteTemplate, row.template_step.template_id, row.template_step.template.name)


@admin.register(RequirementOverride)
class RequirementOverrideAdmin(OfSerialAdmin):
    """What single parts may go on without, by whose word and why."""

    confirmed_actions = ()
    list_display = ("words", "part", "step_name", "reason", "made_by", "created_at", "job", "path")
    list_filter = ("requirement__certificate_type", ByJobOfSerial, ByPathOfSerial, "created_at")
    ordering = ("-created_at", "-id")
    fields = ("words", ("part", "job", "path"), "step_name", "reason", ("made_by", "created_at"), "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return overrides with who made them, and what they are about."""
        rows = RecordAdmin.get_queryset(self, request)
        rows = rows.select_related("serial__job", "serial__path", "requirement__step")
        return with_name(rows, "created_by")

    def step_of(self, record: RequirementOverride) -> str:
        """Return the step that asks."""
        return record.requirement.step_id

    @admin.display(description="What")
    def words(self, row: RequirementOverride) -> str:
        """Return what the part may go on without."""
        return row.requirement.words

    @admin.display(description="Step")
    def step_name(self, row: RequirementOverride) -> str:
        """Return the step that asks, with its place."""
        return f"{row.requirement.step.order + 1} {row.requirement.step.name}"

    @admin.display(description="By")
    def made_by(self, row: RequirementOverride) -> str:
        """Return who made the override."""
        return person(row.created_by, row.created_by_name)
