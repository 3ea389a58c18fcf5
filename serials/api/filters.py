"""What lists of jobs and serials can be asked for. The pages use the same filters."""

from django.db.models import F, Q
from django_filters import FilterSet, filters

from serials.due_dates import standing, still_open
from serials.expressions import has_word
from serials.models import (
    ApprovalKind,
    ApprovalRequest,
    ApprovalState,
    Job,
    LibraryEntry,
    Note,
    RequirementOverride,
    RouteTemplate,
    ScrapReason,
    Serial,
    SerialStatus,
    StepOverride,
    TemplateStep,
)
from serials.scheduling import DueStatus
from serials.tags import is_tag
from shopplanr.api.filters import Before, DayFilter, Since, TrueFalseFilter, WholeNumberFilter
from shopplanr.ids import serial_number
from shopplanr.values import calendar_date


class JobFilters(FilterSet):
    """Jobs."""

    search = filters.CharFilter(
        method="find", label="Words in the name, the customer, the purchase order, the ticket or the part number."
    )
    name = filters.CharFilter(lookup_expr="icontains", label="Part of the name.")
    customer = filters.CharFilter(label="The customer.")
    partNumber = filters.CharFilter(field_name="part_number", label="The part number.")
    tag = filters.CharFilter(method="tagged", label="A tag that it has, to the letter.")
    dueSince = DayFilter(method="due_since", label="Due on this day or later.")
    dueBefore = DayFilter(method="due_before", label="Due before this day.")
    late = TrueFalseFilter(method="are_late", label="Whether the due date is over and the goal not reached.")
    atRisk = TrueFalseFilter(method="are_at_risk", label="Whether they may come to be late: see dueStatus.")
    open = TrueFalseFilter(method="are_open", label="Whether the goal is not reached yet, whenever they are due.")
    jiraTicketKey = filters.CharFilter(field_name="jira_ticket_key", label="The ticket.")
    createdSince = Since("created_at", "Made at or after this moment.")
    createdBefore = Before("created_at", "Made before this moment.")

    class Meta:
        model = Job
        fields: list[str] = []

    def find(self, rows, name, value):
        """Look in the texts that people know a job by."""
        columns = ("name", "customer", "purchase_order", "part_number", "jira_ticket_key", "jira_part_number")
        return rows.filter(Q(*((f"{column}__icontains", value) for column in columns), _connector=Q.OR))

    def tagged(self, rows, name, value):
        """Take those with the tag; what can be no tag is nobody's."""
        return rows.filter(has_word("tags", value)) if is_tag(value) else rows.none()

    def due_since(self, rows, name, value):
        """Compare days."""
        return rows.filter(due_date__gte=calendar_date(value, name))

    def due_before(self, rows, name, value):
        """Compare days."""
        return rows.filter(due_date__lt=calendar_date(value, name))

    def are_late(self, rows, name, value):
        """Judge by the site's day."""
        return standing(rows, DueStatus.LATE, value == "true")

    def are_at_risk(self, rows, name, value):
        """Judge by the site's day."""
        return standing(rows, DueStatus.AT_RISK, value == "true")

    def are_open(self, rows, name, value):
        """Count parts."""
        return still_open(rows, value == "true")


class TemplateFilters(FilterSet):
    """Route templates."""

    search = filters.CharFilter(method="find", label="Words in the name, or in the name or location of a step.")
    name = filters.CharFilter(lookup_expr="icontains", label="Part of the name.")

    class Meta:
        model = RouteTemplate
        fields: list[str] = []

    def find(self, rows, name, value):
        """Look into the steps as well."""
        steps = TemplateStep.objects.filter(Q(name__icontains=value) | Q(location__icontains=value))
        return rows.filter(Q(name__icontains=value) | Q(pk__in=steps.values("template")))


class LibraryFilters(FilterSet):
    """Entries of a library."""

    name = filters.CharFilter(method="called", label="Part of the name, whatever its capitals.")

    class Meta:
        model = LibraryEntry
        fields: list[str] = []

    def called(self, rows, name, value):
        """Compare as the library does."""
        return rows.filter(folded__contains=value.casefold())


