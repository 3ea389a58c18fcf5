"""``POST /api/serials/:id/complete-deferred/:stepId``: the work of a deferred step is done after all."""

import pytest

from tests.api.serials.contract import (
    ODD_STEP_IDS,
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
from tests.api.serials.states import deferred_at_first_jump, flexible_path, moved_to, now, status_of, with_the_step
from tests.factories import steps_of


def complete(client, serial, step, **body):
    return client.post(url(serial, "complete-deferred", getattr(step, "id", step)), body)


def not_deferred(status):
    return Refusal(400, f"Can only complete deferred steps — step status is: {status}", "step_not_deferred")


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_step_status_is_shown(slash, client, told_time):
    serial, step = deferred_at_first_jump()
    record = serial.step_statuses.get(step=step)

    response = client.post(url(serial, "complete-deferred", step.id) + slash, {})

    assert response.status_code == 200
    assert response.json() == {
        "id": record.id,
        "serialId": serial.id,
        "stepId": step.id,
        "stepIndex": 1,
        "status": "completed",
        "updatedAt": told_time,
    }
    assert status_of(serial, step) == "completed"


def test_the_serial_does_not_move_and_may_then_complete(client):
    serial, step = deferred_at_first_jump()

    complete(client, serial, step)

    assert now(serial).current_step_index == serial.current_step_index
    assert client.post(url(serial, "advance")).json()["status"] == "completed"


def test_it_is_recorded_and_the_serial_itself_does_not_change(client, program):
    serial, step = deferred_at_first_jump()
    before = versions(serial)

    with recorded() as entries:
        complete(client, serial, step)

    assert entries == [about(serial) | {"action": "deferred_step_completed", "userId": program.pk, "stepId": step.id}]
    assert versions(serial) == before


def test_other_deferred_steps_stay_deferred(client):
    serial = moved_to(3, flexible_path("Saw", "Mill", "Harden", "Inspect"))
    _, mill, harden, _ = steps_of(serial.path)

    complete(client, serial, harden)

    assert (status_of(serial, mill), status_of(serial, harden)) == ("deferred", "completed")


class TestRefusals:
    def test_no_such_serial(self, client):
        serial, step = deferred_at_first_jump()

        for odd in odd_ids(serial):
            assert refusal(complete, client, odd, step) == not_found("Serial", odd)

    def test_no_such_step(self, client):
        serial, _ = deferred_at_first_jump()

        for step in ODD_STEP_IDS:
            assert refusal(complete, client, serial, step) == not_found("SnStepStatus", f"{serial.id}/{step}")

    def test_a_step_of_another_path_is_not_found(self, client):
        serial, _ = deferred_at_first_jump()
        _, elsewhere = deferred_at_first_jump()

        expected = not_found("SnStepStatus", f"{serial.id}/{elsewhere.id}")
        assert refusal(complete, client, serial, elsewhere) == expected

    @pytest.mark.parametrize("status", ["pending", "in_progress", "completed", "skipped", "waived"])
    def test_only_deferred_steps(self, status, client):
        serial, step = with_the_step(status)
        assert status_of(serial, step) == status

        assert refusal(complete, client, serial, step) == not_deferred(status)

    def test_the_first_of_several_faults_is_named(self, kiosk):
        serial, step = deferred_at_first_jump()

        assert refusal(complete, kiosk, "SN-99999", "step_x") == not_found("Serial", "SN-99999")
        assert refusal(complete, kiosk, serial, "step_x") == not_found("SnStepStatus", f"{serial.id}/step_x")
        assert refusal(complete, kiosk, *with_the_step("pending")) == not_deferred("pending")
        assert refusal(complete, kiosk, serial, step) == missing("userId")
