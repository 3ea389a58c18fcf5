"""The words in which the demo's jobs are planned: operations, routes, batches, and what becomes of the parts."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from serials.models import AdvancementMode, CertificateType, DependencyType, En10204Type, RequirementPolicy

STRICT, FLEXIBLE, PER_STEP = AdvancementMode.STRICT, AdvancementMode.FLEXIBLE, AdvancementMode.PER_STEP
PAST_THE_END = "past the last step"
"""Where a jump completes the part."""

ADVISED, BLOCKS, MAY_BE_OVERRIDDEN = (
    RequirementPolicy.WARN,
    RequirementPolicy.BLOCK,
    RequirementPolicy.BLOCK_OR_OVERRIDE,
)

PHYSICAL, PREFERRED, GATE = DependencyType.PHYSICAL, DependencyType.PREFERRED, DependencyType.COMPLETION_GATE


EPIC = "DEMO-100"
"""The epic of every demo job in the issue tracker, by which they are told from others: it never changes."""


# --- Certificates


@dataclass(frozen=True, slots=True)
class Day:
    """A date in a certificate, so many days after the day on which it is recorded; before it where negative."""

    after_recording: int


@dataclass(frozen=True, slots=True)
class CertificatePlan:
    """A certificate to be recorded; dates in its metadata are ``Day``. ``with_paper``: it came as a document."""

    type: str
    name: str
    metadata: Mapping[str, object]
    with_paper: bool = False


@dataclass(frozen=True, slots=True)
class Correction:
    """What is put right in a certificate, and the day of the story on which; ``words`` are those of its metadata."""

    day: float
    fields: Mapping[str, object]
    words: Mapping[str, object]
    reason: str


Paper = Callable[[random.Random, int], CertificatePlan]
"""Writes the certificate of the n-th lot that went through an operation, from 0."""


# --- Routes


def asks_for(kind: CertificateType, policy: RequirementPolicy) -> dict[str, object]:
    """Return one certificate of this kind as a step asks for it, and what happens to a part without it."""
    return {"certificateType": kind.value, "policy": policy.value}


MATERIAL_BLOCKS = asks_for(CertificateType.MATERIAL, BLOCKS) | {"en10204Minimum": En10204Type.INSPECTION.value}
MATERIAL_ADVISED = asks_for(CertificateType.MATERIAL, ADVISED)
PROCESS_ADVISED = asks_for(CertificateType.PROCESS, ADVISED)
PROCESS_OR_OVERRIDE = asks_for(CertificateType.PROCESS, MAY_BE_OVERRIDDEN)


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of a route, and how it is worked.

    Parts go through one at a time, or ``lot`` of them together. ``paper`` is written for each lot and goes on its
    parts, except for the lots in ``without_paper``, whose report has not come. ``standing`` are keys of certificates
    that go on every part as they then are: the gauge's calibration, the inspector's qualification. ``remarks`` are
    notes about the n-th lot, from 0, by whoever works here.
    """

    name: str
    location: str
    by: str
    minutes: float
    optional: bool = False
    dependency: str = PREFERRED
    lot: int = 0
    paper: Paper | None = None
    paper_by: str = "hannah"
    without_paper: frozenset[int] = frozenset()
    standing: tuple[str, ...] = ()
    remarks: Mapping[int, str] = field(default_factory=dict)
    asks: tuple[Mapping[str, object], ...] = ()
    """The certificates that the step asks for, as the items of a request; from the beginning."""
    asks_later: tuple[float, tuple[Mapping[str, object], ...]] | None = None
    """The working day of the story on which it begins to ask for something else, and for what."""
    handed_over: tuple[float, str] | None = None
    """The working day of the story on which somebody else takes over, and who."""

    def worker(self, day: float) -> str:
        """Return who works here on that day of the story."""
        return self.handed_over[1] if self.handed_over and day >= self.handed_over[0] else self.by


@dataclass(frozen=True, slots=True)
class Batch:
    """Parts that are started together, so many working hours after the route's first; on one heat of material.

    ``heat`` is the key of the material's certificate, None where that has not come.
    """

    quantity: int
    after_hours: float
    heat: str | None


# --- What becomes of parts


@dataclass(frozen=True, slots=True)
class Override:
    """While the part stands at ``at``, ``step`` is made optional for it, for which somebody else has asked."""

    step: str
    at: str
    reason: str
    asked_by: str
    by: str = "carla"


