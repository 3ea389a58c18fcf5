"""How a certificate's type is shown, and whether a product's certification holds and is to be trusted."""

from datetime import date

from certificates.models import Certificate, CertificateType, CertificationAssignment, VerificationStatus
from certificates.standing import Standing, standing_of
from certificates.validity import covers
from shopplanr.admin.marks import Mark

TYPE_MARKS = {
    CertificateType.MATERIAL: Mark("Material", "material", "quiet"),
    CertificateType.PROCESS: Mark("Process", "process", "quiet"),
}


def type_mark(kind: str) -> Mark:
    """Return how the type is shown."""
    return TYPE_MARKS[CertificateType(kind)]


STANDING_MARKS = {
    Standing.REVOKED: Mark("Revoked", "scrapped", "bad"),
    Standing.SUPERSEDED: Mark("Superseded", "reversed", "warn"),
    Standing.EXPIRED: Mark("Expired", "late", "bad"),
    Standing.NOT_YET: Mark("Not yet valid", "pending", "quiet"),
    Standing.CURRENT: Mark("In force", "completed", "good"),
}


def standing_mark(certificate: Certificate, day: date) -> Mark:
    """Return how it is shown how a certificate, read with its standing, stands on the day."""
    return STANDING_MARKS[standing_of(certificate, day)]


ACTIVE = Mark("Active", "completed", "good")
NOT_YET = Mark("Not yet valid", "pending", "quiet")
EXPIRED = Mark("Expired", "scrapped", "bad")

VERIFICATION_MARKS = {
    VerificationStatus.UNVERIFIED: Mark("Unverified", "pending", "quiet"),
    VerificationStatus.VERIFIED: Mark("Verified", "waived", "good"),
    VerificationStatus.EXPIRED: Mark("Verification expired", "deferred", "warn"),
}


def validity_mark(assignment: CertificationAssignment, day: date) -> Mark:
    """Return how it is shown whether the certification holds on the day."""
    if covers(assignment.valid_from, assignment.expiration_date, day):
        return ACTIVE
    return EXPIRED if assignment.expiration_date and assignment.expiration_date < day else NOT_YET


def verification_mark(status: str) -> Mark:
    """Return how it is shown whether somebody verified the certificate."""
    return VERIFICATION_MARKS[VerificationStatus(status)]
