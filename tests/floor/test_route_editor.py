"""Writing a new route, as it works without scripts: nothing is kept before it is saved, and nothing typed is lost."""

import pytest

from serials.models import Path, Step
from serials.services import steps
from serials.services.route_steps import STEPS_MAX
from shopplanr.accounts.roles import Role
from shopplanr.idempotency.models import KeptAnswer
from tests.accounts.factories import UserFactory
from tests.factories import PLANNER, JobFactory, LibraryEntryFactory, PathFactory, TemplateFactory, steps_of
from tests.floor.forms import again, new_route, step_names
from tests.floor.visitors import in_order, main, said, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner():
    return visitor(Role.SUPERVISORS)


@pytest.fixture
def job():
    return JobFactory(name="Bracket", goalQuantity=50)


def route_of(job) -> list[tuple]:
    (path,) = job.paths.all()
    return [
        (step.name, step.location, step.optional, step.dependency_type, step.assigned_to_id) for step in steps_of(path)
    ]


class TestNew:
    def test_a_route_is_written_and_saved(self, planner, job):
        keiko = UserFactory(name="Keiko Tanaka")
        form = new_route(planner, job)
        assert step_names(form) == ["", "", ""] and form["goalQuantity"] == "50" and form["mode"] == "strict"
        assert form.focused == "route-name"

        form.write(name=" Main ", goalQuantity="40", mode="per_step").type(
            {
                "name-new-1": "Saw",
                "location-new-1": "Cell 1",
                "dependency-new-1": "physical",
                "name-new-3": "Deburr",
                "optional-new-3": "1",
                "assignee-new-3": keiko.pk,
            }
        )
        done = form.send(planner, do="save")

        path = job.paths.get()
        assert (done.status_code, done.url) == (303, f"/jobs/{job.pk}#{path.pk}")
        assert (path.name, path.goal_quantity, path.advancement_mode) == ("Main", 40, "per_step")
        # what stayed empty is no step
        assert route_of(job) == [
            ("Saw", "Cell 1", False, "physical", None),
            ("Deburr", "", True, "preferred", keiko.pk),
        ]
        assert said(planner.get(done.url)) == ["Main is saved."]

    def test_sent_twice_it_is_one_route(self, planner, job):
        form = new_route(planner, job).write(name="Main").type({"name-new-1": "Saw"})
        form = again(form.send(planner, do="add"), form)

        done = [form.send(planner, do="save") for _ in range(2)]

        assert done[0]["Location"] == done[1]["Location"] == f"/jobs/{job.pk}#{job.paths.get().pk}"

    def test_what_only_changes_the_page_is_not_kept(self, planner, job):
        form = new_route(planner, job)
        for _ in range(3):
            form = again(form.send(planner, do="add"), form)

        assert not KeptAnswer.objects.exists()

    def test_with_scripts_the_browser_is_told_where_to_go(self, planner, job):
        form = new_route(planner, job).write(name="Main").type({"name-new-1": "Saw"})
        done = form.send(planner, do="save", headers={"HX-Request": "true", "HX-Boosted": "true"})

        assert done.headers["HX-Redirect"].startswith(f"/jobs/{job.pk}#")

    def test_the_buttons_change_the_page_and_nothing_else(self, planner, job):
        form = new_route(planner, job).write(name="Main").type({"name-new-1": "Saw", "name-new-2": "Mill"})
        form.type({"location-new-2": "Cell 2", "optional-new-2": "1", "dependency-new-2": "completion_gate"})

        form = again(form.send(planner, do="up-new-2"), form)
        assert step_names(form) == ["Mill", "Saw", ""] and form.focused == "down-new-2"
        assert (form["location-new-2"], form["optional-new-2"]) == ("Cell 2", "1")
        form = again(form.send(planner, do="add"), form)
        assert form.values("step") == ["new-2", "new-1", "new-3", "new-4"] and form.focused == "name-new-4"
        form = again(form.type({"name-new-4": "Pack"}).send(planner, do="remove-new-3"), form)
        assert step_names(form) == ["Mill", "Saw", "Pack"]
        form = again(form.send(planner, do="down-new-2"), form)
        assert step_names(form) == ["Saw", "Mill", "Pack"] and form["name"] == "Main"
        assert not Path.objects.exists()

        form.send(planner, do="save")
        assert [each[:4] for each in route_of(job)][1] == ("Mill", "Cell 2", True, "completion_gate")

    def test_only_buttons_that_lead_somewhere_can_be_pressed(self, planner, job):
        buttons = new_route(planner, job).buttons

        assert [deed for deed, can in buttons.items() if not can] == ["up-new-1", "down-new-3"]

    def test_every_mode_and_every_dependency_is_explained(self, planner, job):
        page = main(planner.get(f"/jobs/{job.pk}/routes/new"))

        assert in_order(page, "Strict", "one step after the other", "Flexible", "jump ahead", "Per step", "physical")
        assert in_order(page, "Preferred Usually", "Physical Later", "Completion gate May be", "Optional A jump")

    def test_what_the_shop_calls_things_is_suggested(self, planner, job):
        LibraryEntryFactory(name="Anodize")
        LibraryEntryFactory(name="Cell 9", kind="location")
        PathFactory(steps=[{"name": "Lap & polish", "location": "Bench"}])

        page = planner.get(f"/jobs/{job.pk}/routes/new").content.decode()

        processes, locations = page.partition('<datalist id="locations">')[::2]
        assert '<option value="Anodize">' in processes and '<option value="Lap &amp; polish">' in processes
        assert '<option value="Cell 9">' in locations and '<option value="Bench">' in locations
        assert 'list="processes"' in page and 'list="locations"' in page

    def test_the_goal_is_what_other_routes_leave_of_the_jobs(self, planner, job):
        PathFactory(job=job, goalQuantity=20)
        assert new_route(planner, job)["goalQuantity"] == "30"
        PathFactory(job=job, goalQuantity=30)
        assert new_route(planner, job)["goalQuantity"] == ""


