"""``PUT /paths/:id`` with ``steps``, on a path with parts: their records name these steps, so they stay."""

import pytest

from serials.models import StepStatus
from serials.services import advancement, endings
from tests.api.answers import assert_refused, nothing_written, versions_of
from tests.factories import OPERATOR, PathFactory, make_note, make_serial, make_serials, steps_of
from tests.queries import counted_statements


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
def serial(path):
    return make_serial(path)


@pytest.fixture
def steps(path, serial):
    """The path's steps; the path has a part."""
    return steps_of(path)


@pytest.fixture
def put_steps(client, path, steps):
    def put(*given):
        return client.put(f"/api/paths/{path.id}", {"name": "Changed", "steps": list(given)})

    return put


def statuses(serial):
    return list(
        StepStatus.objects.filter(serial=serial.pk)
        .order_by("step_index")
        .values_list("step_index", "step__name", "status")
    )


class TestMatching:
    """By id when given, else by position."""

    def test_by_position(self, steps, put_steps):
        response = put_steps(
            {"name": "Band saw", "location": "Hall 2"},
            {"name": "Mill", "optional": False},
            {"name": "Final check", "dependencyType": "physical"},
        )

        assert response.status_code == 200
        assert response.json()["name"] == "Changed"
        assert response.json()["steps"] == [
            {
                "id": steps[0].id,
                "name": "Band saw",
                "order": 0,
                "location": "Hall 2",
                "optional": False,
                "dependencyType": "preferred",
            },
            {"id": steps[1].id, "name": "Mill", "order": 1, "optional": False, "dependencyType": "preferred"},
            {"id": steps[2].id, "name": "Final check", "order": 2, "optional": False, "dependencyType": "physical"},
        ]

    def test_by_id(self, steps, put_steps):
        given = [{"id": step.id, "name": f"{step.name} again"} for step in steps]

        answer = put_steps(*given).json()["steps"]

        assert [(step["id"], step["name"]) for step in answer] == [(step["id"], step["name"]) for step in given]

    def test_by_both(self, steps, put_steps):
        answer = put_steps({"name": "A"}, {"id": steps[1].id, "name": "B"}, {"name": "C"}).json()["steps"]

        assert [(step["id"], step["name"]) for step in answer] == [
            (step.id, name) for step, name in zip(steps, "ABC", strict=True)
        ]

    def test_what_an_item_leaves_out_stays(self, put_steps):
        answer = put_steps({"name": "Saw"}, {"name": "Mill"}, {"name": "Inspect"}).json()["steps"]

        assert answer[0]["location"] == "Hall 1"
        assert answer[1]["optional"] is True
        assert answer[2]["dependencyType"] == "completion_gate"

    @pytest.mark.parametrize("location", [None, ""])
    def test_a_location_can_be_taken_away(self, location, put_steps):
        answer = put_steps({"name": "Saw", "location": location}, {"name": "Mill"}, {"name": "Inspect"}).json()

        assert "location" not in answer["steps"][0]

    def test_parts_are_left_alone(self, serial, put_steps):
        before = statuses(serial)

        put_steps({"name": "Saw"}, {"name": "Mill"}, {"name": "Inspect"})

        assert statuses(serial) == before


class TestAppending:
    """New steps at the end: parts in progress get a record of each."""

    def test_parts_in_progress_get_a_pending_record(self, path, serial, put_steps):
        moved, scrapped, completed = make_serials(path, 3)
        advancement.advance(moved.id, OPERATOR)
        endings.scrap(scrapped.id, "damaged", None, OPERATOR)
        for _ in range(3):
            advancement.advance(completed.id, OPERATOR)
        before = {each: statuses(each) for each in (serial, moved, scrapped, completed)}

        response = put_steps(
            {"name": "Saw"}, {"name": "Mill"}, {"name": "Inspect"}, {"name": "Mark"}, {"name": "Pack", "optional": True}
        )

        assert [step["name"] for step in response.json()["steps"]] == ["Saw", "Mill", "Inspect", "Mark", "Pack"]
        new = [(3, "Mark", "pending"), (4, "Pack", "pending")]
        assert statuses(serial) == before[serial] + new
        assert statuses(moved) == before[moved] + new
        assert statuses(scrapped) == before[scrapped]
        assert statuses(completed) == before[completed]

    def test_a_part_goes_on_to_the_new_step(self, client, path, serial, put_steps):
        put_steps({"name": "Saw"}, {"name": "Mill"}, {"name": "Inspect"}, {"name": "Mark"})

        for _ in range(3):
            answer = client.post(f"/api/serials/{serial.id}/advance").json()

        assert (answer["currentStepIndex"], answer["status"]) == (3, "in_progress")
        assert client.post(f"/api/serials/{serial.id}/advance").json()["status"] == "completed"

    def test_where_no_part_is_in_progress_none_gets_a_record(self, serial, put_steps):
        endings.scrap(serial.id, "damaged", None, OPERATOR)

        put_steps({"name": "Saw"}, {"name": "Mill"}, {"name": "Inspect"}, {"name": "Mark"})

        assert len(statuses(serial)) == 3

    def test_statements_do_not_grow_with_parts(self, path, put_steps):
        given = [{"name": "Saw"}, {"name": "Mill"}, {"name": "Inspect"}]
        put_steps(*given)

        def statements_for(number):
            make_serials(path, number)
            given.append({"name": "Mark"})
            with counted_statements() as statements:
                assert put_steps(*given).status_code == 200
            return len(statements)

        assert len({statements_for(number) for number in (1, 50, 500)}) == 1


