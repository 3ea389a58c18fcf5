"""The tables of certificates: documents that go on parts, and the certifications that products hold."""

from certificates.models.certificates import (
    FILE_NAME_MAX_LENGTH,
    NAME_MAX_LENGTH,
    NUMBER_MAX_LENGTH,
    CertAttachment,
    Certificate,
    CertificateDocument,
    CertificateRevocation,
    DocumentType,
)
from certificates.models.imports import ImportKind, ImportState, RecordImport
from certificates.models.products import Certification, CertificationAssignment, JobProduct, Product, VerificationStatus
from serials.models import CertificateType, En10204Type

__all__ = [
    "FILE_NAME_MAX_LENGTH",
    "NAME_MAX_LENGTH",
    "NUMBER_MAX_LENGTH",
    "CertAttachment",
    "Certificate",
    "CertificateDocument",
    "CertificateRevocation",
    "CertificateType",
    "Certification",
    "CertificationAssignment",
    "DocumentType",
    "En10204Type",
    "ImportKind",
    "ImportState",
    "JobProduct",
    "Product",
    "RecordImport",
    "VerificationStatus",
]
