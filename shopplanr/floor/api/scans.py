"""``/api/scan`` and ``/api/scans``."""

from django.http import HttpResponse
from django_filters import FilterSet, filters
from rest_framework.response import Response

from serials.models.routes import NAME_MAX_LENGTH
from shopplanr.accounts.actors import actor_for
from shopplanr.api.filters import Before, Since
from shopplanr.api.listing import Listing, shaped
from shopplanr.api.parsing import body
from shopplanr.api.schema import documented
from shopplanr.api.viewsets import ApiViewSet
from shopplanr.floor import scanning
from shopplanr.floor.addresses import own_hosts
from shopplanr.floor.api.shapes import ScanBody, ScanShape, VerdictShape
from shopplanr.floor.models import Scan, ScanVerdict
from shopplanr.ids import ID_MAX_LENGTH
from shopplanr.refusals import Invalid
from shopplanr.values import given_text


class ScanFilters(FilterSet):
    """Scans."""

    verdict = filters.ChoiceFilter(choices=ScanVerdict.choices, label="What came of it.")
    code = filters.CharFilter(label="What stands in the code, to the letter.")
    recordId = filters.CharFilter(field_name="record_id", label="Of this part, certificate or job.")
    station = filters.CharFilter(label="Scanned at this station.")
    userId = filters.CharFilter(field_name="user_id", label="Who scanned.")
    since = Since("scanned_at", "At or after this moment.")
    before = Before("scanned_at", "Before this moment.")

    class Meta:
        model = Scan
        fields: list[str] = []


class ScanViewSet(ApiViewSet):
    """Scans. They can be made and read, and nothing else."""

    listings = {
        "list": Listing(
            filterset=ScanFilters,
            orderings={"scannedAt": "sequence"},
            default=("-sequence",),
            tie="-sequence",
            writer=shaped(ScanShape),
        )
    }

    @documented("Scan a code", body=ScanBody, answer=VerdictShape)
    def create(self, request):
        """Finish the part at the station, attach the certificate in hand, or look it up. A refusal is a verdict too."""
        given = body(request)
        code = given.get("code")
        if not isinstance(code, str) or not code.strip():
            raise Invalid.required("code")
        verdict = scanning.scan(
            code,
            given_text(given.get("station"), "station", NAME_MAX_LENGTH),
            actor_for(request, given.get("userId")),
            request.user.has_perm,
            own_hosts=own_hosts(request),
            certificate_id=given_text(given.get("certId"), "certId", ID_MAX_LENGTH),
        )
        return Response(VerdictShape.of(verdict))

    @documented("List scans", answer=ScanShape, many=True)
    def list(self, request) -> HttpResponse:
        """Newest first, failed ones included."""
        return self.listings["list"].answer(request, Scan.objects.all())
