"""A shop in plain Python: the rules of lifecycle.md and the sentences of api.md, written a second time.

Nothing here knows the product's code, so that a mistake would have to be made twice to go unnoticed. Whoever does
something is a name, or None for somebody who did not say.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


class Refused(Exception):
    """The shop does not do it: the HTTP status, and the sentence where one is documented, else maybe the code."""

    def __init__(self, sentence: str | None, status: int = 400, code: str = ""):
        super().__init__(sentence or code)
        self.sentence = sentence
        self.status = status
        self.code = code


def _named(who: str | None) -> None:
    if who is None:
        raise Refused("userId is required")


def _not_found(noun: str, identifier: str) -> Refused:
    return Refused(f"{noun} not found: {identifier}", 404)


@dataclass(eq=False)
class Asked:
    """So many certificates of a kind that a step asks for."""

    kind: str
    quantity: int
    policy: str


@dataclass(eq=False)
class Step:
    """One operation of a path."""

    name: str
    optional: bool
    dependency: str
    id: str = ""
    assigned_to: str | None = None
    noted: bool = False
    asks: list[Asked] = field(default_factory=list)


@dataclass(eq=False)
class Path:
    """A route. ``id`` is what the real one got."""

    mode: str
    steps: list[Step]
    id: str = ""
    parts: list["Part"] = field(default_factory=list)
    deleted: bool = False

    def found(self) -> None:
        """Refuse what is asked of a path that was deleted."""
        if self.deleted:
            raise _not_found("Path", self.id)

    def set_mode(self, mode: str) -> None:
        """Change how parts may move."""
        self.found()
        self.mode = mode

    def configure(self, index: int, optional: bool | None, dependency: str | None) -> None:
        """Change one step's settings; None leaves them."""
        step = self.steps[index]
        if self.deleted:
            raise _not_found("ProcessStep", step.id)
        if optional is None and dependency is None:
            raise Refused("No valid fields to update")
        step.optional = step.optional if optional is None else optional
        step.dependency = dependency or step.dependency

    def assign(self, index: int, user: str | None, active: bool) -> None:
        """Give a step to somebody."""
        if self.deleted:
            raise _not_found("ProcessStep", self.steps[index].id)
        if user is not None and not active:
            raise Refused("User not found or inactive")
        self.steps[index].assigned_to = user

    def ask(self, index: int, wanted: Sequence[tuple[str, int, str]]) -> None:
        """Have a step ask for these and no others; what it asks for already stays itself."""
        step = self.steps[index]
        if self.deleted:
            raise _not_found("ProcessStep", step.id)
        before = {asked.kind: asked for asked in step.asks}
        step.asks = [before.get(kind) or Asked(kind, quantity, policy) for kind, quantity, policy in wanted]
        for asked, (_, quantity, policy) in zip(step.asks, wanted, strict=True):
            asked.quantity, asked.policy = quantity, policy

    def rearrange(self, order: Sequence[int], unnamed: Sequence[Step]) -> None:
        """Put the steps in this order, leave some out, and let items follow that do not say which step they are."""
        self.found()
        if not [*order, *unnamed]:
            raise Refused("steps is required")
        chosen = [self.steps[index] for index in order]
        changed = []
        for place, item in enumerate(unnamed, start=len(order)):
            if self.parts and place < len(self.steps) and place not in order:  # matched by position
                changed.append((self.steps[place], item))
                chosen.append(self.steps[place])
            else:
                chosen.append(item)
        carried = max((len(part.statuses) for part in self.parts), default=0)
        carried = max([carried, *(place for place, step in enumerate(self.steps, start=1) if step.noted)])
        if any(step is not self.steps[place] for place, step in enumerate(chosen[:carried])):
            raise Refused("Cannot reorder steps that serial numbers carry")
        if len(chosen) < carried:
            raise Refused("Cannot remove a step that serial numbers carry")
        for step, item in changed:
            step.name, step.optional, step.dependency = item.name, item.optional, item.dependency
        self.steps = chosen
        for part in self.parts:
            if part.state == "in_progress":
                part.statuses += ["pending"] * (len(chosen) - len(part.statuses))

    def delete(self) -> None:
        """Remove a path without parts."""
        self.found()
        if self.parts:
            raise Refused("Cannot delete path with serial numbers attached")
        self.deleted = True


