"""Step records and overrides, as lists of their own: what is deferred, what is overridden, on which parts."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from audit import trail
from audit.admin.naming import noted
from audit.admin.witnessed import WitnessedAdmin
from audit.models import AuditEntry
from serials.admin import actions
from serials.admin.filters import ByJobOfSerial, ByPathOfSerial, ByStateOfPart, ByStepOfRecord
from serials.admin.marks import DEPENDENCY_WORDS, OVERRIDE_ACTIVE, OVERRIDE_REVERSED, step_mark
from serials.admin.searching import parts_filter
from serials.models import DependencyType, Job, Path, Serial, StepOverride, StepStatus
from shopplanr.admin.confirming import ConfirmedActionsMixin
from shopplanr.admin.links import record_link
from shopplanr.admin.people import person, with_name


class OfSerialAdmin(ConfirmedActionsMixin, WitnessedAdmin):
    """Something that belongs to a part and to a step of it."""

    search_fields = ("serial__number",)
    search_help_text = "SN-00042 or 42, several of them, a range SN-00010..SN-00050, or words of a job or path."
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return records with the part, its job and path, and the step."""
        return super().get_queryset(request).select_related("serial__job", "serial__path", "step")

    def entries_about(self, record) -> QuerySet[AuditEntry]:
        """Return what happened to the part at the step; to the whole part, where the record is of none."""
        entries = trail.of_serial(record.serial_public_id)
        step = self.step_of(record)
        return entries.filter(Q(step_id=step) | Q(from_step_id=step) | Q(to_step_id=step)) if step else entries

    def step_of(self, record) -> str | None:
        """Return the id of the step that the record is of."""
        return record.step_id

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        """Find by part, job or path."""
        return (queryset.filter(parts_filter(search_term, "serial__")) if search_term.strip() else queryset), False

    @admin.display(description="Part")
    def part(self, record) -> str:
        """Return the part."""
        return record_link(Serial, record.serial_id, record.serial_public_id)

    @admin.display(description="Step")
    def step_name(self, record) -> str:
        """Return the step with its place."""
        return f"{record.step.order + 1} {record.step.name}"

    @admin.display(description="Job")
    def job(self, record) -> str:
        """Return the job."""
        return record_link(Job, record.serial.job_id, record.serial.job.name)

    @admin.display(description="Path")
    def path(self, record) -> str:
        """Return the path."""
        return record_link(Path, record.serial.path_id, record.serial.path.name)


@admin.register(StepStatus)
class StepStatusAdmin(OfSerialAdmin):
    """What became of each step, for each part. Filtered by “Deferred”, it is the list of what waits for a waiver."""

    confirmed_actions = (actions.WaiveRecord(), actions.CompleteRecord())
    selection_headings = ("Part", "Step", "State", "Job", "Path")
    selection_order = ("serial", "step_index")

    list_display = ("step_name", "part", "state", "needed", "job_and_path", "updated_at")
    list_display_links = ("step_name",)
    list_filter = (
        "status",
        ByStateOfPart,
        ByJobOfSerial,
        ByPathOfSerial,
        ByStepOfRecord,
        "step__optional",
    )
    ordering = ("-serial", "step_index")
    fields = (("part", "job", "path"), ("step_name", "state", "needed"), ("id", "updated_at"))

    def headline(self, record: StepStatus) -> object:
        """Return the step's state."""
        return step_mark(record.status)

    def selection_cells(self, row: StepStatus) -> list[object]:
        """Show a selected step record."""
        return [self.part(row), self.step_name(row), step_mark(row.status), row.serial.job.name, row.serial.path.name]

    @admin.display(description="State")
    def state(self, record: StepStatus) -> object:
        """Return the step's state."""
        return step_mark(record.status)

    @admin.display(description="Needed")
    def needed(self, record: StepStatus) -> str:
        """Return whether the step is required, and what depends on it."""
        need = "optional" if record.step.optional else "required"
        return noted(need, DEPENDENCY_WORDS[DependencyType(record.step.dependency_type)])

    @admin.display(description="Job, path")
    def job_and_path(self, record: StepStatus) -> str:
        """Return the job, and below it the path."""
        return noted(self.job(record), self.path(record))


@admin.register(StepOverride)
class StepOverrideAdmin(OfSerialAdmin):
    """Steps that were made optional for single parts, by whom and why."""

    confirmed_actions = (actions.ReverseOverride(),)
    selection_headings = ("Part", "Step", "State", "Reason")
    selection_order = ("serial", "pk")

    list_display = ("step_name", "part", "state", "reason", "made_by", "created_at", "job", "path")
    list_display_links = ("step_name",)
    list_filter = ("active", ByJobOfSerial, ByPathOfSerial, "created_at")
    ordering = ("-created_at", "-id")
    fields = (("part", "job", "path"), ("step_name", "state"), "reason", ("made_by", "created_at"), "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return overrides with who made them."""
        return with_name(super().get_queryset(request), "created_by")

    def headline(self, record: StepOverride) -> object:
        """Return whether the override holds."""
        return self.state(record)

    def selection_cells(self, row: StepOverride) -> list[object]:
        """Show a selected override."""
        return [self.part(row), self.step_name(row), self.state(row), row.reason]

    @admin.display(description="State")
    def state(self, record: StepOverride) -> object:
        """Return whether the override holds."""
        return OVERRIDE_ACTIVE if record.active else OVERRIDE_REVERSED

    @admin.display(description="By")
    def made_by(self, record: StepOverride) -> str:
        """Return who made the override."""
        return person(record.created_by, record.created_by_name)
