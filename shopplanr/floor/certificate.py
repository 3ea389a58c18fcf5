"""Everything that a certificate's page shows: how it stands, its documents, its revisions, and where it is used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from certificates import standing, usage
from certificates.admin.marks import TYPE_MARKS
from certificates.models import CertAttachment, Certificate, CertificateDocument, CertificateType
from certificates.services import documents
from certificates.services.certificates import facts_of
from certificates.standing import Standing
from serials.models import SerialStatus
from shopplanr import clock
from shopplanr.admin.people import names_of
from shopplanr.floor.paging import Page, page_of

NAMES = {
    "type": "Type",
    "name": "Name",
    "number": "Number",
    "issuer": "Issuer",
    "heatLot": "Heat or lot",
    "en10204Type": "EN 10204 type",
    "issueDate": "Issued on",
    "validFrom": "Valid from",
    "validTo": "Valid to",
    "metadata": "Further facts",
}
"""What people call the facts of a certificate."""

STATUS_WORDS = {
    SerialStatus.IN_PROGRESS: "in work",
    SerialStatus.COMPLETED: "completed",
    SerialStatus.SCRAPPED: "scrapped",
}

SHOWN_BY_THEMSELVES = {"type", "name", "metadata"}


@dataclass(frozen=True, slots=True)
class Change:
    """What a correction changed. ``before`` and ``after`` are empty where they are too long for a line."""

    name: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of the certificate, and what it put right."""

    certificate: Certificate
    changes: Sequence[Change] = ()
    is_shown: bool = False


@dataclass(frozen=True, slots=True)
class CertificatePage:
    """A certificate with all that its page shows."""

    certificate: Certificate
    standing: Standing
    revisions: Sequence[Revision]
    documents: Sequence[CertificateDocument]
    parts: Page
    jobs: Sequence[usage.JobShare]
    people: Mapping[str, str] = field(default_factory=dict)
    vouched_for: Mapping[str, int] | None = None

    @property
    def facts(self) -> list[tuple[str, object]]:
        """What it says, by the names that people use; dates as dates."""
        said = facts_of(self.certificate).items()
        return [(NAMES[name], value) for name, value in said if value and name not in SHOWN_BY_THEMSELVES]

    @property
    def in_force(self) -> bool:
        """Whether parts may get it."""
        return self.standing not in {Standing.REVOKED, Standing.SUPERSEDED}

    @property
    def newest(self) -> Certificate:
        """The newest revision; itself where it is that."""
        return self.revisions[-1].certificate if self.revisions else self.certificate

    @property
    def all_vouched_for(self) -> int:
        """On how many parts revoking it would be seen."""
        return sum((self.vouched_for or {}).values())


def look_up(certificate_id: object, asked_page: object, *, with_effect: bool) -> CertificatePage:
    """Return a certificate's page; ten queries at most, whatever the number of parts.

    ``with_effect`` also counts the parts that revoking it is about. Raises ``Certificate not found``.
    """
    certificate = standing.find(certificate_id)
    stands = standing.standing_of(certificate, clock.today())
    revisions = _revisions(certificate)
    # A correction vouches for the parts that carry what it corrected.
    carried = [each.certificate.pk for each in revisions if each.certificate.revision <= certificate.revision]
    carried = carried or [certificate.pk]
    attachments = CertAttachment.objects.filter(certificate__in=carried)
    parts = page_of(attachments.select_related("step", "serial__job", "certificate").order_by("-sequence"), asked_page)
    shown = documents.put_where_else(documents.of_certificate(certificate).select_related("certificate"))
    counts = with_effect and not certificate.superseded_by_id and not certificate.revoked_at
    return CertificatePage(
        certificate=certificate,
        standing=stands,
        revisions=revisions,
        documents=shown,
        parts=parts,
        jobs=usage.jobs_carrying(carried) if parts.total else [],
        people=names_of(
            [certificate.revoked_by, *(each.attached_by for each in parts.rows), *(each.uploaded_by for each in shown)]
        ),
        vouched_for=_in_words(standing.parts_vouched_for(certificate)) if counts else None,
    )


def _revisions(certificate: Certificate) -> list[Revision]:
    """Return all revisions, the first one first; none where there is but one."""
    if certificate.revision == 1 and not certificate.superseded_by_id:
        return []
    rows = list(standing.with_standing(standing.revisions_of(certificate)))
    return [
        Revision(each, _changes(before, each) if before else (), each.pk == certificate.pk)
        for before, each in zip([None, *rows], rows, strict=False)
    ]


def _changes(before: Certificate, after: Certificate) -> list[Change]:
    was, now = facts_of(before), facts_of(after)
    return [
        Change(NAMES[name])
        if isinstance(value, dict) or isinstance(was[name], dict)
        else Change(NAMES[name], _short(name, was[name]), _short(name, value))
        for name, value in now.items()
        if value != was[name]
    ]


def _short(name: str, value: object) -> str:
    if name == "type":
        return TYPE_MARKS[CertificateType(value)].word
    return str(value or "nothing")


def _in_words(counts: Mapping[SerialStatus, int]) -> dict[str, int]:
    words = {
        SerialStatus.IN_PROGRESS: "in work",
        SerialStatus.COMPLETED: "completed",
        SerialStatus.SCRAPPED: "scrapped",
    }
    return {words[status]: count for status, count in counts.items() if count}
