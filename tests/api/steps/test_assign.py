"""``PATCH /steps/:id/assign``."""

import pytest

from tests.accounts.factories import UserFactory
from tests.api.answers import assert_refused, nothing_written, versions_of
from tests.factories import PathFactory, steps_of


@pytest.fixture
def step(db):
    return steps_of(PathFactory(steps=({"name": "Saw", "location": "Hall 1"},)))[0]


@pytest.fixture
def url(step):
    return f"/api/steps/{step.id}/assign"


def test_a_step_is_given_to_a_person_and_taken_away_again(client, step, url):
    anna, berta = UserFactory(name="Anna"), UserFactory(name="Berta")
    unassigned = {
        "id": step.id,
        "name": "Saw",
        "order": 0,
        "location": "Hall 1",
        "optional": False,
        "dependencyType": "preferred",
    }

    for person in (anna, berta, berta):
        response = client.patch(url, {"userId": person.pk})
        assert (response.status_code, response.json()) == (200, unassigned | {"assignedTo": person.pk})
    for _ in range(2):
        response = client.patch(url, {"userId": None})
        assert (response.status_code, response.json()) == (200, unassigned)


def test_the_assignment_is_shown_with_the_path(client, step, url):
    anna = UserFactory()
    client.patch(url, {"userId": anna.pk})

    shown = client.get(f"/api/paths/{step.path_id}").json()

    assert shown["steps"][0]["assignedTo"] == anna.pk
    assert "assignedTo" not in shown["distribution"][0]


@pytest.mark.parametrize("user_id", ["user_x", "", " ", "x" * 500, 5, True, [], {}])
def test_somebody_unknown_is_refused(user_id, client, url):
    with nothing_written():
        response = client.patch(url, {"userId": user_id})

    assert_refused(response, 400, "User not found or inactive", code="user_not_found", field="userId")


def test_somebody_inactive_is_refused(client, url):
    gone = UserFactory(is_active=False)

    with nothing_written():
        assert_refused(client.patch(url, {"userId": gone.pk}), 400, "User not found or inactive", field="userId")


def test_saying_nothing_is_not_taking_away(client, url):
    with nothing_written():
        assert_refused(client.patch(url, {}), 400, "userId is required", code="required", field="userId")


@pytest.mark.parametrize("step_id", ["step_x", "x" * 300])
def test_an_unknown_step(step_id, client):
    for user_id in (None, "user_x"):
        response = client.patch(f"/api/steps/{step_id}/assign", {"userId": user_id})
        assert_refused(response, 404, f"ProcessStep not found: {step_id}", code="not_found")


def test_the_row_history_shows_it(client, program, step, url):
    anna = UserFactory()

    client.patch(url, {"userId": anna.pk})
    client.patch(url, {"userId": None})

    versions = versions_of(step)
    assert [version.assigned_to_id for version in versions] == [None, anna.pk, None]
    assert {version.history_user_id for version in versions[1:]} == {program.pk}
