"""Letting one part go on without the certificates that a step asks for (docs/requirements.md, "Overrides")."""

from collections.abc import Mapping

from django.db import transaction

from audit import trail
from audit.models import Action
from serials import refusals
from serials.models import ApprovalKind, RequirementOverride, RequirementPolicy, Serial, SerialStatus, StepRequirement
from serials.services import parts, requests
from shopplanr.actor import Actor
from shopplanr.lookup import get_or_refuse
from shopplanr.refusals import NotFound
from shopplanr.values import required_text


@transaction.atomic
def create(serial_id: str, fields: Mapping[str, object], actor: Actor) -> RequirementOverride:
    """Let the part go on without what the requirement asks for; return the override, an existing one where there is.

    Raises ``Serial not found``, ``requirementId is required``, ``CertificateRequirement not found`` (also where it is
    another route's or no longer asked for), ``OverrideEnded``, ``NotOverridable``, ``reason is required``,
    ``userId is required``, and what ``second_person`` raises.
    """
    serial = parts.lock(serial_id)
    requirement = find_asked(serial, fields.get("requirementId"))
    check_may_override(serial, requirement)
    reason = required_text(fields.get("reason"), "reason")
    created_by = actor.identified()
    existing = existing_for(serial, requirement)
    if existing:
        return existing
    step_id = requirement.step_id
    asked = requests.settle(ApprovalKind.REQUIREMENT_OVERRIDE, [serial], step_id, actor, reason, requirement.pk)
    override = RequirementOverride.objects.create(
        serial=serial, requirement=requirement, reason=reason, created_by=created_by
    )
    trail.record(
        Action.REQUIREMENT_OVERRIDDEN,
        actor,
        step_id=step_id,
        metadata={"requirementId": requirement.pk, "reason": reason} | asked[serial.pk],
        **parts.places(serial),
    )
    return override


def find_asked(serial: Serial, requirement_id: object) -> StepRequirement:
    """Return what a step of the part's path asks for.

    Raises ``requirementId is required``, ``CertificateRequirement not found`` (also where it is another route's or no
    longer asked for).
    """
    requirement_id = required_text(requirement_id, "requirementId")
    asked = StepRequirement.active().filter(step__path=serial.path_id)
    return get_or_refuse(asked, requirement_id, "CertificateRequirement")


def existing_for(serial: Serial, requirement: StepRequirement) -> RequirementOverride | None:
    """Return the override that the part has already, None where it has none."""
    return RequirementOverride.objects.filter(serial=serial.pk, requirement=requirement.pk).first()


def check_may_override(serial: Serial, requirement: StepRequirement) -> None:
    """Raise where nobody can override it for this part.

    Raises ``CertificateRequirement not found`` where it is no longer asked for, ``OverrideEnded``, ``NotOverridable``.
    """
    if requirement.retired_at is not None:
        raise NotFound.of("CertificateRequirement", requirement.pk)
    if serial.status != SerialStatus.IN_PROGRESS:
        raise refusals.OverrideEnded(serial.id, serial.get_status_display().lower())
    if requirement.policy != RequirementPolicy.BLOCK_OR_OVERRIDE:
        raise refusals.NotOverridable(requirement.get_policy_display().lower())
