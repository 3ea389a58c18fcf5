"""``/templates``: route templates are listed, made, read, changed and deleted."""

import re

import pytest

from serials.models import RouteTemplate, TemplateStep
from serials.services import templates
from tests.api.answers import TIMESTAMP, WRONG_TEXTS, assert_refused, later, moment, nothing_written, versions_of
from tests.factories import PLANNER, PathFactory, TemplateFactory
from tests.lifecycle.tables import versions_that_lag_behind
from tests.queries import counted_statements

URL = "/api/templates"

STEPS = [
    {"name": " Saw ", "location": " Hall 1 "},
    {"name": "Deburr", "optional": True, "dependencyType": "physical"},
    {"name": "Inspect", "location": None, "optional": False, "dependencyType": "completion_gate"},
]
SHOWN = [
    {"name": "Saw", "order": 0, "location": "Hall 1", "optional": False, "dependencyType": "preferred"},
    {"name": "Deburr", "order": 1, "optional": True, "dependencyType": "physical"},
    {"name": "Inspect", "order": 2, "optional": False, "dependencyType": "completion_gate"},
]


def kinds(template_id: str) -> dict[str, str]:
    """Return the kinds of versions of a template's steps, oldest first, by the steps' names."""
    found: dict[str, str] = {}
    for version in TemplateStep.history.filter(template=template_id).order_by("history_id"):
        found[version.name] = found.get(version.name, "") + version.history_type
    return found


class TestCreate:
    """``POST /templates``."""

    def test_a_template_is_made_and_answered_as_documented(self, client):
        response = client.post(URL, {"name": "  Mill and check ", "steps": STEPS})

        assert response.status_code == 201
        template = response.json()
        assert list(template) == ["id", "name", "steps", "createdAt", "updatedAt"]
        assert re.fullmatch(r"tmpl_[A-Za-z0-9_-]{12,}", template["id"])
        assert (template["name"], template["steps"]) == ("Mill and check", SHOWN)
        assert TIMESTAMP.fullmatch(template["createdAt"])
        assert template["updatedAt"] == template["createdAt"]
        assert client.get(URL).json() == [template]
        assert client.get(f"{URL}/{template['id']}").json() == template

    def test_it_may_say_how_parts_move(self, client):
        template = client.post(URL, {"name": "x", "steps": STEPS, "advancementMode": "per_step"}).json()

        assert template["advancementMode"] == "per_step"

    def test_it_may_be_copied_from_a_path(self, client):
        path = PathFactory(name="Milling", advancementMode="flexible", steps=STEPS)

        template = client.post(URL, {"pathId": path.id}).json()
        renamed = client.post(URL, {"pathId": path.id, "name": "Like it", "advancementMode": "strict"}).json()
        shorter = client.post(URL, {"pathId": path.id, "steps": STEPS[:1]}).json()

        assert (template["name"], template["advancementMode"], template["steps"]) == ("Milling", "flexible", SHOWN)
        assert (renamed["name"], renamed["advancementMode"], renamed["steps"]) == ("Like it", "strict", SHOWN)
        assert (shorter["name"], shorter["steps"]) == ("Milling", SHOWN[:1])

    @pytest.mark.parametrize("steps", [None, [], {}, "Saw", 5, True, {"0": {"name": "Saw"}}])
    def test_a_step_is_required(self, steps, client):
        with nothing_written():
            response = client.post(URL, {"name": "x", "steps": steps})
        assert_refused(response, 400, "steps must have at least one item", code="empty", field="steps")

    @pytest.mark.parametrize("name", WRONG_TEXTS)
    def test_a_name_is_required(self, name, client):
        with nothing_written():
            response = client.post(URL, {"name": name, "steps": []})
        assert_refused(response, 400, "name is required", code="required", field="name")

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"steps": ["Saw"]}, "steps[0] must be an object"),
            ({"steps": [{"name": "Saw"}, {"name": " "}]}, "steps[1].name is required"),
            ({"steps": [{"name": "Saw", "optional": 1}]}, "steps[0].optional must be true or false"),
            (
                {"steps": [{"name": "Saw", "dependencyType": "mental"}]},
                "steps[0].dependencyType must be one of: physical, preferred, completion_gate",
            ),
            ({"steps": [{"name": "Saw"}] * 201}, "steps must have at most 200 items"),
            ({"advancementMode": "loose"}, "advancementMode must be one of: strict, flexible, per_step"),
            ({"advancementMode": ["strict"]}, "advancementMode must be one of: strict, flexible, per_step"),
            ({"name": "x" * 256}, "name must be at most 255 characters"),
            ({"pathId": 5}, "pathId is required"),
        ],
        ids=str,
    )
    def test_what_is_wrong_otherwise_is_as_for_paths(self, given, message, client):
        with nothing_written():
            response = client.post(URL, {"name": "x", "steps": [{"name": "Saw"}]} | given)
        assert (response.status_code, response.json()["message"]) == (400, message)

    def test_a_path_to_copy_must_be_there(self, client):
        with nothing_written():
            assert_refused(client.post(URL, {"pathId": "path_x"}), 404, "Path not found: path_x")


