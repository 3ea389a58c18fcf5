"""``/api/audit``: reading the trail."""

from django_filters import FilterSet, filters
from rest_framework import serializers

from audit import trail
from audit.models import Action, AuditEntry
from shopplanr.api.filters import Before, Since
from shopplanr.api.listing import Listing, shaped
from shopplanr.api.schema import documented
from shopplanr.api.shapes import Shape, Text, Timestamp
from shopplanr.api.viewsets import ApiViewSet


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
    }

    @documented("List audit entries", answer=AuditEntryShape, many=True)
    def list(self, request):
        """Newest first."""
        return self.listings["list"].answer(request, AuditEntry.objects.all())

    @documented("List a serial's audit entries", answer=AuditEntryShape, many=True)
    def of_serial(self, request, serial_id):
        """Oldest first, from its batch on; empty for an unknown serial."""
        return self.listings["of_serial"].answer(request, trail.of_serial(serial_id))
