"""What is lacking to the parts that are held back, put together by where they stand."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from certificates.held_back import held_back
from serials.models import Step


@dataclass(frozen=True, slots=True)
class Lack:
    """What is lacking to how many parts that stand at a step. ``asking_name`` is the step that asks for it."""

    here: Step
    asking_name: str
    what: str
    who: str
    parts: int


@dataclass(frozen=True, slots=True)
class Blocked:
    """What is lacking where, to the most parts first, and how many parts it holds back. ``cut``: there may be more."""

    lacks: Sequence[Lack]
    lack_count: int
    part_count: int
    cut: bool


def blocked(most: int) -> Blocked:
    """Return what is lacking; the statements of ``held_back``."""
    found = held_back()
    counts: Counter[tuple[str, str, str, str]] = Counter()
    steps: dict[str, Step] = {}
    for each in found.parts:
        steps[each.here.pk] = each.here
        counts.update((each.here.pk, gap.step.name, gap.what, gap.who) for gap in each.gaps)
    lacks = [
        Lack(steps[step_id], asking_name, what, who, parts)
        for (step_id, asking_name, what, who), parts in counts.most_common(most)
    ]
    return Blocked(lacks, len(counts), len(found.parts), found.cut)
