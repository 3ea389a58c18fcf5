"""``/api/audit``: reading the trail."""

from collections.abc import Iterator

import orjson
from django.http import StreamingHttpResponse
from django_filters import FilterSet, filters
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.response import Response

from audit import trail
from audit.models import Action, AuditEntry
from audit.proof import export
from audit.proof.verifying import Verification
from shopplanr.api.filters import Before, Since
from shopplanr.api.listing import Listing, refuse_filters, shaped
from shopplanr.api.schema import documented
from shopplanr.api.shapes import Shape, Text, Timestamp
from shopplanr.api.viewsets import ApiViewSet
from shopplanr.refusals import Invalid


class AuditEntryShape(Shape):
    """One business event."""

    id = Text(source="entry_id")
    action = serializers.ChoiceField(Action.choices)
    userId = Text(source="user_id")
    calledBy = Text(source="called_by", required=False, help_text="Who really called, where that is somebody else.")
    timestamp = Timestamp()
    serialId = Text(source="serial_id", required=False)
    certId = Text(source="cert_id", required=False)
    jobId = Text(source="job_id", required=False)
    pathId = Text(source="path_id", required=False)
    stepId = Text(source="step_id", required=False)
    fromStepId = Text(source="from_step_id", required=False)
    toStepId = Text(source="to_step_id", required=False)
    batchQuantity = serializers.IntegerField(source="batch_quantity", required=False)
    metadata = serializers.DictField(required=False)


class AuditFilters(FilterSet):
    """Audit entries."""

    action = filters.ChoiceFilter(choices=Action.choices, label="What happened.")
    userId = filters.CharFilter(field_name="user_id", label="Who did it.")
    serialId = filters.CharFilter(field_name="serial_id", label="About this part.")
    certId = filters.CharFilter(method="about_certificate", label="About this certificate.")
    jobId = filters.CharFilter(field_name="job_id", label="About parts of this job.")
    pathId = filters.CharFilter(field_name="path_id", label="About parts on this path.")
    stepId = filters.CharFilter(field_name="step_id", label="About this step.")
    since = Since("timestamp", "At or after this moment.")
    before = Before("timestamp", "Before this moment.")

    class Meta:
        model = AuditEntry
        fields: list[str] = []

    def about_certificate(self, rows, name, value):
        """Go by its index."""
        return trail.of_certificate(value, rows)


class ExportFilters(AuditFilters):
    """Audit entries, as a file."""

    format = filters.ChoiceFilter(
        choices=[("jsonl", "JSON Lines"), ("csv", "CSV")], method="as_it_is", label="JSON Lines unless given."
    )

    def as_it_is(self, rows, name, value):
        """Leave the entries alone."""
        return rows


class CheckpointShape(Shape):
    """The newest checkpoint of the trail."""

    number = serializers.IntegerField()
    time = Timestamp()
    size = serializers.IntegerField(help_text="So many entries were sealed up to here.")
    head = Text(help_text="The head of the chain, SHA-256 in hexadecimal.")
    key = Text(help_text="The id of the key that signed it.")


class BadEntryShape(Shape):
    """The first thing that is not as it was sealed."""

    code = Text(help_text="A stable word for machines, one per kind of finding.")
    message = Text(help_text="What is wrong, as a sentence.")
    id = Text(source="entry_id", required=False)
    sequence = serializers.IntegerField(required=False)
    checkpoint = serializers.IntegerField(required=False, help_text="The checkpoint that shows it.")


