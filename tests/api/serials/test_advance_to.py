"""``POST /api/serials/:id/advance-to``: a jump to a later step."""

import pytest

from serials.services import overrides
from tests.api.serials.contract import (
    SERIAL_KEYS,
    WRONG_NUMBERS,
    Refusal,
    about,
    missing,
    not_found,
    odd_ids,
    recorded,
    refusal,
    url,
    versions,
)
from tests.api.serials.states import (
    ROUTE,
    completed,
    flexible_path,
    force_completed,
    gate,
    now,
    optional,
    physical,
    scrapped,
    statuses,
)
from tests.factories import OPERATOR, PathFactory, make_serial, steps_of

SCRAPPED = Refusal(400, "Cannot advance a scrapped serial", "serial_scrapped")
COMPLETED = Refusal(400, "Cannot advance a completed serial", "serial_completed")
NOT_FORWARD = Refusal(400, "Cannot advance to a step at or before the current position", "not_forward")
OUT_OF_RANGE = Refusal(400, "Target step index is out of range", "step_out_of_range")
STRICT = Refusal(400, "Path is in strict mode — can only advance to the next sequential step", "strict_mode")
PHYSICAL = Refusal(400, "Cannot skip step with physical dependency", "physical_step")

START, LAST, END = 0, len(ROUTE) - 1, len(ROUTE)


def jump(client, serial, target, **more):
    return client.post(url(serial, "advance-to"), {"targetStepIndex": target} | more)


def blocked(serial, *names):
    sentence = f"Cannot complete {serial.id}: required steps still deferred: {', '.join(names)}"
    return Refusal(400, sentence, "completion_blocked")


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_serial_is_shown_with_what_it_bypassed(slash, client, told_time):
    path = flexible_path("Saw", optional("Deburr"), "Mill", "Inspect")
    _, deburr, mill, _ = steps_of(path)
    serial = make_serial(path)

    response = client.post(url(serial, "advance-to") + slash, {"targetStepIndex": 3})

    assert response.status_code == 200
    assert response.json() == {
        "serial": {
            "id": serial.id,
            "jobId": serial.job_id,
            "pathId": serial.path_id,
            "currentStepIndex": 3,
            "status": "in_progress",
            "forceCompleted": False,
            "createdAt": told_time,
            "updatedAt": told_time,
        },
        "bypassed": [
            {"stepId": deburr.id, "stepName": "Deburr", "classification": "skipped"},
            {"stepId": mill.id, "stepName": "Mill", "classification": "deferred"},
        ],
    }
    assert statuses(serial) == ["completed", "skipped", "deferred", "in_progress"]


@pytest.mark.parametrize("mode", ["strict", "flexible", "per_step"])
def test_the_next_step_is_open_in_every_mode_and_bypasses_nothing(mode, client):
    result = jump(client, make_serial(flexible_path(mode=mode)), 1).json()

    assert (result["serial"]["currentStepIndex"], result["bypassed"]) == (1, [])


@pytest.mark.parametrize("mode", ["strict", "flexible", "per_step"])
def test_the_number_of_steps_means_past_the_last_one(mode, client):
    serial = make_serial(flexible_path("Saw", mode=mode))

    result = jump(client, serial, 1).json()

    assert set(result["serial"]) == SERIAL_KEYS
    assert (result["serial"]["currentStepIndex"], result["serial"]["status"]) == (-1, "completed")
    assert statuses(serial) == ["completed"]


def test_a_jump_past_the_end_skips_what_is_optional(client):
    serial = make_serial(flexible_path("Saw", optional("Deburr"), optional("Wash")))

    result = jump(client, serial, 3).json()

    assert result["serial"]["status"] == "completed"
    assert [step["classification"] for step in result["bypassed"]] == ["skipped", "skipped"]


@pytest.mark.parametrize("mode", ["flexible", "per_step"])
def test_an_overridden_step_is_skipped_like_an_optional_one(mode, client):
    serial = make_serial(flexible_path("Saw", physical("Mill"), "Inspect", mode=mode))
    _, mill, _ = steps_of(serial.path)
    overrides.create(serial.id, None, mill.id, "Done at the supplier's", OPERATOR)

    assert [step["classification"] for step in jump(client, serial, LAST).json()["bypassed"]] == ["skipped"]


def test_a_reversed_override_counts_no_more(client):
    serial = make_serial(flexible_path())
    _, mill, _ = steps_of(serial.path)
    overrides.create(serial.id, None, mill.id, "Done at the supplier's", OPERATOR)
    overrides.reverse(serial.id, mill.id, OPERATOR)

    assert [step["classification"] for step in jump(client, serial, LAST).json()["bypassed"]] == ["deferred"]


@pytest.mark.parametrize(
    ("mode", "step", "classification"),
    [
        ("flexible", physical("Mill"), "deferred"),
        ("flexible", gate("Mill"), "deferred"),
        ("flexible", physical("Mill", optional=True), "skipped"),
        ("per_step", "Mill", "deferred"),
        ("per_step", gate("Mill"), "deferred"),
        ("per_step", optional("Mill"), "skipped"),
        ("per_step", physical("Mill", optional=True), "skipped"),
    ],
)
def test_what_a_bypassed_step_becomes(mode, step, classification, client):
    serial = make_serial(flexible_path("Saw", step, "Inspect", mode=mode))

    assert [step["classification"] for step in jump(client, serial, LAST).json()["bypassed"]] == [classification]