@dataclass(eq=False)
class Part:
    """A physical part."""

    number: int
    path: Path
    statuses: list[str]
    place: int = 0
    state: str = "in_progress"
    forced: bool = False
    left_open: list[int] = field(default_factory=list)
    overridden: set[int] = field(default_factory=set)
    attached: list[tuple[str, int]] = field(default_factory=list)
    noted: list[tuple[str, str]] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    let_pass: set[Asked] = field(default_factory=set)

    @property
    def id(self) -> str:
        """How the part is called."""
        return f"SN-{self.number:05d}"

    def requires(self, index: int) -> bool:
        """A step that is not optional, and not made so for this part."""
        return not self.path.steps[index].optional and index not in self.overridden

    def advance(self, who: str | None, expected: int | None = None) -> None:
        """One step on, in every mode."""
        if self.state == "scrapped":
            raise Refused("Cannot advance a scrapped serial")
        if expected is not None and expected != self.place:
            raise Refused(None, 409)
        if self.state == "completed":
            raise Refused("Serial number is already completed")
        self._move(self.place + 1, who)

    def advance_to(self, target: int, who: str | None, expected: int | None = None) -> list[tuple[int, str]]:
        """Jump; return what was passed and what became of it."""
        if self.state == "scrapped":
            raise Refused("Cannot advance a scrapped serial")
        if expected is not None and expected != self.place:
            raise Refused(None, 409)
        if self.state == "completed":
            raise Refused("Cannot advance a completed serial")
        if target <= self.place:
            raise Refused("Cannot advance to a step at or before the current position")
        if target > len(self.statuses):
            raise Refused("Target step index is out of range")
        if self.path.mode == "strict" and target > self.place + 1:
            raise Refused("Path is in strict mode — can only advance to the next sequential step")
        if self.path.mode == "per_step":
            for index in range(self.place + 1, target):
                if self.path.steps[index].dependency == "physical" and self.requires(index):
                    raise Refused("Cannot skip step with physical dependency")
        return self._move(target, who)

    def _move(self, target: int, who: str | None) -> list[tuple[int, str]]:
        passed = [(index, "deferred" if self.requires(index) else "skipped") for index in range(self.place + 1, target)]
        after = list(self.statuses)
        after[self.place] = "completed"
        for index, status in passed:
            after[index] = status
        if target == len(after):
            names = [
                self.path.steps[index].name
                for index, status in enumerate(after)
                if status == "deferred" and self.requires(index)
            ]
            if names:
                raise Refused(f"Cannot complete {self.id}: required steps still deferred: {', '.join(names)}")
        self._certified([*self._done(), self.place] if target == len(after) else [self.place])
        _named(who)
        if target == len(after):
            self.place, self.state = -1, "completed"
        else:
            after[target] = "in_progress"
            self.place = target
        self.statuses = after
        return passed

    def _done(self) -> list[int]:
        return [index for index, status in enumerate(self.statuses) if status == "completed"]

    def held_back_by(self, indexes: Sequence[int]) -> list[Asked]:
        """What these steps ask for, is not there, and was not let pass."""
        held = []
        for index in indexes:
            for asked in self.path.steps[index].asks:
                papers = {
                    paper
                    for paper, place in self.attached
                    if self.kinds[paper] == asked.kind and (asked.kind == "material" or place == index)
                }
                excused = asked.policy == "block_or_override" and asked in self.let_pass
                if len(papers) < asked.quantity and asked.policy != "warn" and not excused:
                    held.append(asked)
        return held

    def _certified(self, indexes: Sequence[int]) -> None:
        if self.held_back_by(indexes):
            raise Refused(None, code="certificate_required")

    def let_go_on(self, asked: Asked | None, reason: str, who: str | None) -> None:
        """A supervisor lets it go on without."""
        if asked is None:
            raise Refused(None, 404)
        if self.state != "in_progress":
            raise Refused(f"{self.id} is {self.state}: there is nothing to override")
        if asked.policy != "block_or_override":
            raise Refused(None, code="requirement_not_overridable")
        if not reason:
            raise Refused("reason is required")
        _named(who)
        self.let_pass.add(asked)

    def scrap(self, reason: str, explanation: str, who: str | None) -> None:
        """Take it out, where it is."""
        if self.state != "in_progress":
            raise Refused(
                "Serial is already scrapped" if self.state == "scrapped" else "Cannot scrap a completed serial"
            )
        if not reason:
            raise Refused("Scrap reason is required")
        if reason == "other" and not explanation:
            raise Refused('Explanation is required when scrap reason is "other"')
        _named(who)
        self.state = "scrapped"

    def incomplete(self) -> list[int]:
        """Required steps that are neither completed nor waived."""
        return [
            index
            for index, status in enumerate(self.statuses)
            if self.requires(index) and status not in ("completed", "waived")
        ]

    def force_complete(self, who: str | None) -> None:
        """Complete it with work left open."""
        if self.state == "scrapped":
            raise Refused("Cannot force-complete a scrapped serial")
        if self.state == "completed":
            raise Refused("Serial is already completed")
        if not self.incomplete():
            raise Refused("Serial has no incomplete required steps — use normal completion")
        _named(who)
        self.left_open = self.incomplete()
        self.place, self.state, self.forced = -1, "completed", True

    def waive(self, index: int, reason: str, approver: str | None) -> None:
        """Excuse a deferred required step."""
        if not reason or approver is None:
            raise Refused("Waiver requires a reason and approver identity")
        if self._status(index) != "deferred":
            raise Refused("Can only waive deferred required steps")
        if not self.requires(index):
            raise Refused("Can only waive required steps — this step is optional")
        self.statuses[index] = "waived"

    def complete_deferred(self, index: int, who: str | None) -> None:
        """Do the work later."""
        if self._status(index) != "deferred":
            raise Refused(f"Can only complete deferred steps — step status is: {self.statuses[index]}")
        self._certified([index])
        _named(who)
        self.statuses[index] = "completed"

    def _status(self, index: int) -> str:
        if index >= len(self.statuses):  # a step that was appended when this part was at its end already
            raise _not_found("SnStepStatus", f"{self.id}/{self.path.steps[index].id}")
        return self.statuses[index]

    def reverse_override(self, index: int, who: str | None) -> None:
        """Take an override back."""
        if index not in self.overridden:
            raise Refused("No active override found for this step")
        if self.statuses[index] in ("skipped", "completed"):
            raise Refused(f"Cannot reverse override — step has already been {self.statuses[index]}")
        if self.statuses[index] == "deferred" and self.state == "completed" and not self.forced:
            raise Refused("Cannot reverse override — the serial was completed because of it")
        _named(who)
        self.overridden.remove(index)


