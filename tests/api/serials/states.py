"""Serials in every state of their life, brought there by the services."""

from serials.models import Path, Serial, Step
from serials.services import advancement, deferrals, endings
from tests.factories import OPERATOR, PathFactory, make_serial, steps_of

ROUTE = ("Saw", "Mill", "Inspect")


def flexible_path(*steps: object, mode: str = "flexible") -> Path:
    """Return a path on which serials may jump ahead."""
    return PathFactory(advancementMode=mode, steps=steps or ROUTE)


def optional(name: str) -> dict:
    """Return a step that may be skipped."""
    return {"name": name, "optional": True}


def physical(name: str, **settings) -> dict:
    """Return a step that the later ones physically depend on."""
    return {"name": name, "dependencyType": "physical", **settings}


def gate(name: str) -> dict:
    """Return a step that must be done before the end."""
    return {"name": name, "dependencyType": "completion_gate"}


def moved_to(index: int, path: Path | None = None) -> Serial:
    """Return a serial that jumped to this step of a flexible path; required steps in between are deferred."""
    serial = make_serial(path or flexible_path())
    return advancement.advance_to(serial.id, index, OPERATOR)[0]


def deferred_at_first_jump() -> tuple[Serial, Step]:
    """Return a serial that jumped from its first step to its last, and the one step that this deferred."""
    path = flexible_path()
    return moved_to(2, path), steps_of(path)[1]


def with_the_step(status: str) -> tuple[Serial, Step]:
    """Return a serial, and its step in the middle, which is of this status."""
    serial, step = deferred_at_first_jump()
    if status == "pending":
        serial = make_serial(serial.path)
    elif status == "in_progress":
        serial = moved_to(1, serial.path)
    elif status == "completed":
        serial = completed(serial.path)
    elif status == "skipped":
        serial = moved_to(2, flexible_path("Saw", optional("Deburr"), "Inspect"))
        step = steps_of(serial.path)[1]
    elif status == "waived":
        deferrals.waive(serial.id, step.id, "Measured by hand", OPERATOR)
    return serial, step


def scrapped(path: Path | None = None, reason: str = "damaged", explanation: str | None = None) -> Serial:
    """Return a serial that was scrapped at its first step."""
    return endings.scrap(make_serial(path).id, reason, explanation, OPERATOR)


def completed(path: Path | None = None) -> Serial:
    """Return a serial that went through all of its steps."""
    serial = make_serial(path)
    for _ in range(serial.path.steps.count()):
        serial = advancement.advance(serial.id, OPERATOR)
    return serial


def force_completed(path: Path | None = None, reason: str | None = None) -> Serial:
    """Return a serial that was completed at its first step with everything left open."""
    return endings.force_complete(make_serial(path).id, reason, OPERATOR)


def now(serial: Serial) -> Serial:
    """Return the serial as it is stored now."""
    return Serial.objects.get(pk=serial.pk)


def status_of(serial: Serial, step: Step) -> str:
    """Return what became of this step."""
    return serial.step_statuses.get(step=step).status


def statuses(serial: Serial) -> list[str]:
    """Return what became of each step, in step order."""
    return list(serial.step_statuses.order_by("step_index").values_list("status", flat=True))
