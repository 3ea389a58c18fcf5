"""Whether certificates fulfil what a step asks for: rules over plain values (docs/requirements.md).

Nothing here reads or writes anything. ``certificates.evidence`` reads what the rules are asked about.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from certificates.validity import covers
from serials import routing

MATERIAL = "material"
"""A certificate of this type counts at every step, because the material goes with the part."""

WARN, BLOCK, BLOCK_OR_OVERRIDE = "warn", "block", "block_or_override"

EN10204_ORDER = ("2.1", "2.2", "3.1", "3.2")
"""Types of EN 10204, from the least to the most that they are worth."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a step asks for: so many different certificates of a type; ``minimum`` is ``""`` for any EN 10204 type."""

    step_id: str
    certificate_type: str
    quantity: int = 1
    minimum: str = ""
    policy: str = BLOCK


@dataclass(frozen=True, slots=True)
class Facts:
    """What one revision of a certificate says. All revisions of a certificate are one series."""

    series: str
    revision: int
    type: str
    en10204_type: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Attached:
    """A certificate, in whichever revision, was attached to the part at this step; late ones count as any other."""

    series: str
    step_id: str


class Standing(StrEnum):
    """How a part stands to one requirement."""

    COVERED = "covered"
    MISSING = "missing"
    OVERRIDDEN = "overridden"
    NOT_YET_DUE = "not_yet_due"
    NOT_ASKED = "not_asked"


class Due(StrEnum):
    """Whether a step asks a part for certificates."""

    NOW = "now"
    LATER = "later"
    NEVER = "never"


def newest(facts: Iterable[Facts]) -> dict[str, Facts]:
    """Return by series what its newest revision says: an attachment to an older one stands for it."""
    found: dict[str, Facts] = {}
    for each in facts:
        if each.series not in found or found[each.series].revision < each.revision:
            found[each.series] = each
    return found


def fulfils(facts: Facts, requirement: Requirement, day: date) -> bool:
    """Tell whether the certificate is of the kind that is asked for, and was good on the day of the work."""
    return (
        facts.type == requirement.certificate_type
        and not facts.revoked
        and covers(facts.valid_from, facts.valid_to, day)
        and _is_at_least(facts.en10204_type, requirement.minimum)
    )


def missing(
    requirement: Requirement, attached: Iterable[Attached], newest_facts: Mapping[str, Facts], day: date
) -> int:
    """Return how many certificates are missing for work that was done on ``day``; 0 where it is covered.

    What counts was attached at the requirement's own step, or at any step where it is about material. A series counts
    once, however often it was attached and in whichever of its revisions.
    """
    counted = {
        each.series
        for each in attached
        if (requirement.certificate_type == MATERIAL or each.step_id == requirement.step_id)
        and fulfils(newest_facts[each.series], requirement, day)
    }
    return max(0, requirement.quantity - len(counted))


def due(step_status: str, *, in_progress: bool) -> Due:
    """Tell whether a step of this status asks the part for certificates; ``in_progress``: the part is still made.

    What was done asks, whatever became of the part. What was skipped or waived asks for nothing, and what is deferred
    asks when it is done after all.
    """
    if step_status == routing.COMPLETED:
        return Due.NOW
    if not in_progress or step_status in (routing.SKIPPED, routing.WAIVED):
        return Due.NEVER
    return Due.NOW if step_status == routing.IN_PROGRESS else Due.LATER


def only_late(requirement: Requirement, step_status: str, *, in_progress: bool) -> bool:
    """Tell whether only a late attachment helps: the part has left its path, or the step whose own paper is asked."""
    if not in_progress:
        return True
    return requirement.certificate_type != MATERIAL and step_status not in (routing.IN_PROGRESS, routing.PENDING)


def standing(asked: Due, lacking: int, *, overridden: bool) -> Standing:
    """Return how a part stands to a requirement of which so many certificates are lacking."""
    if asked == Due.NEVER:
        return Standing.NOT_ASKED
    if not lacking:
        return Standing.COVERED
    if overridden:
        return Standing.OVERRIDDEN
    return Standing.MISSING if asked == Due.NOW else Standing.NOT_YET_DUE


def holds_back(policy: str, lacking: int, *, overridden: bool) -> bool:
    """Tell whether a part is held back by what is lacking. Only what may be overridden is let off by an override."""
    return lacking > 0 and policy != WARN and not (overridden and policy == BLOCK_OR_OVERRIDE)


def _is_at_least(en10204_type: str, minimum: str, order: Sequence[str] = EN10204_ORDER) -> bool:
    if not minimum:
        return True
    return en10204_type in order and order.index(en10204_type) >= order.index(minimum)
