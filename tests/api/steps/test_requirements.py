"""What steps ask for: ``PUT /steps/:id/requirements``, and the ``requirements`` of steps in paths and templates."""

import pytest

from serials.models import StepRequirement, TemplateRequirement
from serials.services import route_steps
from tests.api.answers import assert_envelope, assert_refused, nothing_written, versions_of
from tests.coverage.papers import asked_of, asking
from tests.factories import JobFactory, PathFactory, TemplateFactory, make_serial, steps_of
from tests.queries import counted_statements

MATERIAL = {"certificateType": "material", "quantity": 1, "en10204Minimum": "3.1", "policy": "block"}
PROCESS = {"certificateType": "process", "quantity": 2, "policy": "block_or_override"}


@pytest.fixture
def path(db):
    return asking(("Saw", MATERIAL), "Mill")


@pytest.fixture
def saw(path):
    return steps_of(path)[0]


@pytest.fixture
def url(saw):
    return f"/api/steps/{saw.pk}/requirements"


def without_ids(step: dict) -> list[dict] | None:
    """Return what a step of an answer asks for, without the ids, which are new; None where it says nothing."""
    if "requirements" not in step:
        return None
    return [{name: value for name, value in each.items() if name != "id"} for each in step["requirements"]]


class TestOfAStep:
    """``PUT /steps/:id/requirements``."""

    def test_it_asks_for_these_and_no_others(self, client, saw, url):
        response = client.put(url, {"requirements": [PROCESS]})

        assert response.status_code == 200
        (asked,) = asked_of(saw)
        shown = {"id": saw.pk, "name": "Saw", "order": 0, "optional": False, "dependencyType": "preferred"}
        assert response.json() == shown | {"requirements": [PROCESS | {"id": asked.pk}]}

    def test_what_is_left_out_is_one_of_any_kind_that_blocks(self, client, url):
        shown = client.put(url, {"requirements": [{"certificateType": "process"}]}).json()

        assert without_ids(shown) == [{"certificateType": "process", "quantity": 1, "policy": "block"}]

    def test_what_an_answer_said_may_come_back_and_changes_nothing(self, client, saw, url):
        shown = client.put(url, {"requirements": [MATERIAL, PROCESS]}).json()["requirements"]

        with nothing_written():
            assert client.put(url, {"requirements": shown}).json()["requirements"] == shown

    def test_none_at_all(self, client, saw, url):
        assert "requirements" not in client.put(url, {"requirements": []}).json()
        assert asked_of(saw) == []

    def test_one_that_is_no_longer_asked_for_is_kept_as_retired_and_a_change_is_a_version(
        self, client, program, saw, url
    ):
        (material,) = asked_of(saw)
        client.put(url, {"requirements": [MATERIAL | {"quantity": 3}]})
        client.put(url, {"requirements": []})
        client.put(url, {"requirements": [MATERIAL]})

        versions = versions_of(material)
        assert [(each.history_type, each.quantity, each.retired_at is None) for each in versions] == [
            ("+", 1, True),
            ("~", 3, True),
            ("~", 3, False),
        ]
        assert {each.history_user_id for each in versions[1:]} == {program.pk}
        assert asked_of(saw) != [material]

    @pytest.mark.parametrize(
        ("wrong", "message", "code"),
        [
            (None, "requirements must be a list", "not_a_list"),
            ({}, "requirements must be a list", "not_a_list"),
            ([5], "requirements[0] must be an object", "not_an_object"),
            ([{}], "requirements[0].certificateType must be one of: material, process", "unknown_choice"),
            (
                [PROCESS | {"quantity": 0}],
                "requirements[0].quantity must be greater than 0",
                "not_positive",
            ),
            ([PROCESS | {"quantity": 21}], "requirements[0].quantity must be at most 20", "too_large"),
            ([PROCESS | {"quantity": 1.5}], "requirements[0].quantity must be a whole number", "not_whole"),
            (
                [MATERIAL, PROCESS | {"en10204Minimum": "4"}],
                "requirements[1].en10204Minimum must be one of: 2.1, 2.2, 3.1, 3.2",
                "unknown_choice",
            ),
            (
                [PROCESS | {"policy": "pray"}],
                "requirements[0].policy must be one of: warn, block, block_or_override",
                "unknown_choice",
            ),
            ([PROCESS | {"minimum": "3.1"}], "Unknown field: minimum", "unknown_field"),
            (
                [PROCESS, PROCESS | {"quantity": 1}],
                "requirements asks for the same kind of certificate twice",
                "requirement_twice",
            ),
            ([PROCESS] * 11, "requirements must have at most 10 items", "too_many"),
        ],
    )
    def test_what_cannot_be_asked_for(self, wrong, message, code, client, url):
        with nothing_written():
            body = assert_envelope(client.put(url, {"requirements": wrong}), 400)
        assert (body["message"], body["code"]) == (message, code)

    @pytest.mark.parametrize("step_id", ["step_x", "x" * 300])
    def test_an_unknown_step(self, step_id, client):
        response = client.put(f"/api/steps/{step_id}/requirements", {"requirements": []})
        assert_refused(response, 404, f"ProcessStep not found: {step_id}", code="not_found")


