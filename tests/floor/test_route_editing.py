"""Changing a route without scripts: steps stay themselves, and those that parts carry stay where they are."""

import pytest

from serials.models import Path, RouteTemplate, Step
from serials.services import advancement, libraries, steps
from shopplanr.accounts.roles import Role
from tests.accounts.factories import UserFactory
from tests.factories import (
    OPERATOR,
    PLANNER,
    JobFactory,
    LibraryEntryFactory,
    PathFactory,
    TemplateFactory,
    make_serial,
    steps_of,
)
from tests.floor.forms import Form, again, edit_route, step_names
from tests.floor.visitors import MOST_BYTES, MOST_QUERIES, compressed_bytes, in_order, main, visitor
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

NOT_PLANNER = "You may not plan jobs and paths. Ask a supervisor or an administrator."


@pytest.fixture
def planner():
    return visitor(Role.SUPERVISORS)


@pytest.fixture
def job():
    return JobFactory(name="Bracket", goalQuantity=50)


class TestEdit:
    def test_a_renamed_step_stays_itself(self, planner):
        path = PathFactory(name="Main", steps=["Saw", "Mill", "Pack"])
        saw, mill, pack = steps_of(path)
        form = edit_route(planner, path)
        assert step_names(form) == ["Saw", "Mill", "Pack"] and form.values("step") == [saw.pk, mill.pk, pack.pk]

        form = again(form.type({f"name-{mill.pk}": "Turn"}).send(planner, do=f"up-{mill.pk}"), form)
        form = again(form.send(planner, do=f"remove-{pack.pk}"), form)
        assert [step.name for step in steps_of(path)] == ["Saw", "Mill", "Pack"]
        done = form.write(name="Main, Rev. B").send(planner, do="save")

        assert done.status_code == 303
        assert [(step.pk, step.name) for step in steps_of(path)] == [(mill.pk, "Turn"), (saw.pk, "Saw")]
        assert Path.objects.get().name == "Main, Rev. B"
        assert Path.history.latest().history_user_id == planner.person.pk

    def test_who_does_it_is_changed_and_taken_away(self, planner):
        keiko, gone, path = UserFactory(name="Keiko"), UserFactory(name="Gone"), PathFactory(steps=["Saw", "Mill"])
        saw, mill = steps_of(path)
        steps.assign(saw.pk, gone.pk, PLANNER)
        gone.is_active = False
        gone.save()

        form = edit_route(planner, path)
        assert form[f"assignee-{saw.pk}"] == gone.pk
        assert "Gone (not active)" in main(planner.get(form.action))
        form.type({f"assignee-{mill.pk}": keiko.pk}).send(planner, do="save")
        assert [step.assigned_to_id for step in steps_of(path)] == [gone.pk, keiko.pk]
        edit_route(planner, path).type({f"assignee-{saw.pk}": ""}).send(planner, do="save")
        assert [step.assigned_to_id for step in steps_of(path)] == [None, keiko.pk]

    def test_what_somebody_else_changed_meanwhile_is_not_overwritten(self, planner):
        path = PathFactory(name="Main")
        form = edit_route(planner, path)
        edit_route(visitor(Role.SUPERVISORS), path).write(goalQuantity="99").send(planner, do="save")

        refused = form.write(name="Mine").send(planner, do="save")

        page = main(refused)
        assert refused.status_code == 409
        assert "Main was changed by somebody else meanwhile; open it again before changing it." in page
        assert "Open it as it is now" in page and again(refused, form)["name"] == "Mine"
        assert Path.objects.get().goal_quantity == 99

    def test_a_path_that_is_not_there(self, planner):
        for address in ("/paths/path_x/edit", "/paths/%00/edit", "/jobs/job_x/routes/new", "/paths/path_x/template"):
            assert planner.post(address, {"name": "Main"}).status_code == 404
        assert planner.get("/paths/path_x/edit").status_code == 404


