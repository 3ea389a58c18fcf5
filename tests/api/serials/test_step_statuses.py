"""``GET /api/serials/:id/step-statuses``: the serial's route, and how each step of it stands."""

import pytest

from serials.services import deferrals, overrides
from serials.services.paths import update
from tests.api.answers import nothing_written
from tests.api.serials.contract import Refusal, odd_ids, refusal, url
from tests.api.serials.states import (
    completed,
    flexible_path,
    force_completed,
    gate,
    moved_to,
    optional,
    physical,
    scrapped,
)
from tests.factories import OPERATOR, PLANNER, make_serial, steps_of

NOT_FOUND = Refusal(404, "Serial not found", "not_found")


def get(client, serial):
    return client.get(url(serial, "step-statuses"))


def views(client, serial):
    response = get(client, serial)
    assert response.status_code == 200, response.content
    return response.json()


def statuses(client, serial):
    return [view["status"] for view in views(client, serial)]


@pytest.mark.parametrize("slash", ["", "/"])
def test_every_step_is_shown_in_order_with_exactly_these_fields(slash, client):
    path = flexible_path(physical("Saw"), optional("Deburr"), gate("Inspect"))
    saw, deburr, inspect = steps_of(path)
    serial = make_serial(path)
    overrides.create(serial.id, None, inspect.id, "Inspected at the supplier's", OPERATOR)

    response = client.get(url(serial, "step-statuses") + slash)

    assert response.status_code == 200
    assert response.json() == [
        {
            "stepId": saw.id,
            "stepName": "Saw",
            "stepOrder": 0,
            "status": "in_progress",
            "optional": False,
            "dependencyType": "physical",
            "hasOverride": False,
        },
        {
            "stepId": deburr.id,
            "stepName": "Deburr",
            "stepOrder": 1,
            "status": "pending",
            "optional": True,
            "dependencyType": "preferred",
            "hasOverride": False,
        },
        {
            "stepId": inspect.id,
            "stepName": "Inspect",
            "stepOrder": 2,
            "status": "pending",
            "optional": False,
            "dependencyType": "completion_gate",
            "hasOverride": True,
        },
    ]


def test_every_status_shows(client):
    path = flexible_path("Saw", optional("Deburr"), "Mill", "Harden", "Inspect", "Pack")
    _, _, mill, _, _, _ = steps_of(path)
    serial = moved_to(4, path)
    deferrals.waive(serial.id, mill.id, "Measured by hand", OPERATOR)

    assert statuses(client, serial) == ["completed", "skipped", "waived", "deferred", "in_progress", "pending"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (completed, ["completed", "completed", "completed"]),
        (scrapped, ["in_progress", "pending", "pending"]),
        (force_completed, ["in_progress", "pending", "pending"]),
    ],
)
def test_at_the_end_one_sees_what_was_not_done(state, expected, client):
    assert statuses(client, state()) == expected


class TestOverrides:
    def test_a_reversed_override_does_not_count(self, client):
        serial = make_serial()
        _, mill, _ = steps_of(serial.path)
        overrides.create(serial.id, None, mill.id, "Done at the supplier's", OPERATOR)
        overrides.reverse(serial.id, mill.id, OPERATOR)

        assert [view["hasOverride"] for view in views(client, serial)] == [False, False, False]

        overrides.create(serial.id, None, mill.id, "Done at the supplier's after all", OPERATOR)

        assert [view["hasOverride"] for view in views(client, serial)] == [False, True, False]

    def test_that_of_another_serial_does_not_count(self, client):
        serial = make_serial()
        _, mill, _ = steps_of(serial.path)
        overrides.create(make_serial(serial.path).id, None, mill.id, "Done at the supplier's", OPERATOR)

        assert [view["hasOverride"] for view in views(client, serial)] == [False, False, False]


def test_a_step_that_is_appended_to_the_path_is_pending_for_serials_in_progress(client):
    serial = make_serial()
    gone = completed(serial.path)

    steps = [{"id": step.id, "name": step.name} for step in steps_of(serial.path)]
    update(serial.path_id, {"steps": [*steps, {"name": "Pack"}]}, PLANNER)

    assert [(view["stepName"], view["status"]) for view in views(client, serial)][-1] == ("Pack", "pending")
    assert len(views(client, gone)) == len(steps)


def test_an_unknown_serial_is_not_found_in_a_sentence_without_its_id(client):
    for odd in odd_ids(make_serial()):
        assert refusal(get, client, odd) == NOT_FOUND


def test_reading_writes_nothing(client):
    serial = make_serial()

    with nothing_written():
        views(client, serial)
