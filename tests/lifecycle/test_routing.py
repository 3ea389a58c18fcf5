"""The rules of routing by example: lifecycle.md, sentence by sentence. ``test_routing_properties.py`` generalises."""

import itertools

import pytest

from serials import refusals, routing
from serials.routing import RouteStep
from shopplanr.refusals import Refusal

STATUSES = ["pending", "in_progress", "completed", "skipped", "deferred", "waived"]

CHANGES_OF_LIFECYCLE_MD = {
    ("pending", "in_progress"),
    ("in_progress", "completed"),
    ("pending", "skipped"),
    ("pending", "deferred"),
    ("deferred", "completed"),
    ("deferred", "waived"),
}


def step(index: int, status: str = "pending", kind: str = "preferred", optional=False, overridden=False) -> RouteStep:
    """Return a step; its name is a letter: A, B, C …"""
    return RouteStep(f"step_{index}", chr(ord("A") + index), index, optional, kind, status, overridden)


def route(*later: dict, behind: tuple[dict, ...] = ()) -> list[RouteStep]:
    """Return a route whose part stands at the step after ``behind``; ``later`` are the steps after that one."""
    here = len(behind)
    return [
        *(step(index, **what) for index, what in enumerate(behind)),
        step(here, "in_progress"),
        *(step(index, **what) for index, what in enumerate(later, start=here + 1)),
    ]


def bypassed(move: routing.Move) -> list[tuple[str, str]]:
    """Return what a move passes, by name."""
    return [(bypass.step.name, bypass.classification) for bypass in move.bypassed]


def refused(kind: type[Refusal], call, *arguments) -> str:
    """Return the sentence of the refusal."""
    with pytest.raises(kind) as refusal:
        call(*arguments)
    return refusal.value.message


# --- Step statuses


@pytest.mark.parametrize(("before", "after"), list(itertools.product(STATUSES, STATUSES)))
def test_exactly_the_changes_of_the_table_exist(before, after):
    assert routing.may_change(before, after) is ((before, after) in CHANGES_OF_LIFECYCLE_MD)


# --- advance


def test_advance_moves_one_step_on():
    move = routing.advance("SN-00001", route({}, {}), 0)
    assert (move.origin.name, move.target.name, move.bypassed, move.completes) == ("A", "B", (), False)


def test_advance_from_the_last_step_completes():
    move = routing.advance("SN-00001", route(behind=({"status": "completed"},)), 1)
    assert (move.origin.name, move.target, move.completes) == ("B", None, True)


def test_a_path_of_one_step_completes_at_once():
    assert routing.advance("SN-00001", route(), 0).completes


@pytest.mark.parametrize("optional", [True, False])
def test_advance_goes_to_an_optional_step_too(optional):
    assert routing.advance("SN-00001", route({"optional": optional}, {}), 0).target.name == "B"


# --- advance-to, by mode


@pytest.mark.parametrize("mode", ["strict", "flexible", "per_step"])
@pytest.mark.parametrize("kind", ["physical", "preferred", "completion_gate"])
def test_the_next_step_can_be_reached_in_every_mode(mode, kind):
    move = routing.jump("SN-00001", route({"kind": kind}, {}), mode, 0, 1)
    assert (move.target.name, move.bypassed) == ("B", ())


def test_strict_refuses_every_step_but_the_next():
    steps = route({"optional": True}, {"overridden": True}, {})
    sentence = "Path is in strict mode — can only advance to the next sequential step"
    for target in (2, 3, 4):
        assert refused(refusals.StrictMode, routing.jump, "SN-00001", steps, "strict", 0, target) == sentence


def test_strict_completes_from_the_last_step_by_its_index():
    assert routing.jump("SN-00001", route(behind=({"status": "completed"},)), "strict", 1, 2).completes


@pytest.mark.parametrize("kind", ["physical", "preferred", "completion_gate"])
def test_flexible_passes_whatever_the_dependency(kind):
    steps = route(
        {"kind": kind}, {"kind": kind, "optional": True}, {"kind": kind, "overridden": True}, {"kind": kind}, {}
    )
    move = routing.jump("SN-00001", steps, "flexible", 0, 5)
    assert bypassed(move) == [("B", "deferred"), ("C", "skipped"), ("D", "skipped"), ("E", "deferred")]


def test_per_step_refuses_to_pass_a_physical_step():
    steps = route({}, {"kind": "physical"}, {})
    sentence = refused(refusals.PhysicalStep, routing.jump, "SN-00001", steps, "per_step", 0, 3)
    assert sentence == "Cannot skip step with physical dependency"
    assert bypassed(routing.jump("SN-00001", steps, "per_step", 0, 2)) == [("B", "deferred")], "up to it is no matter"


