"""Paths, with their steps in order, and the steps by themselves."""

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_user_model
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from audit.admin.history import TrackedAdmin
from serials import figures
from serials.admin.filters import ByJob, ByPath, ShortChoices
from serials.admin.jobs import PartsColumns, count_parts
from serials.admin.marks import DEPENDENCY_WORDS
from serials.admin.requirements import panel_of_steps
from serials.models import DependencyType, Job, Path, Serial, Step
from serials.services import paths, requirements, steps
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right
from shopplanr.admin.links import link, list_url, record_link
from shopplanr.admin.panels import Panel
from shopplanr.admin.services import ServiceAdmin, ServiceForm

CHANGEABLE = {"name": "name", "goal_quantity": "goalQuantity", "advancement_mode": "advancementMode"}
STEP_FIELDS = {"name": "name", "location": "location", "optional": "optional", "dependency_type": "dependencyType"}


class PathForm(ServiceForm):
    """A path."""

    columns = {api: column for column, api in CHANGEABLE.items()} | {"jobId": "job"}


class StepInPathForm(ServiceForm):
    """A step in its path's table, whose headings are out of sight for who does not see the table."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        place = "new step" if self.instance.order is None else f"step {self.instance.order + 1}"
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label} of {place}"


class StepsInline(admin.TabularInline):
    """A path's steps. Their order is that in which they stand: new ones go to the end.

    Only on a path that no part was ever made on can a step be taken away.
    """

    model = Step
    form = StepInPathForm
    fields = ("place", "name", "location", "optional", "dependency_type")
    readonly_fields = ("place",)
    ordering = ("order",)
    show_change_link = True
    verbose_name = "step"
    verbose_name_plural = "steps, in order"

    def get_extra(self, request: HttpRequest, obj: Path | None = None, **kwargs) -> int:
        """Give a new path room for its first steps."""
        return 3 if obj is None else 0

    def has_view_permission(self, request: HttpRequest, obj: Path | None = None) -> bool:
        """Whoever sees the path."""
        return request.user.has_perm("serials.view_step") or request.user.has_perm(Right.PLAN)

    def has_add_permission(self, request: HttpRequest, obj: Path | None = None) -> bool:
        """Planners."""
        return request.user.has_perm(Right.PLAN)

    def has_change_permission(self, request: HttpRequest, obj: Path | None = None) -> bool:
        """Planners."""
        return request.user.has_perm(Right.PLAN)

    def has_delete_permission(self, request: HttpRequest, obj: Path | None = None) -> bool:
        """Planners, as long as no part was ever made on the path; its service would refuse later on."""
        return request.user.has_perm(Right.PLAN) and obj is not None and not obj.serials.exists()

    @admin.display(description="Place")
    def place(self, step: Step) -> str:
        """Return the step's place, counted as people count."""
        return "new" if step.order is None else str(step.order + 1)


