"""The tables of certificates: documents that go on parts, and the certifications that products hold."""

from certificates.models.certificates import NAME_MAX_LENGTH, CertAttachment, Certificate, CertificateType
from certificates.models.products import Certification, CertificationAssignment, JobProduct, Product, VerificationStatus

__all__ = [
    "NAME_MAX_LENGTH",
    "CertAttachment",
    "Certificate",
    "CertificateType",
    "Certification",
    "CertificationAssignment",
    "JobProduct",
    "Product",
    "VerificationStatus",
]
