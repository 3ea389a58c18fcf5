"""Parts about which one may ask for something, and what became of it."""

from dataclasses import dataclass

from audit.models import Action, AuditEntry
from serials.models import ApprovalKind, ApprovalRequest, RequirementOverride, Serial, StepOverride
from serials.services import approvals
from shopplanr.actor import Actor
from tests.api.serials.states import deferred_at_first_jump
from tests.coverage.papers import PROCESS, asked_of, asking
from tests.factories import make_serial, steps_of

REASON = "Measured by hand"

KINDS = ApprovalKind.values

ACTION_OF = {
    ApprovalKind.WAIVER: Action.STEP_WAIVED,
    ApprovalKind.OVERRIDE: Action.STEP_OVERRIDE_CREATED,
    ApprovalKind.FORCE_COMPLETE: Action.SERIAL_FORCE_COMPLETED,
    ApprovalKind.REQUIREMENT_OVERRIDE: Action.REQUIREMENT_OVERRIDDEN,
}


@dataclass(frozen=True)
class Matter:
    """What is asked for: a kind, a part, and the step and the requirement that it is about, if any."""

    kind: str
    serial: Serial
    step_id: str | None
    requirement_id: str | None = None

    def ask(self, actor: Actor, reason: str = REASON) -> ApprovalRequest:
        """Ask for it."""
        return approvals.request(
            self.kind, self.serial.id, self.step_id, reason, actor, requirement_id=self.requirement_id
        )

    @property
    def is_carried_out(self) -> bool:
        """Whether the part is as was asked for."""
        if self.kind == ApprovalKind.FORCE_COMPLETE:
            return Serial.objects.get(pk=self.serial.pk).force_completed
        if self.kind == ApprovalKind.WAIVER:
            return self.serial.step_statuses.get(step=self.step_id).status == "waived"
        if self.kind == ApprovalKind.REQUIREMENT_OVERRIDE:
            return RequirementOverride.objects.filter(serial=self.serial, requirement=self.requirement_id).exists()
        return StepOverride.objects.filter(serial=self.serial, step=self.step_id, active=True).exists()

    @property
    def entries(self) -> list[AuditEntry]:
        """The entries that say that it was carried out."""
        return list(AuditEntry.objects.filter(action=ACTION_OF[self.kind], serial_id=self.serial.id))

    @property
    def body(self) -> dict[str, str]:
        """What one sends to ask for it."""
        return {"kind": self.kind, "serialId": self.serial.id, "reason": REASON} | self.places

    @property
    def places(self) -> dict[str, str]:
        """Which step and which requirement it is about, where it is about any."""
        places = {"stepId": self.step_id, "requirementId": self.requirement_id}
        return {name: place for name, place in places.items() if place is not None}


def matter(kind: str) -> Matter:
    """Return something of this kind that can be done, about a new part."""
    if kind == ApprovalKind.WAIVER:
        serial, step = deferred_at_first_jump()
        return Matter(kind, serial, step.pk)
    if kind == ApprovalKind.REQUIREMENT_OVERRIDE:
        return about_a_requirement()
    serial = make_serial()
    return Matter(kind, serial, steps_of(serial.path)[1].pk if kind == ApprovalKind.OVERRIDE else None)


def about_a_requirement(policy: str = "block_or_override", steps: int = 0) -> Matter:
    """Return that a new part would go on without the certificate that its second step asks for."""
    path = asking("Saw", ("Heat treat", PROCESS | {"policy": policy}), *(f"Step {number}" for number in range(steps)))
    heat_treat = steps_of(path)[1]
    (requirement,) = asked_of(heat_treat)
    return Matter(ApprovalKind.REQUIREMENT_OVERRIDE, make_serial(path), heat_treat.pk, requirement.pk)
