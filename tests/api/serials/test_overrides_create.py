"""``POST /api/serials/:id/overrides``: a step becomes optional, for one serial or several."""

import pytest

from serials.models import StepOverride
from serials.services import advancement, overrides
from tests.api.answers import WRONG_TEXTS
from tests.api.serials.contract import (
    TEXT_MAX_LENGTH,
    Refusal,
    about,
    missing,
    not_found,
    odd_ids,
    recorded,
    refusal,
    too_long,
    url,
    versions,
)
from tests.api.serials.states import flexible_path, moved_to, status_of, statuses
from tests.factories import OPERATOR, PathFactory, make_serial, make_serials, steps_of

REASON = "Done at the supplier's"
OVERRIDE_KEYS = {"id", "serialId", "stepId", "active", "reason", "createdBy", "createdAt"}
NO_STEP = "step_000000000000"

STEP_COMPLETED = Refusal(400, "Cannot override a step that has already been completed", "step_completed")
NONE_SELECTED = Refusal(400, "serialIds must have at least one item", "empty", ("serialIds",))


def override(client, serial, step, reason=REASON, **more):
    body = {"stepId": getattr(step, "id", step), "reason": reason}
    return client.post(url(serial, "overrides"), body | more)


def overridden(response):
    """Which serials the answer says were given an override."""
    assert response.status_code == 200, response.content
    return [each["serialId"] for each in response.json()]


def ids(serials):
    return [serial.id for serial in serials]


@pytest.fixture
def path(db):
    return PathFactory()


@pytest.fixture
def mill(path):
    return steps_of(path)[1]


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_new_override_is_shown(slash, path, mill, client, program, told_time):
    serial = make_serial(path)

    response = client.post(url(serial, "overrides") + slash, {"stepId": mill.id, "reason": f" {REASON} "})

    assert response.status_code == 200
    (made,) = response.json()
    assert made.pop("id").startswith("snso_")
    assert made == {
        "serialId": serial.id,
        "stepId": mill.id,
        "active": True,
        "reason": REASON,
        "createdBy": program.pk,
        "createdAt": told_time,
    }


class TestSelection:
    """Which serials a call is about."""

    def test_left_out_it_is_the_serial_in_the_address(self, path, mill, client):
        serial, other = make_serials(path, 2)

        assert overridden(override(client, serial, mill)) == [serial.id]
        assert overridden(override(client, other, mill, serialIds=None)) == [other.id]

    def test_given_it_is_these_in_the_order_given(self, path, mill, client):
        addressed, first, second = make_serials(path, 3)

        response = override(client, addressed, mill, serialIds=[second.id, first.id])

        assert overridden(response) == [second.id, first.id]
        assert all(set(each) == OVERRIDE_KEYS for each in response.json())
        assert not addressed.step_overrides.exists()

    def test_a_serial_that_is_named_twice_gets_one(self, path, mill, client):
        first, second = make_serials(path, 2)

        response = override(client, first, mill, serialIds=[first.id, second.id, first.id])

        assert overridden(response) == [first.id, second.id]

    def test_a_serial_that_has_an_active_one_is_passed_over(self, path, mill, client):
        first, second = make_serials(path, 2)
        override(client, first, mill)

        assert overridden(override(client, first, mill, serialIds=ids([first, second]))) == [second.id]
        assert overridden(override(client, first, mill)) == []
        assert StepOverride.objects.count() == 2

    def test_a_serial_whose_override_was_reversed_gets_a_new_one(self, path, mill, client):
        serial = make_serial(path)
        override(client, serial, mill)
        overrides.reverse(serial.id, mill.id, OPERATOR)

        assert overridden(override(client, serial, mill)) == [serial.id]
        assert list(serial.step_overrides.order_by("active").values_list("active", flat=True)) == [False, True]


class TestEffect:
    def test_the_step_may_be_skipped(self, client):
        serial = make_serial(flexible_path())
        override(client, serial, steps_of(serial.path)[1])

        client.post(url(serial, "advance-to"), {"targetStepIndex": 2})

        assert statuses(serial) == ["completed", "skipped", "in_progress"]

    def test_a_deferred_step_stays_deferred(self, client):
        serial = moved_to(2)
        mill = steps_of(serial.path)[1]

        assert overridden(override(client, serial, mill)) == [serial.id]
        assert status_of(serial, mill) == "deferred"