class TestRefusals:
    """400, and nothing changes: neither the steps, nor the name that came with them."""

    def test_a_step_that_parts_carry_is_not_removed(self, put_steps):
        with nothing_written():
            response = put_steps({"name": "Saw"}, {"name": "Mill"})
        assert_refused(response, 400, "Cannot remove a step that serial numbers carry", code="step_in_use")

    def test_nor_by_leaving_its_id_out(self, steps, put_steps):
        with nothing_written():
            response = put_steps({"id": steps[0].id, "name": "Saw"}, {"id": steps[2].id, "name": "Inspect"})
        assert response.status_code == 400
        assert response.json()["code"] == "step_in_use"

    @pytest.mark.parametrize("order", [(1, 0, 2), (0, 2, 1), (2, 1, 0), (1, 2, 0)])
    def test_steps_are_not_reordered(self, order, steps, put_steps):
        with nothing_written():
            response = put_steps(*({"id": steps[place].id, "name": "x"} for place in order))
        assert_refused(response, 400, "Cannot reorder steps that serial numbers carry", code="step_in_use")

    def test_nor_is_one_put_in_front(self, steps, put_steps):
        with nothing_written():
            response = put_steps({"name": "Receive"}, *({"id": step.id, "name": step.name} for step in steps))
        assert_refused(response, 400, "Cannot reorder steps that serial numbers carry", code="step_in_use")

    def test_an_id_that_is_not_on_this_path(self, steps, put_steps):
        other = steps_of(PathFactory())[0]

        with nothing_written():
            response = put_steps({"name": "Saw"}, {"name": "Mill"}, {"name": "x"}, {"id": other.id, "name": "y"})
        assert_refused(response, 400, f"Step {other.id} is not on this path", field="steps")

    def test_one_bad_item_refuses_all(self, put_steps):
        with nothing_written():
            response = put_steps({"name": "Band saw"}, {"name": "Mill"}, {"name": "Inspect"}, {"name": " "})
        assert_refused(response, 400, "steps[3].name is required", field="steps[3].name")

    def test_scrapped_and_completed_parts_hold_their_steps_too(self, serial, put_steps):
        endings.scrap(serial.id, "damaged", None, OPERATOR)

        with nothing_written():
            assert put_steps({"name": "Saw"}).status_code == 400

    def test_so_does_a_note_at_a_step_that_no_part_carries(self, path, serial, put_steps):
        """One that was added when all parts were past the end, and where somebody wrote something about them."""
        names = [{"name": step.name} for step in steps_of(path)]
        for _ in names:
            advancement.advance(serial.id, OPERATOR)
        assert put_steps(*names, {"name": "Mark"}).status_code == 200
        assert put_steps(*names).status_code == 200
        assert put_steps(*names, {"name": "Mark"}).status_code == 200
        make_note([serial], step=steps_of(path)[3])

        with nothing_written():
            response = put_steps(*names)

        assert_refused(response, 400, "Cannot remove a step that serial numbers carry", code="step_in_use")


def test_the_row_history_shows_what_changed_and_nothing_else(program, steps, put_steps):
    put_steps({"name": "Band saw"}, {"name": "Mill"}, {"name": "Inspect"}, {"name": "Mark"})

    saw, mill, inspect = steps
    assert [version.name for version in versions_of(saw)] == ["Saw", "Band saw"]
    assert versions_of(saw)[-1].history_user_id == program.pk
    assert len(versions_of(mill)) == len(versions_of(inspect)) == 1
    mark = steps_of(saw.path)[3]
    assert [version.history_type for version in versions_of(mark)] == ["+"]
