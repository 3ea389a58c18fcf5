"""What the demo's certificates are held to, beside what they say."""

from datetime import date, timedelta

from certificates.models import Certificate, CertificateDocument, CertificateRevocation
from shopplanr import content_store


def reports_are_on_paper() -> None:
    """See that each mill test report has its facts and its paper, as it was stored."""
    for report in Certificate.objects.filter(en10204_type="3.1"):
        assert report.heat_lot == report.metadata["heatNumber"]
        assert report.number and report.issuer and report.issue_date
        assert report.documents.count() == 1
    for document in CertificateDocument.objects.all():
        assert document.content_type == "application/pdf"
        content_store.verify(document.digest)


def one_of_each_fate(today: date) -> None:
    """See that one was put right, one is revoked, one runs out soon and one has run out."""
    (revision,) = Certificate.objects.filter(revision=2)
    assert (revision.heat_lot, revision.supersedes.heat_lot) == ("FL-88231", "FL-88213")
    assert revision.attachments.exists()
    (revocation,) = CertificateRevocation.objects.all()
    assert revocation.certificate.attachments.exists()
    soon = Certificate.objects.filter(valid_to__range=(today, today + timedelta(days=30)))
    assert soon.filter(attachments__isnull=False).exists()
    assert Certificate.objects.filter(valid_to__lt=today).exists()
