"""``/api/certs``."""

from django_filters import FilterSet, filters
from rest_framework.response import Response

from certificates.api.shapes import AttachAllBody, CertAttachmentShape, CertificateBody, CertificateShape
from certificates.models import CertAttachment, Certificate, CertificateType
from certificates.services import attaching, certificates, late
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right, refusal_sentence
from shopplanr.api.filters import Before, Since, TrueFalseFilter
from shopplanr.api.listing import Listing, shaped
from shopplanr.api.parsing import body
from shopplanr.api.schema import documented
from shopplanr.api.viewsets import ApiViewSet
from shopplanr.lookup import get_or_refuse
from shopplanr.refusals import Forbidden


class CertificateFilters(FilterSet):
    """Certificates."""

    type = filters.ChoiceFilter(choices=CertificateType.choices, label="Material or process.")
    name = filters.CharFilter(lookup_expr="icontains", label="Part of the name.")
    createdSince = Since("created_at", "Recorded at or after this moment.")
    createdBefore = Before("created_at", "Recorded before this moment.")

    class Meta:
        model = Certificate
        fields: list[str] = []


class AttachmentFilters(FilterSet):
    """Attachments of one certificate."""

    stepId = filters.CharFilter(field_name="step_id", label="Attached at this step.")
    attachedBy = filters.CharFilter(field_name="attached_by", label="Attached by this person.")
    late = TrueFalseFilter(label="Attached when the part had left the step.")

    class Meta:
        model = CertAttachment
        fields: list[str] = []


ATTACHMENT_LISTING = Listing(
    filterset=AttachmentFilters,
    orderings={"attachedAt": "sequence", "serialId": "serial_id"},
    default=("sequence",),
    writer=shaped(CertAttachmentShape),
)


class CertificateViewSet(ApiViewSet):
    """Material and process certificates."""

    listings = {
        "list": Listing(
            filterset=CertificateFilters,
            orderings={"name": "name", "type": "type", "createdAt": "created_at"},
            default=("created_at",),
            writer=shaped(CertificateShape),
        ),
        "attachments": ATTACHMENT_LISTING,
    }

    @documented("List certificates", answer=CertificateShape, many=True)
    def list(self, request):
        """Oldest first."""
        return self.listings["list"].answer(request, Certificate.objects.all())

    @documented("Record a certificate", body=CertificateBody, answer=CertificateShape, code=201)
    def create(self, request):
        """It never changes again."""
        certificate = certificates.create(body(request), actor_for(request, None, anonymous=True))
        return self.created(CertificateShape.of(certificate))

    @documented("Get a certificate", answer=CertificateShape)
    def retrieve(self, request, id):
        """By its id."""
        return Response(CertificateShape.of(get_or_refuse(Certificate.objects.all(), id, "Certificate")))

    @documented("Attach a certificate to several serials", body=AttachAllBody, answer=CertAttachmentShape, many=True)
    def batch_attach(self, request):
        """To each at its own current step; to all of them or to none.

        With ``stepId`` at that step, which a part may have left: then it is late, and ``lateReason`` says why.
        """
        given = body(request)
        step_id, late_reason = given.get("stepId"), given.get("lateReason")
        if late_reason is not None and not request.user.has_perm(Right.ATTACH_LATE):
            raise Forbidden(refusal_sentence(Right.ATTACH_LATE))
        actor = actor_for(request, given.get("userId"))
        if step_id is None and late_reason is None:
            attached = attaching.attach_all(given.get("certId"), given.get("serialIds"), actor)
        else:
            attached = late.attach_at(given.get("certId"), given.get("serialIds"), step_id, late_reason, actor)
        return Response(CertAttachmentShape.each(attached))

    @documented("List a certificate's attachments", answer=CertAttachmentShape, many=True)
    def attachments(self, request, id):
        """In the order in which they were made."""
        certificate = get_or_refuse(Certificate.objects.all(), id, "Certificate")
        return self.listings["attachments"].answer(request, certificate.attachments.all())
