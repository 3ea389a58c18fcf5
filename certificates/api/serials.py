"""``/api/serials``, with the certificates of a serial. A certificate knows serials, and not the other way round."""

from django.db.models import OuterRef, Subquery
from django_filters import filters
from rest_framework.response import Response

from certificates import readiness
from certificates.api.certs import ATTACHMENT_LISTING
from certificates.api.coverage_shapes import ReadinessShape
from certificates.api.shapes import AttachBody, CertAttachmentShape, CertificateShape, CertifiedSerialShape
from certificates.models import CertAttachment, Certificate
from certificates.services import attaching
from certificates.standing import all_that_is_shown
from serials.api.bodies import BatchBody
from serials.api.filters import SerialFilters
from serials.api.serials import SERIAL_LISTING, SerialViewSet
from serials.api.shapes import SerialShape
from serials.services import parts
from shopplanr.accounts.actors import actor_for
from shopplanr.api.listing import refuse_filters
from shopplanr.api.parsing import body
from shopplanr.api.schema import documented
from shopplanr.ids import serial_number


class CertifiedSerialFilters(SerialFilters):
    """Parts, also by a certificate that they carry."""

    certId = filters.CharFilter(method="carrying", label="Parts that carry this certificate.")

    def carrying(self, rows, name, value):
        """At whatever step it was attached."""
        return rows.filter(pk__in=CertAttachment.objects.filter(certificate=value).values("serial"))


class CertifiedSerialViewSet(SerialViewSet):
    """Physical parts, their way along the path, and their certificates."""

    listings = SerialViewSet.listings | {
        "list": SERIAL_LISTING.filtered_by(CertifiedSerialFilters),
        "cert_attachments": ATTACHMENT_LISTING,
    }

    @documented("Start a batch of serials", body=BatchBody, answer=SerialShape, many=True, code=201)
    def create(self, request):
        """At the first step of the path, with a certificate on each where one is given."""
        given = body(request)
        serials = attaching.create_batch(
            given.get("jobId"),
            given.get("pathId"),
            given.get("quantity"),
            actor_for(request, given.get("userId"), anonymous=True),
            given.get("certId"),
        )
        return self.created(SerialShape.each(serials))

    @documented("Get a serial with its certificates", answer=CertifiedSerialShape)
    def retrieve(self, request, id):
        """Each certificate once, by its first attachment."""
        serial = parts.find(id, "SerialNumber")
        carried = CertAttachment.objects.filter(serial=serial.pk)
        first = carried.filter(certificate=OuterRef("pk")).order_by("sequence").values("sequence")[:1]
        certificates = (
            all_that_is_shown(Certificate.objects.filter(pk__in=carried.order_by().values("certificate")))
            .annotate(first_attached=Subquery(first))
            .order_by("first_attached")
        )
        return Response(SerialShape.of(serial) | {"certs": CertificateShape.each(certificates)})

    @documented("Attach a certificate at a serial's current step", body=AttachBody, answer=CertAttachmentShape)
    def attach_cert(self, request, id):
        """The attachment that exists already, where it does."""
        given = body(request)
        actor = actor_for(request, given.get("userId"))
        return Response(CertAttachmentShape.of(attaching.attach(id, given.get("certId"), actor)))

    @documented("List a serial's certificate attachments", answer=CertAttachmentShape, many=True)
    def cert_attachments(self, request, id):
        """In the order in which they were made; empty for an unknown serial."""
        number = serial_number(id)
        found = CertAttachment.objects.none() if number is None else CertAttachment.objects.filter(serial=number)
        return self.listings["cert_attachments"].answer(request, found)

    @documented("Tell what still stands between a serial and its completion", answer=ReadinessShape)
    def readiness(self, request, id):
        """Steps, deferred steps, certificates, and what awaits a decision; the part's page shows the same."""
        refuse_filters(request)
        return Response(ReadinessShape.of(readiness.of_serial(id)))
