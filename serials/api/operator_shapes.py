"""The shapes of work queues, stations and the board."""

from rest_framework import serializers

from serials.api.shapes import Flag, Whole
from shopplanr.api.shapes import Shape, Text, Timestamp

DUE_HELP = "When the job is due."
COUNT_HELP = "How many there are, whatever `limit` says."


class WorkQueueJobShape(Shape):
    """What lies at one step of one path."""

    jobId = Text(source="step.job_id")
    jobName = Text(source="step.job_name")
    dueDate = serializers.DateField(source="step.due_date", required=False, help_text=DUE_HELP)
    pathId = Text(source="step.path_id")
    pathName = Text(source="step.path_name")
    stepId = Text(source="step.id")
    stepName = Text(source="step.name")
    stepOrder = Whole(source="step.order", help_text="Place in the path, from 0.")
    stepLocation = Text(source="step.location", required=False)
    assignedTo = Text(source="step.assigned_to", required=False)
    totalSteps = Whole(source="total_steps", help_text="Steps of the path.")
    serialIds = serializers.ListField(child=Text(), source="serial_ids", help_text="In the order to be worked on.")
    partCount = Whole(source="part_count", help_text=COUNT_HELP)
    oldestSince = Timestamp(
        source="oldest_since", required=False, help_text="Since when the part is here that has waited longest."
    )
    nextStepName = Text(source="next_step_name", required=False)
    nextStepLocation = Text(source="next_step_location", required=False)
    isFinalStep = Flag(source="is_final_step", help_text="Whether parts complete from here.")


class OperatorQueueShape(Shape):
    """The steps with work for one person, or for everybody."""

    operatorId = Text(source="operator_id", help_text="The id that was asked for; `_all` for everybody.")
    jobs = WorkQueueJobShape(many=True)
    totalParts = Whole(source="total_parts")


class WorkQueueGroupShape(Shape):
    """The steps with work for one person, or those that are nobody's."""

    operatorId = Text(source="operator_id", required=False, help_text="Absent where nobody has the steps.")
    operatorName = Text(source="operator_name", help_text="`Unassigned` where nobody has the steps.")
    jobs = WorkQueueJobShape(many=True)
    totalParts = Whole(source="total_parts")


class WorkQueueShape(Shape):
    """All work on the floor, by the name of who has it; what is nobody's comes last."""

    groups = WorkQueueGroupShape(many=True)
    totalParts = Whole(source="total_parts")


class PartInfoShape(Shape):
    """A part in progress, and where it goes next."""

    serialId = Text(source="serial_id")
    jobId = Text(source="job_id")
    jobName = Text(source="job_name")
    dueDate = serializers.DateField(source="due_date", required=False, help_text=DUE_HELP)
    pathId = Text(source="path_id")
    pathName = Text(source="path_name")
    stepId = Text(source="step_id", help_text="The step where it stands.")
    currentStepIndex = Whole(source="current_step_index")
    currentStepName = Text(source="current_step_name")
    currentStepLocation = Text(source="current_step_location", required=False)
    assignedTo = Text(source="assigned_to", required=False, help_text="Who has the step where it stands.")
    nextStepName = Text(source="next_step_name", required=False)
    nextStepLocation = Text(source="next_step_location", required=False)
    isFinalStep = Flag(source="is_final_step", help_text="Whether it completes from here.")
    since = Timestamp(help_text="Since when it is at its step.")


class ApproachingShape(Shape):
    """What is on its way."""

    comingSoon = PartInfoShape(many=True, source="coming_soon.parts", help_text="One step before.")
    backlog = PartInfoShape(many=True, source="backlog.parts", help_text="Two steps before, or more.")
    currentCount = Whole(source="current.count", help_text=COUNT_HELP)
    comingSoonCount = Whole(source="coming_soon.count", help_text=COUNT_HELP)
    backlogCount = Whole(source="backlog.count", help_text=COUNT_HELP)


class StationQueueShape(ApproachingShape):
    """What lies at the steps of one name, of all jobs, and what is on its way there."""

    stepName = Text(source="step_name", help_text="The name that was asked for.")
    location = Text(required=False, help_text="Of the first of these steps that has one.")
    currentParts = PartInfoShape(many=True, source="current.parts")
    vendorPartsCount = Whole(
        source="vendor_parts_count", help_text="Current parts at a location with `vendor` in its name."
    )
    stepIds = serializers.ListField(child=Text(), source="step_ids", help_text="Every step of this name.")


class StepReferenceShape(Shape):
    """A neighboring step."""

    id = Text()
    name = Text()
    location = Text(required=False)


class StepQueueShape(ApproachingShape):
    """What lies at one step, and what is on its way there."""

    job = WorkQueueJobShape()
    parts = PartInfoShape(many=True, source="current.parts")
    previousStep = StepReferenceShape(source="previous_step", required=False)
    nextStep = StepReferenceShape(source="next_step", required=False)


class StationLoadShape(Shape):
    """How many parts are at the steps of one name."""

    stepName = Text(source="step_name")
    partCount = Whole(source="part_count")
    isBottleneck = Flag(source="is_bottleneck", help_text="Whether no other has more.")


class BoardHourShape(Shape):
    """What one hour of the clock has brought."""

    hour = Whole(help_text="0 to 23, in the site's time zone.")
    finished = Whole()
    scrapped = Whole()


class BoardShape(Shape):
    """The figures of the wall board."""

    asOf = Timestamp(source="as_of")
    day = serializers.DateField(help_text="Today in the site's time zone.")
    partsInProgress = Whole(source="parts_in_progress")
    stations = StationLoadShape(many=True, help_text="Those with parts, the fullest first.")
    finishedToday = Whole(source="finished_today", help_text="Forced ones included.")
    scrappedToday = Whole(source="scrapped_today")
    hours = BoardHourShape(many=True, help_text="All 24 hours of today.")
