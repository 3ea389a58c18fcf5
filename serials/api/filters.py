"""What lists of jobs and serials can be asked for. The pages use the same filters."""

from django.db.models import F, Q
from django_filters import FilterSet, filters

from serials.models import Job, Note, ScrapReason, Serial, SerialStatus, StepOverride
from shopplanr.api.filters import Before, Since, TrueFalseFilter, WholeNumberFilter
from shopplanr.ids import serial_number


class JobFilters(FilterSet):
    """Jobs."""

    search = filters.CharFilter(method="find", label="Words in the name, the ticket or the part number.")
    name = filters.CharFilter(lookup_expr="icontains", label="Part of the name.")
    jiraTicketKey = filters.CharFilter(field_name="jira_ticket_key", label="The ticket.")
    createdSince = Since("created_at", "Made at or after this moment.")
    createdBefore = Before("created_at", "Made before this moment.")

    class Meta:
        model = Job
        fields: list[str] = []

    def find(self, rows, name, value):
        """Look in the texts that people know a job by."""
        return rows.filter(
            Q(name__icontains=value) | Q(jira_ticket_key__icontains=value) | Q(jira_part_number__icontains=value)
        )


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
