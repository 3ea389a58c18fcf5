"""What the steps of parts ask for, and what is lacking of it (docs/requirements.md).

The gate that parts pass, what stands between a part and its completion, and the pages all ask here.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import OuterRef, Subquery

from certificates import coverage, evidence
from certificates.models import CertAttachment
from serials import routing
from serials.models import RequirementOverride, StepRequirement, StepStatus
from serials.models.requirements import asked_in_words
from serials.routing import RouteStep
from serials.services.leaving import Leaving
from shopplanr import clock
from shopplanr.accounts.roles import Right, those_with


@dataclass(frozen=True, slots=True)
class Demand:
    """A requirement of one of a part's steps, and how many certificates are lacking to it. One that lacks is a gap."""

    requirement: StepRequirement
    step: RouteStep
    lacking: int
    overridden: bool
    part_ended: bool = False

    @property
    def holds_back(self) -> bool:
        """Whether the part cannot leave the step, or complete, because of it."""
        return coverage.holds_back(self.requirement.policy, self.lacking, overridden=self.overridden)

    @property
    def may_be_overridden(self) -> bool:
        """Whether a supervisor may let the part go on without it."""
        return self.requirement.policy == coverage.BLOCK_OR_OVERRIDE

    @property
    def is_late(self) -> bool:
        """Whether only an attachment that is late still helps."""
        rule = evidence.as_rule(self.requirement)
        return coverage.only_late(rule, self.step.status, in_progress=not self.part_ended)

    @property
    def what(self) -> str:
        """What is lacking: ``1 process certificate (EN 10204 3.1 or better)``."""
        return asked_in_words(self.lacking, self.requirement.certificate_type, self.requirement.en10204_minimum)

    @property
    def who(self) -> str:
        """Who can attach it: ``an operator, a supervisor or QC``."""
        return those_with(Right.ATTACH_LATE if self.is_late else Right.ATTACH)

    @property
    def help(self) -> str:
        """Who can do what about it, in one or two sentences."""
        return how_to_help([self])


def how_to_help(gaps: Sequence[Demand]) -> str:
    """Return who can do what about these gaps."""
    them = "it" if sum(gap.lacking for gap in gaps) == 1 else "them"
    is_late = any(gap.is_late for gap in gaps)
    who = those_with(Right.ATTACH_LATE if is_late else Right.ATTACH)
    words = f"{capital(who)} can attach {them}{' late' if is_late else ''}."
    if all(gap.may_be_overridden for gap in gaps):
        words += f" {capital(those_with(Right.OVERRIDE))} can override {them}."
    return words


def of_leaving(leaving: Sequence[Leaving]) -> dict[str, list[Demand]]:
    """Return the gaps of parts that are about to leave steps, by serial id; five statements at most, four for one part.

    The work at the step that is left ends today; at the steps before it ended when the part left them.
    """
    asked = {each.serial.pk: each.asked for each in leaving}
    today = clock.today()
    earlier = {step.step_id for each in leaving for step in each.asked if step.step_id != each.step.step_id}
    ended = _ended([each.serial.pk for each in leaving if len(each.asked) > 1 or each.step not in each.asked], earlier)
    found = _of_steps(asked, ended, today)
    return {each.serial.id: [gap for gap in found.get(each.serial.pk, ()) if gap.lacking] for each in leaving}


@dataclass(frozen=True, slots=True)
class Known:
    """What a page has read of a part already: its attachments, and when it left each step that it has left."""

    attached: Sequence[CertAttachment]
    left_at: Mapping[str, datetime]


def of_route(number: int, steps: Sequence[RouteStep], *, in_progress: bool, known: Known | None = None) -> list[Demand]:
    """Return what steps ask one part for, now or later; four statements at most, two where the rest is ``known``.

    None where no step of its route asks for anything: the route says so.
    """
    asking = [
        step for step in steps if step.asks and coverage.due(step.status, in_progress=in_progress) != coverage.Due.NEVER
    ]
    if not asking:
        return []
    if known is None:
        ended = _ended([number], {step.step_id for step in asking if step.status == routing.COMPLETED})
    else:
        ended = {(number, step_id): clock.day_of(moment) for step_id, moment in known.left_at.items()}
    found = _of_steps({number: asking}, ended, clock.today(), known.attached if known else None).get(number, [])
    return found if in_progress else [replace(each, part_ended=True) for each in found]


def _ended(numbers: Sequence[int], step_ids: set[str]) -> dict[tuple[int, str], date]:
    """Return the day on which each of the parts left each of the steps that it has left; one statement at most."""
    if not numbers or not step_ids:
        return {}
    records = StepStatus.objects.filter(serial__in=numbers, step__in=step_ids, status=routing.COMPLETED).order_by()
    rows: list[tuple[int, str, datetime]] = list(records.values_list("serial_id", "step_id", "updated_at"))
    return {(number, step_id): clock.day_of(moment) for number, step_id, moment in rows}


def _of_steps(
    asked: Mapping[int, Sequence[RouteStep]],
    ended: Mapping[tuple[int, str], date],
    today: date,
    attachments: Sequence[CertAttachment] | None = None,
) -> dict[int, list[Demand]]:
    step_ids = {step.step_id for steps in asked.values() for step in steps}
    requirements: dict[str, list[StepRequirement]] = defaultdict(list)
    rows = StepRequirement.active().filter(step__in=step_ids).order_by("certificate_type", "en10204_minimum")
    if len(asked) == 1:
        of_part = RequirementOverride.objects.filter(requirement=OuterRef("pk"), serial__in=list(asked))
        rows = rows.annotate(**{evidence.OVERRIDDEN_FOR: Subquery(of_part.values("serial"))})
    for row in rows:
        requirements[row.step_id].append(row)
    every = [row for rows in requirements.values() for row in rows]
    if not every:
        return {}
    vouching = evidence.of_parts(every, attachments, serial__in=list(asked))
    rules = {row.pk: evidence.as_rule(row) for row in every}
    found: dict[int, list[Demand]] = defaultdict(list)
    for number, steps in asked.items():
        attached = vouching.attached.get(number, ())
        for step in steps:
            day = ended.get((number, step.step_id), today)
            for row in requirements[step.step_id]:
                lacking = coverage.missing(rules[row.pk], attached, vouching.facts, day)
                found[number].append(Demand(row, step, lacking, (number, row.pk) in vouching.overridden))
    return found


def capital(words: str) -> str:
    """Return the words as the beginning of a sentence."""
    return words[:1].upper() + words[1:]