class TestBeginning:
    """A route begins like a template, or like another route of the job."""

    @pytest.fixture
    def template(self):
        return TemplateFactory(
            name="Turned part",
            advancementMode="flexible",
            steps=[
                {"name": "Turn", "location": "Lathe 2", "dependencyType": "physical"},
                {"name": "Wash", "optional": True},
            ],
        )

    def test_like_a_template(self, planner, job, template):
        form = new_route(planner, job).write(goalQuantity="7", **{"from": f"template:{template.pk}"})

        form = again(form.send(planner, do="begin"), form)

        assert (form["name"], form["goalQuantity"], form["mode"]) == ("Turned part", "7", "flexible")
        assert step_names(form) == ["Turn", "Wash"] and form.focused == "name-new-1"
        assert form["from"] == ""  # so that the Enter key, which presses the first button, begins nothing anew
        assert step_names(again(form.send(planner, do="begin"), form)) == ["Turn", "Wash"]
        assert not Path.objects.exists()
        form.send(planner, do="save")
        assert route_of(job) == [
            ("Turn", "Lathe 2", False, "physical", None),
            ("Wash", "", True, "preferred", None),
        ]

    def test_like_another_route_of_the_job_but_for_who_does_it(self, planner, job):
        other = PathFactory(job=job, name="Main", advancementMode="per_step", steps=["Saw", "Mill"])
        steps.assign(steps_of(other)[0].pk, UserFactory().pk, PLANNER)
        form = new_route(planner, job).write(name="Second shift", **{"from": f"route:{other.pk}"})

        form = again(form.send(planner, do="begin"), form)

        assert (form["name"], form["mode"], step_names(form)) == ("Second shift", "per_step", ["Saw", "Mill"])
        assert form.values("step") == ["new-1", "new-2"] and form["assignee-new-1"] == ""

    def test_the_address_can_say_so_too(self, planner, job, template):
        assert step_names(new_route(planner, job, f"?from=template:{template.pk}")) == ["Turn", "Wash"]

    @pytest.mark.parametrize("source", ["template:tmpl_x", "route:path_x", "template:\0", "nonsense", "route:", ":"])
    def test_what_is_not_there_is_refused_with_all_that_was_typed(self, planner, job, template, source):
        PathFactory(name="Another job's")
        form = new_route(planner, job).write(name="Main", **{"from": source}).type({"name-new-2": "Saw"})

        refused = form.send(planner, do="begin")

        assert refused.status_code in (400, 404)
        form = again(refused, form)
        assert (form["name"], step_names(form)) == ("Main", ["", "Saw", ""])
        assert planner.get(f"/jobs/{job.pk}/routes/new", {"from": source}).status_code in (400, 404)

    def test_routes_of_other_jobs_are_not_offered(self, planner, job, template):
        PathFactory(job=job, name="Of this one")
        other = PathFactory(name="Of another one")

        page = main(planner.get(f"/jobs/{job.pk}/routes/new"))

        assert "Turned part" in page and "Of this one" in page and "Of another one" not in page
        assert planner.get(f"/jobs/{job.pk}/routes/new?from=route:{other.pk}").status_code == 404


