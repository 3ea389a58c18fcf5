"""Jobs."""

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html

from audit.admin.history import TrackedAdmin
from audit.admin.naming import noted
from serials import figures
from serials.admin.filters import ByDueStatus
from serials.admin.marks import due_mark
from serials.due_dates import put_due_status
from serials.models import Job, Path, Serial, SerialStatus
from serials.services import jobs
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right
from shopplanr.admin.links import list_url, page_url, record_link
from shopplanr.admin.panels import PANEL_ROWS, Panel
from shopplanr.admin.services import ServiceAdmin, ServiceForm

CHANGEABLE = {"name": "name", "goal_quantity": "goalQuantity", "priority": "priority"} | {
    column: api for api, column in jobs.PLANNED.items()
}
"""What may change of a job, and how the service calls it. Facts from the issue tracker stay as they came."""


class TagsField(forms.CharField):
    """Tags, separated by commas; whether they can be tags is the service's to say."""

    def prepare_value(self, value: object) -> object:
        """Write the tags."""
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: object) -> list[str]:
        """Return the tags."""
        return [tag for text in super().clean(value).split(",") if (tag := text.strip())]

    def has_changed(self, initial: object, data: object) -> bool:
        """Compare tags, not how they are separated."""
        return super().has_changed(self.prepare_value(initial), data)


class JobForm(ServiceForm):
    """A job."""

    columns = {api: column for column, api in CHANGEABLE.items()} | jobs.JIRA_TEXTS | {"jiraLabels": "jira_labels"}

    tags = TagsField(
        required=False, help_text="Separated by commas.", widget=forms.TextInput(attrs={"class": "vTextField"})
    )
    priority = forms.IntegerField(
        required=False,
        help_text="Place in the shop's order of work. Left empty: behind all others.",
        # Places change while the page is open: only who typed another one moves the job.
        show_hidden_initial=True,
    )
    jira_labels = forms.CharField(required=False, label="Labels", help_text="Separated by commas.")

    def clean_jira_labels(self) -> list[str] | None:
        """Return the labels as a list, None where there are none."""
        return [label for text in self.cleaned_data["jira_labels"].split(",") if (label := text.strip())] or None