class TestList:
    """``GET /templates``."""

    @pytest.fixture
    def three(self, db):
        TemplateFactory(name="Turn")
        TemplateFactory(name="Mill", steps=("Saw", {"name": "Mill", "location": "Hall 2"}))
        with later():
            TemplateFactory(name="Grind", steps=("Grind",))

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({}, ["Grind", "Mill", "Turn"]),
            ({"ordering": "-createdAt"}, ["Grind", "Mill", "Turn"]),
            ({"ordering": "-name"}, ["Turn", "Mill", "Grind"]),
            ({"name": "URN"}, ["Turn"]),
            ({"search": "hall"}, ["Mill"]),
            ({"search": "saw"}, ["Mill", "Turn"]),
            ({"limit": 1, "offset": 1}, ["Mill"]),
        ],
        ids=str,
    )
    def test_by_name_and_what_was_asked_for(self, query, expected, client, three):
        assert [template["name"] for template in client.get(URL, query).json()] == expected

    def test_an_unknown_filter_is_named(self, client):
        assert_refused(client.get(URL, {"nane": "x"}), 400, "Unknown filter: nane", field="nane")

    def test_statements_do_not_grow(self, client):
        client.get(URL)
        TemplateFactory()
        with counted_statements() as few:
            client.get(URL)
        TemplateFactory.create_batch(5)
        with counted_statements() as many:
            assert len(client.get(URL).json()) == 6
        assert len(many) == len(few) == 4  # the caller; the templates, their steps, what these ask for


class TestUpdate:
    """``PUT /templates/:id``."""

    @pytest.fixture
    def template(self, db):
        return TemplateFactory(name="Milling", advancementMode="flexible", steps=("Saw", "Mill"))

    @pytest.fixture
    def url(self, template):
        return f"{URL}/{template.id}"

    def test_what_is_given_changes_and_the_rest_stays(self, client, template, url):
        before = client.get(url).json()
        with later():
            response = client.put(url, {"name": " Turning "})

        assert response.status_code == 200
        template.refresh_from_db()
        assert response.json() == before | {"name": "Turning", "updatedAt": moment(template.updated_at)}
        assert response.json()["updatedAt"] > before["updatedAt"]
        assert client.get(url).json() == response.json()

    def test_steps_are_replaced_as_a_whole(self, client, program, template, url):
        assert client.put(url, {"steps": STEPS}).json()["steps"] == SHOWN
        assert kinds(template.id) == {"Saw": "+-+", "Mill": "+-", "Deburr": "+", "Inspect": "+"}
        assert TemplateStep.history.filter(history_type="-").first().history_user_id == program.pk
        assert versions_that_lag_behind() == []

    def test_steps_that_stay_as_they_are_get_no_version(self, client, template, url):
        client.put(url, {"name": "Turning", "steps": [{"name": "Saw"}, {"name": "Mill", "optional": False}]})

        assert kinds(template.id) == {"Saw": "+", "Mill": "+"}
        assert [version.name for version in versions_of(template)] == ["Milling", "Turning"]

    @pytest.mark.parametrize("nothing", [None, ""])
    def test_the_mode_can_be_changed_and_taken_away(self, nothing, client, url):
        assert client.put(url, {"advancementMode": "per_step"}).json()["advancementMode"] == "per_step"
        assert "advancementMode" not in client.put(url, {"advancementMode": nothing}).json()

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"name": ""}, "name cannot be empty"),
            ({"name": None}, "name cannot be empty"),
            ({"steps": []}, "steps must have at least one item"),
            ({"steps": None}, "steps must have at least one item"),
            ({"advancementMode": "loose"}, "advancementMode must be one of: strict, flexible, per_step"),
        ],
        ids=str,
    )
    def test_a_refused_change_changes_nothing(self, given, message, client, url):
        (field,) = given
        with nothing_written():
            assert_refused(client.put(url, {"name": "x"} | given), 400, message, field=field)
        assert_refused(client.put(f"{URL}/tmpl_x", given), 404, "TemplateRoute not found: tmpl_x", code="not_found")

    def test_the_number_of_statements_does_not_grow_with_steps(self, template):
        def cost(length: int) -> int:
            with counted_statements() as statements:
                templates.update(template.id, {"steps": [{"name": f"Step {n}"} for n in range(length)]}, PLANNER)
            return len(statements)

        cost(40)
        assert cost(3) == cost(150) <= 10


class TestDelete:
    """``DELETE /templates/:id``."""

    def test_it_goes_with_its_steps_and_the_history_keeps_both(self, client, program):
        template, other = TemplateFactory(name="Milling", steps=("Saw",)), TemplateFactory()
        url = f"{URL}/{template.id}"

        response = client.delete(url)

        assert (response.status_code, response.content) == (200, b'{"success":true}')
        assert list(RouteTemplate.objects.all()) == [other]
        assert set(TemplateStep.objects.values_list("template", flat=True)) == {other.id}
        gone = RouteTemplate.history.get(id=template.id, history_type="-")
        assert (gone.name, gone.history_user_id, kinds(template.id)) == ("Milling", program.pk, {"Saw": "+-"})
        for call in (client.get, client.delete, client.put):
            assert_refused(call(url), 404, f"TemplateRoute not found: {template.id}", code="not_found")