class TestRefusals:
    def test_a_fault_of_the_route_is_next_to_its_name(self, planner, job):
        form = (
            new_route(planner, job).write(goalQuantity="many").type({"name-new-1": "Saw", "location-new-1": "Cell 1"})
        )

        refused = form.send(planner, do="save")

        page = refused.content.decode()
        assert refused.status_code == 400 and "Not done: " in page
        assert in_order(
            page, 'id="refusal-route"', "name is required.", 'id="route-name"', 'aria-invalid="true"', "Steps"
        )
        form = again(refused, form)
        assert (form["goalQuantity"], form["name-new-1"], form["location-new-1"]) == ("many", "Saw", "Cell 1")
        refused = form.write(name="Main").send(planner, do="save")
        assert "goalQuantity must be a number." in main(refused)
        assert not Path.objects.exists()

    def test_a_fault_of_a_step_is_next_to_the_steps_and_marks_its_row(self, planner, job):
        form = new_route(planner, job).write(name="Main").type({"name-new-2": "Saw", "location-new-3": "Cell 1"})

        refused = form.send(planner, do="save")

        page = refused.content.decode()
        assert refused.status_code == 400
        assert in_order(page, 'id="refusal-steps"', "steps[1].name is required.", 'value="Saw"')
        row = page.partition('data-step="new-3"')[2].partition("</li>")[0]
        assert 'aria-invalid="true" aria-describedby="refusal-steps"' in row
        assert page.count('aria-invalid="true"') == 1
        assert again(refused, form)["location-new-3"] == "Cell 1"

    def test_a_route_without_steps(self, planner, job):
        form = new_route(planner, job).write(name="Main")
        for key in form.values("step"):
            form = again(form.send(planner, do=f"remove-{key}"), form)
        assert form.values("step") == [] and form.focused == "add-step"

        refused = form.send(planner, do="save")

        assert refused.status_code == 400 and "steps is required." in main(refused)
        assert "add the first one" in main(refused)

    def test_somebody_who_cannot_do_it(self, planner, job):
        form = new_route(planner, job).write(name="Main").type({"name-new-1": "Saw", "assignee-new-1": "user_nobody"})

        refused = form.send(planner, do="save")

        assert refused.status_code == 400 and "User not found or inactive." in main(refused)
        assert again(refused, form)["assignee-new-1"] == "user_nobody"
        assert not Path.objects.exists()

    @pytest.mark.parametrize(
        "typed",
        [
            {"name": "\0"},
            {"name": "x" * 300},
            {"goalQuantity": "9" * 400},
            {"goalQuantity": "1e9"},
            {"goalQuantity": "-1"},
            {"mode": "sideways"},
            {"mode": ""},
            {"name-new-1": "x" * 300},
            {"name-new-1": "a\0b"},
            {"location-new-1": "\0"},
            {"dependency-new-1": "magnetic"},
            {"assignee-new-1": "\0"},
            {"assignee-new-1": "x" * 10_000},
        ],
    )
    def test_whatever_is_typed_is_answered(self, planner, job, typed):
        form = new_route(planner, job).write(name="Main").type({"name-new-1": "Saw"})

        assert form.type(typed).send(planner, do="save").status_code == 400
        assert not Path.objects.exists()

    @pytest.mark.parametrize("keys", [["new-1", "new-1"], ["step_x"], ["\0"], ["x" * 400], ["new-x"], ["<b>'\""], [""]])
    def test_whatever_rows_are_made_up(self, planner, job, keys):
        address = f"/jobs/{job.pk}/routes/new"
        typed = {"name": "Main", "goalQuantity": "1", "mode": "strict", "step": keys}
        typed |= {f"name-{key}": "<script>" for key in keys}

        for deed in ("save", "add", f"up-{keys[0]}", f"down-{keys[0]}", f"remove-{keys[0]}", "up-", "-", "\0"):
            response = planner.post(address, typed | {"do": deed})
            assert response.status_code < 500
            assert b"<script>" not in response.content.partition(b"<main")[2]

    def test_a_route_has_at_most_two_hundred_steps(self, planner, job):
        typed = {"name": "Main", "goalQuantity": "1", "mode": "strict"}
        keys = [f"new-{number}" for number in range(1, STEPS_MAX + 2)]
        typed |= {f"name-{key}": key for key in keys}
        typed |= {f"{field}-{key}": "" for key in keys for field in ("location", "assignee")}
        typed |= {f"dependency-{key}": "preferred" for key in keys} | {f"optional-{key}": "1" for key in keys}
        address = f"/jobs/{job.pk}/routes/new"

        refused = planner.post(address, typed | {"step": keys, "do": "save"})
        assert f"steps must have at most {STEPS_MAX} items." in main(refused)
        assert planner.post(address, typed | {"step": keys[:STEPS_MAX], "do": "add"}).status_code == 400
        assert planner.post(address, typed | {"step": keys[:STEPS_MAX], "do": "save"}).status_code == 303
        assert Step.objects.count() == STEPS_MAX