class SerialFilters(FilterSet):
    """Parts."""

    search = filters.CharFilter(method="find", label="A serial's id, or words in the name of its job or path.")
    jobId = filters.CharFilter(field_name="job_id", label="Parts of this job.")
    pathId = filters.CharFilter(field_name="path_id", label="Parts on this path.")
    status = filters.ChoiceFilter(
        method="in_state",
        choices=[
            (spelling, label)
            for value, label in SerialStatus.choices
            for spelling in dict.fromkeys((value, value.replace("_", "-")))
        ],
        label="Their state, in either spelling.",
    )
    currentStepIndex = WholeNumberFilter(field_name="current_step_index", label="Their place in the path, from 0.")
    stepId = filters.CharFilter(method="at_step", label="Parts in progress at this step.")
    station = filters.CharFilter(method="at_station", label="Parts in progress at the steps of exactly this name.")
    assignedTo = filters.CharFilter(method="assigned_to", label="Parts in progress at a step of this person.")
    scrapReason = filters.ChoiceFilter(field_name="scrap_reason", choices=ScrapReason.choices, label="Why scrapped.")
    forceCompleted = TrueFalseFilter(field_name="force_completed", label="Whether they were force-completed.")
    createdSince = Since("created_at", "Made at or after this moment.")
    createdBefore = Before("created_at", "Made before this moment.")

    class Meta:
        model = Serial
        fields: list[str] = []

    def find(self, rows, name, value):
        """Look for an id first: it names one part."""
        number = serial_number(value.strip().upper())
        if number is not None:
            return rows.filter(pk=number)
        return rows.filter(Q(job__name__icontains=value) | Q(path__name__icontains=value))

    def in_state(self, rows, name, value):
        """Take the spelling with a hyphen as well: it is what lists show."""
        return rows.filter(status=value.replace("-", "_"))

    def at_step(self, rows, name, value):
        """A part stands at the step whose place is its own."""
        return rows.filter(
            status=SerialStatus.IN_PROGRESS, path__steps__id=value, path__steps__order=F("current_step_index")
        )

    def at_station(self, rows, name, value):
        """The same for all steps of one name."""
        return rows.filter(
            status=SerialStatus.IN_PROGRESS, path__steps__name=value, path__steps__order=F("current_step_index")
        )

    def assigned_to(self, rows, name, value):
        """The step where the part stands decides."""
        return rows.filter(
            status=SerialStatus.IN_PROGRESS,
            path__steps__assigned_to=value,
            path__steps__order=F("current_step_index"),
        )


class OverrideFilters(FilterSet):
    """Step overrides of one part."""

    stepId = filters.CharFilter(field_name="step_id", label="Of this step.")
    active = TrueFalseFilter(field_name="active", label="Whether they are active, or were reversed.")

    class Meta:
        model = StepOverride
        fields: list[str] = []


class RequirementOverrideFilters(FilterSet):
    """Overrides of certificate requirements for one part."""

    requirementId = filters.CharFilter(field_name="requirement_id", label="Of this requirement.")

    class Meta:
        model = RequirementOverride
        fields: list[str] = []


class ApprovalFilters(FilterSet):
    """What people asked for."""

    kind = filters.ChoiceFilter(choices=ApprovalKind.choices, label="What is asked for.")
    state = filters.ChoiceFilter(choices=ApprovalState.choices, label="What became of it.")
    serialId = filters.CharFilter(method="about", label="About this part.")
    jobId = filters.CharFilter(field_name="serial__job_id", label="About parts of this job.")
    stepId = filters.CharFilter(field_name="step_id", label="About this step.")
    requestedBy = filters.CharFilter(field_name="requested_by", label="Asked by this person.")
    decidedBy = filters.CharFilter(field_name="decided_by", label="Decided by this person.")
    requestedSince = Since("requested_at", "Asked at or after this moment.")
    requestedBefore = Before("requested_at", "Asked before this moment.")

    class Meta:
        model = ApprovalRequest
        fields: list[str] = []

    def about(self, rows, name, value):
        """Take none for what is no part."""
        number = serial_number(value)
        return rows.none() if number is None else rows.filter(serial=number)


class NoteFilters(FilterSet):
    """Notes."""

    search = filters.CharFilter(field_name="text", lookup_expr="icontains", label="Part of the text.")
    createdBy = filters.CharFilter(field_name="created_by", label="Written by this person.")
    createdSince = Since("created_at", "Written at or after this moment.")
    createdBefore = Before("created_at", "Written before this moment.")

    class Meta:
        model = Note
        fields: list[str] = []


class SerialNoteFilters(NoteFilters):
    """Notes about one part."""

    stepId = filters.CharFilter(field_name="step_id", label="At this step.")


class StepNoteFilters(NoteFilters):
    """Notes at one step."""

    serialId = filters.CharFilter(method="about", label="About this part.")

    def about(self, rows, name, value):
        """Take none for what is no part."""
        number = serial_number(value)
        return rows.none() if number is None else rows.filter(noted_serials__serial=number)
