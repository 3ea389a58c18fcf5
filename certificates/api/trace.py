"""``/api/serials/:id/trace``: everything that went into a part."""

from collections.abc import Iterator

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.response import Response

from audit.models import Action
from certificates import genealogy
from certificates.genealogy import Carried, Deed, Trace
from certificates.models import CertificateType, DocumentType
from serials.api.shapes import SerialShape
from serials.models import StepStatusCode
from shopplanr import csv_lines
from shopplanr.api.listing import refuse_filters
from shopplanr.api.schema import documented
from shopplanr.api.shapes import Shape, Text, Timestamp, timestamp
from shopplanr.api.viewsets import ApiViewSet
from shopplanr.values import choice

Choice = serializers.ChoiceField

STANDINGS = [(standing.value, standing.value.capitalize()) for standing in genealogy.Standing]
FORMATS = ("json", "csv")


class TracedDocumentShape(Shape):
    """A file of a certificate."""

    id = Text(source="public_id")
    fileName = Text(source="file_name")
    contentType = Choice(DocumentType.choices, source="content_type")
    bytes = serializers.IntegerField(source="size_bytes")
    sha256 = Text(source="digest")


class TracedCertificateShape(Shape):
    """A certificate on the part, as it was attached, and how it stands today."""

    certId = Text(source="certificate.pk")
    name = Text(source="certificate.name")
    type = Choice(CertificateType.choices, source="certificate.type")
    number = Text(source="certificate.number", required=False)
    issuer = Text(source="certificate.issuer", required=False)
    heatLot = Text(source="certificate.heat_lot", required=False)
    en10204Type = Text(source="certificate.en10204_type", required=False)
    issueDate = serializers.DateField(source="certificate.issue_date", required=False)
    validFrom = serializers.DateField(source="certificate.valid_from", required=False)
    validTo = serializers.DateField(source="certificate.valid_to", required=False)
    metadata = serializers.DictField(source="certificate.metadata", required=False)
    revision = serializers.IntegerField(source="certificate.revision")
    standing = Choice(STANDINGS, help_text="Of its newest revision: that one vouches for it, unless it was revoked.")
    newestCertId = Text(source="newest.pk", help_text="Its newest revision; itself where there is no newer one.")
    newestRevision = serializers.IntegerField(source="newest.revision")
    revokedAt = Timestamp(source="revoked_at", required=False)
    revokedBy = Text(source="revoked_by", required=False)
    revocationReason = Text(source="revocation_reason", required=False)
    attachedAt = Timestamp(source="attachment.attached_at")
    attachedBy = Text(source="attachment.attached_by")
    late = serializers.BooleanField(source="attachment.late")
    lateReason = Text(source="attachment.late_reason", required=False)
    documents = TracedDocumentShape(many=True)


class TracedEventShape(Shape):
    """Something that somebody did about the part: an entry of the audit trail."""

    id = Text(source="entry.entry_id")
    action = Choice(Action.choices, source="entry.action")
    timestamp = Timestamp(source="entry.timestamp")
    userId = Text(source="entry.user_id")
    userName = Text(source="who", help_text="As people know them; the id where no account has it.")
    calledBy = Text(source="entry.called_by", required=False)
    certId = Text(source="entry.cert_id", required=False)
    reason = Text(required=False, help_text="What was chosen or written.")


class TracedNoteShape(Shape):
    """A note about the part."""

    id = Text(source="note.public_id")
    text = Text(source="note.text")
    createdBy = Text(source="note.created_by")
    createdAt = Timestamp(source="note.created_at")
    photoCount = serializers.IntegerField(source="note.photo_count")


class TracedStepShape(Shape):
    """A step of the part's path, with all that belongs to it."""

    stepId = Text(source="step.pk")
    stepName = Text(source="step.name")
    stepOrder = serializers.IntegerField(source="step.order")
    location = Text(source="step.location", required=False)
    status = Choice(StepStatusCode.choices)
    cameAt = Timestamp(source="came", required=False, help_text="Left out where the part never was there.")
    leftAt = Timestamp(source="went", required=False, help_text="Left out where it has not left it.")
    certificates = TracedCertificateShape(many=True)
    events = TracedEventShape(source="deeds", many=True)
    notes = TracedNoteShape(many=True)


