"""Putting certificates right by new revisions, and revoking them. What was recorded stays as it was."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from audit import history, trail
from audit.models import Action
from certificates import refusals, standing
from certificates.models import Certificate, CertificateRevocation
from certificates.services import documents
from certificates.services.certificates import FIELDS, checked, facts_of
from shopplanr.actor import Actor
from shopplanr.values import required_text


def supersede(
    certificate_id: object,
    fields: Mapping[str, object],
    reason: object,
    actor: Actor,
    uploads: Sequence[documents.Upload] = (),
) -> Certificate:
    """Put a certificate right: record a new revision that supersedes it, and why; return the new one.

    ``fields`` are those of ``POST /certs``. What is left out is taken over from the revision before; what is given as
    None is gone. Documents stay where they are, and are shown with every later revision. Parts that carry the one
    before keep it, and are vouched for by the new one.

    Raises ``Certificate not found``, ``SupersededMeanwhile``, ``RevokedAlready``, ``reason is required``,
    ``userId is required``, and what ``certificates.create`` raises.
    """
    kept: list[documents.Kept] = []
    if uploads:  # before the transaction, because it takes long; and not for what is refused anyhow
        _checked(standing.find(certificate_id), fields, reason, actor)
        kept = documents.keep(uploads)
    with transaction.atomic():
        before = documents.lock(certificate_id)
        reason, facts = _checked(before, fields, reason, actor)
        revision = Certificate(
            first_revision_id=before.series,
            revision=before.revision + 1,
            supersedes=before,
            correction_reason=reason,
            **facts,
        )
        about = {"reason": reason, "supersededBy": revision.pk, "revision": revision.revision}
        entry = trail.record(Action.CERT_SUPERSEDED, actor, cert_id=before.pk, metadata=about)
        history.attribute(revision, actor, reason=reason, entry=entry).save(force_insert=True)
        documents.write(revision, kept, actor)
    return revision


def _checked(
    before: Certificate, fields: Mapping[str, object], reason: object, actor: Actor
) -> tuple[str, dict[str, object]]:
    _require_in_force(before)
    reason = required_text(reason, "reason")
    actor.identified()
    return reason, checked(facts_of(before) | {name: fields[name] for name in FIELDS if name in fields})


@transaction.atomic
def revoke(certificate_id: object, reason: object, actor: Actor) -> CertificateRevocation:
    """Withdraw a certificate: it goes on no further part, and every part that carries it shows so.

    Raises ``Certificate not found``, ``SupersededMeanwhile``, ``RevokedAlready``, ``reason is required``,
    ``userId is required``.
    """
    certificate = documents.lock(certificate_id)
    _require_in_force(certificate)
    reason = required_text(reason, "reason")
    revoked_by = actor.identified()
    trail.record(Action.CERT_REVOKED, actor, cert_id=certificate.pk, metadata={"reason": reason})
    return CertificateRevocation.objects.create(certificate=certificate, reason=reason, revoked_by=revoked_by)


def _require_in_force(certificate: Certificate) -> None:
    if certificate.superseded_by_id:
        raise refusals.SupersededMeanwhile(certificate.pk, standing.newest_of(certificate))
    if certificate.revoked_at:
        raise refusals.RevokedAlready(certificate.pk)
