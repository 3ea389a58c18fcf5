"""Attaching one certificate to every part of a job that misses it."""

from dataclasses import dataclass

from django.db import transaction

from certificates import evidence, job_coverage
from certificates.coverage import MATERIAL
from certificates.refusals import DoesNotFulfil
from certificates.services import attaching, late
from serials.models import StepRequirement
from shopplanr.actor import Actor
from shopplanr.lookup import get_or_refuse
from shopplanr.refusals import Conflict
from shopplanr.values import given_text, required_text


@dataclass(frozen=True, slots=True)
class Covered:
    """How many parts got the certificate, and how many still miss one: those for which it comes late."""

    requirement: StepRequirement
    attached: int
    late: int
    left_out: int


@transaction.atomic
def attach_to_missing(
    job_id: str, requirement_id: object, certificate_id: object, late_reason: object, actor: Actor, *, may_be_late: bool
) -> Covered:
    """Attach the certificate to all parts of the job that lack it for this requirement now; return how many those are.

    To parts that stand at the step, there; a material certificate wherever the part stands. To the others it comes
    late, with the reason, if ``may_be_late``; otherwise these are left out. A constant number of statements.

    Raises ``Job not found``, ``CertificateRequirement not found``, ``certId is required``, ``Certificate not found``,
    ``DoesNotFulfil``, ``nothing_missing``, and what ``late.attach_at`` raises.
    """
    found = job_coverage.of_job(job_id)
    asked = StepRequirement.active().filter(step__path__job=found.job.pk)
    requirement = get_or_refuse(asked, required_text(requirement_id, "requirementId"), "CertificateRequirement")
    certificate = attaching.find_attachable(required_text(certificate_id, "certId"))
    if not evidence.is_of_the_kind(certificate, requirement):
        raise DoesNotFulfil(certificate.name, requirement.words)

    missing = job_coverage.parts_missing(found, requirement.pk)
    here = [line.serial_id for line, cell in missing if not cell.late]
    behind = [line.serial_id for line, cell in missing if cell.late]
    if not here and not (behind and may_be_late):
        raise Conflict("No part misses this any more that can still get it.", code="nothing_missing")
    if behind and may_be_late:
        late.attach_at(certificate.pk, behind, requirement.step_id, given_text(late_reason, "lateReason"), actor)
    if here and requirement.certificate_type == MATERIAL:
        attaching.attach_all(certificate.pk, here, actor)
    elif here:
        late.attach_at(certificate.pk, here, requirement.step_id, None, actor)
    late_ones = len(behind) if may_be_late else 0
    return Covered(requirement, len(here) + late_ones, late_ones, len(behind) - late_ones)
