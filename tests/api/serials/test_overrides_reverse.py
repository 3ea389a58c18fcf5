"""``DELETE /api/serials/:id/overrides/:stepId``: an override is taken back, and kept as inactive."""

import pytest

from serials.services import advancement, endings, overrides
from tests.api.serials.contract import (
    BLANK_TEXTS,
    ODD_STEP_IDS,
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
from tests.api.serials.states import flexible_path, moved_to
from tests.factories import OPERATOR, make_serial, steps_of

NO_OVERRIDE = Refusal(400, "No active override found for this step", "no_active_override")
SKIPPED = Refusal(400, "Cannot reverse override — step has already been skipped", "step_skipped")
STEP_COMPLETED = Refusal(400, "Cannot reverse override — step has already been completed", "step_completed")
SERIAL_COMPLETED = Refusal(400, "Cannot reverse override — the serial was completed because of it", "serial_completed")


def reverse(client, serial, step, **body):
    return client.delete(url(serial, "overrides", getattr(step, "id", step)), body)


def overridden(serial=None):
    """A serial, and its step in the middle, which has an active override."""
    serial = serial or make_serial(flexible_path())
    mill = steps_of(serial.path)[1]
    overrides.create(serial.id, None, mill.id, "Done at the supplier's", OPERATOR)
    return serial, mill


def with_the_step_skipped():
    serial, mill = overridden()
    advancement.advance_to(serial.id, 2, OPERATOR)
    return serial, mill


def with_the_step_completed():
    serial, mill = overridden()
    advancement.advance_to(serial.id, 1, OPERATOR)
    advancement.advance(serial.id, OPERATOR)
    return serial, mill


def with_the_serial_completed():
    """Completed past a step that was deferred, and then overridden."""
    serial, mill = overridden(moved_to(2))
    advancement.advance(serial.id, OPERATOR)
    return serial, mill


def with_nothing_overridden():
    serial = make_serial()
    return serial, steps_of(serial.path)[1]


@pytest.mark.parametrize("slash", ["", "/"])
def test_success_is_all_that_it_says(slash, client):
    serial, mill = overridden()

    response = client.delete(url(serial, "overrides", mill.id) + slash, {})

    assert (response.status_code, response.json()) == (200, {"success": True})


def test_the_body_may_be_empty(client):
    serial, mill = overridden()

    assert client.delete(url(serial, "overrides", mill.id)).status_code == 200


def test_the_override_is_kept_as_inactive(client):
    serial, mill = overridden()
    (before,) = client.get(url(serial, "overrides")).json()

    reverse(client, serial, mill)

    assert client.get(url(serial, "overrides")).json() == [before | {"active": False}]


def test_those_of_other_steps_and_serials_stay(client):
    serial, mill = overridden()
    other, _ = overridden(make_serial(serial.path))
    _, _, inspect = steps_of(serial.path)
    overrides.create(serial.id, None, inspect.id, "Done at the supplier's", OPERATOR)

    reverse(client, serial, mill)

    assert serial.step_overrides.get(active=True).step_id == inspect.id
    assert other.step_overrides.get().active


class TestRecord:
    def test_a_reversal_is_recorded(self, client, program):
        serial, mill = overridden()

        with recorded() as entries:
            reverse(client, serial, mill)

        assert entries == [
            about(serial) | {"action": "step_override_reversed", "userId": program.pk, "stepId": mill.id}
        ]
        assert [action for *_, action in versions(serial)] == ["serial_created"]

    def test_so_is_its_reason(self, client):
        serial, mill = overridden()

        with recorded() as entries:
            reverse(client, serial, mill, reason=" Needed after all ")

        assert [entry["metadata"] for entry in entries] == [{"reason": "Needed after all"}]

    @pytest.mark.parametrize("blank", BLANK_TEXTS, ids=repr)
    def test_a_blank_reason_is_not(self, blank, client):
        serial, mill = overridden()

        with recorded() as entries:
            assert reverse(client, serial, mill, reason=blank).status_code == 200

        assert "metadata" not in entries[0]


class TestRefusals:
    def test_no_such_serial(self, client):
        serial, mill = overridden()

        for odd in odd_ids(serial):
            assert refusal(reverse, client, odd, mill) == not_found("Serial", odd)

    def test_a_step_that_nobody_knows_has_no_override(self, client):
        serial, _ = overridden()

        for step in ODD_STEP_IDS:
            assert refusal(reverse, client, serial, step) == NO_OVERRIDE

    def test_a_step_of_another_path_has_none(self, client):
        serial, _ = overridden()
        _, elsewhere = overridden()

        assert refusal(reverse, client, serial, elsewhere) == NO_OVERRIDE

    def test_a_step_without_one_has_none(self, client):
        assert refusal(reverse, client, *with_nothing_overridden()) == NO_OVERRIDE

    def test_it_is_reversed_once(self, client):
        serial, mill = overridden()
        reverse(client, serial, mill)

        assert refusal(reverse, client, serial, mill) == NO_OVERRIDE

    @pytest.mark.parametrize(
        ("state", "expected"),
        [
            (with_the_step_skipped, SKIPPED),
            (with_the_step_completed, STEP_COMPLETED),
            (with_the_serial_completed, SERIAL_COMPLETED),
        ],
    )
    def test_what_came_of_it_cannot_be_undone(self, state, expected, client):
        assert refusal(reverse, client, *state()) == expected

    def test_a_scrapped_serials_override_can_be_reversed(self, client):
        serial, mill = overridden()
        endings.scrap(serial.id, "damaged", None, OPERATOR)

        assert reverse(client, serial, mill).status_code == 200

    def test_a_reason_is_text(self, client):
        serial, mill = overridden()

        for wrong in WRONG_OPTIONAL_TEXTS:
            assert refusal(reverse, client, serial, mill, reason=wrong) == not_text("reason")

    def test_a_reason_has_an_end(self, client):
        assert refusal(reverse, client, *overridden(), reason="x" * (TEXT_MAX_LENGTH + 1)) == too_long("reason")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (with_nothing_overridden, NO_OVERRIDE),
        (with_the_step_skipped, SKIPPED),
        (with_the_step_completed, STEP_COMPLETED),
        (overridden, missing("userId")),
    ],
)
def test_that_nobody_acts_is_the_last_fault_to_be_named(state, expected, kiosk):
    assert refusal(reverse, kiosk, *state()) == expected