@dataclass(frozen=True, slots=True)
class Reversal:
    """While the part stands at ``at``, the override of ``step`` is taken back."""

    step: str
    at: str
    reason: str
    by: str = "carla"


@dataclass(frozen=True, slots=True)
class Waiver:
    """While the part stands at ``at``, its deferred ``step`` is waived, for which somebody else has asked."""

    step: str
    at: str
    reason: str
    asked_by: str
    by: str = "marcus"


@dataclass(frozen=True, slots=True)
class DoneLater:
    """While the part stands at ``at``, its deferred ``step`` is done after all, by whoever works there."""

    step: str
    at: str


@dataclass(frozen=True, slots=True)
class LetPass:
    """While the part stands at ``at``, it may go on without the certificates that this step asks for."""

    at: str
    reason: str
    asked_by: str
    by: str = "carla"


@dataclass(frozen=True, slots=True)
class Question:
    """While the part stands at ``at``, somebody asks for what is not granted: it is declined, withdrawn, or still open.

    ``kind`` is a waiver, an override of a step or of what it asks for, or a force-completion, which has no ``step``.
    """

    kind: str
    at: str
    reason: str
    by: str
    step: str = ""
    declined_by: str = ""
    because: str = ""
    withdrawn: bool = False

    @property
    def is_answered(self) -> bool:
        """Whether it awaits no decision any more."""
        return self.withdrawn or bool(self.declined_by)


Decision = Override | Reversal | Waiver | DoneLater | LetPass | Question


@dataclass(frozen=True, slots=True)
class Remark:
    """While the part stands at ``at``, whoever works there writes a note about it, with a photo or without."""

    at: str
    text: str
    photo: str = ""


@dataclass(frozen=True, slots=True)
class Scrap:
    """How the part ends at the step where it ``stays``."""

    reason: str
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Force:
    """The part is completed from where it ``stays``, with work left open, for which somebody else has asked."""

    reason: str
    asked_by: str
    by: str = "carla"


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of ``count`` parts of a route.

    They go from step to step, except for ``jumps`` (from a step's name to a later one's), until the step where they
    ``stay``, and to the end of the route where there is none.
    """

    count: int
    stays: str | None = None
    end: Scrap | Force | None = None
    jumps: Mapping[str, str] = field(default_factory=dict)
    meanwhile: tuple[Decision | Remark, ...] = ()


class Part(NamedTuple):
    """A part before it has a serial number: its route's key, and its place among the route's parts from 0."""

    route: str
    place: int


@dataclass(frozen=True, slots=True)
class Route:
    """A path of a job, the parts that are made on it, and when: in working days of the story."""

    key: str
    name: str
    goal: int
    mode: str
    operations: tuple[Operation, ...]
    batches: tuple[Batch, ...]
    fates: tuple[Fate, ...]
    first_day: float
    last_day: float

    @property
    def quantity(self) -> int:
        """Parts that are started."""
        return sum(batch.quantity for batch in self.batches)

    def index(self, step: str) -> int:
        """Return the place of the step of this name; of ``PAST_THE_END``, the number of steps."""
        if step == PAST_THE_END:
            return len(self.operations)
        return [operation.name for operation in self.operations].index(step)


@dataclass(frozen=True, slots=True)
class JobChange:
    """What the planner changes of a job later on, and the working day of the story; None stays as it is."""

    day: float
    goal: int | None = None
    due_in_days: int | None = None


@dataclass(frozen=True, slots=True)
class JobPlan:
    """A job with its routes. ``due_in_days`` counts calendar days from today, ``opened`` working days of the story.

    ``ticket`` is its key in the issue tracker, and in this plan.
    """

    ticket: str
    name: str
    customer: str
    purchase_order: str
    part_number: str
    revision: str
    summary: str
    priority: str
    labels: tuple[str, ...]
    tags: tuple[str, ...]
    goal: int
    due_in_days: int
    opened: float
    routes: tuple[Route, ...]
    materials: Mapping[str, tuple[float, CertificatePlan]]
    """Certificates of what goes into the parts by key, and the day of the story on which each is recorded."""
    changes: tuple[JobChange, ...] = ()
    planner: str = "vikram"
    product: str = ""
    """GTIN of what the job makes, where that is sold under one."""
    corrections: Mapping[str, Correction] = field(default_factory=dict)
    """What is put right in the certificates of ``materials``, by key."""