class AuditProofShape(Shape):
    """What came of verifying the trail."""

    valid = serializers.BooleanField(help_text="Nothing was found that is not as it was sealed.")
    complete = serializers.BooleanField(help_text="The whole log was verified, not only its newest part.")
    entries = serializers.IntegerField(help_text="Entries in all, sealed or not.")
    sealed = serializers.IntegerField()
    verified = serializers.IntegerField(help_text="Sealed entries that were recomputed.")
    unsealed = serializers.IntegerField(help_text="Entries behind the newest checkpoint: not proved yet.")
    oldestUnsealedAt = Timestamp(source="oldest_unsealed", required=False)
    checkpoints = serializers.IntegerField()
    keptOutside = serializers.IntegerField(
        source="kept_outside", help_text="Checkpoints outside of the database that were compared."
    )
    writtenLate = serializers.IntegerField(
        source="late", help_text="Verified entries that say that they are older than the checkpoint before them."
    )
    lastCheckpoint = CheckpointShape(source="last_checkpoint", required=False)
    firstBadEntry = BadEntryShape(source="problem", required=False)


def _while_verifying(verification: Verification) -> Iterator[bytes]:
    """Yield blanks while it goes on, which JSON allows in front, so that nobody takes the silence for an end."""
    for _ in verification.steps():
        yield b"\n"
    yield orjson.dumps(AuditProofShape.of(verification.report))


class AuditViewSet(ApiViewSet):
    """The audit trail. It can be read, and nothing else."""

    listings = {
        "list": Listing(
            filterset=AuditFilters,
            orderings={"timestamp": "sequence"},
            default=("-sequence",),
            tie="-sequence",
            writer=shaped(AuditEntryShape),
            junk_paging_ignored=True,
        ),
        "of_serial": Listing(
            filterset=AuditFilters,
            orderings={"timestamp": "sequence"},
            default=("sequence",),
            tie="sequence",
            writer=shaped(AuditEntryShape),
            junk_paging_ignored=True,
        ),
        "export": Listing(
            filterset=ExportFilters,
            orderings={"timestamp": "sequence"},
            default=("sequence",),
            tie="sequence",
            writer=shaped(AuditEntryShape),
        ),
    }

    @documented("List audit entries", answer=AuditEntryShape, many=True)
    def list(self, request):
        """Newest first."""
        return self.listings["list"].answer(request, AuditEntry.objects.all())

    @documented("List a serial's audit entries", answer=AuditEntryShape, many=True)
    def of_serial(self, request, serial_id):
        """Oldest first, from its batch on; empty for an unknown serial."""
        return self.listings["of_serial"].answer(request, trail.of_serial(serial_id))

    @documented(
        "Verify the audit trail",
        answer=AuditProofShape,
        parameters=[
            OpenApiParameter(
                "full",
                {"type": "string", "enum": ["true", "false"]},
                description="`true`: the whole log, which takes a second for every 30,000 entries or so; line feeds "
                "come ahead of the answer while it goes on. Else the newest 20,000 entries or 1,000 checkpoints, from "
                "a checkpoint whose signature is right.",
            )
        ],
    )
    def verify(self, request):
        """Recompute it, and name the first bad entry. Nothing is changed."""
        refuse_filters(request, except_for=("full",))
        full = request.query_params.get("full", "false")
        if full not in {"true", "false"}:
            raise Invalid.field("full", "full must be true or false", code="invalid_filter")
        if full == "true":
            return StreamingHttpResponse(_while_verifying(Verification()), content_type="application/json")
        return Response(AuditProofShape.of(Verification(whole=False).run()))

    @documented(
        "Export audit entries",
        answer=None,
        also={media_type: {"type": "string"} for media_type in export.FORMATS.values()},
    )
    def export(self, request):
        """Oldest first. Whole and in JSON Lines, it can be verified without the server (docs/audit-proof.md)."""
        some, headers = self.listings["export"].select(request, AuditEntry.objects.all())
        form = request.query_params.get("format", "jsonl")
        is_whole = request.query_params.keys() <= {"format"}
        return StreamingHttpResponse(
            export.lines(form, None if is_whole else some),
            content_type=f"{export.FORMATS[form]}; charset=utf-8",
            headers=headers | {"Content-Disposition": f'attachment; filename="{export.file_name(form)}"'},
        )
