"""The shapes of jobs, paths, steps and serials (api.md, "Shapes")."""

from rest_framework import serializers

from serials.models import (
    AdvancementMode,
    ApprovalKind,
    ApprovalState,
    CertificateType,
    DependencyType,
    En10204Type,
    ImageType,
    RequirementPolicy,
    ScrapReason,
    SerialStatus,
    StepStatusCode,
)
from serials.scheduling import DueStatus
from shopplanr.api.shapes import Shape, Text, Timestamp

Whole = serializers.IntegerField
Fraction = serializers.FloatField
Flag = serializers.BooleanField
Choice = serializers.ChoiceField


# --- Jobs


DUE_STATUSES = [(status.value, status.value.replace("_", " ").capitalize()) for status in DueStatus]


class JobShape(Shape):
    """A production order."""

    id = Text()
    name = Text()
    goalQuantity = Whole(source="goal_quantity")
    customer = Text(required=False)
    purchaseOrder = Text(source="purchase_order", required=False)
    partNumber = Text(source="part_number", required=False)
    partRevision = Text(source="part_revision", required=False)
    dueDate = serializers.DateField(source="due_date", required=False)
    dueStatus = Choice(
        DUE_STATUSES,
        source="due_status",
        required=False,
        help_text="How it stands to its due date today, where it has one.",
    )
    priority = Whole(
        source="given_priority",
        required=False,
        help_text="Its place in the shop's order of work, 1 being the first, once somebody gave it one.",
    )
    tags = serializers.ListField(child=Text(), required=False)
    jiraTicketKey = Text(source="jira_ticket_key", required=False)
    jiraTicketSummary = Text(source="jira_ticket_summary", required=False)
    jiraPartNumber = Text(source="jira_part_number", required=False)
    jiraPriority = Text(source="jira_priority", required=False)
    jiraEpicLink = Text(source="jira_epic_link", required=False)
    jiraLabels = serializers.ListField(child=Text(allow_blank=True), source="jira_labels", required=False)
    createdAt = Timestamp(source="created_at")
    updatedAt = Timestamp(source="updated_at")


class PathProgressShape(Shape):
    """One path's part of a job's progress."""

    pathId = Text(source="path_id")
    pathName = Text(source="path_name")
    goal = Whole()
    completed = Whole()
    percentComplete = Fraction(source="percent_complete")


class JobProgressShape(Shape):
    """How far a job is."""

    jobId = Text(source="job_id")
    jobName = Text(source="job_name")
    totalGoal = Whole(source="total_goal")
    totalCompleted = Whole(source="total_completed")
    percentComplete = Fraction(source="percent_complete")
    goalQuantity = Whole(source="goal_quantity")
    orderedQuantity = Whole(source="goal_quantity")
    producedQuantity = Whole(source="total_serials")
    totalSerials = Whole(source="total_serials")
    completedSerials = Whole(source="completed_serials")
    inProgressSerials = Whole(source="in_progress_serials")
    scrappedSerials = Whole(source="scrapped_serials")
    progressPercent = Fraction(source="progress_percent")
    pathProgress = PathProgressShape(source="path_progress", many=True)


# --- Paths and steps


class AskedShape(Shape):
    """Certificates that a step asks for."""

    certificateType = Choice(CertificateType.choices, source="certificate_type")
    quantity = Whole(help_text="How many different certificates.")
    en10204Minimum = Choice(
        En10204Type.choices,
        source="en10204_minimum",
        required=False,
        help_text="Each of at least this type (EN 10204); any where it is left out.",
    )
    policy = Choice(RequirementPolicy.choices)


class RequirementShape(AskedShape):
    """Certificates that a step of a path asks for."""

    id = Text()


class StepShape(Shape):
    """One operation of a path."""

    id = Text()
    name = Text()
    order = Whole()
    location = Text(required=False)
    assignedTo = Text(source="assigned_to_id", required=False)
    optional = Flag()
    dependencyType = Choice(DependencyType.choices, source="dependency_type")
    requirements = RequirementShape(many=True, source="asked_if_any", required=False)


