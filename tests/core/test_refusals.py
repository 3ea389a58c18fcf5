"""What the product says when it does not do what it was asked to do."""

import inspect
import re

import pytest

import certificates.refusals
import serials.refusals
from shopplanr import refusals
from shopplanr.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal

ARGUMENTS = {
    "actual": 24,
    "asked": "1 process certificate",
    "by_requirement": {"req_x": "1 process certificate is missing"},
    "certificate_id": "cert_x",
    "certification_id": "4Gd8EiZ6sWJvLcUyPXgoQZ",
    "expected": 4,
    "field": "gtin",
    "gtin": "09520000000004",
    "job_id": "job_x",
    "message": "SN-00001 cannot leave Mill",
    "most": 1000,
    "most_bytes": 10 * 1024**2,
    "most_pixels": 50_000_000,
    "name": "part.jpg",
    "newest": "cert_y",
    "path_id": "path_x",
    "policy": "block",
    "refused": {"SN-00001": serials.refusals.AdvanceScrapped()},
    "serial_id": "SN-00001",
    "state": "approved",
    "status": "completed",
    "step_id": "step_x",
    "step_name": "Mill",
    "step_names": ["Saw", "Mill"],
    "why": "must be 8, 12, 13 or 14 digits",
}
"""What the refusals that name something are made with."""

BASES = {"Refusal", "Invalid", "NotFound", "Forbidden", "Conflict", "RuleRefusal", "PhotoRefusal", "DocumentRefusal"}


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
    wanted = inspect.signature(kind).parameters.values()
    refusal = kind(**{each.name: ARGUMENTS[each.name] for each in wanted if each.name in ARGUMENTS})
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
