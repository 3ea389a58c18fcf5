"""``PUT /paths/:id``, but for its steps: those are in test_update_steps.py and test_update_steps_in_use.py."""

import pytest

from tests.api.answers import WRONG_TEXTS, assert_refused, last_version, later, moment, nothing_written, versions_of
from tests.factories import PathFactory, make_serial, steps_of


@pytest.fixture
def path(db):
    return PathFactory(name="Milling", goalQuantity=10)


@pytest.fixture
def url(path):
    return f"/api/paths/{path.id}"


def shown(client, url):
    return {name: value for name, value in client.get(url).json().items() if name != "distribution"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": " Turning "}, {"name": "Turning"}),
        ({"goalQuantity": 30}, {"goalQuantity": 30}),
        ({"advancementMode": "flexible"}, {"advancementMode": "flexible"}),
        ({"name": "Turning", "advancementMode": "per_step"}, {"name": "Turning", "advancementMode": "per_step"}),
    ],
)
def test_what_is_given_changes_and_the_rest_stays(change, expected, client, path, url):
    before = shown(client, url)

    with later():
        response = client.put(url, change)

    assert response.status_code == 200
    path.refresh_from_db()
    assert response.json() == before | expected | {"updatedAt": moment(path.updated_at)}
    assert path.updated_at > path.created_at
    assert shown(client, url) == response.json()


def test_nothing_given_changes_nothing(client, url):
    before = shown(client, url)

    response = client.put(url, {})

    assert response.status_code == 200
    assert response.json() | {"updatedAt": ""} == before | {"updatedAt": ""}


def test_a_path_never_changes_its_job(client, path, url):
    other = PathFactory()

    response = client.put(url, {"jobId": other.job_id, "id": other.id})

    assert (response.json()["jobId"], response.json()["id"]) == (path.job_id, path.id)


def test_parts_on_it_do_not_keep_it_from_changing(client, path, url):
    make_serial(path)

    body = client.put(url, {"name": "Turning", "goalQuantity": 30, "advancementMode": "flexible"}).json()

    assert (body["name"], body["goalQuantity"], body["advancementMode"]) == ("Turning", 30, "flexible")


class TestRefusals:
    """404 and 400, and nothing changes."""

    @pytest.mark.parametrize("body", [{"name": "x"}, {"name": ""}, {}, {"steps": []}])
    def test_an_unknown_path_comes_before_all_else(self, body, client):
        assert_refused(client.put("/api/paths/path_x", body), 404, "Path not found: path_x", code="not_found")

    @pytest.mark.parametrize("name", WRONG_TEXTS)
    def test_a_name_stays_a_name(self, name, client, url):
        with nothing_written():
            response = client.put(url, {"goalQuantity": 30, "name": name, "steps": [{"name": "New"}]})
        assert_refused(response, 400, "name cannot be empty", field="name")

    @pytest.mark.parametrize(
        ("goal", "message"),
        [
            (None, "goalQuantity is required"),
            ("30", "goalQuantity must be a number"),
            (False, "goalQuantity must be a number"),
            (0, "goalQuantity must be greater than 0"),
            (2.5, "goalQuantity must be a whole number"),
        ],
    )
    def test_a_goal_is_as_for_a_new_path(self, goal, message, client, url):
        with nothing_written():
            response = client.put(url, {"name": "Turning", "goalQuantity": goal})
        assert_refused(response, 400, message, field="goalQuantity")

    @pytest.mark.parametrize("mode", [None, "", "zigzag", 5, []])
    def test_a_mode_is_a_known_one(self, mode, client, url):
        with nothing_written():
            response = client.put(url, {"name": "Turning", "advancementMode": mode})
        message = "advancementMode must be one of: strict, flexible, per_step"
        assert_refused(response, 400, message, field="advancementMode")

    @pytest.mark.parametrize("steps", [None, [], {}, "Saw", 5])
    def test_a_path_is_never_left_without_steps(self, steps, client, url):
        with nothing_written():
            response = client.put(url, {"name": "Turning", "steps": steps})
        assert_refused(response, 400, "steps is required", field="steps")

    def test_a_step_is_as_for_a_new_path(self, client, url):
        with nothing_written():
            response = client.put(url, {"steps": [{"name": "Saw", "dependencyType": "loose"}]})
        message = "steps[0].dependencyType must be one of: physical, preferred, completion_gate"
        assert_refused(response, 400, message, field="steps[0].dependencyType")


def test_the_row_history_shows_before_and_after_and_by_whom(client, program, path, url):
    with later():
        client.put(url, {"goalQuantity": 30})

    made, changed = versions_of(path)

    assert (made.goal_quantity, changed.goal_quantity) == (10, 30)
    assert (changed.history_type, changed.history_user_id) == ("~", program.pk)
    # its steps stayed as they were
    assert {last_version(step).history_type for step in steps_of(path)} == {"+"}