class CountedJobs(ChangeList):
    """A page of jobs with the number of their parts in every state."""

    def get_results(self, request: HttpRequest) -> None:
        """Count the page's parts together, in one query, and judge its due dates in another."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        count_parts(self.result_list, "job")
        put_due_status(self.result_list)


def count_parts(records: list, column: str) -> None:
    """Put ``parts`` on every record: how many parts it has, by status. One query."""
    for record in records:
        record.parts = {}
    by_key = {record.pk: record.parts for record in records}
    counts = Serial.objects.filter(**{f"{column}__in": list(by_key)}).order_by().values_list(column, "status")
    for key, status, number in counts.annotate(Count("pk")):
        by_key[key][status] = number


class PartsColumns:
    """Columns that say how many parts a job or a path has."""

    @admin.display(description="In progress")
    def in_progress(self, record) -> int:
        """Return how many are being made."""
        return record.parts.get(SerialStatus.IN_PROGRESS, 0)

    @admin.display(description="Scrapped")
    def scrapped(self, record) -> int:
        """Return how many were scrapped."""
        return record.parts.get(SerialStatus.SCRAPPED, 0)

    @admin.display(description="Completed of goal")
    def progress(self, record) -> str:
        """Return how many are done of how many that are wanted, as numbers and as a bar."""
        done = record.parts.get(SerialStatus.COMPLETED, 0)
        return progress_bar(done, record.goal_quantity)


def progress_bar(done: int, goal: int) -> str:
    """Return a bar with its numbers; more than the goal is shown as such."""
    return format_html(
        '<span class="progress{}"><progress value="{}" max="{}"></progress> {} of {}</span>',
        " progress-over" if done > goal else "",
        min(done, goal),
        goal,
        f"{done:,}",
        f"{goal:,}",
    )


@admin.register(Job)
class JobAdmin(PartsColumns, TrackedAdmin, ServiceAdmin):
    """Production orders."""

    right_to_add = right_to_change = Right.PLAN
    form = JobForm
    list_display = ("name", "priority", "reference", "order", "due", "progress")
    list_filter = (ByDueStatus, "due_date", "created_at")
    search_fields = (
        *("name", "customer", "purchase_order", "part_number"),
        *("jira_ticket_key", "jira_part_number", "id"),
    )
    search_help_text = "Words of a job's name, its customer, purchase order, part number or ticket, or its id."
    ordering = ("-created_at", "id")
    sortable_by = ("name", "priority", "due")
    planned = (
        "name",
        ("goal_quantity", "due_date"),
        ("customer", "purchase_order"),
        ("part_number", "part_revision"),
        "priority",
        "tags",
    )
    fieldsets = (
        (None, {"fields": planned}),
        (
            "From the issue tracker",
            {
                "description": "Taken when the job is made; the record keeps it as it was.",
                "fields": (
                    ("jira_ticket_key", "jira_part_number"),
                    ("jira_priority", "jira_epic_link"),
                    "jira_ticket_summary",
                    "jira_labels",
                ),
            },
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Job | None = None):
        """Show a job that exists with its id and times."""
        if obj is None:
            return self.fieldsets
        labels = "labels" if obj.jira_labels else None
        tracker = [column for column in jobs.JIRA_TEXTS.values() if getattr(obj, column)] + ([labels] if labels else [])
        shown = [(None, {"fields": (*self.planned, ("id", "created_at", "updated_at"))})]
        return shown + ([("From the issue tracker", {"fields": tracker})] if tracker else [])

    def get_readonly_fields(self, request: HttpRequest, obj: Job | None = None):
        """What came from the issue tracker is not edited afterwards."""
        if obj is None:
            return ()
        return (*jobs.JIRA_TEXTS.values(), "jira_labels", "labels", "id", "created_at", "updated_at")

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[ChangeList]:
        """Return the list that counts parts."""
        return CountedJobs

    def save_model(self, request: HttpRequest, obj: Job, form: JobForm, change: bool) -> None:
        """Create or change the job through the service."""
        values, actor = form.cleaned_data, actor_for(request, None)
        if change:
            fields = {CHANGEABLE[column]: values[column] for column in form.changed_data if column in CHANGEABLE}
            jobs.update(obj.pk, fields, actor)
        else:
            texts = {api: values[column] for api, column in jobs.JIRA_TEXTS.items()}
            fields = {api: values[column] for column, api in CHANGEABLE.items()}
            obj.pk = jobs.create(fields | texts | {"jiraLabels": values["jira_labels"]}, actor).pk
        obj.refresh_from_db()

    def headline(self, record: Job) -> object:
        """Return how the job stands to its due date."""
        (job,) = put_due_status([record])
        return due_mark(job.due_status)

    @admin.display(description="Due", ordering="due_date")
    def due(self, job: Job) -> str:
        """Return how the job stands to its due date, and below it the day."""
        return noted(due_mark(job.due_status), date_format(job.due_date)) if job.due_date else "–"

    @admin.display(description="Part, ticket")
    def reference(self, job: Job) -> str:
        """Return the part number with its revision, and below it the ticket."""
        revision = f" rev {job.part_revision}" if job.part_revision else ""
        return noted(f"{job.part_number}{revision}" if job.part_number else job.jira_part_number, job.jira_ticket_key)

    @admin.display(description="Customer, order")
    def order(self, job: Job) -> str:
        """Return the customer, and below it the purchase order."""
        return noted(job.customer, job.purchase_order)

    @admin.display(description="Labels")
    def labels(self, job: Job) -> str:
        """Return the labels."""
        return ", ".join(job.jira_labels or [])

    @admin.display(description="Completed of goal")
    def progress(self, job: Job) -> str:
        """Return how far the job is, and below it what became of its other parts."""
        counted = ((self.in_progress(job), "in progress"), (self.scrapped(job), "scrapped"))
        others = ", ".join(f"{number:,} {word}" for number, word in counted if number)
        return noted(super().progress(job), others)

    def tools(self, request: HttpRequest, record: Job):
        """Lead to the job's parts, and to a new path."""
        tools = [(list_url(Serial, job=record.pk), "Parts")]
        if request.user.has_perm(Right.PLAN):
            tools.append((f"{page_url(Path, 'add')}?job={record.pk}", "Add a path"))
        return tools

    def panels(self, request: HttpRequest, record: Job):
        """Show how far the job is, path by path."""
        paths = list(record.paths.order_by("created_at", "pk")[: PANEL_ROWS + 1])
        progress = figures.job_progress(record, paths)
        count_parts(paths, "path")
        rows = [
            (
                record_link(Path, path.pk, path.name),
                path.get_advancement_mode_display().split(":")[0],
                progress_bar(path.parts.get(SerialStatus.COMPLETED, 0), path.goal_quantity),
                path.parts.get(SerialStatus.IN_PROGRESS, 0),
                path.parts.get(SerialStatus.SCRAPPED, 0),
            )
            for path in paths[:PANEL_ROWS]
        ]
        return [
            Panel(
                title="Paths",
                headings=("Path", "Mode", "Completed of goal", "In progress", "Scrapped"),
                rows=rows,
                empty="No path yet: add one to say how the parts are made.",
                facts=[
                    ("Parts made", f"{progress.total_serials:,}"),
                    ("Completed", f"{progress.completed_serials:,} of {progress.goal_quantity:,}"),
                    ("In progress", f"{progress.in_progress_serials:,}"),
                    ("Scrapped", f"{progress.scrapped_serials:,}"),
                ],
                more_url=list_url(Path, job=record.pk) if len(paths) > PANEL_ROWS else "",
                more_text="All paths",
            )
        ]
