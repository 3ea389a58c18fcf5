"""``/api/certs``."""

from django_filters import FilterSet, filters
from rest_framework.response import Response

from certificates import selecting
from certificates.api.shapes import (
    AttachAllBody,
    CertAttachmentShape,
    CertificateBody,
    CertificateShape,
    RevokeBody,
    SupersedeBody,
)
from certificates.models import (
    CertAttachment,
    Certificate,
    CertificateType,
    En10204Type,
)
from certificates.services import attaching, certificates, late, revisions
from certificates.standing import all_that_is_shown
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right, refusal_sentence
from shopplanr.api.filters import Before, DayFilter, Since, TrueFalseFilter
from shopplanr.api.listing import Listing, shaped
from shopplanr.api.parsing import body
from shopplanr.api.schema import documented
from shopplanr.api.viewsets import ApiViewSet
from shopplanr.lookup import get_or_refuse
from shopplanr.refusals import Forbidden
from shopplanr.values import calendar_date


class CertificateFilters(FilterSet):
    """Certificates."""

    type = filters.ChoiceFilter(choices=CertificateType.choices, label="Material or process.")
    name = filters.CharFilter(lookup_expr="icontains", label="Part of the name.")
    search = filters.CharFilter(method="find", label="Part of any of its facts, or its id.")
    number = filters.CharFilter(field_name="number", label="Of this number.")
    issuer = filters.CharFilter(method="exactly", label="Of this issuer.")
    heatLot = filters.CharFilter(method="exactly", label="Of this heat or lot.")
    en10204Type = filters.ChoiceFilter(
        field_name="en10204_type", choices=En10204Type.choices, label="Of this type of EN 10204."
    )
    validOn = DayFilter(method="valid_on", label="Valid on this day; an end that is not known is open.")
    expiresBefore = DayFilter(method="expiring", label="Whose last day is before this one.")
    current = TrueFalseFilter(method="in_force", label="Whether they are neither superseded nor revoked.")
    revoked = TrueFalseFilter(method="withdrawn", label="Whether they were revoked.")
    createdSince = Since("created_at", "Recorded at or after this moment.")
    createdBefore = Before("created_at", "Recorded before this moment.")

    class Meta:
        model = Certificate
        fields: list[str] = []

    def find(self, rows, name, value):
        """In whatever fact."""
        return selecting.found(rows, value)

    def exactly(self, rows, name, value):
        """To the letter: it is what one asks with where a heat was used."""
        return selecting.of({"issuer": "issuer", "heatLot": "heat_lot"}[name], rows, value)

    def valid_on(self, rows, name, value):
        """Both ends count."""
        return rows.filter(selecting.covering(calendar_date(value, name)))

    def expiring(self, rows, name, value):
        """The sooner or the long ago: with validOn, those that run out soon."""
        return rows.filter(valid_to__lt=calendar_date(value, name))

    def in_force(self, rows, name, value):
        """Those that parts may get, whatever the day."""
        return rows.filter(selecting.IN_FORCE) if value == "true" else rows.exclude(selecting.IN_FORCE)

    def withdrawn(self, rows, name, value):
        """By itself: a superseded revision never is."""
        return rows.filter(revocation__isnull=value == "false")


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
            orderings={
                "name": "name",
                "type": "type",
                "number": "number",
                "issuer": "issuer",
                "heatLot": "heat_lot",
                "issueDate": "issue_date",
                "validTo": "valid_to",
                "createdAt": "created_at",
            },
            default=("created_at",),
            writer=shaped(CertificateShape),
        ),
        "attachments": ATTACHMENT_LISTING,
    }

    @documented("List certificates", answer=CertificateShape, many=True)
    def list(self, request):
        """Oldest first."""
        return self.listings["list"].answer(request, all_that_is_shown(Certificate.objects.all()))

    @documented("Record a certificate", body=CertificateBody, answer=CertificateShape, code=201)
    def create(self, request):
        """It never changes again."""
        certificate = certificates.create(body(request), actor_for(request, None, anonymous=True))
        return self.created(_shown(certificate.pk))

    @documented("Get a certificate", answer=CertificateShape)
    def retrieve(self, request, id):
        """By its id."""
        return Response(_shown(id))

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

    @documented("Put a certificate right", body=SupersedeBody, answer=CertificateShape, code=201)
    def supersede(self, request, id):
        """By a new revision, which supersedes this one. Parts that carry this one are vouched for by the new one."""
        given = body(request)
        revision = revisions.supersede(id, given, given.get("reason"), actor_for(request, given.get("userId")))
        return self.created(_shown(revision.pk))

    @documented("Revoke a certificate", body=RevokeBody, answer=CertificateShape)
    def revoke(self, request, id):
        """It goes on no further serial, and every serial that carries it shows so."""
        given = body(request)
        revisions.revoke(id, given.get("reason"), actor_for(request, given.get("userId")))
        return Response(_shown(id))


def _shown(certificate_id: object) -> dict[str, object]:
    rows = all_that_is_shown(Certificate.objects.all())
    return CertificateShape.of(get_or_refuse(rows, certificate_id, "Certificate"))
