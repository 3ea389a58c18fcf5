"""The shapes of certificates and attachments (api.md, "Shapes")."""

from rest_framework import serializers

from certificates.models import NAME_MAX_LENGTH, NUMBER_MAX_LENGTH, CertificateType, DocumentType, En10204Type
from certificates.services.documents import UPLOADS_MAX
from serials.api.bodies import ActorBody, GivenEn10204Type, Remark
from serials.api.shapes import SerialShape
from serials.services.parts import SELECTION_MAX
from shopplanr.api.shapes import Shape, Text, Timestamp
from shopplanr.values import TEXT_MAX_LENGTH

Day = serializers.DateField


class CertificateShape(Shape):
    """A document that vouches for material or for a process. It never changes; a newer revision may supersede it."""

    id = Text()
    type = serializers.ChoiceField(CertificateType.choices)
    name = Text()
    number = Text(required=False, help_text="As its issuer counts them.")
    issuer = Text(required=False, help_text="Who vouches: a mill, a plater, a laboratory.")
    heatLot = Text(source="heat_lot", required=False, help_text="Heat or lot, of the material or the charge.")
    en10204Type = serializers.ChoiceField(En10204Type.choices, source="en10204_type", required=False)
    issueDate = Day(source="issue_date", required=False)
    validFrom = Day(source="valid_from", required=False, help_text="The first day. Open where it is not known.")
    validTo = Day(source="valid_to", required=False, help_text="The last day. Open where there is none.")
    metadata = serializers.DictField(required=False, help_text="Any JSON object, returned verbatim.")
    revision = serializers.IntegerField(
        source="revision_if_later", required=False, min_value=2, help_text="From the second on."
    )
    supersedes = Text(source="supersedes_id", required=False, help_text="The revision before.")
    correctionReason = Text(source="correction_reason", required=False, help_text="What was put right in it.")
    supersededBy = Text(source="superseded_by_id", required=False, help_text="The revision behind it.")
    revokedAt = Timestamp(
        source="revoked_at",
        required=False,
        help_text="When it was revoked, or the newest revision, which vouches in its place.",
    )
    revokedBy = Text(source="revoked_by", required=False)
    revokedReason = Text(source="revoked_reason", required=False)
    documentCount = serializers.IntegerField(
        source="document_count", required=False, min_value=1, help_text="Documents that this revision has of its own."
    )
    createdAt = Timestamp(source="created_at")


class CertDocumentShape(Shape):
    """A file that belongs to a certificate, as it came."""

    id = Text(source="public_id")
    certId = Text(source="certificate_id", help_text="The revision to which it was added.")
    fileName = Text(source="file_name", help_text="What its sender called it.")
    contentType = serializers.ChoiceField(DocumentType.choices, source="content_type", help_text="By its content.")
    bytes = serializers.IntegerField(source="size_bytes")
    digest = Text(help_text="SHA-256 of the file.")
    url = Text(help_text="Where the file is, on this host.")
    alsoOn = serializers.ListField(
        child=Text(), source="also_on", required=False, help_text="Other certificates that have the same file."
    )
    uploadedAt = Timestamp(source="uploaded_at")
    uploadedBy = Text(source="uploaded_by")


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


class CertificateFactsBody(Shape):
    """What a certificate may say beside its name. All of it may be missing."""

    number = Remark(max_length=NUMBER_MAX_LENGTH)
    issuer = Remark(max_length=NAME_MAX_LENGTH)
    heatLot = Remark(max_length=NUMBER_MAX_LENGTH)
    en10204Type = GivenEn10204Type(required=False)
    issueDate = Day(required=False, allow_null=True)
    validFrom = Day(required=False, allow_null=True)
    validTo = Day(required=False, allow_null=True, help_text="Not before validFrom.")
    metadata = serializers.DictField(required=False, allow_null=True)


class CertificateBody(CertificateFactsBody):
    """A new certificate."""

    type = serializers.ChoiceField(CertificateType.choices)
    name = Text(max_length=NAME_MAX_LENGTH)


class SupersedeBody(ActorBody, CertificateFactsBody):
    """What a new revision says. What is left out is as in the revision before; null takes it away."""

    type = serializers.ChoiceField(CertificateType.choices, required=False)
    name = Text(max_length=NAME_MAX_LENGTH, required=False)
    reason = Text(max_length=TEXT_MAX_LENGTH, help_text="What is put right.")


class RevokeBody(ActorBody):
    """Why a certificate is revoked."""

    reason = Text(max_length=TEXT_MAX_LENGTH)


class DocumentsForm(ActorBody):
    """Files for a certificate."""

    documents = serializers.ListField(
        child=serializers.FileField(help_text="PDF, JPEG, PNG or TIFF, told by its content; at most 50 MB."),
        min_length=1,
        max_length=UPLOADS_MAX,
    )


class AttachBody(ActorBody):
    """Which certificate."""

    certId = Text()


class AttachAllBody(AttachBody):
    """Which certificate, to which serials."""

    serialIds = serializers.ListField(child=Text(), min_length=1, max_length=SELECTION_MAX)
    stepId = Text(required=False, help_text="At this step of their path, instead of where each stands.")
    lateReason = Text(required=False, help_text="Why it comes when a serial has left the step. Needs a further right.")
