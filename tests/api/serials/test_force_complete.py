"""``POST /api/serials/:id/force-complete``: a serial is completed with required work left open."""

import pytest

from serials.services import deferrals
from tests.api.serials.contract import (
    BLANK_TEXTS,
    FORCE_KEYS,
    SERIAL_KEYS,
    TEXT_MAX_LENGTH,
    WRONG_OPTIONAL_TEXTS,
    Refusal,
    about,
    missing,
    not_found,
    not_text,
    odd_ids,
    recorded,
    refusal,
    too_long,
    url,
    versions,
)
from tests.api.serials.states import (
    completed,
    deferred_at_first_jump,
    flexible_path,
    force_completed,
    moved_to,
    optional,
    scrapped,
    statuses,
)
from tests.factories import OPERATOR, make_serial, steps_of

REASON = "Customer accepted partial completion"

SCRAPPED = Refusal(400, "Cannot force-complete a scrapped serial", "serial_scrapped")
COMPLETED = Refusal(400, "Serial is already completed", "serial_completed")
NOTHING_OPEN = Refusal(400, "Serial has no incomplete required steps — use normal completion", "nothing_incomplete")


def force(client, serial, **body):
    return client.post(url(serial, "force-complete"), body)


def with_nothing_required_left():
    """A serial at its last step, which is optional, with everything before it done."""
    return moved_to(1, flexible_path("Saw", optional("Deburr")))


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_serial_is_shown_with_why_and_by_whom(slash, client, program, told_time):
    serial = make_serial()

    response = client.post(url(serial, "force-complete") + slash, {"reason": f" {REASON} "})

    assert response.status_code == 200
    assert response.json() == {
        "id": serial.id,
        "jobId": serial.job_id,
        "pathId": serial.path_id,
        "currentStepIndex": -1,
        "status": "completed",
        "forceCompleted": True,
        "forceCompletedBy": program.pk,
        "forceCompletedAt": told_time,
        "forceCompletedReason": REASON,
        "createdAt": told_time,
        "updatedAt": told_time,
    }


@pytest.mark.parametrize("body", [{}, *({"reason": blank} for blank in BLANK_TEXTS)], ids=repr)
def test_a_reason_may_be_left_out(body, client):
    assert set(force(client, make_serial(), **body).json()) == SERIAL_KEYS | FORCE_KEYS


def test_the_step_records_stay_as_they_are(client):
    serial = moved_to(2)

    force(client, serial)

    assert statuses(serial) == ["completed", "deferred", "in_progress"]


class TestRecord:
    def test_the_reason_and_every_incomplete_required_step_are_recorded(self, client, program):
        serial = moved_to(3, flexible_path("Saw", "Mill", optional("Deburr"), "Harden", optional("Wash"), "Inspect"))
        _, mill, _, harden, _, inspect = steps_of(serial.path)

        with recorded() as entries:
            force(client, serial, reason=REASON)

        assert entries == [
            about(serial)
            | {
                "action": "serial_force_completed",
                "userId": program.pk,
                "metadata": {"reason": REASON, "incompleteStepIds": [mill.id, harden.id, inspect.id]},
            }
        ]
        assert versions(serial)[-1] == ("~", program.pk, REASON, "serial_force_completed")

    def test_a_reason_that_nobody_gave_is_not_recorded(self, client, program):
        serial = make_serial()

        with recorded() as entries:
            force(client, serial)

        assert [set(entry["metadata"]) for entry in entries] == [{"incompleteStepIds"}]
        assert versions(serial)[-1] == ("~", program.pk, None, "serial_force_completed")

    @pytest.mark.parametrize("settle", ["completed later", "waived"])
    def test_a_deferred_step_that_is_settled_is_not_incomplete(self, settle, client):
        serial, mill = deferred_at_first_jump()
        if settle == "waived":
            deferrals.waive(serial.id, mill.id, "Measured by hand", OPERATOR)
        else:
            deferrals.complete_deferred(serial.id, mill.id, OPERATOR)

        with recorded() as entries:
            force(client, serial)

        _, _, inspect = steps_of(serial.path)
        assert entries[0]["metadata"]["incompleteStepIds"] == [inspect.id]

    def test_the_kiosks_text_is_on_the_serial_and_on_its_version(self, kiosk):
        serial = make_serial()

        assert force(kiosk, serial, userId="Maria").json()["forceCompletedBy"] == "Maria"
        assert versions(serial)[-1][1] == "Maria"


class TestRefusals:
    def test_no_such_serial(self, client):
        for odd in odd_ids(make_serial()):
            assert refusal(force, client, odd) == not_found("Serial", odd)

    @pytest.mark.parametrize(
        ("state", "expected"), [(scrapped, SCRAPPED), (completed, COMPLETED), (force_completed, COMPLETED)]
    )
    def test_both_ends_are_final(self, state, expected, client):
        assert refusal(force, client, state()) == expected

    def test_a_serial_without_open_required_steps_completes_normally(self, client):
        serial = with_nothing_required_left()

        assert refusal(force, client, serial) == NOTHING_OPEN
        assert client.post(url(serial, "advance")).json()["status"] == "completed"

    def test_a_reason_is_text(self, client):
        serial = make_serial()

        for wrong in WRONG_OPTIONAL_TEXTS:
            assert refusal(force, client, serial, reason=wrong) == not_text("reason")

    def test_a_reason_has_an_end(self, client):
        assert refusal(force, client, make_serial(), reason="x" * (TEXT_MAX_LENGTH + 1)) == too_long("reason")


@pytest.mark.parametrize(
    ("state", "reason", "expected"),
    [
        (scrapped, 7, SCRAPPED),
        (completed, 7, COMPLETED),
        (with_nothing_required_left, 7, NOTHING_OPEN),
        (make_serial, REASON, missing("userId")),
    ],
    ids=["scrapped", "completed", "nothing open", "nobody"],
)
def test_the_first_of_several_faults_is_named(state, reason, expected, kiosk):
    assert refusal(force, kiosk, state(), reason=reason) == expected
