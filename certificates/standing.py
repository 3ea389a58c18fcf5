"""How certificates stand: which revision is the newest, whether one was revoked, whether it still holds.

Whoever carries an older revision is vouched for by the newest one. So where the newest was revoked, all of them were.
"""

from datetime import date
from enum import StrEnum

from django.db.models import Case, Count, DateTimeField, F, OuterRef, Q, QuerySet, Subquery, TextField, When
from django.db.models.functions import Coalesce, NullIf

from certificates import refusals
from certificates.models import CertAttachment, Certificate, CertificateDocument, CertificateRevocation
from serials.models import SerialStatus
from shopplanr.lookup import get_or_refuse


class Standing(StrEnum):
    """How a certificate stands on a day; the first that applies, from the top."""

    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    CURRENT = "current"


def standing_of(certificate: Certificate, day: date) -> Standing:
    """Return how a certificate that was read ``with_standing`` stands on the day."""
    if certificate.revoked_at:
        return Standing.REVOKED
    if certificate.superseded_by_id:
        return Standing.SUPERSEDED
    if certificate.valid_to and certificate.valid_to < day:
        return Standing.EXPIRED
    if certificate.valid_from and day < certificate.valid_from:
        return Standing.NOT_YET
    return Standing.CURRENT


def with_standing(rows: QuerySet[Certificate]) -> QuerySet[Certificate]:
    """Add ``superseded_by_id``, ``revoked_at``, ``revoked_reason`` and ``revoked_by``, None where there is none.

    In the same query. A superseded revision has the revocation of the newest one.
    """
    return rows.annotate(**_annotations(""))


def attached(rows: QuerySet[CertAttachment]) -> list[CertAttachment]:
    """Return attachments whose certificates have their standing, in the same query."""
    found = list(rows.select_related("certificate").annotate(**_annotations("certificate__")))
    for attachment in found:
        for name in _annotations(""):
            setattr(attachment.certificate, name, getattr(attachment, name))
    return found


def _annotations(to: str) -> dict[str, object]:
    """Return what a query adds; ``to`` leads from its rows to the certificate."""
    return {
        "superseded_by_id": F(f"{to}superseded_by__pk"),
        "revoked_at": _of_revocation(to, "revoked_at", DateTimeField()),
        "revoked_reason": _of_revocation(to, "reason", TextField()),
        "revoked_by": _of_revocation(to, "revoked_by", TextField()),
    }


def with_documents(rows: QuerySet[Certificate]) -> QuerySet[Certificate]:
    """Add ``document_count``: how many documents a revision has of its own, None where it has none."""
    counted = CertificateDocument.objects.filter(certificate=OuterRef("pk")).order_by().values("certificate")
    return rows.annotate(document_count=NullIf(Subquery(counted.values(count=Count("pk"))), 0))


def all_that_is_shown(rows: QuerySet[Certificate]) -> QuerySet[Certificate]:
    """Return the certificates with all that the API shows of them; one query whatever their number."""
    return with_documents(with_standing(rows))


def _of_revocation(to: str, column: str, field) -> Case:
    """Read a column of its own revocation, or of the newest revision's: looked for only where there is a newer one."""
    series = Coalesce(OuterRef(f"{to}first_revision"), OuterRef(f"{to}pk"))
    of_series = CertificateRevocation.objects.filter(certificate__first_revision=series).values(column)[:1]
    return Case(
        When(**{f"{to}superseded_by__isnull": False}, then=Subquery(of_series)),
        default=F(f"{to}revocation__{column}"),
        output_field=field,
    )


def find(certificate_id: object) -> Certificate:
    """Return the certificate with its standing; raise ``Certificate not found: {id}``."""
    return get_or_refuse(with_standing(Certificate.objects.all()), certificate_id, "Certificate")


def require_in_force(certificate: Certificate) -> None:
    """Raise ``CertificateRevoked`` or ``CertificateSuperseded`` where parts may not get it any more."""
    if certificate.revoked_at:
        raise refusals.CertificateRevoked(certificate.pk)
    if certificate.superseded_by_id:
        raise refusals.CertificateSuperseded(certificate.pk, newest_of(certificate))


def require_attachable(certificate: Certificate, missing: QuerySet) -> None:
    """Raise what ``require_in_force`` raises where there are parts that do not have the certificate yet.

    ``missing`` are rows, one for each of them. It costs a query only where the certificate is not in force.

    The certificate's row is not locked for it: whoever attaches in the moment in which somebody revokes did so before,
    and the part shows it like all the others.
    """
    if (certificate.revoked_at or certificate.superseded_by_id) and missing.exists():
        require_in_force(certificate)


def newest_of(certificate: Certificate) -> str:
    """Return the id of the newest revision."""
    return revisions_of(certificate).order_by("-revision").values_list("pk", flat=True)[0]


def revisions_of(certificate: Certificate) -> QuerySet[Certificate]:
    """Return all revisions of a certificate, itself included, the first one first."""
    series = Q(pk=certificate.series) | Q(first_revision=certificate.series)
    return Certificate.objects.filter(series).order_by("revision")


def parts_vouched_for(certificate: Certificate) -> dict[SerialStatus, int]:
    """Return how many parts carry this revision or an earlier one, by the part's status; one query.

    They are those that revoking it is about.
    """
    carried = revisions_of(certificate).filter(revision__lte=certificate.revision).order_by()
    rows = CertAttachment.objects.filter(certificate__in=carried.values("pk")).order_by()
    counts = dict(rows.values_list("serial__status").annotate(Count("serial", distinct=True)))
    return {status: counts.get(status.value, 0) for status in SerialStatus}
