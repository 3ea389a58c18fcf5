"""``PUT /paths/:id`` with ``steps``, on a path that no part was ever made on: they are replaced."""

import pytest

from serials.models import Step
from tests.api.answers import assert_refused, nothing_written, versions_of
from tests.factories import PathFactory, steps_of


@pytest.fixture
def path(db):
    return PathFactory(
        steps=(
            {"name": "Saw", "location": "Hall 1"},
            {"name": "Mill", "optional": True},
            {"name": "Inspect", "dependencyType": "completion_gate"},
        )
    )


@pytest.fixture
def put_steps(client, path):
    def put(*steps):
        return client.put(f"/api/paths/{path.id}", {"steps": list(steps)})

    return put


def test_other_steps_take_their_place(path, put_steps):
    before = {step.id for step in steps_of(path)}

    response = put_steps({"name": "Turn", "location": "Hall 2"}, {"name": "Grind", "optional": True})

    assert response.status_code == 200
    turn, grind = response.json()["steps"]
    assert (turn["name"], turn["order"], turn["location"]) == ("Turn", 0, "Hall 2")
    assert (grind["name"], grind["order"], grind["optional"]) == ("Grind", 1, True)
    assert not {turn["id"], grind["id"]} & before
    assert [step.name for step in steps_of(path)] == ["Turn", "Grind"]


def test_a_step_without_an_id_starts_from_the_defaults(put_steps):
    (step,) = put_steps({"name": "Saw"}).json()["steps"]

    assert "location" not in step
    assert (step["optional"], step["dependencyType"]) == (False, "preferred")


def test_a_step_that_is_named_by_its_id_stays_itself(path, put_steps):
    saw, mill, _ = steps_of(path)

    steps = put_steps({"id": saw.id, "name": "Band saw"}, {"id": mill.id, "name": "Mill", "optional": False}).json()[
        "steps"
    ]

    assert [(step["id"], step["name"]) for step in steps] == [(saw.id, "Band saw"), (mill.id, "Mill")]
    assert steps[0]["location"] == "Hall 1"
    assert steps[1]["optional"] is False


@pytest.mark.parametrize("order", [(2, 1, 0), (1, 2, 0), (2, 0), (0, 2), (2,), (1, 0, 2)])
def test_steps_can_be_reordered_and_removed(order, path, put_steps):
    steps = steps_of(path)
    wanted = [steps[place] for place in order]

    answer = put_steps(*({"id": step.id, "name": step.name} for step in wanted)).json()["steps"]

    assert [(step["id"], step["order"]) for step in answer] == [(step.id, place) for place, step in enumerate(wanted)]
    assert [step.id for step in steps_of(path)] == [step.id for step in wanted]


def test_new_ones_can_come_in_between(path, put_steps):
    saw, mill, inspect = steps_of(path)

    steps = put_steps(
        {"name": "Receive"},
        {"id": inspect.id, "name": "Inspect"},
        {"name": "Turn"},
        {"id": saw.id, "name": "Saw"},
        {"id": mill.id, "name": "Mill"},
    ).json()["steps"]

    assert [step["name"] for step in steps] == ["Receive", "Inspect", "Turn", "Saw", "Mill"]
    assert [step["order"] for step in steps] == [0, 1, 2, 3, 4]
    assert [steps[1]["id"], steps[3]["id"], steps[4]["id"]] == [inspect.id, saw.id, mill.id]


class TestRefusals:
    """400, and nothing changes."""

    def test_an_id_that_is_not_on_this_path(self, path, put_steps):
        other = steps_of(PathFactory())[0]

        with nothing_written():
            response = put_steps({"id": other.id, "name": "Saw"})
        assert_refused(response, 400, f"Step {other.id} is not on this path", code="step_unknown", field="steps")

    def test_the_same_step_twice(self, path, put_steps):
        saw = steps_of(path)[0]

        with nothing_written():
            response = put_steps({"id": saw.id, "name": "Saw"}, {"id": saw.id, "name": "Saw"})
        assert_refused(response, 400, "steps names the same step twice", code="step_twice", field="steps")

    @pytest.mark.parametrize("step_id", ["", 5, [], True, {}])
    def test_an_id_that_is_none(self, step_id, put_steps):
        with nothing_written():
            response = put_steps({"id": step_id, "name": "Saw"})
        assert_refused(response, 400, "steps[0].id is required", field="steps[0].id")


def test_the_row_history_keeps_what_was_replaced(client, program, path, put_steps):
    saw, mill, inspect = steps_of(path)

    put_steps({"id": inspect.id, "name": "Inspect"}, {"id": saw.id, "name": "Saw"})

    assert [version.history_type for version in versions_of(mill)] == ["+", "-"]
    assert versions_of(mill)[-1].history_user_id == program.pk
    assert versions_of(mill)[-1].name == "Mill"
    assert [version.order for version in versions_of(inspect)] == [2, 0]
    assert [version.order for version in versions_of(saw)] == [0, 1]
    assert not Step.objects.filter(pk=mill.id).exists()


def test_a_step_that_stays_as_it_is_gets_no_new_version(path, put_steps):
    saw = steps_of(path)[0]

    put_steps({"id": saw.id, "name": "Saw", "location": "Hall 1", "optional": False})

    assert len(versions_of(saw)) == 1
