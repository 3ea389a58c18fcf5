"""The bodies that make and change jobs, paths, steps and serials: what the schema says of them.

Nothing is read by these: the services check every value, because the contract has a sentence for each.
"""

import re

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from serials.models import (
    AdvancementMode,
    ApprovalKind,
    CertificateType,
    DependencyType,
    En10204Type,
    RequirementPolicy,
    ScrapReason,
)
from serials.models.notes import PHOTOS_MAX
from serials.models.requirements import REQUIRED_MAX
from serials.services.parts import BATCH_MAX, SELECTION_MAX
from serials.services.priorities import REORDERED_MOST
from serials.services.requirements import REQUIREMENTS_MAX
from serials.services.route_steps import STEPS_MAX
from serials.tags import TAG_MAX_LENGTH, TAGS_MOST
from shopplanr.api.shapes import Shape, Text
from shopplanr.values import QUANTITY_MAX, TEXT_MAX_LENGTH

Whole = serializers.IntegerField
Flag = serializers.BooleanField
Choice = serializers.ChoiceField


class Remark(Text):
    """A text that may be left out, in whatever way."""

    def __init__(self, **kwargs):
        super().__init__(required=False, allow_null=True, allow_blank=True, **kwargs)


@extend_schema_field({"type": ["string", "null"], "pattern": f"^({'|'.join(map(re.escape, En10204Type.values))})?$"})
class GivenEn10204Type(Text):
    """A type of EN 10204 that may be left out, in whatever way."""


class PlannedBody(Shape):
    """What planners know of a job. All of it may be missing, and be taken away with ``null``."""

    customer = Remark(max_length=255)
    purchaseOrder = Remark(max_length=255)
    partNumber = Remark(max_length=255)
    partRevision = Remark(max_length=255)
    dueDate = serializers.DateField(required=False, allow_null=True)
    priority = Whole(
        required=False,
        allow_null=True,
        min_value=1,
        help_text="Its place in the shop's order of work; those behind make room. null is behind all others.",
    )
    tags = serializers.ListField(
        child=Text(max_length=TAG_MAX_LENGTH, allow_blank=True), required=False, allow_null=True, max_length=TAGS_MOST
    )


class JobBody(PlannedBody):
    """A new job."""

    name = Text(max_length=255)
    goalQuantity = Whole(min_value=1, max_value=QUANTITY_MAX)
    jiraTicketKey = Remark(max_length=255)
    jiraTicketSummary = Remark(max_length=TEXT_MAX_LENGTH)
    jiraPartNumber = Remark(max_length=255)
    jiraPriority = Remark(max_length=255)
    jiraEpicLink = Remark(max_length=255)
    jiraLabels = serializers.ListField(
        child=Text(allow_blank=True, max_length=255), required=False, allow_null=True, max_length=100
    )


class JobChangeBody(PlannedBody):
    """What may change of a job."""

    name = Text(required=False, max_length=255)
    goalQuantity = Whole(required=False, min_value=1, max_value=QUANTITY_MAX)


class PrioritiesBody(Shape):
    """Jobs in the order in which they are to be worked on."""

    jobIds = serializers.ListField(child=Text(), min_length=1, max_length=REORDERED_MOST)


class AskedBody(Shape):
    """Certificates that a step asks for; at most one such item for a type and a minimum."""

    certificateType = Choice(CertificateType.choices)
    quantity = Whole(required=False, min_value=1, max_value=REQUIRED_MAX, help_text="1 unless it is given.")
    en10204Minimum = GivenEn10204Type(required=False, help_text="Any unless it is given.")
    policy = Choice(RequirementPolicy.choices, required=False, help_text="block unless it is given.")
    id = Text(required=False, help_text="Ignored: what an answer said may come back.")


class RequirementsBody(Shape):
    """Everything that a step is to ask for."""

    requirements = serializers.ListField(child=AskedBody(), max_length=REQUIREMENTS_MAX)


class RequirementOverrideBody(Shape):
    """What a part may go on without, and why."""

    requirementId = Text()
    reason = Text(max_length=TEXT_MAX_LENGTH)
    userId = Text(required=False, max_length=255, help_text="Who does it. A signed-in caller may leave it out.")


def _asked(words: str) -> serializers.ListField:
    return serializers.ListField(
        child=AskedBody(), required=False, allow_null=True, max_length=REQUIREMENTS_MAX, help_text=words
    )


class StepBody(Shape):
    """A step of a path that is made or changed; ``id`` names one that exists."""

    id = Text(required=False)
    name = Text(max_length=255)
    location = Remark(max_length=255)
    optional = Flag(required=False)
    dependencyType = Choice(DependencyType.choices, required=False)
    requirements = _asked(
        "The certificates that it asks for. Left out: as before, none for a new step. [] takes all away."
    )


class PathBody(Shape):
    """A new path."""

    jobId = Text()
    name = Text(max_length=255)
    goalQuantity = Whole(min_value=1, max_value=QUANTITY_MAX)
    advancementMode = Choice(AdvancementMode.choices, required=False)
    steps = serializers.ListField(child=StepBody(), min_length=1, max_length=STEPS_MAX)


class PathChangeBody(Shape):
    """What may change of a path."""

    name = Text(required=False, max_length=255)
    goalQuantity = Whole(required=False, min_value=1, max_value=QUANTITY_MAX)
    advancementMode = Choice(AdvancementMode.choices, required=False)
    steps = serializers.ListField(child=StepBody(), required=False, min_length=1, max_length=STEPS_MAX)


class TemplateStepBody(Shape):
    """A step of a template."""

    name = Text(max_length=255)
    location = Remark(max_length=255)
    optional = Flag(required=False)
    dependencyType = Choice(DependencyType.choices, required=False, help_text="preferred unless it is given.")
    requirements = _asked("The certificates that it asks for; none unless they are given.")


