"""``POST /api/serials/:id/waive-step/:stepId``: a deferred required step is excused for good."""

import pytest

from serials.services.steps import configure
from shopplanr.accounts.roles import Role
from tests.accounts.factories import UserFactory
from tests.api.answers import WRONG_TEXTS
from tests.api.serials.contract import (
    NAME_MAX_LENGTH,
    ODD_STEP_IDS,
    TEXT_MAX_LENGTH,
    Refusal,
    about,
    not_found,
    odd_ids,
    recorded,
    refusal,
    too_long,
    url,
    versions,
)
from tests.api.serials.states import deferred_at_first_jump, now, status_of, with_the_step
from tests.factories import PLANNER

REASON = "Measured by hand"

NOT_DEFERRED = Refusal(400, "Can only waive deferred required steps", "step_not_deferred")
OPTIONAL = Refusal(400, "Can only waive required steps — this step is optional", "step_optional")


def incomplete(*fields):
    return Refusal(400, "Waiver requires a reason and approver identity", "required", fields)


def waive(client, serial, step, **body):
    return client.post(url(serial, "waive-step", getattr(step, "id", step)), body)


def made_optional():
    """A serial, and its deferred step, which was made optional afterwards."""
    serial, step = deferred_at_first_jump()
    configure(step.id, {"optional": True}, PLANNER)
    return serial, step


@pytest.fixture
def approval(program):
    """A body that says everything; the program may waive, and so it may approve."""
    return {"reason": REASON, "approverId": program.pk}


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_step_status_is_shown(slash, client, approval, told_time):
    serial, step = deferred_at_first_jump()
    record = serial.step_statuses.get(step=step)

    response = client.post(url(serial, "waive-step", step.id) + slash, approval)

    assert response.status_code == 200
    assert response.json() == {
        "id": record.id,
        "serialId": serial.id,
        "stepId": step.id,
        "stepIndex": 1,
        "status": "waived",
        "updatedAt": told_time,
    }
    assert record.id.startswith("snss_")
    assert status_of(serial, step) == "waived"


def test_the_serial_does_not_move_and_may_then_complete(client, approval):
    serial, step = deferred_at_first_jump()

    waive(client, serial, step, **approval)

    assert now(serial).current_step_index == serial.current_step_index
    assert client.post(url(serial, "advance")).json()["status"] == "completed"


class TestApprover:
    def test_a_waiver_is_recorded_as_the_approvers(self, client, approval, program):
        serial, step = deferred_at_first_jump()
        before = versions(serial)

        with recorded() as entries:
            waive(client, serial, step, **approval)

        assert entries == [
            about(serial)
            | {
                "action": "step_waived",
                "userId": program.pk,
                "stepId": step.id,
                "metadata": {"reason": REASON, "approverId": program.pk},
            }
        ]
        assert versions(serial) == before

    @pytest.mark.parametrize("role", [Role.SUPERVISORS, Role.QC])
    def test_somebody_elses_approval_keeps_both(self, role, client, program):
        serial, step = deferred_at_first_jump()
        approver = UserFactory(role=role)

        with recorded() as entries:
            assert waive(client, serial, step, reason=REASON, approverId=approver.pk).status_code == 200

        (entry,) = entries
        assert (entry["userId"], entry["metadata"]["approverId"]) == (approver.pk, approver.pk)
        assert entry["calledBy"] == program.pk

    def test_at_a_kiosk_the_approver_is_free_text(self, kiosk):
        serial, step = deferred_at_first_jump()

        with recorded() as entries:
            waive(kiosk, serial, step, reason=f" {REASON} ", approverId=" Dr. Weiß ")

        assert entries[0]["userId"] == "Dr. Weiß"
        assert entries[0]["metadata"] == {"reason": REASON, "approverId": "Dr. Weiß"}

    @pytest.mark.parametrize("role", [Role.OPERATORS, Role.AUDITORS, None])
    def test_an_approver_may_waive(self, role, client):
        approver = UserFactory(role=role, name="Kim")
        serial, step = deferred_at_first_jump()

        answer = refusal(waive, client, serial, step, reason=REASON, approverId=approver.pk)

        assert (answer.status, answer.code) == (403, "forbidden")
        assert answer.message.startswith("Kim may not waive steps.")

    def test_an_approver_is_an_active_user(self, client):
        gone = UserFactory(role=Role.SUPERVISORS, is_active=False)
        serial, step = deferred_at_first_jump()

        for nobody in (gone.pk, "user_x", "Maria"):
            answer = refusal(waive, client, serial, step, reason=REASON, approverId=nobody)
            assert answer == Refusal(400, "User not found or inactive", "user_not_found", ("approverId",))


class TestRefusals:
    def test_no_such_serial(self, client, approval):
        serial, step = deferred_at_first_jump()

        for odd in odd_ids(serial):
            assert refusal(waive, client, odd, step, **approval) == not_found("Serial", odd)

    @pytest.mark.parametrize("who", ["client", "kiosk"])
    def test_a_reason_and_an_approver_are_required(self, who, request, program):
        caller = request.getfixturevalue(who)
        serial, step = deferred_at_first_jump()

        assert refusal(waive, caller, serial, step) == incomplete("reason", "approverId")
        for wrong in WRONG_TEXTS:
            assert refusal(waive, caller, serial, step, reason=wrong, approverId=program.pk) == incomplete("reason")
            assert refusal(waive, caller, serial, step, reason=REASON, approverId=wrong) == incomplete("approverId")

    def test_a_reason_and_an_approver_have_an_end(self, kiosk):
        serial, step = deferred_at_first_jump()

        answer = refusal(waive, kiosk, serial, step, reason="x" * (TEXT_MAX_LENGTH + 1), approverId="Maria")
        assert answer == too_long("reason")
        answer = refusal(waive, kiosk, serial, step, reason=REASON, approverId="x" * (NAME_MAX_LENGTH + 1))
        assert answer == too_long("approverId", NAME_MAX_LENGTH)

    def test_no_such_step(self, client, approval):
        serial, _ = deferred_at_first_jump()

        for step in ODD_STEP_IDS:
            expected = not_found("SnStepStatus", f"{serial.id}/{step}")
            assert refusal(waive, client, serial, step, **approval) == expected

    def test_a_step_of_another_path_is_not_found(self, client, approval):
        serial, _ = deferred_at_first_jump()
        _, elsewhere = deferred_at_first_jump()

        answer = refusal(waive, client, serial, elsewhere, **approval)

        assert answer == not_found("SnStepStatus", f"{serial.id}/{elsewhere.id}")

    @pytest.mark.parametrize("status", ["pending", "in_progress", "completed", "skipped", "waived"])
    def test_only_deferred_steps(self, status, client, approval):
        serial, step = with_the_step(status)
        assert status_of(serial, step) == status

        assert refusal(waive, client, serial, step, **approval) == NOT_DEFERRED

    def test_only_required_steps(self, client, approval):
        assert refusal(waive, client, *made_optional(), **approval) == OPTIONAL

    def test_the_first_of_several_faults_is_named(self, client, approval):
        serial, _ = deferred_at_first_jump()

        assert refusal(waive, client, "SN-99999", "step_x") == not_found("Serial", "SN-99999")
        assert refusal(waive, client, serial, "step_x") == incomplete("reason", "approverId")
        assert refusal(waive, client, *made_optional()) == incomplete("reason", "approverId")
        skipped_and_optional = with_the_step("skipped")
        assert refusal(waive, client, *skipped_and_optional, **approval) == NOT_DEFERRED
