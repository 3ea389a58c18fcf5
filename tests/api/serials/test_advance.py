"""``POST /api/serials/:id/advance``: one step on."""

import pytest

from serials.services import deferrals, overrides
from tests.api.serials.contract import (
    SERIAL_KEYS,
    WRONG_NUMBERS,
    Refusal,
    about,
    not_found,
    odd_ids,
    recorded,
    refusal,
    url,
    versions,
)
from tests.api.serials.states import (
    completed,
    deferred_at_first_jump,
    flexible_path,
    force_completed,
    gate,
    moved_to,
    now,
    optional,
    scrapped,
    statuses,
)
from tests.factories import OPERATOR, PathFactory, make_serial, steps_of

SCRAPPED = Refusal(400, "Cannot advance a scrapped serial", "serial_scrapped")
COMPLETED = Refusal(400, "Serial number is already completed", "serial_completed")


def advance(client, serial, body=None):
    return client.post(url(serial, "advance"), body)


def blocked(serial, *names):
    sentence = f"Cannot complete {serial.id}: required steps still deferred: {', '.join(names)}"
    return Refusal(400, sentence, "completion_blocked")


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_serial_is_shown_at_its_next_step(slash, client, told_time):
    serial = make_serial()

    response = client.post(url(serial, "advance") + slash, {})

    assert response.status_code == 200
    assert response.json() == {
        "id": serial.id,
        "jobId": serial.job_id,
        "pathId": serial.path_id,
        "currentStepIndex": 1,
        "status": "in_progress",
        "forceCompleted": False,
        "createdAt": told_time,
        "updatedAt": told_time,
    }


@pytest.mark.parametrize("content_type", [None, "application/json", "text/plain"])
def test_the_body_may_be_empty(content_type, client):
    serial = make_serial()

    response = client.generic("POST", url(serial, "advance"), b"", content_type=content_type or "")

    assert response.status_code == 200
    assert response.json()["currentStepIndex"] == 1


@pytest.mark.parametrize("mode", ["strict", "flexible", "per_step"])
def test_it_is_one_step_on_in_every_mode_to_the_end(mode, client):
    path = PathFactory(advancementMode=mode, steps=["Saw", optional("Deburr"), gate("Inspect")])
    serial = make_serial(path)

    walked = []
    while now(serial).status == "in_progress":
        result = advance(client, serial).json()
        assert set(result) == SERIAL_KEYS
        walked.append((result["currentStepIndex"], result["status"], statuses(serial)))

    assert walked == [
        (1, "in_progress", ["completed", "in_progress", "pending"]),
        (2, "in_progress", ["completed", "completed", "in_progress"]),
        (-1, "completed", ["completed", "completed", "completed"]),
    ]


class TestRecord:
    def test_a_step_on_is_recorded(self, client, program):
        serial = make_serial()
        saw, mill, _ = steps_of(serial.path)

        with recorded() as entries:
            advance(client, serial)

        assert entries == [
            about(serial)
            | {"action": "serial_advanced", "userId": program.pk, "fromStepId": saw.id, "toStepId": mill.id}
        ]
        assert versions(serial) == [
            ("+", OPERATOR.user_id, None, "serial_created"),
            ("~", program.pk, None, "serial_advanced"),
        ]

    def test_the_end_is_recorded(self, client, program):
        serial = make_serial(PathFactory(steps=["Saw"]))
        (saw,) = steps_of(serial.path)

        with recorded() as entries:
            advance(client, serial)

        assert entries == [about(serial) | {"action": "serial_completed", "userId": program.pk, "fromStepId": saw.id}]
        assert versions(serial)[-1] == ("~", program.pk, None, "serial_completed")

    def test_the_kiosks_text_is_what_the_versions_show(self, kiosk):
        serial = make_serial()

        advance(kiosk, serial, {"userId": "Maria"})
        advance(kiosk, serial)

        assert [user for _, user, _, _ in versions(serial)[1:]] == ["Maria", "anonymous"]

    def test_other_serials_stay_where_they_are(self, client):
        serial = make_serial()
        other = make_serial(serial.path)

        advance(client, serial)

        assert (now(other).current_step_index, len(versions(other))) == (0, 1)
        assert statuses(other) == ["in_progress", "pending", "pending"]


class TestRefusals:
    def test_no_such_serial(self, client):
        for odd in odd_ids(make_serial()):
            assert refusal(advance, client, odd) == not_found("SerialNumber", odd)

    @pytest.mark.parametrize(
        ("state", "expected"), [(scrapped, SCRAPPED), (completed, COMPLETED), (force_completed, COMPLETED)]
    )
    def test_both_ends_are_final(self, state, expected, client):
        assert refusal(advance, client, state()) == expected

    def test_the_end_is_blocked_while_required_steps_are_deferred(self, client):
        path = flexible_path("Saw", "Mill", optional("Deburr"), gate("Harden"), "Inspect")
        serial = moved_to(4, path)

        assert refusal(advance, client, serial) == blocked(serial, "Mill", "Harden")

    def test_only_the_end_is_blocked(self, client):
        serial = moved_to(2, flexible_path("Saw", "Mill", "Inspect", "Pack"))

        assert advance(client, serial).status_code == 200
        assert refusal(advance, client, serial) == blocked(serial, "Mill")

    @pytest.mark.parametrize("settle", ["completed later", "waived", "overridden"])
    def test_a_deferred_step_that_is_settled_blocks_no_more(self, settle, client):
        serial, step = deferred_at_first_jump()
        assert refusal(advance, client, serial) == blocked(serial, "Mill")

        if settle == "completed later":
            deferrals.complete_deferred(serial.id, step.id, OPERATOR)
        elif settle == "waived":
            deferrals.waive(serial.id, step.id, "Measured by hand", OPERATOR)
        else:
            overrides.create(serial.id, None, step.id, "Not needed", OPERATOR)

        assert advance(client, serial).json()["status"] == "completed"


class TestExpectedStepIndex:
    """A client that names what it saw gets a 409 instead of a second step (lifecycle.md)."""

    def test_where_the_serial_is_it_advances(self, client):
        assert advance(client, make_serial(), {"expectedStepIndex": 0}).json()["currentStepIndex"] == 1

    def test_a_second_time_it_does_not(self, client):
        serial = make_serial()
        advance(client, serial, {"expectedStepIndex": 0})

        sentence = f"{serial.id} is at step index 1, not at 0; look again before advancing it"
        assert refusal(advance, client, serial, {"expectedStepIndex": 0}) == Refusal(409, sentence, "moved_meanwhile")

    def test_the_end_counts_as_moved_on(self, client):
        serial = completed(PathFactory(steps=["Saw"]))

        assert refusal(advance, client, serial, {"expectedStepIndex": 0}).code == "moved_meanwhile"
        assert refusal(advance, client, serial, {"expectedStepIndex": -1}) == COMPLETED

    def test_it_must_be_a_whole_number(self, client):
        serial = make_serial()

        for wrong in [*WRONG_NUMBERS[1:], 0.5]:
            told = refusal(advance, client, serial, {"expectedStepIndex": wrong})
            assert (told.message, told.code) == ("expectedStepIndex must be a whole number", "not_whole")
        assert refusal(advance, client, serial, {"expectedStepIndex": 2**63 - 1}).code == "moved_meanwhile"

    def test_null_counts_as_left_out(self, client):
        assert advance(client, make_serial(), {"expectedStepIndex": None}).status_code == 200
