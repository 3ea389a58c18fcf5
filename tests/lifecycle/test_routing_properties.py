"""The rules of routing on generated routes: any length, mode, dependency, status and override."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings, target
from hypothesis import strategies as st

from serials import refusals, routing
from serials.routing import RouteStep
from shopplanr.refusals import Refusal

MODES = ["strict", "flexible", "per_step"]
thoroughly = settings(max_examples=3 * settings.default.max_examples)
"""No database here: many examples cost little, and most random jumps are refused."""

SETTLED = ["completed", "skipped", "deferred", "waived"]


@dataclass(frozen=True)
class Situation:
    """A part on its route, and where somebody wants to have it."""

    steps: list[RouteStep]
    current: int
    mode: str
    target: int

    def jump(self) -> routing.Move:
        """Try it."""
        return routing.jump("SN-00001", self.steps, self.mode, self.current, self.target)

    def advance(self) -> routing.Move:
        """Move one step on."""
        return routing.advance("SN-00001", self.steps, self.current)


@st.composite
def situations(draw, longest: int = 8, ahead=("pending", "completed")):
    """Any state that a route can be in; ``completed`` ahead is what the contract allows for, and nobody makes yet."""
    length = draw(st.integers(1, longest))
    current = draw(st.integers(0, length - 1))

    def step(index: int) -> RouteStep:
        if index == current:
            status = "in_progress"
        else:
            status = draw(st.sampled_from(SETTLED if index < current else ahead))
        kind = draw(st.sampled_from(["physical", "preferred", "completion_gate"]))
        optional, overridden = draw(st.booleans()), draw(st.booleans())
        return RouteStep(f"step_{index}", f"Step {index}", index, optional, kind, status, overridden)

    steps = [step(index) for index in range(length)]
    return Situation(steps, current, draw(st.sampled_from(MODES)), draw(st.integers(-2, length + 2)))


def outcome(call) -> routing.Move | Refusal:
    """Return the move, or why there is none."""
    try:
        return call()
    except Refusal as refusal:
        return refusal


def needed(step: RouteStep) -> bool:
    """Return what lifecycle.md calls required."""
    return not step.optional and not step.overridden


def left_open(situation: Situation, end: int) -> list[str]:
    """Return the names of the steps that keep a part from completing by a move to ``end``, in order."""
    return [
        step.name
        for step in situation.steps
        if needed(step)
        and (step.status == "deferred" or (situation.current < step.index < end and step.status == "pending"))
    ]


@thoroughly
@given(situations())
def test_a_move_is_refused_for_the_first_reason_that_applies_and_for_no_other(situation):
    steps, current, end = situation.steps, situation.current, situation.target
    passed = steps[current + 1 : end]
    result = outcome(situation.jump)
    if end <= current:
        assert isinstance(result, refusals.NotForward)
    elif end > len(steps):
        assert isinstance(result, refusals.OutOfRange)
    elif situation.mode == "strict" and end > current + 1:
        assert isinstance(result, refusals.StrictMode)
    elif situation.mode == "per_step" and any(
        step.dependency_type == "physical" and needed(step) and step.status != "completed" for step in passed
    ):
        assert isinstance(result, refusals.PhysicalStep)
    elif end == len(steps) and left_open(situation, end):
        assert isinstance(result, refusals.CompletionBlocked)
    else:
        assert isinstance(result, routing.Move)


@thoroughly
@given(situations())
def test_a_blocked_completion_names_exactly_the_open_steps_in_order(situation):
    result = outcome(situation.jump)
    if isinstance(result, refusals.CompletionBlocked):
        names = result.message.removeprefix("Cannot complete SN-00001: required steps still deferred: ")
        assert names.split(", ") == left_open(situation, situation.target)


@thoroughly
@given(situations())
def test_a_move_goes_forward_to_where_it_was_meant_to_go(situation):
    result = outcome(situation.jump)
    if isinstance(result, routing.Move):
        target(float(len(result.bypassed)))
        assert result.origin is situation.steps[situation.current]
        end = len(situation.steps) if result.completes else result.target.index
        assert end == situation.target > situation.current


@thoroughly
@given(situations())
def test_every_step_that_is_passed_and_not_done_becomes_skipped_or_deferred(situation):
    result = outcome(situation.jump)
    if isinstance(result, routing.Move):
        passed = situation.steps[situation.current + 1 : situation.target]
        assert [(bypass.step, bypass.classification) for bypass in result.bypassed] == [
            (step, "deferred" if needed(step) else "skipped") for step in passed if step.status == "pending"
        ]


@thoroughly
@given(situations(ahead=("pending",)))
def test_a_move_makes_only_changes_that_exist(situation):
    result = outcome(situation.jump)
    if isinstance(result, routing.Move):
        assert routing.may_change(result.origin.status, "completed")
        assert result.completes or routing.may_change(result.target.status, "in_progress")
        assert all(routing.may_change(bypass.step.status, bypass.classification) for bypass in result.bypassed)


@thoroughly
@given(situations())
def test_advance_is_the_jump_to_the_next_step_in_every_mode(situation):
    steps, current = situation.steps, situation.current
    by_advance = outcome(situation.advance)
    for mode in MODES:
        by_jump = outcome(lambda mode=mode: routing.jump("SN-00001", steps, mode, current, current + 1))
        if isinstance(by_advance, Refusal):
            assert (type(by_jump), str(by_jump)) == (type(by_advance), str(by_advance))
        else:
            assert by_jump == by_advance
            assert by_advance.bypassed == ()


@thoroughly
@given(situations())
def test_what_per_step_allows_flexible_allows_in_the_same_way(situation):
    steps, current, end = situation.steps, situation.current, situation.target
    result = outcome(lambda: routing.jump("SN-00001", steps, "per_step", current, end))
    if isinstance(result, routing.Move):
        assert routing.jump("SN-00001", steps, "flexible", current, end) == result


@thoroughly
@given(situations())
def test_an_override_never_stands_in_the_way(situation):
    """Whatever a part may do, it may do with one step more overridden."""
    if not isinstance(outcome(situation.jump), routing.Move):
        return
    for place, step in enumerate(situation.steps):
        steps = [*situation.steps[:place], replace(step, overridden=True), *situation.steps[place + 1 :]]
        assert isinstance(outcome(replace(situation, steps=steps).jump), routing.Move)


@thoroughly
@given(situations(ahead=("pending",)))
def test_a_part_always_has_a_way_to_its_end(situation):
    """One step at a time it reaches the last one; there it completes, or can be force-completed."""
    steps, current = list(situation.steps), situation.current
    while current < len(steps) - 1:
        move = routing.advance("SN-00001", steps, current)
        steps[current] = replace(steps[current], status="completed")
        current = move.target.index
        steps[current] = replace(steps[current], status="in_progress")
    end = outcome(lambda: routing.advance("SN-00001", steps, current))
    assert isinstance(end, routing.Move) or routing.open_requirements(steps)


@thoroughly
@given(situations())
def test_rules_only_look(situation):
    before = list(situation.steps)
    outcome(situation.jump)
    outcome(situation.advance)
    assert situation.steps == before
    with pytest.raises(AttributeError):
        situation.steps[0].status = "completed"
