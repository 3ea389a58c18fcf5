"""Rows about certificates that the database takes, and such as break one of its rules."""

from datetime import date

from certificates.models import CertAttachment, Certificate, CertificateDocument, CertificateRevocation


def a_certificate(**fields) -> Certificate:
    return Certificate(**{"type": "material", "name": "x"} | fields)


def a_revision(shop, **fields) -> Certificate:
    whole = {"first_revision": shop.certificate, "supersedes": shop.certificate, "revision": 2}
    return a_certificate(**whole | {"correction_reason": "typo"} | fields)


def a_document(shop, **fields) -> CertificateDocument:
    whole = {"file_name": "x.pdf", "content_type": "application/pdf", "size_bytes": 1, "uploaded_by": "li"}
    return CertificateDocument(**{"certificate": shop.certificate, "digest": "0" * 64} | whole | fields)


def an_attachment(shop, **fields) -> CertAttachment:
    whole = {"serial": shop.moving, "certificate": shop.certificate, "step": shop.steps[1], "attached_by": "li"}
    return CertAttachment(**whole | fields)


def a_revocation(shop, **fields) -> CertificateRevocation:
    return CertificateRevocation(**{"certificate": shop.certificate, "reason": "x", "revoked_by": "li"} | fields)


OF_CERTIFICATES = [
    ("certificate_en10204_known", lambda shop: a_certificate(en10204_type="3")),
    (
        "certificate_covers_a_day",
        lambda shop: a_certificate(valid_from=date(2024, 3, 1), valid_to=date(2024, 2, 29)),
    ),
    ("certificate_revision_whole", lambda shop: a_certificate(revision=0)),
    ("certificate_revision_whole", lambda shop: a_certificate(correction_reason="typo")),
    ("certificate_revision_whole", lambda shop: a_certificate(first_revision=shop.certificate)),
    ("certificate_revision_whole", lambda shop: a_revision(shop, revision=1)),
    ("certificate_revision_whole", lambda shop: a_revision(shop, supersedes=None)),
    ("certificate_revision_whole", lambda shop: a_revision(shop, first_revision=None)),
    ("certificate_revision_whole", lambda shop: a_revision(shop, correction_reason="")),
    (
        "certificate_revision_once",
        lambda shop: a_revision(shop, first_revision=shop.corrected, supersedes=shop.certificate),
    ),
    ("revocation_has_a_reason", lambda shop: a_revocation(shop, reason="")),
    ("revocation_names_somebody", lambda shop: a_revocation(shop, revoked_by="")),
    ("document_once_per_certificate", lambda shop: a_document(shop, digest=shop.document.digest)),
    ("document_type_known", lambda shop: a_document(shop, content_type="text/html")),
    ("document_has_a_name", lambda shop: a_document(shop, file_name="")),
    ("document_has_a_size", lambda shop: a_document(shop, size_bytes=0)),
    ("document_digest_whole", lambda shop: a_document(shop, digest="0" * 63)),
    ("document_digest_whole", lambda shop: a_document(shop, digest="F" * 64)),
    ("document_digest_whole", lambda shop: a_document(shop, digest="../" + "0" * 61)),
    ("document_names_somebody", lambda shop: a_document(shop, uploaded_by="")),
    ("attachment_late_with_a_reason", lambda shop: an_attachment(shop, late=True)),
    ("attachment_late_with_a_reason", lambda shop: an_attachment(shop, late_reason="by post")),
]
"""A constraint, and a row that breaks it."""
