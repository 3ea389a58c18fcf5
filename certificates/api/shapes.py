"""The shapes of certificates and attachments (api.md, "Shapes")."""

from rest_framework import serializers

from certificates.models import CertificateType
from serials.api.bodies import ActorBody
from serials.api.shapes import SerialShape
from serials.services.parts import SELECTION_MAX
from shopplanr.api.shapes import Shape, Text, Timestamp


class CertificateShape(Shape):
    """A document that vouches for material or for a process."""

    id = Text()
    type = serializers.ChoiceField(CertificateType.choices)
    name = Text()
    metadata = serializers.DictField(required=False, help_text="Any JSON object, returned verbatim.")
    createdAt = Timestamp(source="created_at")


class CertAttachmentShape(Shape):
    """Which serial got which certificate at which step."""

    id = Text(source="attachment_id")
    serialId = Text(source="serial_public_id")
    certId = Text(source="certificate_id")
    stepId = Text(source="step_id")
    attachedAt = Timestamp(source="attached_at")
    attachedBy = Text(source="attached_by")
    late = serializers.BooleanField(
        source="late_or_none", required=False, help_text="There only where it is true: the serial had left the step."
    )
    lateReason = Text(source="late_reason", required=False)


class CertifiedSerialShape(SerialShape):
    """A serial with the certificates that were attached to it, each once."""

    certs = CertificateShape(many=True)


class CertificateBody(Shape):
    """A new certificate."""

    type = serializers.ChoiceField(CertificateType.choices)
    name = Text(max_length=255)
    metadata = serializers.DictField(required=False, allow_null=True)


class AttachBody(ActorBody):
    """Which certificate."""

    certId = Text()


class AttachAllBody(AttachBody):
    """Which certificate, to which serials."""

    serialIds = serializers.ListField(child=Text(), min_length=1, max_length=SELECTION_MAX)
    stepId = Text(required=False, help_text="At this step of their path, instead of where each stands.")
    lateReason = Text(required=False, help_text="Why it comes when a serial has left the step. Needs a further right.")
