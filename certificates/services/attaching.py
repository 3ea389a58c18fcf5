"""Attaching certificates to parts, each at the step where the part stands."""

from collections.abc import Collection, Mapping

from django.db import transaction
from django.db.models import F, QuerySet, Value

from audit import trail
from audit.bulk import RandomId, insert_from_select
from audit.models import Action, AuditEntry
from certificates import standing
from certificates.models import CertAttachment, Certificate
from certificates.refusals import AttachToCompleted
from certificates.services import certificates
from serials.expressions import SerialId
from serials.models import Serial, SerialStatus, StepStatus, StepStatusCode
from serials.services import batches, parts
from shopplanr import clock
from shopplanr.actor import Actor
from shopplanr.values import given_text, required_text


@transaction.atomic
def attach(serial_id: str, certificate_id: object, actor: Actor) -> CertAttachment:
    """Attach the certificate to the part at its current step; return the attachment, an existing one where it is.

    Raises ``SerialNumber not found``, ``AttachToCompleted``, ``certId is required``, ``Certificate not found``, and for
    a new attachment ``CertificateRevoked``, ``CertificateSuperseded``.
    """
    serial = parts.lock(serial_id, "SerialNumber")
    check_may_attach(serial)
    certificate = find_attachable(required_text(certificate_id, "certId"))
    return _attach(certificate, [serial.pk], actor)[serial.pk]


@transaction.atomic
def attach_all(certificate_id: object, serial_ids: object, actor: Actor) -> list[CertAttachment]:
    """Attach the certificate to all of these parts or to none; return one attachment per id, in the order given.

    A constant number of statements. Raises ``certId is required``, ``serialIds must have at least one item``,
    ``userId is required``, ``Certificate not found``, ``SerialNumber not found``, ``AttachToCompleted``,
    ``CertificateRevoked``, ``CertificateSuperseded``.
    """
    certificate_id = required_text(certificate_id, "certId")
    serial_ids = parts.selection(serial_ids)
    actor.identified()
    certificate = find_attachable(certificate_id)
    serials = parts.lock_all(serial_ids, "SerialNumber")
    for serial in serials.values():
        if serial.status == SerialStatus.COMPLETED:
            raise AttachToCompleted(serial.id)
    attached = _attach(certificate, [serial.pk for serial in serials.values()], actor)
    return [attached[serials[serial_id].pk] for serial_id in serial_ids]


@transaction.atomic
def create_batch(
    job_id: object,
    path_id: object,
    quantity: object,
    actor: Actor,
    certificate_id: object = None,
    *,
    expected_parts: object = None,
) -> list[Serial]:
    """Start a batch, with this certificate on every part where one is given; return the parts.

    Raises what ``serials.services.batches.create`` raises, then ``certId must be text``, ``Certificate not found``,
    ``CertificateRevoked``, ``CertificateSuperseded``; nothing is kept then.
    """
    serials = batches.create(job_id, path_id, quantity, actor, expected_parts=expected_parts)
    if certificate_id := given_text(certificate_id, "certId"):
        _attach(find_attachable(certificate_id), range(serials[0].pk, serials[-1].pk + 1), actor)
    return serials


@transaction.atomic
def create_certified_batch(
    job_id: object,
    path_id: object,
    quantity: object,
    actor: Actor,
    certificate: Mapping[str, object],
    *,
    expected_parts: object = None,
) -> list[Serial]:
    """Record a certificate from the fields of ``POST /certs`` and start a batch with it on every part.

    Returns the parts. Both or neither: raises what ``certificates.create`` and ``create_batch`` raise.
    """
    certificate_id = certificates.create(certificate, actor).pk
    return create_batch(job_id, path_id, quantity, actor, certificate_id, expected_parts=expected_parts)


def check_may_attach(serial: Serial) -> None:
    """Raise ``AttachToCompleted`` where the part takes no more certificates."""
    if serial.status == SerialStatus.COMPLETED:
        raise AttachToCompleted()


def find_attachable(certificate_id: object) -> Certificate:
    """Return the certificate with its standing, by which ``write`` goes; raise ``Certificate not found``."""
    return standing.find(certificate_id)


def _attach(certificate: Certificate, numbers: Collection[int], actor: Actor) -> dict[int, CertAttachment]:
    """Attach to locked parts where they stand; return the attachment of each by its number."""
    attached = CertAttachment.objects.filter(
        certificate=certificate, step__order=F("serial__current_step_index"), **numbered(numbers)
    )
    # the one record in progress says where a part stands; a scrapped part's, where it stood
    records = StepStatus.objects.filter(status=StepStatusCode.IN_PROGRESS, **numbered(numbers))
    return write(certificate, records, attached, actor)


def write(
    certificate: Certificate,
    records: QuerySet[StepStatus],
    attached: QuerySet[CertAttachment],
    actor: Actor,
    *,
    late_reason: str = "",
) -> dict[int, CertAttachment]:
    """Attach at the steps of these records of locked parts, one for each; return the attachments by part.

    ``attached`` are those that exist there: they stay as they are. One audit entry per new attachment; three
    statements, whatever the number of parts, and one more at the end.
    """
    # Asked once, before anything is written. Within the INSERT, "not yet attached" would be asked again for every row,
    # and PostgreSQL, which knows nothing yet of the rows of a transaction, would go through all the others each time.
    already = set(attached.values_list("serial_id", flat=True))
    missing = records.order_by("serial_id")
    if already:
        missing = missing.exclude(serial__in=already)
    standing.require_attachable(certificate, missing)
    facts = {"late": True, "lateReason": late_reason} if late_reason else None
    trail.record_for_rows(
        Action.CERT_ATTACHED,
        actor,
        missing,
        serial_id=SerialId("serial_id"),
        cert_id=Value(certificate.pk),
        job_id=F("serial__job_id"),
        path_id=F("serial__path_id"),
        step_id=F("step_id"),
        metadata=Value(facts, AuditEntry._meta.get_field("metadata")),
    )
    insert_from_select(
        CertAttachment,
        {
            "attachment_id": RandomId("att"),
            "serial_id": F("serial_id"),
            "certificate_id": Value(certificate.pk),
            "step_id": F("step_id"),
            "attached_at": Value(clock.now()),
            "attached_by": Value(actor.identified()),
            "late": Value(bool(late_reason)),
            "late_reason": Value(late_reason),
        },
        missing,
    )
    return {attachment.serial_id: attachment for attachment in attached.all()}


def numbered(numbers: Collection[int]) -> dict[str, object]:
    """Return the filter for these parts; a batch is a range, and a range needs no list of thousands."""
    if isinstance(numbers, range):
        return {"serial__gte": numbers[0], "serial__lte": numbers[-1]}
    return {"serial__in": numbers}
