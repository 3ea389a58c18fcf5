"""Parts about which one may ask for something, and what became of it."""

from dataclasses import dataclass

from audit.models import Action, AuditEntry
from serials.models import ApprovalKind, ApprovalRequest, Serial, StepOverride
from serials.services import approvals
from shopplanr.actor import Actor
from tests.api.serials.states import deferred_at_first_jump
from tests.factories import make_serial, steps_of

REASON = "Measured by hand"

KINDS = ApprovalKind.values

ACTION_OF = {
    ApprovalKind.WAIVER: Action.STEP_WAIVED,
    ApprovalKind.OVERRIDE: Action.STEP_OVERRIDE_CREATED,
    ApprovalKind.FORCE_COMPLETE: Action.SERIAL_FORCE_COMPLETED,
}


@dataclass(frozen=True)
class Matter:
    """What is asked for: a kind, a part, and the step that it is about, if any."""

    kind: str
    serial: Serial
    step_id: str | None

    def ask(self, actor: Actor, reason: str = REASON) -> ApprovalRequest:
        """Ask for it."""
        return approvals.request(self.kind, self.serial.id, self.step_id, reason, actor)

    @property
    def is_carried_out(self) -> bool:
        """Whether the part is as was asked for."""
        if self.kind == ApprovalKind.FORCE_COMPLETE:
            return Serial.objects.get(pk=self.serial.pk).force_completed
        if self.kind == ApprovalKind.WAIVER:
            return self.serial.step_statuses.get(step=self.step_id).status == "waived"
        return StepOverride.objects.filter(serial=self.serial, step=self.step_id, active=True).exists()

    @property
    def entries(self) -> list[AuditEntry]:
        """The entries that say that it was carried out."""
        return list(AuditEntry.objects.filter(action=ACTION_OF[self.kind], serial_id=self.serial.id))

    @property
    def body(self) -> dict[str, str]:
        """What one sends to ask for it."""
        step = {} if self.step_id is None else {"stepId": self.step_id}
        return {"kind": self.kind, "serialId": self.serial.id, "reason": REASON} | step


def matter(kind: str) -> Matter:
    """Return something of this kind that can be done, about a new part."""
    if kind == ApprovalKind.WAIVER:
        serial, step = deferred_at_first_jump()
        return Matter(kind, serial, step.pk)
    serial = make_serial()
    return Matter(kind, serial, steps_of(serial.path)[1].pk if kind == ApprovalKind.OVERRIDE else None)