class PathShape(Shape):
    """A manufacturing route, its steps in order."""

    id = Text()
    jobId = Text(source="job_id")
    name = Text()
    goalQuantity = Whole(source="goal_quantity")
    advancementMode = Choice(AdvancementMode.choices, source="advancement_mode")
    steps = StepShape(many=True)
    createdAt = Timestamp(source="created_at")
    updatedAt = Timestamp(source="updated_at")


class TemplateStepShape(Shape):
    """One operation of a template."""

    name = Text()
    order = Whole()
    location = Text(required=False)
    optional = Flag()
    dependencyType = Choice(DependencyType.choices, source="dependency_type")
    requirements = AskedShape(many=True, source="asked_if_any", required=False)


class TemplateRouteShape(Shape):
    """A route that paths are copied from, its steps in order."""

    id = Text()
    name = Text()
    advancementMode = Choice(
        AdvancementMode.choices,
        source="advancement_mode",
        required=False,
        help_text="Of the paths that are made from it; strict where it is left out.",
    )
    steps = TemplateStepShape(many=True)
    createdAt = Timestamp(source="created_at")
    updatedAt = Timestamp(source="updated_at")


class LibraryEntryShape(Shape):
    """A name that is offered while routes are written."""

    id = Text()
    name = Text()
    createdAt = Timestamp(source="created_at")


class StepLoadShape(Shape):
    """How many parts stand at a step."""

    stepId = Text(source="step.id")
    stepName = Text(source="step.name")
    stepOrder = Whole(source="step.order")
    location = Text(source="step.location", required=False)
    serialCount = Whole(source="serial_count")
    completedCount = Whole(source="completed_count")
    isBottleneck = Flag(source="is_bottleneck")


class PathDetailShape(PathShape):
    """A path, and where its parts stand."""

    distribution = StepLoadShape(many=True)


class JobDetailShape(JobShape):
    """A job with its paths and its progress."""

    paths = PathShape(many=True)
    progress = JobProgressShape()


# --- Serials


class SerialShape(Shape):
    """A physical part."""

    id = Text()
    jobId = Text(source="job_id")
    pathId = Text(source="path_id")
    currentStepIndex = Whole(source="current_step_index")
    status = Choice(SerialStatus.choices)
    scrapReason = Choice(ScrapReason.choices, source="scrap_reason", required=False)
    scrapExplanation = Text(source="scrap_explanation", required=False)
    scrapStepId = Text(source="scrap_step_id", required=False)
    scrappedAt = Timestamp(source="scrapped_at", required=False)
    scrappedBy = Text(source="scrapped_by", required=False)
    forceCompleted = Flag(source="force_completed")
    forceCompletedBy = Text(source="force_completed_by", required=False)
    forceCompletedAt = Timestamp(source="force_completed_at", required=False)
    forceCompletedReason = Text(source="force_completed_reason", required=False)
    createdAt = Timestamp(source="created_at")
    updatedAt = Timestamp(source="updated_at")


LISTED_STATUSES = [(value.replace("_", "-"), label) for value, label in SerialStatus.choices]


class SerialRowShape(Shape):
    """A part in a list; here the status is written with a hyphen."""

    id = Text()
    jobId = Text(source="job_id")
    jobName = Text(source="job_name")
    pathId = Text(source="path_id")
    pathName = Text(source="path_name")
    currentStepIndex = Whole(source="current_step_index")
    currentStepName = Text(source="current_step_name", help_text="`Completed` or `Scrapped` once there.")
    assignedTo = Text(source="assigned_to", required=False)
    status = Choice(LISTED_STATUSES)
    scrapReason = Choice(ScrapReason.choices, source="scrap_reason", required=False)
    forceCompleted = Flag(source="force_completed", required=False)
    createdAt = Timestamp(source="created_at")


class BypassShape(Shape):
    """A step that a jump passed."""

    stepId = Text(source="step.step_id")
    stepName = Text(source="step.name")
    classification = Choice(["skipped", "deferred"])


