"""``GET /api/serials/:id/overrides``: which steps were made optional for the serial, reversed ones too."""

import pytest

from serials.services import overrides
from tests.api.answers import later, nothing_written
from tests.api.serials.contract import odd_ids, url
from tests.factories import OPERATOR, make_serial, steps_of


def listed(client, serial):
    response = client.get(url(serial, "overrides"))
    assert response.status_code == 200, response.content
    return response.json()


def override(serial, step, reason="Done at the supplier's"):
    return overrides.create(serial.id, None, step.id, reason, OPERATOR)[0]


@pytest.mark.parametrize("slash", ["", "/"])
def test_an_override_is_shown(slash, client, told_time):
    serial = make_serial()
    _, mill, _ = steps_of(serial.path)
    made = override(serial, mill)

    response = client.get(url(serial, "overrides") + slash)

    assert response.status_code == 200
    assert response.json() == [
        {
            "id": made.id,
            "serialId": serial.id,
            "stepId": mill.id,
            "active": True,
            "reason": "Done at the supplier's",
            "createdBy": OPERATOR.user_id,
            "createdAt": told_time,
        }
    ]
    assert made.id.startswith("snso_")


def test_reversed_ones_stay_oldest_first(client):
    serial = make_serial()
    _, mill, inspect = steps_of(serial.path)
    override(serial, mill, "first")
    overrides.reverse(serial.id, mill.id, OPERATOR)
    with later(minutes=1):
        override(serial, inspect, "second")
    with later(minutes=2):
        override(serial, mill, "third")

    result = [(each["stepId"], each["reason"], each["active"]) for each in listed(client, serial)]

    assert result == [(mill.id, "first", False), (inspect.id, "second", True), (mill.id, "third", True)]


def test_those_of_another_serial_are_not_shown(client):
    serial = make_serial()
    other = make_serial(serial.path)
    override(other, steps_of(serial.path)[1])

    assert listed(client, serial) == []


def test_an_unknown_serial_has_none(client):
    serial = make_serial()
    override(serial, steps_of(serial.path)[1])

    for odd in odd_ids(serial):
        assert listed(client, odd) == []


def test_reading_writes_nothing(client):
    serial = make_serial()

    with nothing_written():
        listed(client, serial)
