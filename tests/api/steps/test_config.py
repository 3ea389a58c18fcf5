"""``PATCH /steps/:id/config``."""

import pytest

from tests.api.answers import assert_refused, nothing_written, versions_of
from tests.factories import PathFactory, make_serial, steps_of


@pytest.fixture
def step(db):
    return steps_of(PathFactory(steps=("Saw", "Mill")))[1]


@pytest.fixture
def url(step):
    return f"/api/steps/{step.id}/config"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"optional": True}, (True, "preferred")),
        ({"optional": False}, (False, "preferred")),
        ({"dependencyType": "physical"}, (False, "physical")),
        ({"dependencyType": "completion_gate"}, (False, "completion_gate")),
        ({"optional": True, "dependencyType": "physical"}, (True, "physical")),
    ],
)
def test_what_is_given_changes(body, expected, client, step, url):
    response = client.patch(url, body)

    assert response.status_code == 200
    optional, dependency_type = expected
    assert response.json() == {
        "id": step.id,
        "name": "Mill",
        "order": 1,
        "optional": optional,
        "dependencyType": dependency_type,
    }
    assert client.get(f"/api/paths/{step.path_id}").json()["steps"][1] == response.json()


INVALID = [
    {"optional": "yes"},
    {"optional": 1},
    {"optional": None},
    {"optional": []},
    {"dependencyType": "loose"},
    {"dependencyType": ""},
    {"dependencyType": None},
    {"dependencyType": 5},
    {"dependencyType": ["physical"]},
    {"dependencyType": {}},
]


@pytest.mark.parametrize("invalid", INVALID)
def test_an_invalid_value_is_ignored_where_a_valid_one_is_left(invalid, client, url):
    valid = {"dependencyType": "physical"} if "optional" in invalid else {"optional": True}

    response = client.patch(url, invalid | valid)

    assert response.status_code == 200
    (field, value), *_ = valid.items()
    assert response.json()[field] == value
    assert client.patch(url, {"optional": False}).json()["dependencyType"] in ("physical", "preferred")


@pytest.mark.parametrize(
    "body", [{}, {"name": "Turn", "location": "Hall 2"}, {"optional": 1, "dependencyType": "loose"}, *INVALID]
)
def test_nothing_valid_is_refused(body, client, url):
    with nothing_written():
        response = client.patch(url, body)

    assert_refused(response, 400, "No valid fields to update", code="nothing_to_update")


@pytest.mark.parametrize("body", [{"optional": True}, {}])
def test_an_unknown_step(body, client):
    assert_refused(client.patch("/api/steps/step_x/config", body), 404, "ProcessStep not found: step_x")


def test_it_holds_at_once_for_parts_on_their_way(client, step, url):
    serial = make_serial(step.path)

    client.patch(url, {"optional": True, "dependencyType": "completion_gate"})

    _, mill = client.get(f"/api/serials/{serial.id}/step-statuses").json()
    assert (mill["optional"], mill["dependencyType"]) == (True, "completion_gate")


def test_the_row_history_shows_it(client, program, step, url):
    client.patch(url, {"optional": True})

    made, changed = versions_of(step)

    assert (made.optional, changed.optional) == (False, True)
    assert (changed.history_type, changed.history_user_id) == ("~", program.pk)
