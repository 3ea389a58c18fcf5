"""What went into a part: its certificates, the people who worked on it, what they wrote, and what its product is
certified for. Reads for the API and the pages; a constant number of queries.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db.models import Count
from django.db.models.functions import Coalesce

from audit import trail
from audit.models import AuditEntry
from certificates.models import (
    CertAttachment,
    Certificate,
    CertificateDocument,
    CertificateRevocation,
    CertificationAssignment,
    JobProduct,
    Product,
)
from certificates.validity import covers
from serials.models import Note, Serial, SerialStatus, Step, StepStatus
from serials.services import parts
from shopplanr import clock
from shopplanr.admin.people import names_of


class Standing(StrEnum):
    """Whether a certificate still vouches for the part that carries it."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Carried:
    """A certificate on the part. ``newest`` is its newest revision, which vouches for it unless that was revoked."""

    attachment: CertAttachment
    certificate: Certificate
    newest: Certificate
    revocation: CertificateRevocation | None
    documents: Sequence[CertificateDocument] = ()
    attached_by_name: str = ""

    @property
    def standing(self) -> Standing:
        """How it stands today."""
        if self.revocation:
            return Standing.REVOKED
        return Standing.CURRENT if self.newest.pk == self.certificate.pk else Standing.SUPERSEDED

    @property
    def revoked_at(self) -> datetime | None:
        """When it was revoked, None where it was not."""
        return self.revocation.revoked_at if self.revocation else None

    @property
    def revoked_by(self) -> str:
        """Who revoked it."""
        return self.revocation.revoked_by if self.revocation else ""

    @property
    def revocation_reason(self) -> str:
        """Why it was revoked."""
        return self.revocation.reason if self.revocation else ""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody did about the part, with their names as people know them."""

    entry: AuditEntry
    who: str
    called_by: str

    @property
    def what(self) -> str:
        """In words."""
        return self.entry.get_action_display()

    @property
    def reason(self) -> str:
        """What was chosen and written; a reason may be one of ours (``out_of_tolerance``), which reads as words."""
        facts = self.entry.metadata or {}
        reason, explanation = (str(facts.get(name) or "") for name in ("reason", "explanation"))
        if "_" in reason and reason.replace("_", "").isalpha() and reason.islower():
            reason = reason.replace("_", " ")
        return ": ".join(filter(None, (reason, explanation)))


@dataclass(frozen=True, slots=True)
class Written:
    """A note about the part."""

    note: Note
    who: str


@dataclass(frozen=True, slots=True)
class Stop:
    """A step of the part's path, with all that belongs to it. ``went`` None: it never left it, or was never there."""

    step: Step
    status: str
    came: datetime | None
    went: datetime | None
    certificates: Sequence[Carried]
    deeds: Sequence[Deed]
    notes: Sequence[Written]


