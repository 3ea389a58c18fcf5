"""Letting one part go on without the certificates that a step asks for (docs/requirements.md, "Overrides")."""

from collections.abc import Mapping

from django.db import transaction

from audit import trail
from audit.models import Action
from serials import refusals
from serials.models import RequirementOverride, RequirementPolicy, SerialStatus, StepRequirement
from serials.services import parts
from shopplanr.actor import Actor
from shopplanr.lookup import get_or_refuse
from shopplanr.values import required_text


@transaction.atomic
def create(serial_id: str, fields: Mapping[str, object], actor: Actor) -> RequirementOverride:
    """Let the part go on without what the requirement asks for; return the override, an existing one where there is.

    Raises ``Serial not found``, ``requirementId is required``, ``CertificateRequirement not found`` (also where it is
    another route's or no longer asked for), ``OverrideEnded``, ``NotOverridable``, ``reason is required``,
    ``userId is required``.
    """
    serial = parts.lock(serial_id)
    requirement_id = required_text(fields.get("requirementId"), "requirementId")
    asked = StepRequirement.active().filter(step__path=serial.path_id)
    requirement = get_or_refuse(asked, requirement_id, "CertificateRequirement")
    if serial.status != SerialStatus.IN_PROGRESS:
        raise refusals.OverrideEnded(serial.id, serial.get_status_display().lower())
    if requirement.policy != RequirementPolicy.BLOCK_OR_OVERRIDE:
        raise refusals.NotOverridable(requirement.get_policy_display().lower())
    reason = required_text(fields.get("reason"), "reason")
    created_by = actor.identified()
    existing = RequirementOverride.objects.filter(serial=serial.pk, requirement=requirement.pk).first()
    if existing:
        return existing
    override = RequirementOverride.objects.create(
        serial=serial, requirement=requirement, reason=reason, created_by=created_by
    )
    trail.record(
        Action.REQUIREMENT_OVERRIDDEN,
        actor,
        step_id=requirement.step_id,
        metadata={"requirementId": requirement.pk, "reason": reason},
        **parts.places(serial),
    )
    return override