class CountedPaths(ChangeList):
    """A page of paths with the number of their parts in every state."""

    def get_results(self, request: HttpRequest) -> None:
        """Count the page's parts together, in one query."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        count_parts(self.result_list, "path")


@admin.register(Path)
class PathAdmin(PartsColumns, TrackedAdmin, ServiceAdmin):
    """Routes: which steps, in which order, and how parts may move along them."""

    right_to_add = right_to_change = Right.PLAN
    form = PathForm
    inlines = (StepsInline,)
    list_display = ("name", "job_link", "mode", "step_count", "progress", "in_progress", "scrapped")
    list_filter = (("advancement_mode", ShortChoices), ByJob, "created_at")
    search_fields = ("name", "job__name", "id")
    search_help_text = "Words of a path's or a job's name, or a path's id."
    ordering = ("-created_at", "id")
    sortable_by = ("name",)
    autocomplete_fields = ("job",)

    def get_fieldsets(self, request: HttpRequest, obj: Path | None = None):
        """Show a path that exists with its id and times."""
        fields = ["job", "name", ("goal_quantity", "advancement_mode")]
        return [(None, {"fields": fields + ([("id", "created_at", "updated_at")] if obj else [])})]

    def get_readonly_fields(self, request: HttpRequest, obj: Path | None = None):
        """A path stays its job's."""
        return () if obj is None else ("job", "id", "created_at", "updated_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return paths with their jobs and the number of their steps."""
        return super().get_queryset(request).select_related("job").annotate(step_count=Count("steps"))

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[ChangeList]:
        """Return the list that counts parts."""
        return CountedPaths

    def save_model(self, request: HttpRequest, obj: Path, form: PathForm, change: bool) -> None:
        """Wait for the steps: a path and its steps are one call of the service."""

    def save_related(self, request: HttpRequest, form: PathForm, formsets, change: bool) -> None:
        """Create or change the path and its steps through the service."""
        (formset,) = formsets
        formset.new_objects = formset.changed_objects = formset.deleted_objects = []
        values, actor, path = form.cleaned_data, actor_for(request, None), form.instance
        items = steps_as_typed(formset)
        if change:
            fields = {CHANGEABLE[column]: values[column] for column in form.changed_data if column in CHANGEABLE}
            if formset.has_changed():
                fields["steps"] = items
            paths.update(path.pk, fields, actor)
        else:
            fields = {api: values[column] for column, api in CHANGEABLE.items()}
            path.pk = paths.create(fields | {"jobId": values["job"].pk, "steps": items}, actor).pk
        path.refresh_from_db()

    @admin.display(description="Job")
    def job_link(self, path: Path) -> str:
        """Return the job."""
        return record_link(Job, path.job_id, path.job.name)

    @admin.display(description="Mode")
    def mode(self, path: Path) -> str:
        """Return the mode in one word."""
        return path.get_advancement_mode_display().split(":")[0]

    @admin.display(description="Steps")
    def step_count(self, path: Path) -> int:
        """Return how many steps the path has."""
        return path.step_count

    def tools(self, request: HttpRequest, record: Path):
        """Lead to the path's parts."""
        return [(list_url(Serial, path=record.pk), "Parts")]

    def panels(self, request: HttpRequest, record: Path):
        """Show where the path's parts stand."""
        loads = figures.distribution(record, list(record.steps.order_by("order")))
        rows = [
            (
                load.step.order + 1,
                load.step.name,
                load.step.location,
                link(list_url(Serial, path=record.pk, step=load.step.pk), f"{load.serial_count:,}"),
                "fullest" if load.is_bottleneck else "",
            )
            for load in loads
        ]
        completed = loads[0].completed_count if loads else 0
        return [
            Panel(
                title="Where the parts stand",
                headings=("Place", "Step", "Location", "Parts here", "Bottleneck"),
                rows=rows,
                empty="This path has no steps.",
                facts=[("Completed", f"{completed:,} of {record.goal_quantity:,}")],
            ),
            panel_of_steps([load.step for load in loads]),
        ]


def steps_as_typed(formset, *, named: bool = True) -> list[dict[str, object]]:
    """Return the steps of a formset as the services take them; empty rows and those to be taken away are left out.

    Steps that exist are named by their ids, unless they are replaced as a whole: then they say what they ask for.
    """
    items = []
    kept = [form.instance for form in formset.forms if not form.instance._state.adding]
    asked = {} if named else dict(zip([step.pk for step in kept], requirements.of_each(kept), strict=True))
    for form in formset.forms:
        if form in formset.deleted_forms or not (form.has_changed() or form.initial):
            continue
        item = {api: form.cleaned_data[column] for column, api in STEP_FIELDS.items()}
        if named and not form.instance._state.adding:
            item["id"] = form.instance.pk
        elif form.instance.pk in asked:
            item["requirements"] = [requirements.as_given(each) for each in asked[form.instance.pk]]
        items.append(item)
    return items


class StepForm(ServiceForm):
    """What can be set of a step by itself; its name and location belong to the path."""

    columns = {"userId": "assigned_to"}


@admin.register(Step)
class StepAdmin(TrackedAdmin, ServiceAdmin):
    """Steps of all paths: who does them, and whether they may be passed."""

    right_to_change = Right.PLAN
    form = StepForm
    list_display = ("name", "place", "path_link", "job_link", "location", "assigned_to", "optional", "depends")
    list_filter = ("optional", ("dependency_type", ShortChoices), ByPath)
    list_select_related = ("path__job", "assigned_to")
    search_fields = ("name", "location", "path__name", "path__job__name", "id")
    search_help_text = "Words of a step's, path's or job's name or of its location, or a step's id."
    ordering = ("path_id", "order")
    sortable_by = ()
    fields = ("name", ("path_link", "job_link", "place"), "location", "assigned_to", ("optional", "dependency_type"))
    readonly_fields = ("name", "path_link", "job_link", "place", "location")

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        """Offer active people."""
        if db_field.name == "assigned_to":
            kwargs["queryset"] = get_user_model().objects.filter(is_active=True).order_by("name", "pk")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Step, form: StepForm, change: bool) -> None:
        """Assign and configure the step through the services."""
        values, actor = form.cleaned_data, actor_for(request, None)
        if "assigned_to" in form.changed_data:
            person = values["assigned_to"]
            steps.assign(obj.pk, person and person.pk, actor)
        settings = {
            STEP_FIELDS[name]: values[name] for name in ("optional", "dependency_type") if name in form.changed_data
        }
        if settings:
            steps.configure(obj.pk, settings, actor)
        obj.refresh_from_db()

    def panels(self, request: HttpRequest, record: Step) -> list[Panel]:
        """Show what it asks for."""
        return [panel_of_steps([record])]

    @admin.display(description="Place")
    def place(self, step: Step) -> int:
        """Return the step's place, counted as people count."""
        return step.order + 1

    @admin.display(description="Path")
    def path_link(self, step: Step) -> str:
        """Return the path."""
        return record_link(Path, step.path_id, step.path.name)

    @admin.display(description="Job")
    def job_link(self, step: Step) -> str:
        """Return the job."""
        return record_link(Job, step.path.job_id, step.path.job.name)

    @admin.display(description="Depends")
    def depends(self, step: Step) -> str:
        """Return how much depends on the step."""
        return DEPENDENCY_WORDS[DependencyType(step.dependency_type)]