class TestOfPaths:
    """The ``requirements`` of steps in ``POST`` and ``PUT /paths``."""

    def test_a_new_path_has_them_from_the_beginning_and_its_other_steps_say_nothing(self, client):
        steps = [{"name": "Saw", "requirements": [PROCESS, MATERIAL]}, {"name": "Mill"}]
        body = {"jobId": JobFactory().pk, "name": "Route", "goalQuantity": 2, "steps": steps}

        made = client.post("/api/paths", body).json()

        assert [without_ids(step) for step in made["steps"]] == [[MATERIAL, PROCESS], None]
        for shown in (
            client.get(f"/api/paths/{made['id']}").json(),
            client.get(f"/api/jobs/{made['jobId']}").json()["paths"][0],
        ):
            assert shown["steps"] == made["steps"]

    def test_a_step_that_says_nothing_asks_for_what_it_asked_for(self, client, path, saw):
        before = asked_of(saw)
        steps = [{"id": saw.pk, "name": "Saw 2"}, {"name": "Pack"}]

        shown = client.put(f"/api/paths/{path.pk}", {"steps": steps}).json()

        assert [without_ids(step) for step in shown["steps"]] == [[MATERIAL], None]
        assert asked_of(saw) == before

    def test_an_empty_list_takes_all_away_also_from_a_step_that_parts_carry(self, client, path, saw):
        make_serial(path)
        steps = [{"name": "Saw", "requirements": []}, {"name": "Mill", "requirements": [PROCESS]}]

        shown = client.put(f"/api/paths/{path.pk}", {"steps": steps}).json()

        assert [without_ids(step) for step in shown["steps"]] == [None, [PROCESS]]

    def test_a_step_that_goes_takes_what_it_asked_for_along_and_the_history_keeps_it(self, client, path, saw):
        (asked,) = asked_of(saw)

        assert client.put(f"/api/paths/{path.pk}", {"steps": [{"name": "Mill"}]}).status_code == 200
        assert not StepRequirement.objects.exists()
        assert [each.history_type for each in versions_of(asked)] == ["+", "-"]

    def test_a_path_that_is_deleted_does_too(self, client, path):
        assert client.delete(f"/api/paths/{path.pk}").status_code == 200
        assert not StepRequirement.objects.exists()

    def test_a_fault_is_told_by_its_place_and_nothing_is_written(self, client, path):
        steps = [{"name": "Saw"}, {"name": "Mill", "requirements": [PROCESS | {"policy": "pray"}]}]
        with nothing_written():
            body = assert_envelope(client.put(f"/api/paths/{path.pk}", {"steps": steps}), 400)
        assert set(body["errors"]) == {"steps[1].requirements[0].policy"}

    def test_statements_do_not_grow_with_steps(self, client, path):
        def cost(length: int) -> int:
            steps = [{"name": f"Step {n}", "requirements": [PROCESS, MATERIAL]} for n in range(length)]
            with counted_statements() as statements:
                client.put(f"/api/paths/{path.pk}", {"steps": steps})
                client.put(f"/api/paths/{path.pk}", {"steps": [step | {"requirements": []} for step in steps]})
                client.get(f"/api/paths/{path.pk}")
                client.get(f"/api/jobs/{path.job_id}")
            return len(statements)

        cost(2)
        assert cost(3) == cost(60)


class TestOfTemplates:
    """The ``requirements`` of steps in templates, and what becomes of them."""

    STEPS = ({"name": "Saw", "requirements": [MATERIAL]}, {"name": "Mill"})

    def test_a_template_says_them_and_a_route_that_is_made_from_it_asks_for_the_same(self, client):
        made = client.post("/api/templates", {"name": "Bracket", "steps": list(self.STEPS)}).json()
        assert [step.get("requirements") for step in made["steps"]] == [[MATERIAL], None]
        assert client.get("/api/templates").json()[0]["steps"] == made["steps"]

        body = {"jobId": JobFactory().pk, "goalQuantity": 2}
        route = client.post(f"/api/templates/{made['id']}/apply", body).json()
        assert [without_ids(step) for step in route["steps"]] == [[MATERIAL], None]

    def test_a_template_like_a_route_asks_for_what_the_route_asks_for_now(self, client, path, saw):
        client.put(f"/api/steps/{saw.pk}/requirements", {"requirements": [PROCESS]})

        made = client.post("/api/templates", {"pathId": path.pk, "name": "Like it"}).json()

        assert [step.get("requirements") for step in made["steps"]] == [[PROCESS], None]

    def test_it_is_written_anew_where_only_these_differ_and_not_where_nothing_does(self, client):
        template = TemplateFactory(steps=self.STEPS)
        (asked,) = TemplateRequirement.objects.all()
        url = f"/api/templates/{template.pk}"

        client.put(url, {"steps": list(self.STEPS)})
        assert [each.history_type for each in versions_of(asked)] == ["+"]

        shown = client.put(url, {"steps": [{"name": "Saw", "requirements": [PROCESS]}, {"name": "Mill"}]}).json()
        assert [step.get("requirements") for step in shown["steps"]] == [[PROCESS], None]
        assert [each.history_type for each in versions_of(asked)] == ["+", "-"]

    def test_a_template_that_is_deleted_takes_them_along(self, client):
        template = TemplateFactory(steps=self.STEPS)
        assert client.delete(f"/api/templates/{template.pk}").status_code == 200
        assert not TemplateRequirement.objects.exists()

    def test_as_many_steps_as_there_may_be(self, client):
        steps = [{"name": f"Step {n}", "requirements": [MATERIAL]} for n in range(route_steps.STEPS_MAX)]
        path = PathFactory(steps=steps)
        assert StepRequirement.objects.filter(step__path=path).count() == route_steps.STEPS_MAX
