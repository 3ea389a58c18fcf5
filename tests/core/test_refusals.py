"""What the product says when it does not do what it was asked to do."""

import inspect
import re

import pytest

import certificates.refusals
import serials.refusals
from shopplanr import refusals
from shopplanr.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal

EXAMPLES = {
    "AttachToCompleted": {},
    "InvalidGtin": {"field": "gtin", "why": "must be 8, 12, 13 or 14 digits"},
    "ProductExists": {"gtin": "09520000000004"},
    "AlreadyAssigned": {"gtin": "09520000000004", "certification_id": "4Gd8EiZ6sWJvLcUyPXgoQZ"},
    "CompletionBlocked": {"serial_id": "SN-00001", "step_names": ["Saw", "Mill"]},
    "NotDeferred": {"status": "pending"},
    "PathOfAnotherJob": {"path_id": "path_x", "job_id": "job_y"},
    "AlreadyInLibrary": {"name": "Deburr"},
    "StepOfAnotherPath": {"step_id": "step_x", "path_id": "path_y"},
    "SerialOnAnotherPath": {"serial_id": "SN-00001", "path_id": "path_y"},
    "PhotoTooLarge": {"name": "part.jpg", "most_bytes": 10 * 1024**2},
    "PhotoHasTooManyPixels": {"name": "part.jpg", "most_pixels": 50_000_000},
    "PhotoOfAnotherType": {"name": "part.jpg"},
    "PhotoEmpty": {"name": "part.jpg"},
    "PhotoUnreadable": {"name": "part.jpg"},
    "RankedTooMany": {"most": 1000},
    "RouteChanged": {"name": "Standard route"},
    "SomeRefuse": {"refused": {"SN-00001": serials.refusals.AdvanceScrapped()}},
    "MovedMeanwhile": {"serial_id": "SN-00001", "expected": 1, "actual": 2},
}
"""What the refusals that name something are made with."""

BASES = {"Refusal", "Invalid", "NotFound", "Forbidden", "Conflict", "RuleRefusal", "PhotoRefusal"}


def documented_refusals() -> list[type[Refusal]]:
    """Return every refusal of a part's life."""
    return [
        kind
        for module in (serials.refusals, certificates.refusals)
        for name, kind in vars(module).items()
        if inspect.isclass(kind) and issubclass(kind, Refusal) and name not in BASES
    ]


@pytest.mark.parametrize("kind", documented_refusals(), ids=lambda kind: kind.__name__)
def test_a_refusal_has_a_sentence_a_stable_code_and_the_status_of_a_refused_request(kind):
    refusal = kind(**EXAMPLES.get(kind.__name__, {}))
    assert refusal.message
    assert str(refusal) == refusal.message
    assert re.fullmatch(r"[a-z][a-z_]+", refusal.code)
    assert refusal.code not in {Refusal.code, Conflict.code}, "a code of its own, for machines"
    assert 400 <= refusal.status < 500


def test_a_plain_refusal_is_a_400_without_fields():
    refusal = Refusal("No")
    assert (refusal.status, refusal.code, refusal.message, refusal.errors) == (400, "refused", "No", None)


def test_a_refusal_may_be_given_a_code_of_its_own():
    assert Refusal("No", code="because").code == "because"


def test_not_found_names_what_was_looked_for():
    refusal = NotFound.of("Job", "job_x")
    assert (refusal.status, refusal.code, refusal.message) == (404, "not_found", "Job not found: job_x")


def test_a_missing_field_is_named():
    refusal = Invalid.required("certId")
    assert (refusal.status, refusal.code, refusal.message) == (400, "required", "certId is required")
    assert refusal.errors == {"certId": ["certId is required"]}


def test_an_unusable_field_is_named_together_with_its_sentence():
    refusal = Invalid.field("name", "name cannot be empty")
    assert (refusal.code, refusal.errors) == ("invalid", {"name": ["name cannot be empty"]})


@pytest.mark.parametrize(("kind", "status", "code"), [(Forbidden, 403, "forbidden"), (Conflict, 409, "conflict")])
def test_what_the_caller_may_not_do_and_what_collides_have_their_own_status(kind, status, code):
    assert (kind("No").status, kind("No").code) == (status, code)


def test_completion_names_the_steps_that_block_it():
    refusal = serials.refusals.CompletionBlocked("SN-00007", ["Deburr", "Inspect"])
    assert refusal.code == "completion_blocked"
    assert refusal.message == "Cannot complete SN-00007: required steps still deferred: Deburr, Inspect"


def test_a_part_that_moved_meanwhile_is_a_conflict():
    assert issubclass(serials.refusals.MovedMeanwhile, refusals.Conflict)
    assert "SN-00007 is at step index 3, not at 2" in serials.refusals.MovedMeanwhile("SN-00007", 2, 3).message


def test_some_of_a_selection_refuse_with_the_status_and_code_of_the_first_and_a_sentence_each():
    moved, scrapped = serials.refusals.MovedMeanwhile("SN-00007", 2, 3), serials.refusals.AdvanceScrapped()
    refusal = serials.refusals.SomeRefuse({"SN-00007": moved, "SN-00005": scrapped})
    assert (refusal.status, refusal.code, refusal.message) == (409, "moved_meanwhile", moved.message)
    assert refusal.errors == {"serialIds": [moved.message, "SN-00005: Cannot advance a scrapped serial"]}
    assert refusal.refused == {"SN-00007": moved, "SN-00005": scrapped}
