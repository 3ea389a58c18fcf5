"""What comes of each row of a file, before anything is written."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from certificates.exchange.columns import Change, Given, Problem


class State(StrEnum):
    """What becomes of a row."""

    REFUSED = "refused"
    CHANGED = "changed"
    NEW = "new"
    SAME = "same"


@dataclass(slots=True)
class Outcome:
    """What becomes of one row, and why."""

    number: int
    state: State
    title: str
    """What a person knows the record by."""
    changes: Sequence[Change] = ()
    notes: Sequence[str] = ()
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of(cls, given: Given, state: State, title: str, changes: Sequence[Change] = ()) -> "Outcome":
        """Return what becomes of a row as it was judged."""
        return cls(given.number, state, title, changes, given.notes, list(given.problems.values()))


@dataclass(slots=True)
class Report:
    """What becomes of a file."""

    outcomes: list[Outcome]
    notes: Sequence[str] = ()
    counts: Counter = field(init=False)

    def __post_init__(self):
        self.counts = Counter(outcome.state for outcome in self.outcomes)

    @property
    def refused(self) -> int:
        """How many rows stand in the way."""
        return self.counts[State.REFUSED]

    @property
    def to_write(self) -> int:
        """How many rows would be written."""
        return self.counts[State.NEW] + self.counts[State.CHANGED]

    def in_order_of_interest(self) -> list[Outcome]:
        """Return what stands in the way first, then what was assumed, then changes; each as in the file."""
        order = list(State)
        return sorted(self.outcomes, key=lambda each: (order.index(each.state), not each.notes))
