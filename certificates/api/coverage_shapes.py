"""The shapes of coverage and readiness (docs/requirements.md)."""

from rest_framework import serializers

from certificates.coverage import Standing
from certificates.readiness import Code
from serials.models import CertificateType, En10204Type, RequirementPolicy, SerialStatus
from shopplanr.api.shapes import Shape, Text

Whole = serializers.IntegerField
STANDINGS = [(each.value, each.value.replace("_", " ").capitalize()) for each in Standing]
CODES = [(each.value, each.value.replace("_", " ").capitalize()) for each in Code]


class CoveredRequirementShape(Shape):
    """A requirement of one of a job's routes, and how many of its parts stand to it in which way."""

    id = Text(source="requirement.pk")
    pathId = Text(source="requirement.step.path_id")
    stepId = Text(source="requirement.step_id")
    stepName = Text(source="requirement.step.name")
    certificateType = serializers.ChoiceField(CertificateType.choices, source="requirement.certificate_type")
    quantity = Whole(source="requirement.quantity", help_text="How many different certificates.")
    en10204Minimum = serializers.ChoiceField(En10204Type.choices, source="requirement.en10204_minimum", required=False)
    policy = serializers.ChoiceField(RequirementPolicy.choices, source="requirement.policy")
    covered = Whole(help_text="Parts that have everything.")
    missing = Whole(help_text="Parts that lack something that is asked for now.")
    notYetDue = Whole(source="not_yet_due", help_text="Parts that lack something that will be asked for.")
    overridden = Whole(help_text="Parts that may go on without.")


class CoverageTotalsShape(Shape):
    """Parts, and how they stand to all requirements together."""

    serials = Whole(help_text="Parts in work and completed.")
    serialsWithGaps = Whole(
        source="with_gaps", help_text="Of these, the ones that lack something that is asked for now."
    )
    scrapped = Whole(help_text="Scrapped parts: they are not looked at.")
    covered = Whole()
    missing = Whole()
    notYetDue = Whole(source="not_yet_due")
    overridden = Whole()


class CoverageCellShape(Shape):
    """How one part stands to one requirement."""

    requirementId = Text(source="requirement.pk")
    standing = serializers.ChoiceField(
        STANDINGS, help_text="`not_asked`: the step was skipped or waived, or the part ended before it."
    )
    missing = Whole(help_text="How many certificates are lacking, due or not.")


class CoverageLineShape(Shape):
    """One part, and how it stands to the requirements of its route."""

    serialId = Text(source="serial_id")
    status = serializers.ChoiceField(SerialStatus.choices)
    gaps = Whole(help_text="How many requirements ask for something now that is not there.")
    cells = CoverageCellShape(many=True)


class JobCoverageShape(Shape):
    """A job's parts against the certificates that its steps ask for; parts with gaps first."""

    jobId = Text(source="job.pk")
    requirements = CoveredRequirementShape(source="columns", many=True)
    totals = CoverageTotalsShape()
    serials = CoverageLineShape(source="lines", many=True)


class ReasonShape(Shape):
    """One thing that stands between a part and its completion, or was let off."""

    code = serializers.ChoiceField(CODES)
    message = Text()
    stepId = Text(source="step_id", required=False)
    stepName = Text(source="step_name", required=False)
    requirementId = Text(source="requirement_id", required=False)
    approvalId = Text(source="approval_id", required=False, help_text="The request that awaits a decision.")
    blocking = serializers.BooleanField(help_text="Whether the part cannot complete as long as it is so.")
    who = Text(required=False, help_text="Who can do something about it.")


class ReadinessShape(Shape):
    """What still stands between a part and its completion."""

    serialId = Text(source="serial.id")
    ready = serializers.BooleanField(
        source="is_ready", help_text="Whether one step on completes it, or has completed it."
    )
    status = serializers.ChoiceField(SerialStatus.choices, source="serial.status")
    reasons = ReasonShape(many=True)
