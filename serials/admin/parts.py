"""Parts: found by what people scan, type or remember; moved by actions only."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html

from audit import trail
from audit.admin import naming
from audit.admin.history import TrackedAdmin
from audit.admin.witnessed import WitnessedAdmin
from audit.models import AuditEntry
from serials.admin import actions, approvals, notes, requirements
from serials.admin.filters import ByJob, ByOpenQuestion, ByPath, ByStep
from serials.admin.marks import OVERRIDE_ACTIVE, OVERRIDE_REVERSED, serial_mark, step_mark
from serials.admin.searching import part_number, parts_filter
from serials.models import (
    Job,
    Path,
    Serial,
    SerialCounter,
    SerialStatus,
    Step,
    StepOverride,
    StepStatus,
    StepStatusCode,
)
from shopplanr.admin.confirming import ConfirmedActionsMixin
from shopplanr.admin.links import link, list_url, record_link
from shopplanr.admin.panels import PANEL_ROWS, Panel
from shopplanr.admin.people import names_of, person, with_name
from shopplanr.ids import serial_id


class SerialAdmin(ConfirmedActionsMixin, TrackedAdmin):
    """Parts. ``certificates.admin`` adds what it knows of them, and registers the result."""

    confirmed_actions = (
        actions.Advance(),
        actions.Scrap(),
        actions.Override(),
        actions.WaiveStep(),
        actions.CompleteStep(),
        actions.ForceComplete(),
    )
    selection_headings = ("Part", "State", "Current step", "Job", "Path")

    list_display = ("id", "state", "current_step", "job_link", "path_link", "created_at")
    list_display_links = ("id",)
    list_filter = (
        "status",
        ByOpenQuestion,
        ByJob,
        ByPath,
        ByStep,
        "scrap_reason",
        "scrapped_at",
        "force_completed",
        "created_at",
    )
    search_fields = ("number",)
    search_help_text = "SN-00042 or 42, several of them, a range SN-00010..SN-00050, or words of a job or path."
    ordering = ("-number",)
    sortable_by = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return parts with everything that a row shows, in one query."""
        steps = Step.objects.filter(path=OuterRef("path"))
        here = steps.filter(order=OuterRef("current_step_index")).values("name")[:1]
        next_one = steps.filter(order=OuterRef("current_step_index") + 1).values("name")[:1]
        rows = super().get_queryset(request).select_related("job", "path")
        return rows.annotate(step_name=Subquery(here), next_step_name=Subquery(next_one))

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        """Find parts by id, number, range, job or path."""
        return (queryset.filter(parts_filter(search_term)) if search_term.strip() else queryset), False

    def key_of(self, text: object) -> Any:
        """Let an address name a part as people do: ``/admin/serials/serial/SN-00042/``."""
        number = part_number(text) if isinstance(text, str) else None
        return super().key_of(text if number is None else str(number))

    def get_fieldsets(self, request: HttpRequest, obj: Serial | None = None):
        """Show of a part what there is to say about it."""
        fields: list = [("current_step", "job_link", "path_link"), ("created_at", "updated_at")]
        if obj is not None and obj.status == SerialStatus.SCRAPPED:
            fields += [("scrap_reason", "scrap_step"), "scrap_explanation", ("scrapped_at", "scrapped_by_whom")]
        if obj is not None and obj.force_completed:
            fields += [("force_completed_at", "forced_by_whom"), "force_completed_reason"]
        return [(None, {"fields": fields})]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Serial | None:
        """Return the part, with the names of those who ended it."""
        part = super().get_object(request, object_id, from_field)
        if part is not None and (part.scrapped_by or part.force_completed):
            rows = with_name(with_name(Serial.objects.filter(pk=part.pk), "scrapped_by"), "force_completed_by")
            part.scrapped_by_name, part.force_completed_by_name = rows.values_list(
                "scrapped_by_name", "force_completed_by_name"
            ).get()
        return part

    def headline(self, record: Serial) -> object:
        """Return the part's state."""
        return serial_mark(record)

    def seen(self, row: Serial) -> str:
        """Return where the part stands."""
        return str(row.current_step_index)

    def selection_cells(self, row: Serial) -> list[object]:
        """Show a selected part."""
        return [
            record_link(Serial, row.pk, row.id),
            serial_mark(row),
            self.current_step(row),
            row.job.name,
            row.path.name,
        ]

    def value_labels(self, versions: Sequence) -> dict[str, dict[object, str]]:
        """Name the steps of the part's path, and those who ended it."""
        steps = Step.objects.filter(path__in={version.path_id for version in versions}).values_list("order", "name")
        people = names_of(name for version in versions for name in (version.scrapped_by, version.force_completed_by))
        return {
            "current_step_index": {order: f"{order + 1} {name}" for order, name in steps} | {-1: "past the end"},
            "scrapped_by": people,
            "force_completed_by": people,
        }

    @admin.display(description="Part", ordering="number")
    def id(self, part: Serial) -> str:
        """Return the part's id."""
        return part.id

    @admin.display(description="State")
    def state(self, part: Serial) -> object:
        """Return the part's state, and of a scrapped part why."""
        return naming.noted(serial_mark(part), part.get_scrap_reason_display())

    @admin.display(description="Current step")
    def current_step(self, part: Serial) -> str:
        """Return where the part stands, or stood when it was scrapped."""
        if part.current_step_index < 0:
            return "–"
        return f"{part.current_step_index + 1} {part.step_name}"

    @admin.display(description="Job")
    def job_link(self, part: Serial) -> str:
        """Return the job."""
        return record_link(Job, part.job_id, part.job.name)

    @admin.display(description="Path")
    def path_link(self, part: Serial) -> str:
        """Return the path."""
        return record_link(Path, part.path_id, part.path.name)

    @admin.display(description="Scrapped by")
    def scrapped_by_whom(self, part: Serial) -> str:
        """Return who scrapped the part."""
        return person(part.scrapped_by, part.scrapped_by_name)

    @admin.display(description="Force-completed by")
    def forced_by_whom(self, part: Serial) -> str:
        """Return who forced the part to completion."""
        return person(part.force_completed_by, part.force_completed_by_name)

    def panels(self, request: HttpRequest, record: Serial) -> list[Panel]:
        """Show the part's route, overrides, what was asked for and written about it, and what happened to it."""
        overrides = list(
            with_name(StepOverride.objects.filter(serial=record.pk), "created_by")
            .select_related("step")
            .order_by("created_at", "pk")[:PANEL_ROWS]
        )
        return [
            self._route(request, record, overrides),
            *self._overrides(overrides),
            *requirements.panel_of_part(record),
            *approvals.panel_of(record),
            notes.panel_of(record),
            self._trail(record),
        ]

    def _route(self, request: HttpRequest, part: Serial, overrides: list[StepOverride]) -> Panel:
        records = StepStatus.objects.filter(serial=part.pk).select_related("step").order_by("step_index")
        overridden = {override.step_id for override in overrides if override.active}
        return Panel(
            title="Route",
            headings=("Place", "Step", "State", "Needed", "Location", "Since", ""),
            rows=[
                (
                    record.step_index + 1,
                    record.step.name,
                    step_mark(record.status),
                    "overridden"
                    if record.step_id in overridden
                    else "optional"
                    if record.step.optional
                    else "required",
                    record.step.location,
                    record.updated_at if record.status != StepStatusCode.PENDING else "",
                    self._step_tools(request, part, record),
                )
                for record in records
            ],
            empty="This part has no steps.",
        )

    def _step_tools(self, request: HttpRequest, part: Serial, record: StepStatus) -> object:
        """Return what can be done at one step of the part."""
        name = {StepStatusCode.DEFERRED: ("waive", "complete-deferred"), StepStatusCode.PENDING: ("override",)}.get(
            StepStatusCode(record.status), ()
        )
        if record.status == StepStatusCode.PENDING and (record.step.optional or not actions.in_progress(part)):
            return ""
        labels = {"waive": "Waive…", "complete-deferred": "Complete…", "override": "Override…"}
        links = [
            link(self.act_url(action, part.pk, step=record.step_id), labels[action.name])
            for action in self.permitted(request)
            if action.name in name
        ]
        return format_html(" ".join(["{}"] * len(links)), *links) if links else ""

    def _overrides(self, overrides: list[StepOverride]) -> list[Panel]:
        if not overrides:
            return []
        return [
            Panel(
                title="Overrides",
                headings=("Step", "State", "Reason", "By", "Made"),
                rows=[
                    (
                        record_link(StepOverride, override.pk, override.step.name),
                        OVERRIDE_ACTIVE if override.active else OVERRIDE_REVERSED,
                        override.reason,
                        person(override.created_by, override.created_by_name),
                        override.created_at,
                    )
                    for override in overrides
                ],
                empty="",
            )
        ]

    def _trail(self, part: Serial) -> Panel:
        entries = list(trail.of_serial(part.id)[: PANEL_ROWS + 1])
        naming.name_all(entries)
        return Panel(
            title="What happened",
            headings=("When", "What", "Step, certificate", "Who"),
            rows=[
                (
                    entry.timestamp,
                    naming.noted(record_link(AuditEntry, entry.pk, entry.get_action_display()), naming.why(entry)),
                    naming.noted(naming.where(entry), entry.named.get("cert_id", "")),
                    entry.named["user_id"],
                )
                for entry in entries[:PANEL_ROWS]
            ],
            empty="Nothing is recorded.",
            more_url=list_url(AuditEntry, q=part.id) if len(entries) > PANEL_ROWS else "",
            more_text="All entries",
        )


admin.site.register(Serial, SerialAdmin)


@admin.register(SerialCounter)
class SerialCounterAdmin(WitnessedAdmin):
    """The number of the last part that was made."""

    untold = "No part was made yet."

    list_display = ("last_serial",)
    fields = ("last_serial",)

    def entries_about(self, record: SerialCounter) -> QuerySet[AuditEntry]:
        """Return which batches were numbered."""
        return AuditEntry.objects.filter(batch_start__isnull=False)

    @admin.display(description="Last part", ordering="last_number")
    def last_serial(self, counter: SerialCounter) -> str:
        """Return the id of the last part."""
        return serial_id(counter.last_number) if counter.last_number else "none yet"