class TestRecord:
    def test_every_new_override_is_recorded(self, path, mill, client, program):
        first, second, third = make_serials(path, 3)
        override(client, second, mill)

        with recorded() as entries:
            override(client, first, mill, serialIds=ids([third, second, first]))

        common = {
            "action": "step_override_created",
            "userId": program.pk,
            "stepId": mill.id,
            "metadata": {"reason": REASON},
        }
        assert entries == [about(third) | common, about(first) | common]

    def test_the_serial_itself_does_not_change(self, path, mill, client):
        serial = make_serial(path)

        override(client, serial, mill)

        assert [action for *_, action in versions(serial)] == ["serial_created"]

    def test_the_kiosks_text_is_on_the_override(self, path, mill, kiosk):
        (made,) = override(kiosk, make_serial(path), mill, userId="Maria").json()

        assert made["createdBy"] == "Maria"


class TestRefusals:
    def test_no_such_serial_in_the_address(self, path, mill, client):
        serial = make_serial(path)

        for odd in odd_ids(serial):
            assert refusal(override, client, odd, mill) == not_found("Serial", odd)
            assert refusal(override, client, odd, mill, serialIds=[serial.id]) == not_found("Serial", odd)

    def test_one_bad_id_refuses_all_of_them(self, path, mill, client):
        serial, other = make_serials(path, 2)

        for odd in (odd for odd in odd_ids(other) if "\0" not in odd):
            selection = [serial.id, odd, other.id, "SN-no"]
            assert refusal(override, client, serial, mill, serialIds=selection) == not_found("Serial", odd)

    def test_what_is_no_id_at_all_refuses_all_of_them(self, path, mill, client):
        serial = make_serial(path)

        for wrong in WRONG_TEXTS:
            answer = refusal(override, client, serial, mill, serialIds=[serial.id, wrong])
            if isinstance(wrong, str):
                assert answer == not_found("Serial", wrong)
            else:
                assert (answer.status, answer.message) == (400, "serialIds must be a list of serial ids")

    def test_a_selection_selects_something(self, path, mill, client):
        serial = make_serial(path)

        for wrong in ([], "", serial.id, 1, True, False, {}, {serial.id: 1}):
            assert refusal(override, client, serial, mill, serialIds=wrong) == NONE_SELECTED

    def test_a_step_is_required(self, path, client):
        serial = make_serial(path)

        assert refusal(client.post, url(serial, "overrides"), {"reason": REASON}) == missing("stepId")
        for wrong in WRONG_TEXTS:
            assert refusal(override, client, serial, wrong) == missing("stepId")

    def test_no_such_step(self, path, client):
        serial = make_serial(path)

        for identifier in (NO_STEP, serial.id, "x" * 500, "🔩"):
            assert refusal(override, client, serial, identifier) == not_found("ProcessStep", identifier)

    def test_a_step_of_another_path_is_not_found(self, mill, client):
        assert refusal(override, client, make_serial(), mill) == not_found("ProcessStep", mill.id)

    def test_a_step_of_another_path_refuses_all_of_them(self, path, mill, client):
        serial, elsewhere = make_serial(path), make_serial()

        answer = refusal(override, client, serial, mill, serialIds=ids([serial, elsewhere]))

        assert answer == not_found("ProcessStep", mill.id)

    def test_a_completed_step_refuses_all_of_them(self, path, client):
        saw, *_ = steps_of(path)
        serial, ahead = make_serials(path, 2)
        advancement.advance(ahead.id, OPERATOR)

        assert refusal(override, client, ahead, saw) == STEP_COMPLETED
        assert refusal(override, client, serial, saw, serialIds=ids([serial, ahead])) == STEP_COMPLETED

    def test_a_reason_is_required(self, path, mill, client):
        serial = make_serial(path)

        assert refusal(client.post, url(serial, "overrides"), {"stepId": mill.id}) == missing("reason")
        for wrong in WRONG_TEXTS:
            assert refusal(override, client, serial, mill, reason=wrong) == missing("reason")

    def test_a_reason_has_an_end(self, path, mill, client):
        answer = refusal(override, client, make_serial(path), mill, reason="x" * (TEXT_MAX_LENGTH + 1))

        assert answer == too_long("reason")

    def test_the_first_of_several_faults_is_named(self, path, kiosk):
        saw, mill, _ = steps_of(path)
        serial = make_serial(path)
        advancement.advance(serial.id, OPERATOR)
        elsewhere = steps_of(PathFactory())[0]

        def told(address, step, selected=None, reason=None):
            return refusal(override, kiosk, address, step, serialIds=selected, reason=reason)

        assert told("SN-99999", None, ["SN-99998"]) == not_found("Serial", "SN-99999")
        assert told(serial, None, ["SN-99998"]) == not_found("Serial", "SN-99998")
        assert told(serial, None) == missing("stepId")
        assert told(serial, elsewhere) == not_found("ProcessStep", elsewhere.id)
        assert told(serial, saw) == STEP_COMPLETED
        assert told(serial, mill) == missing("reason")
        assert told(serial, mill, reason=REASON) == missing("userId")