class TracedProductShape(Shape):
    """What the part's job makes."""

    gtin = Text()
    name = Text()


class TracedCertificationShape(Shape):
    """A certification of the product, judged on the day of the trace."""

    certificationId = Text(source="assignment.certification.short_id")
    label = Text(source="assignment.certification.label")
    isActive = serializers.BooleanField(source="is_active")
    certificateNumber = Text(source="assignment.certificate_number", required=False)
    issuingBody = Text(source="assignment.issuing_body", required=False)
    validFrom = serializers.DateField(source="assignment.valid_from", required=False)
    expirationDate = serializers.DateField(source="assignment.expiration_date", required=False)
    verificationStatus = Text(source="assignment.verification_status")


class TraceShape(Shape):
    """Everything that went into a part."""

    serial = SerialShape()
    jobName = Text(source="serial.job.name")
    pathName = Text(source="serial.path.name")
    asOf = serializers.DateField(source="day", help_text="When the part ended; today while it is being made.")
    product = TracedProductShape(required=False)
    certifications = TracedCertificationShape(many=True)
    steps = TracedStepShape(source="stops", many=True)
    events = TracedEventShape(source="deeds", many=True, help_text="Those that belong to no step.")


class TraceViewSet(ApiViewSet):
    """What went into parts."""

    @documented(
        "Get everything that went into a serial",
        answer=TraceShape,
        parameters=[
            OpenApiParameter(
                "format",
                {"type": "string", "enum": list(FORMATS)},
                description="json unless given; csv for spreadsheets: a line for each event, in their order.",
            )
        ],
        also={csv_lines.MEDIA_TYPE: OpenApiTypes.STR},
    )
    def trace(self, request, id):
        """Its certificates by step, who did what when, notes, waivers, and what its product is certified for."""
        found = genealogy.trace(id)
        refuse_filters(request, except_for=("format",))
        if choice(request.query_params.get("format", "json"), "format", FORMATS) == "csv":
            return as_csv(found)
        return Response(TraceShape.of(found))


COLUMNS = (
    *("at", "what", "step_id", "step", "user_id", "user", "called_by", "reason", "note", "cert_id", "certificate"),
    *("type", "number", "issuer", "heat_lot", "en10204_type", "revision", "standing", "newest_cert_id", "late"),
    *("documents",),
)
"""Of the CSV."""


def as_csv(found: Trace):
    """Return the trace as a file for spreadsheets: every event in order, then the certifications of the product."""
    return csv_lines.file(f"{found.serial.id}.csv", COLUMNS, _rows(found))


def _rows(found: Trace) -> Iterator[tuple[object, ...]]:
    steps = {stop.step.pk: stop.step.name for stop in found.stops}
    carried = {(each.certificate.pk, each.attachment.step_id): each for each in found.certificates}
    notes = {each.note.public_id: each.note.text for stop in found.stops for each in stop.notes}
    for deed in found.all_deeds:
        entry = deed.entry
        step_id = entry.from_step_id or entry.step_id
        each = carried.get((entry.cert_id, entry.step_id))
        yield (
            *(timestamp(entry.timestamp), entry.action, step_id, steps.get(step_id, ""), entry.user_id, deed.who),
            *(entry.called_by, _reason(deed, each), notes.get((entry.metadata or {}).get("noteId"), "")),
            *(_certificate(each) if each else (entry.cert_id, *[""] * 11)),
        )
    for certified in found.certifications:
        assignment = certified.assignment
        yield (
            *("", "product_certification", "", "", "", "", "", "", ""),
            *(assignment.certification.short_id, assignment.certification.label, "", assignment.certificate_number),
            *(assignment.issuing_body, "", "", "", "active" if certified.is_active else "not active", "", "", ""),
        )


def _reason(deed: Deed, each: Carried | None) -> str:
    return deed.reason or (each.attachment.late_reason if each else "")


def _certificate(each: Carried) -> tuple[object, ...]:
    certificate = each.certificate
    return (
        *(certificate.pk, certificate.name, certificate.type, certificate.number, certificate.issuer),
        *(certificate.heat_lot, certificate.en10204_type, certificate.revision, each.standing.value),
        *(each.newest.pk, "late" if each.attachment.late else ""),
        " ".join(f"{document.file_name} {document.digest}" for document in each.documents),
    )