def move_all(parts: Sequence[Part], who: str | None, move: Callable[[Part], list | None]) -> list[list]:
    """Move all of them or none, each once; return what each of them passed."""
    _named(who)
    chosen = list(dict.fromkeys(parts))
    before = [(part.place, part.state, part.statuses) for part in chosen]
    passed, refused = [], []
    for part in chosen:
        try:
            passed.append(move(part) or [])
        except Refused as refusal:
            refused.append((part, refusal))
    if refused:
        for part, was in zip(chosen, before, strict=True):
            part.place, part.state, part.statuses = was
        part, first = refused[0]
        raise Refused(first.sentence and f"{part.id}: {first.sentence}", first.status, first.code)
    return passed


def override(parts: Sequence[Part], path: Path, index: int, reason: str, who: str | None) -> list[Part]:
    """Make a step optional for parts, all or none; return those that had no active override."""
    if any(part.path is not path or index >= len(part.statuses) for part in parts):
        raise _not_found("ProcessStep", path.steps[index].id)
    if any(part.statuses[index] == "completed" for part in parts):
        raise Refused("Cannot override a step that has already been completed")
    if not reason:
        raise Refused("reason is required")
    _named(who)
    changed = [part for part in dict.fromkeys(parts) if index not in part.overridden]
    for part in changed:
        part.overridden.add(index)
    return changed


def note(parts: Sequence[Part], path: Path, step: Step, text: str, who: str | None) -> list[Part]:
    """Write a note about parts, in whatever state they are; return them, each once, ascending."""
    if not text:
        raise Refused("text is required")
    _named(who)
    for part in parts:
        if part.path is not path:
            raise Refused(f"Serial {part.id} is not on path {path.id}")
    step.noted = True
    return sorted(dict.fromkeys(parts), key=lambda part: part.number)


def attach(parts: Sequence[Part], certificate: str, known: Sequence[str], who: str | None, single: bool) -> list[Part]:
    """Attach a certificate where the parts stand, to all or none; return those that got it now."""
    gone = next((part.number for part in parts if part.state == "completed"), None)
    if gone is not None and single:
        raise Refused("Serial is already completed, cannot attach cert")
    if not single:
        _named(who)
    if certificate not in known:
        raise _not_found("Certificate", certificate)
    if gone is not None:
        raise Refused(f"Serial is already completed, cannot attach cert: SN-{gone:05d}")
    _named(who)
    fresh = [part for part in dict.fromkeys(parts) if (certificate, part.place) not in part.attached]
    for part in fresh:
        part.attached.append((certificate, part.place))
    return fresh