@pytest.mark.parametrize("excuse", [{"optional": True}, {"overridden": True}, {"optional": True, "overridden": True}])
def test_per_step_passes_a_physical_step_that_is_optional_or_overridden(excuse):
    move = routing.jump("SN-00001", route({"kind": "physical"} | excuse, {}), "per_step", 0, 2)
    assert bypassed(move) == [("B", "skipped")]


def test_per_step_passes_a_physical_step_that_is_completed_already_and_leaves_it_completed():
    steps = route({"kind": "physical", "status": "completed"}, {})
    move = routing.jump("SN-00001", steps, "per_step", 0, 2)
    assert (move.target.name, move.bypassed) == ("C", ())


@pytest.mark.parametrize("kind", ["preferred", "completion_gate"])
def test_per_step_defers_what_is_not_physical(kind):
    assert bypassed(routing.jump("SN-00001", route({"kind": kind}, {}), "per_step", 0, 2)) == [("B", "deferred")]


# --- advance-to: where one can go


@pytest.mark.parametrize("mode", ["strict", "flexible", "per_step"])
@pytest.mark.parametrize("target", [-(10**30), -1, 0, 1])
def test_never_backwards_and_never_to_where_the_part_is(mode, target):
    steps = route({}, behind=({"status": "completed"},))
    sentence = refused(refusals.NotForward, routing.jump, "SN-00001", steps, mode, 1, target)
    assert sentence == "Cannot advance to a step at or before the current position"


@pytest.mark.parametrize("mode", ["strict", "flexible", "per_step"])
@pytest.mark.parametrize("target", [4, 100, 10**30])
def test_behind_the_end_there_is_nothing(mode, target):
    sentence = refused(refusals.OutOfRange, routing.jump, "SN-00001", route({}, {}), mode, 0, target)
    assert sentence == "Target step index is out of range"


def test_refusals_come_in_the_documented_order():
    physical_ahead = route({"kind": "physical"})
    refused(refusals.OutOfRange, routing.jump, "SN-00001", physical_ahead, "strict", 0, 3)
    refused(refusals.StrictMode, routing.jump, "SN-00001", physical_ahead, "strict", 0, 2)
    refused(refusals.PhysicalStep, routing.jump, "SN-00001", physical_ahead, "per_step", 0, 2)
    refused(refusals.CompletionBlocked, routing.jump, "SN-00001", physical_ahead, "flexible", 0, 2)


# --- Completion


def test_a_deferred_step_blocks_completion_by_advance_and_by_jump_alike():
    steps = route(behind=({"status": "deferred"}, {"status": "completed"}, {"status": "deferred"}))
    sentence = "Cannot complete SN-00007: required steps still deferred: A, C"
    assert refused(refusals.CompletionBlocked, routing.advance, "SN-00007", steps, 3) == sentence
    for mode in ("strict", "flexible", "per_step"):
        assert refused(refusals.CompletionBlocked, routing.jump, "SN-00007", steps, mode, 3, 4) == sentence


def test_a_step_that_this_very_jump_would_defer_blocks_it_and_is_named_in_its_place():
    steps = route({"optional": True}, {}, {"overridden": True}, {}, behind=({"status": "deferred"},))
    sentence = refused(refusals.CompletionBlocked, routing.jump, "SN-00007", steps, "flexible", 1, 6)
    assert sentence == "Cannot complete SN-00007: required steps still deferred: A, D, F"


def test_a_jump_past_optional_steps_completes():
    move = routing.jump("SN-00001", route({"optional": True}, {"overridden": True}), "flexible", 0, 3)
    assert move.completes
    assert bypassed(move) == [("B", "skipped"), ("C", "skipped")]


@pytest.mark.parametrize("status", ["completed", "skipped", "waived"])
def test_a_settled_step_blocks_nothing(status):
    assert routing.advance("SN-00001", route(behind=({"status": status},)), 1).completes


@pytest.mark.parametrize("excuse", [{"optional": True}, {"overridden": True}])
def test_a_deferred_step_that_is_not_required_any_more_blocks_nothing(excuse):
    assert routing.advance("SN-00001", route(behind=({"status": "deferred"} | excuse,)), 1).completes


def test_a_deferred_gate_may_be_passed_and_blocks_only_the_end():
    steps = route({}, behind=({"status": "deferred", "kind": "completion_gate"},))
    assert routing.advance("SN-00001", steps, 1).target.name == "C"
    at_the_end = route(behind=({"status": "deferred", "kind": "completion_gate"}, {"status": "completed"}))
    refused(refusals.CompletionBlocked, routing.advance, "SN-00001", at_the_end, 2)


# --- What is left to do


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("excuse", [{}, {"optional": True}, {"overridden": True}])
def test_incomplete_is_what_is_required_and_neither_completed_nor_waived(status, excuse):
    incomplete = routing.open_requirements([step(0, status, **excuse)])
    assert bool(incomplete) is (not excuse and status not in ("completed", "waived"))