class TestInUse:
    """A route with parts on it: the steps that they carry stay where they are."""

    @pytest.fixture
    def path(self):
        path = PathFactory(name="Main", steps=["Saw", "Mill"])
        self.part = make_serial(path)
        return path

    def test_the_page_says_so_and_closes_the_buttons(self, planner, path):
        form = edit_route(planner, path)

        assert "Parts carry every step: they stay where they are. Names, locations and settings can change" in main(
            planner.get(form.action)
        )
        assert [deed for deed, can in form.buttons.items() if can] == ["add"]
        assert planner.get(form.action).content.decode().count('title="Parts carry every step: they stay') == 6

    def test_names_and_settings_change_and_new_steps_follow(self, planner, path):
        saw, mill = steps_of(path)
        form = edit_route(planner, path).type({f"name-{saw.pk}": "Cut", f"optional-{mill.pk}": "1"})
        form = again(form.send(planner, do="add"), form)
        form = again(form.type({"name-new-1": "Wash"}).send(planner, do="add"), form)
        form = again(form.type({"name-new-2": "Pack"}).send(planner, do="up-new-2"), form)
        assert [deed for deed, can in form.buttons.items() if can and deed.startswith(("up", "down"))] == [
            "down-new-2",
            "up-new-1",
        ]

        assert form.send(planner, do="save").status_code == 303

        assert [step.name for step in steps_of(path)] == ["Cut", "Mill", "Pack", "Wash"]
        assert [step.optional for step in steps_of(path)] == [False, True, False, False]
        assert self.part.step_statuses.count() == 4

    def test_a_step_that_no_part_carries_yet_can_go(self, planner, path):
        for _ in range(2):
            advancement.advance(self.part.id, OPERATOR)
        form = edit_route(planner, path)
        form = again(form.send(planner, do="add"), form)
        form.type({"name-new-1": "Pack"}).send(planner, do="save")
        form = edit_route(planner, path)
        pack = steps_of(path)[2]
        assert "Parts carry the first 2 steps" in main(planner.get(form.action))

        again(form.send(planner, do=f"remove-{pack.pk}"), form).send(planner, do="save")

        assert [step.name for step in steps_of(path)] == ["Saw", "Mill"]

    def test_who_does_it_without_the_buttons_is_refused_next_to_the_steps(self, planner, path):
        mill = steps_of(path)[1]
        for deed, sentence in (
            (f"remove-{mill.pk}", "Cannot remove a step that serial numbers carry."),
            (f"up-{mill.pk}", "Cannot reorder steps that serial numbers carry."),
        ):
            refused = edit_route(planner, path).write(name="Typed").send(planner, do=deed)
            assert refused.status_code == 400
            assert in_order(refused.content.decode(), 'id="refusal-steps"', sentence, 'data-step="')
            assert again(refused, edit_route(planner, path))["name"] == "Typed"

    def test_parts_that_came_while_the_page_was_open(self, planner):
        path = PathFactory(steps=["Saw", "Mill"])
        saw, mill = steps_of(path)
        without, turned = edit_route(planner, path), edit_route(planner, path)
        without = again(without.send(planner, do=f"remove-{mill.pk}"), without)
        turned = again(turned.type({f"location-{saw.pk}": "Cell 7"}).send(planner, do=f"up-{mill.pk}"), turned)
        make_serial(path)

        removed, reordered = without.send(planner, do="save"), turned.send(planner, do="save")

        assert (removed.status_code, reordered.status_code) == (400, 400)
        assert "Cannot remove a step that serial numbers carry." in main(removed)
        assert "Cannot reorder steps that serial numbers carry." in main(reordered)
        form = again(reordered, turned)
        assert form.values("step") == [mill.pk, saw.pk] and form[f"location-{saw.pk}"] == "Cell 7"
        assert [step.name for step in steps_of(path)] == ["Saw", "Mill"]


class TestAsTemplate:
    def test_a_route_is_kept_as_a_template(self, planner):
        path = PathFactory(name="Main", advancementMode="flexible", steps=[{"name": "Saw", "location": "Cell 1"}])
        form = Form(planner.get(f"/paths/{path.pk}/edit"), f"/paths/{path.pk}/template")
        assert form["name"] == "Main"

        done = form.write(name="Sawn part").send(planner)

        template = RouteTemplate.objects.get()
        assert (done.status_code, done.url) == (303, f"/templates/{template.pk}")
        assert (template.name, template.advancement_mode) == ("Sawn part", "flexible")
        assert list(template.steps.values_list("name", "location")) == [("Saw", "Cell 1")]

    @pytest.mark.parametrize("name", ["", " ", "\0", "x" * 300])
    def test_a_refusal_is_next_to_it(self, planner, name):
        path = PathFactory()
        address = f"/paths/{path.pk}/template"

        refused = planner.post(address, {"name": name})

        assert refused.status_code == 400 and Form(refused, address)["name"] == name
        assert not RouteTemplate.objects.exists()


class TestWhoMay:
    @pytest.mark.parametrize("role", [Role.OPERATORS, Role.QC, Role.AUDITORS])
    def test_planners_only_and_others_are_told_whom_to_ask(self, role, job):
        client, path = visitor(role), PathFactory(job=job)
        before = Step.objects.count()
        for address in (f"/jobs/{job.pk}/routes/new", f"/paths/{path.pk}/edit"):
            for response in (client.get(address), client.post(address, {"name": "X", "do": "save"})):
                assert response.status_code == 403 and NOT_PLANNER in main(response)
        assert client.post(f"/paths/{path.pk}/template", {"name": "X"}).status_code == 403
        assert (Step.objects.count(), RouteTemplate.objects.count()) == (before, 0)


class TestCosts:
    @pytest.fixture
    def shop(self, job):
        """A job with a long route on which parts are, in a shop with many words, templates and people."""
        UserFactory.create_batch(60)
        for number in range(40):
            LibraryEntryFactory(name=f"Process number {number}")
            libraries.add("location", f"Location number {number}", PLANNER)
            TemplateFactory(name=f"Template number {number}", steps=["Saw"])
        long = [
            {"name": f"Operation {number}, {number * 7919 % 1000}", "location": f"Cell {number * 104729 % 97}"}
            for number in range(60)
        ]
        path = PathFactory(job=job, steps=long)
        make_serial(path)
        return path

    def test_few_queries_and_little_weight_with_sixty_steps(self, planner, job, shop):
        for address in (f"/paths/{shop.pk}/edit", f"/jobs/{job.pk}/routes/new?from=route:{shop.pk}"):
            planner.get(address)
            with counted_statements() as statements:
                page = planner.get(address)
            assert len(statements) <= MOST_QUERIES, statements.queries
            assert page.content.decode().count("data-step=") == 61  # with the one that new ones are made of
            assert compressed_bytes(planner, address) < MOST_BYTES

    def test_a_button_costs_no_more(self, planner, shop):
        form = edit_route(planner, shop)

        with counted_statements() as statements:
            assert form.send(planner, do="add").status_code == 200

        assert len(statements) <= MOST_QUERIES, statements.queries