class JumpShape(Shape):
    """What ``advance-to`` did."""

    serial = SerialShape()
    bypassed = BypassShape(many=True)


class MovedShape(Shape):
    """What a move of a selection did to one serial."""

    serialId = Text(source="serial.id")
    serial = SerialShape()
    bypassed = BypassShape(source="move.bypassed", many=True)


class MovesShape(Shape):
    """What a move of a selection did, serial by serial in the order given."""

    results = MovedShape(many=True)


class StepStatusShape(Shape):
    """One part's record of one step (SnStepStatus)."""

    id = Text()
    serialId = Text(source="serial_public_id")
    stepId = Text(source="step_id")
    stepIndex = Whole(source="step_index")
    status = Choice(StepStatusCode.choices)
    updatedAt = Timestamp(source="updated_at")


class StepStatusViewShape(Shape):
    """A step of a part's route, and how it stands."""

    stepId = Text(source="step_id")
    stepName = Text(source="name")
    stepOrder = Whole(source="index")
    status = Choice(StepStatusCode.choices)
    optional = Flag()
    dependencyType = Choice(DependencyType.choices, source="dependency_type")
    hasOverride = Flag(source="overridden")


class StepOverrideShape(Shape):
    """A step made optional for one part (SnStepOverride)."""

    id = Text()
    serialId = Text(source="serial_public_id")
    stepId = Text(source="step_id")
    active = Flag()
    reason = Text()
    createdBy = Text(source="created_by")
    createdAt = Timestamp(source="created_at")


class RequirementOverrideShape(Shape):
    """One part may go on without what a requirement asks for."""

    id = Text()
    serialId = Text(source="serial_public_id")
    requirementId = Text(source="requirement_id")
    stepId = Text(source="requirement.step_id")
    reason = Text()
    createdBy = Text(source="created_by")
    createdAt = Timestamp(source="created_at")


# --- What awaits a decision


class ApprovalShape(Shape):
    """What somebody asked for, and what became of it."""

    id = Text()
    kind = Choice(ApprovalKind.choices)
    state = Choice(ApprovalState.choices)
    serialId = Text(source="serial_public_id")
    jobId = Text(source="job_id")
    pathId = Text(source="path_id")
    stepId = Text(source="step_id", required=False, help_text="Not of a force-completion, which is of the whole part.")
    requirementId = Text(source="requirement_id", required=False, help_text="Of a requirement override alone.")
    reason = Text()
    requestedBy = Text(source="requested_by")
    calledBy = Text(source="called_by", required=False, help_text="Who really asked, where that is somebody else.")
    requestedAt = Timestamp(source="requested_at")
    decidedBy = Text(source="decided_by", required=False)
    decidedAt = Timestamp(source="decided_at", required=False)
    decisionReason = Text(
        source="decision_reason",
        required=False,
        help_text="Why it was declined, or approved for another reason than the one given.",
    )


# --- Notes


class NotePhotoShape(Shape):
    """A photo of a note: upright, and without what the camera wrote into it."""

    id = Text()
    contentType = Choice(ImageType.choices, source="content_type")
    width = Whole(help_text="Pixels.")
    height = Whole(help_text="Pixels.")
    bytes = Whole(source="size_bytes", help_text="Of the photo as it is kept.")
    url = Text(help_text="Where the photo is, on this host.")
    thumbnailUrl = Text(source="thumbnail_url", help_text="A WebP picture of at most 320 pixels.")


class NoteShape(Shape):
    """What somebody wrote about one part or several, at a step. It never changes."""

    id = Text(source="public_id")
    jobId = Text(source="job_id")
    pathId = Text(source="path_id")
    stepId = Text(source="step_id")
    serialIds = serializers.ListField(child=Text(), source="serial_ids", help_text="Ascending.")
    text = Text()
    createdBy = Text(source="created_by")
    createdAt = Timestamp(source="created_at")
    photos = NotePhotoShape(source="photos_if_any", many=True, required=False)