class TemplateBody(Shape):
    """A new template. What it leaves out comes from the path, where one is named."""

    name = Text(required=False, max_length=255)
    advancementMode = Choice(AdvancementMode.choices, required=False)
    steps = serializers.ListField(child=TemplateStepBody(), required=False, min_length=1, max_length=STEPS_MAX)
    pathId = Text(required=False, allow_null=True, help_text="The path to copy: name and steps may then be left out.")


class TemplateChangeBody(Shape):
    """What may change of a template. Steps that are given replace those that were there."""

    name = Text(required=False, max_length=255)
    advancementMode = Choice(AdvancementMode.choices, required=False)
    steps = serializers.ListField(child=TemplateStepBody(), required=False, min_length=1, max_length=STEPS_MAX)


class ApplyBody(Shape):
    """The path that is made from a template."""

    jobId = Text()
    pathName = Remark(max_length=255, help_text="The template's name unless it is given.")
    goalQuantity = Whole(min_value=1, max_value=QUANTITY_MAX)


class LibraryEntryBody(Shape):
    """A new entry of a library."""

    name = Text(max_length=255)


class ModeBody(Shape):
    """How parts may move along a path."""

    advancementMode = Choice(AdvancementMode.choices)


class AssignBody(Shape):
    """Who does a step; ``null`` is nobody."""

    userId = Text(allow_null=True)


class StepConfigBody(Shape):
    """Settings of a step; an invalid value is ignored."""

    optional = Flag(required=False)
    dependencyType = Choice(DependencyType.choices, required=False)


class ActorBody(Shape):
    """Who does it. A signed-in caller may leave it out."""

    userId = Text(required=False, max_length=255)


class BatchBody(ActorBody):
    """A batch of parts."""

    jobId = Text()
    pathId = Text()
    quantity = Whole(min_value=1, max_value=BATCH_MAX)
    certId = Text(required=False)


class AdvanceBody(ActorBody):
    """A step on."""

    expectedStepIndex = Whole(
        required=False,
        min_value=-1,
        max_value=STEPS_MAX,
        help_text="Where the caller saw the part; elsewhere by now is a 409.",
    )


class AdvanceToBody(AdvanceBody):
    """A jump."""

    targetStepIndex = Whole(
        min_value=0, max_value=STEPS_MAX, help_text="The number of steps itself means past the last one."
    )


_INDEX = {"type": "integer", "minimum": -1, "maximum": STEPS_MAX}


@extend_schema_field({"oneOf": [_INDEX, {"type": "object", "additionalProperties": _INDEX}]})
class ExpectedIndexes(serializers.JSONField):
    """One step index for all parts, or one for each by the part's id."""


class AdvanceAllBody(ActorBody):
    """A step on, for a selection."""

    serialIds = serializers.ListField(child=Text(), min_length=1, max_length=SELECTION_MAX)
    expectedStepIndex = ExpectedIndexes(
        required=False,
        help_text="Where the caller saw the parts: one index for all of them, or an object of indexes by serial id. "
        "Elsewhere by now is a 409, so that the same call twice moves nothing twice.",
    )


class AdvanceAllToBody(AdvanceAllBody):
    """A jump to the same place, for a selection."""

    targetStepIndex = Whole(
        min_value=0, max_value=STEPS_MAX, help_text="The number of steps itself means past the last one."
    )


class ScrapBody(ActorBody):
    """Why a part is scrapped."""

    reason = Choice(ScrapReason.choices)
    explanation = Remark(max_length=TEXT_MAX_LENGTH, help_text="Required when the reason is `other`.")


class ForceCompleteBody(ActorBody):
    """Why a part is completed with work left open."""

    reason = Remark(max_length=TEXT_MAX_LENGTH)


class OverrideBody(ActorBody):
    """Which step is made optional, for which parts, and why."""

    serialIds = serializers.ListField(child=Text(), required=False, min_length=1, max_length=SELECTION_MAX)
    stepId = Text()
    reason = Text(max_length=TEXT_MAX_LENGTH)


class ReverseBody(ActorBody):
    """Why an override is taken back."""

    reason = Remark(max_length=TEXT_MAX_LENGTH)


class WaiveBody(Shape):
    """Who excuses a deferred step, and why."""

    reason = Text(max_length=TEXT_MAX_LENGTH)
    approverId = Text(max_length=255)


class ApprovalBody(ActorBody):
    """What is asked for, and why."""

    kind = Choice(ApprovalKind.choices)
    serialId = Text()
    stepId = Remark(
        help_text="Which step. A force-completion is of the whole part; a requirement says by itself which it is of."
    )
    requirementId = Remark(help_text="What a requirement override lets the part go on without.")
    reason = Text(max_length=TEXT_MAX_LENGTH)


class ApproveBody(ActorBody):
    """What the approver has to say about it."""

    reason = Remark(max_length=TEXT_MAX_LENGTH, help_text="Left out, it is approved for the reason that was given.")


class DeclineBody(ActorBody):
    """Why it is declined."""

    reason = Text(max_length=TEXT_MAX_LENGTH)


class NoteBody(ActorBody):
    """A note about parts at a step of their path."""

    jobId = Text()
    pathId = Text()
    stepId = Text()
    serialIds = serializers.ListField(child=Text(), min_length=1, max_length=SELECTION_MAX)
    text = Text(max_length=TEXT_MAX_LENGTH)


class NoteForm(NoteBody):
    """The same as a form with photos. ``serialIds`` comes once for each part, or with commas between them."""

    photos = serializers.ListField(
        child=serializers.FileField(help_text="JPEG, PNG or WebP, told by its content; at most 10 MB."),
        required=False,
        max_length=PHOTOS_MAX,
    )