class TestRecord:
    def test_each_bypassed_step_is_recorded_and_then_the_jump(self, client, program):
        serial = make_serial(flexible_path("Saw", optional("Deburr"), "Mill", "Inspect"))
        saw, deburr, mill, inspect = steps_of(serial.path)

        with recorded() as entries:
            jump(client, serial, 3)

        who = about(serial) | {"userId": program.pk}
        assert entries == [
            who | {"action": "step_skipped", "stepId": deburr.id},
            who | {"action": "step_deferred", "stepId": mill.id},
            who | {"action": "serial_advanced", "fromStepId": saw.id, "toStepId": inspect.id},
        ]
        assert versions(serial)[1:] == [("~", program.pk, None, "serial_advanced")]

    def test_a_jump_past_the_end_is_a_completion(self, client, program):
        serial = make_serial(flexible_path("Saw", optional("Deburr")))
        saw, deburr = steps_of(serial.path)

        with recorded() as entries:
            jump(client, serial, 2)

        who = about(serial) | {"userId": program.pk}
        assert entries == [
            who | {"action": "step_skipped", "stepId": deburr.id},
            who | {"action": "serial_completed", "fromStepId": saw.id},
        ]
        assert versions(serial)[1:] == [("~", program.pk, None, "serial_completed")]


class TestRefusals:
    def test_no_such_serial(self, client):
        for odd in odd_ids(make_serial()):
            assert refusal(jump, client, odd, 1) == not_found("Serial", odd)

    @pytest.mark.parametrize(
        ("state", "expected"), [(scrapped, SCRAPPED), (completed, COMPLETED), (force_completed, COMPLETED)]
    )
    def test_both_ends_are_final(self, state, expected, client):
        assert refusal(jump, client, state(), END) == expected

    def test_a_target_is_required(self, client):
        serial = make_serial()

        assert refusal(client.post, url(serial, "advance-to")) == missing("targetStepIndex")
        for wrong in WRONG_NUMBERS:
            assert refusal(jump, client, serial, wrong) == missing("targetStepIndex")

    def test_a_target_is_a_whole_number(self, client):
        sentence = "targetStepIndex must be a whole number"
        for fraction in (0.5, 1.5, -0.1):
            expected = Refusal(400, sentence, "not_whole", ("targetStepIndex",))
            assert refusal(jump, client, make_serial(), fraction) == expected
        assert jump(client, make_serial(), 1.0).json()["serial"]["currentStepIndex"] == 1

    def test_never_backwards(self, client):
        serial = make_serial(flexible_path())
        jump(client, serial, 1)

        for target in (1, START, -1, -(2**63)):
            assert refusal(jump, client, serial, target) == NOT_FORWARD

    def test_never_past_the_end_of_the_end(self, client):
        serial = make_serial(flexible_path())

        for target in (END + 1, 2**31, 2**63 - 1, 1e300):
            assert refusal(jump, client, serial, target) == OUT_OF_RANGE

    def test_strict_means_the_next_step_only(self, client):
        serial = make_serial(PathFactory(steps=["Saw", optional("Deburr"), "Inspect"]))

        assert refusal(jump, client, serial, LAST) == STRICT
        assert refusal(jump, client, serial, END) == STRICT

    def test_per_step_a_physical_step_is_in_the_way(self, client):
        serial = make_serial(flexible_path("Saw", physical("Mill"), "Inspect", mode="per_step"))

        assert refusal(jump, client, serial, LAST) == PHYSICAL

    def test_the_end_is_blocked_by_what_this_very_jump_would_defer(self, client):
        serial = make_serial(flexible_path("Saw", "Mill", optional("Deburr"), "Inspect"))

        assert refusal(jump, client, serial, 4) == blocked(serial, "Mill", "Inspect")

    def test_the_end_is_blocked_by_what_was_deferred_before(self, client):
        serial = make_serial(flexible_path())
        jump(client, serial, LAST)

        assert refusal(jump, client, serial, END) == blocked(serial, "Mill")

    def test_a_client_that_names_what_it_saw_does_not_jump_twice(self, client):
        serial = make_serial(flexible_path())

        assert jump(client, serial, 1, expectedStepIndex=START).status_code == 200
        answer = refusal(jump, client, serial, LAST, expectedStepIndex=START)
        assert (answer.status, answer.code) == (409, "moved_meanwhile")
        assert now(serial).current_step_index == 1


@pytest.mark.parametrize(
    ("path", "moves", "target", "expected"),
    [
        ({"state": scrapped}, [], None, SCRAPPED),
        ({"state": completed}, [], None, COMPLETED),
        ({"mode": "strict"}, [], None, missing("targetStepIndex")),
        ({"mode": "strict"}, [1], 0, NOT_FORWARD),
        ({"mode": "strict"}, [], END + 1, OUT_OF_RANGE),
        ({"mode": "strict"}, [], END, STRICT),
        ({"mode": "per_step"}, [], END, PHYSICAL),
        ({"mode": "flexible"}, [], END, "blocked"),
        ({"mode": "flexible"}, [], LAST, missing("userId")),
    ],
    ids=["scrapped", "completed", "no target", "backwards", "range", "strict", "physical", "blocked", "nobody"],
)
def test_the_first_of_several_faults_is_named(path, moves, target, expected, client, kiosk):
    route = flexible_path("Saw", physical("Mill"), "Inspect", mode=path.get("mode", "strict"))
    serial = path.get("state", make_serial)(route)
    for index in moves:
        assert jump(client, serial, index).status_code == 200

    if expected == "blocked":
        expected = blocked(serial, "Mill", "Inspect")
    assert refusal(jump, kiosk, serial, target) == expected