@dataclass(frozen=True, slots=True)
class Certified:
    """A certification of the part's product, judged on the day of the trace."""

    assignment: CertificationAssignment
    is_active: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything. ``deeds`` are those that belong to no step; ``day`` is when the part ended, today while it is made.

    Certifications are those that its job's product has now, each judged on that day. Withdrawn ones are in the trail.
    """

    serial: Serial
    stops: Sequence[Stop]
    deeds: Sequence[Deed]
    day: date
    product: Product | None
    certifications: Sequence[Certified]

    @property
    def certificates(self) -> Sequence[Carried]:
        """All of them, in the order of attaching."""
        carried = [each for stop in self.stops for each in stop.certificates]
        return sorted(carried, key=lambda each: each.attachment.sequence)

    @property
    def all_deeds(self) -> Sequence[Deed]:
        """All of them, in the order in which they were done."""
        deeds = [*self.deeds, *(deed for stop in self.stops for deed in stop.deeds)]
        return sorted(deeds, key=lambda deed: deed.entry.sequence)

    @property
    def doubtful(self) -> Sequence[Carried]:
        """Certificates that were revoked."""
        return [each for each in self.certificates if each.standing == Standing.REVOKED]

    @property
    def people(self) -> Sequence[str]:
        """Who did something about it, by name, in the order in which they came to it."""
        return list(dict.fromkeys(deed.who for deed in self.all_deeds))


def trace(serial_id: object) -> Trace:
    """Return what went into a part; ten queries. Raises ``SerialNumber not found``."""
    serial = parts.find(serial_id, "SerialNumber", Serial.objects.select_related("job", "path"))
    records = list(StepStatus.objects.filter(serial=serial.pk).select_related("step").order_by("step_index"))
    attachments = list(CertAttachment.objects.filter(serial=serial.pk).select_related("certificate"))
    entries = list(trail.of_serial(serial.id))
    notes = list(
        Note.objects.filter(noted_serials__serial=serial.pk).annotate(photo_count=Count("photos")).order_by("sequence")
    )
    people = names_of(
        {
            *(person for entry in entries for person in (entry.user_id, entry.called_by)),
            *(attachment.attached_by for attachment in attachments),
            *(note.created_by for note in notes),
        }
    )
    carried = list(_carried(attachments, people))
    deeds = [Deed(entry, _name(people, entry.user_id), _name(people, entry.called_by)) for entry in entries]
    stops = [
        Stop(
            step=record.step,
            status=record.status,
            came=_came(serial, record, entries),
            went=_went(serial, record, entries),
            certificates=[each for each in carried if each.attachment.step_id == record.step_id],
            deeds=[deed for deed in deeds if _place(deed.entry) == record.step_id],
            notes=[Written(note, _name(people, note.created_by)) for note in notes if note.step_id == record.step_id],
        )
        for record in records
    ]
    steps = {record.step_id for record in records}
    ended = serial.status != SerialStatus.IN_PROGRESS  # both ends are final, so it is the last change
    day = clock.day_of(serial.updated_at) if ended else clock.today()
    product, certifications = _product(serial, day)
    return Trace(
        serial=serial,
        stops=stops,
        deeds=[deed for deed in deeds if _place(deed.entry) not in steps],
        day=day,
        product=product,
        certifications=certifications,
    )


def _name(people: Mapping[str, str], user_id: str) -> str:
    return people.get(user_id, user_id)


def _place(entry: AuditEntry) -> str:
    """Return the step that an entry belongs to: the one that the part left, or the one that it names."""
    return entry.from_step_id or entry.step_id


def _came(serial: Serial, record: StepStatus, entries: Sequence[AuditEntry]) -> datetime | None:
    if record.step_index == 0:
        return serial.created_at
    return next((entry.timestamp for entry in entries if entry.to_step_id == record.step_id), None)


def _went(serial: Serial, record: StepStatus, entries: Sequence[AuditEntry]) -> datetime | None:
    if serial.scrap_step_id == record.step_id:
        return serial.scrapped_at
    if serial.force_completed and record.status == "in_progress":
        return serial.force_completed_at
    return next((entry.timestamp for entry in entries if entry.from_step_id == record.step_id), None)


def _carried(attachments: Sequence[CertAttachment], people: Mapping[str, str]) -> Iterator[Carried]:
    """Put beside each certificate what became of it since; two queries, none where there are no certificates."""
    if not attachments:
        return
    keys = {attachment.certificate_id for attachment in attachments}
    series = {attachment.certificate.series for attachment in attachments}
    newest: dict[str, Certificate] = {}
    revisions = Certificate.objects.annotate(first=Coalesce("first_revision", "id")).filter(first__in=series)
    for certificate in revisions.select_related("revocation").order_by("revision"):
        newest[certificate.series] = certificate
    documents: dict[str, list[CertificateDocument]] = {key: [] for key in keys}
    for document in CertificateDocument.objects.filter(certificate__in=keys).order_by("sequence"):
        documents[document.certificate_id].append(document)
    for attachment in attachments:
        latest = newest[attachment.certificate.series]
        yield Carried(
            attachment=attachment,
            certificate=attachment.certificate,
            newest=latest,
            revocation=getattr(latest, "revocation", None),
            documents=documents[attachment.certificate_id],
            attached_by_name=_name(people, attachment.attached_by),
        )


def _product(serial: Serial, day: date) -> tuple[Product | None, list[Certified]]:
    link = JobProduct.objects.filter(job=serial.job_id).select_related("product").first()
    if link is None:
        return None, []
    assignments = CertificationAssignment.objects.filter(product=link.product_id).select_related("certification")
    return link.product, [
        Certified(each, covers(each.valid_from, each.expiration_date, day))
        for each in assignments.order_by("certification__label", "pk")
    ]
