"""The rules of routing, as pure functions over plain values (lifecycle.md). Nothing here reads or writes anything.

A service loads a part's route, asks ``advance`` or ``jump`` what happens, and carries the answer out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from serials import refusals

PENDING, IN_PROGRESS, COMPLETED = "pending", "in_progress", "completed"
SKIPPED, DEFERRED, WAIVED = "skipped", "deferred", "waived"

ALLOWED_CHANGES = frozenset(
    {
        (PENDING, IN_PROGRESS),  # the part arrives at the step
        (IN_PROGRESS, COMPLETED),  # the part moves on from it
        (PENDING, SKIPPED),  # a jump passes it, and it is optional or overridden
        (PENDING, DEFERRED),  # a jump passes it, and it is required
        (DEFERRED, COMPLETED),  # the work is done later
        (DEFERRED, WAIVED),  # the work is excused
    }
)
"""Every change of a step's status that exists (lifecycle.md, "Step statuses")."""

DONE = frozenset({COMPLETED, WAIVED})
"""Statuses that leave nothing to do at a required step."""

STRICT, FLEXIBLE, PER_STEP = "strict", "flexible", "per_step"
PHYSICAL = "physical"


@dataclass(frozen=True, slots=True)
class RouteStep:
    """One step of a path, as it stands for one part."""

    step_id: str
    name: str
    index: int
    optional: bool
    dependency_type: str
    status: str
    overridden: bool
    asks: bool = False
    """Whether the step asks for certificates at present (``serials.services.leaving``)."""

    @property
    def required(self) -> bool:
        """Whether the part needs this step: not optional, and not made so by an active override."""
        return not (self.optional or self.overridden)


@dataclass(frozen=True, slots=True)
class Bypass:
    """A step that a jump passes, and what it becomes: ``skipped`` or ``deferred``."""

    step: RouteStep
    classification: str


@dataclass(frozen=True, slots=True)
class Move:
    """What one move does. ``target`` is None where the part completes.

    ``asked`` are the steps whose certificates have to be there first: the one that is left and, where the part
    completes, every step that was done before; each only where it asks for any.
    """

    origin: RouteStep
    target: RouteStep | None
    bypassed: tuple[Bypass, ...] = ()
    asked: tuple[RouteStep, ...] = ()

    @property
    def completes(self) -> bool:
        """Whether the part leaves its path."""
        return self.target is None


def may_change(before: str, after: str) -> bool:
    """Tell whether a step's status may go from ``before`` to ``after``."""
    return (before, after) in ALLOWED_CHANGES


def classify(step: RouteStep) -> str:
    """Return what a step becomes when a jump passes it."""
    return DEFERRED if step.required else SKIPPED


def open_requirements(steps: Iterable[RouteStep]) -> list[RouteStep]:
    """Return the required steps that are neither completed nor waived."""
    return [step for step in steps if step.required and step.status not in DONE]


def advance(serial_id: str, steps: Sequence[RouteStep], current: int) -> Move:
    """Return the move to the next step, in every mode; from the last step it completes the part.

    Raises ``CompletionBlocked``.
    """
    return _checked(serial_id, steps, _move(steps, current, current + 1))


def jump(serial_id: str, steps: Sequence[RouteStep], mode: str, current: int, target: int) -> Move:
    """Return the move to the step at ``target``; the number of steps itself means past the last one.

    Raises, in this order: ``NotForward``, ``OutOfRange``, ``StrictMode``, ``PhysicalStep``, ``CompletionBlocked``.
    """
    if target <= current:
        raise refusals.NotForward()
    if target > len(steps):
        raise refusals.OutOfRange()
    if mode == STRICT and target != current + 1:
        raise refusals.StrictMode()
    passed = steps[current + 1 : target]
    if mode == PER_STEP and any(_stands_in_the_way(step) for step in passed):
        raise refusals.PhysicalStep()
    return _checked(serial_id, steps, _move(steps, current, target))


def _stands_in_the_way(step: RouteStep) -> bool:
    return step.dependency_type == PHYSICAL and step.required and step.status != COMPLETED


def work_done(steps: Iterable[RouteStep], current: int) -> tuple[RouteStep, ...]:
    """Return the steps that ask for certificates among those that were done, the one at ``current`` included.

    Steps that were skipped or waived ask for nothing, and deferred ones only when their work is done after all.
    """
    return tuple(step for step in steps if step.asks and (step.index == current or step.status == COMPLETED))


def _move(steps: Sequence[RouteStep], current: int, target: int) -> Move:
    origin, completes = steps[current], target >= len(steps)
    return Move(
        origin=origin,
        target=None if completes else steps[target],
        asked=work_done(steps, current) if completes else (origin,) if origin.asks else (),
        # what is done already stays done
        bypassed=tuple(Bypass(step, classify(step)) for step in steps[current + 1 : target] if step.status == PENDING),
    )


def _checked(serial_id: str, steps: Sequence[RouteStep], move: Move) -> Move:
    """Let a part complete only when no required step is left deferred, nor would be by this very move."""
    if move.completes:
        deferred_now = {bypass.step.index for bypass in move.bypassed if bypass.classification == DEFERRED}
        blocking = [
            step.name for step in steps if step.required and (step.status == DEFERRED or step.index in deferred_now)
        ]
        if blocking:
            raise refusals.CompletionBlocked(serial_id, blocking)
    return move
