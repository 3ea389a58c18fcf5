"""Certificates with facts, revisions and revocations, for tests that are about what they are worth."""

from datetime import date

from certificates.models import Certificate, CertificateRevocation
from serials.models import Serial
from serials.services import requirements
from tests.factories import PLANNER, PathFactory


def paper(kind: str = "process", **facts) -> Certificate:
    """Record a certificate; ``facts`` are its columns."""
    return Certificate.objects.create(type=kind, name="Paper", **facts)


def revised(certificate: Certificate, **facts) -> Certificate:
    """Record a new revision of it, with other facts."""
    return Certificate.objects.create(
        name=certificate.name,
        first_revision_id=certificate.series,
        revision=certificate.revision + 1,
        supersedes=certificate,
        correction_reason="The mill had mixed up two heats",
        **{"type": certificate.type} | facts,
    )


def revoke(certificate: Certificate) -> None:
    """Withdraw it."""
    CertificateRevocation.objects.create(certificate=certificate, reason="The laboratory erred", revoked_by="marcus")


def asking(*steps: object, mode: str = "strict"):
    """Make a path; a step is a name, or a name with what it asks for as ``("Heat treat", {…}, …)``."""
    items = [step if isinstance(step, str) else {"name": step[0], "requirements": list(step[1:])} for step in steps]
    return PathFactory(steps=items, advancementMode=mode)


def asked_of(step) -> list:
    """Return what a step asks for now."""
    return list(step.requirements.filter(retired_at=None))


def ask(step, *wanted: dict) -> list:
    """Have the step ask for this, and for nothing else."""
    return requirements.set_of_step(step.pk, list(wanted), PLANNER).asked


def as_it_is(serial: Serial) -> Serial:
    """Read the part again."""
    return Serial.objects.get(pk=serial.pk)


DAY = date(2026, 3, 2)
PROCESS = {"certificateType": "process"}
MATERIAL = {"certificateType": "material"}
