"""Templates: listed, found, written, changed, made routes from, and thrown away."""

import pytest

from serials.models import Path, RouteTemplate
from serials.services import advancement, templates
from shopplanr.accounts.roles import Role
from shopplanr.floor.views import templates as views
from tests.factories import OPERATOR, PLANNER, JobFactory, PathFactory, TemplateFactory, make_serials, steps_of
from tests.floor.forms import Form, again, step_names
from tests.floor.visitors import MOST_BYTES, MOST_QUERIES, compressed_bytes, in_order, main, said, visitor
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

LIST, NEW = "/templates", "/templates/new"
NOT_PLANNER = "You may not plan jobs and paths. Ask a supervisor or an administrator."
READERS = [Role.OPERATORS, Role.QC, Role.AUDITORS]


@pytest.fixture
def planner():
    return visitor(Role.SUPERVISORS)


@pytest.fixture
def template():
    steps = [
        {"name": "Turn", "location": "Lathe 2", "dependencyType": "physical"},
        {"name": "Wash", "optional": True},
        {"name": "Inspect", "dependencyType": "completion_gate"},
    ]
    return TemplateFactory(name="Turned part", advancementMode="flexible", steps=steps)


def address(template, more: str = "") -> str:
    return f"/templates/{template.pk}{more}"


class TestList:
    def test_by_name_with_what_is_in_them(self, planner, template):
        TemplateFactory(name="Bench work", steps=["Deburr"])

        page = main(planner.get(LIST))

        assert in_order(
            page, "Bench work", "Deburr", "1 step", "Turned part", "Turn → Wash → Inspect", "Flexible", "3 steps"
        )
        assert "New template" in page

    def test_a_template_is_found_by_its_name_and_by_its_steps(self, planner, template):
        TemplateFactory(name="Bench work", steps=["Deburr"])

        for words, found in (("TURNED", "Turned part"), ("debur", "Bench work")):
            page = main(planner.get(LIST, {"search": words}))
            assert found in page and ({"Turned part", "Bench work"} - {found}).pop() not in page
        for words in ("grinding", "\0", "%", "x" * 5000):
            assert planner.get(LIST, {"search": words}).status_code == 200
        assert "No template matches" in main(planner.get(LIST, {"search": "grinding"}))

    def test_without_any_it_says_what_to_do(self, planner):
        assert "Write one, or open the route of a job" in main(planner.get(LIST))
        assert "Supervisors write them" in main(visitor(Role.OPERATORS).get(LIST))

    def test_hundreds_cost_no_more_and_come_in_pages(self, planner):
        for number in range(120):
            TemplateFactory(name=f"Template {number:03}", steps=[f"Operation {place}" for place in range(12)])
        planner.get(LIST)

        with counted_statements() as statements:
            page = planner.get(LIST, {"page": "2"})

        assert len(statements) <= MOST_QUERIES
        assert in_order(main(page), "Template 050", "Template 099", "51 to 100 of 120")
        assert compressed_bytes(planner, LIST) < MOST_BYTES

    def test_jobs_templates_and_libraries_lead_to_each_other(self, planner):
        for here in ("/jobs", "/templates", "/libraries"):
            page = planner.get(here).content.decode()
            for there in ("/jobs", "/templates", "/libraries"):
                current = ' aria-current="page"' if there == here else ""
                assert f'<a href="{there}"{current}>' in page.partition('class="planning"')[2]


class TestTemplate:
    def test_everybody_sees_what_it_says(self, template):
        for role in Role.OPERATORS, Role.AUDITORS:
            page = main(visitor(role).get(address(template)))

            assert in_order(page, "Turned part", "Flexible.", "jump ahead", "Turn", "Lathe 2", "physical", "Wash")
            assert in_order(page, "optional", "Inspect", "before the end", NOT_PLANNER)
            assert "Delete" not in page and "Edit" not in page

    def test_few_queries(self, planner, template):
        for number in range(30):
            JobFactory(name=f"Job {number}")
        planner.get(address(template))

        with counted_statements() as statements:
            planner.get(address(template))

        assert len(statements) <= MOST_QUERIES

    @pytest.mark.parametrize("more", ["", "/edit", "/apply", "/delete"])
    def test_one_that_is_not_there(self, planner, more):
        for nothing in ("tmpl_x", "%00", "x" * 400):
            get, post = planner.get(f"/templates/{nothing}{more}"), planner.post(f"/templates/{nothing}{more}")
            assert {get.status_code, post.status_code} <= {404, 405} and 404 in {get.status_code, post.status_code}
        assert "TemplateRoute not found: tmpl_x" in main(planner.get("/templates/tmpl_x"))


class TestApply:
    def form(self, client, template, query: str = "") -> Form:
        return Form(client.get(address(template) + query), address(template, "/apply"))

    def test_a_job_gets_a_route_and_the_planner_goes_on_there(self, planner, template):
        job = JobFactory(name="Bracket")
        form = self.form(planner, template)
        assert form["pathName"] == "Turned part"

        done = form.write(jobId=job.pk, goalQuantity="1,200").send(planner)

        path = Path.objects.get()
        assert (done.status_code, done.url) == (303, f"/paths/{path.pk}/edit")
        assert (path.job, path.name, path.goal_quantity, path.advancement_mode) == (
            job,
            "Turned part",
            1200,
            "flexible",
        )
        assert [(step.name, step.location, step.optional) for step in steps_of(path)] == [
            ("Turn", "Lathe 2", False),
            ("Wash", "", True),
            ("Inspect", "", False),
        ]
        assert said(planner.get(done.url)) == ["Turned part is a route of Bracket now."]

    def test_open_jobs_are_offered_in_the_order_of_work(self, planner, template):
        JobFactory(name="Later", customer="Aldine")
        done = PathFactory(job=JobFactory(name="Finished", goalQuantity=1), steps=["Saw"])
        for part in make_serials(done):
            advancement.advance(part.id, OPERATOR)
        JobFactory(name="Urgent", priority=1)

        page = main(planner.get(address(template)))

        assert in_order(page, "Choose a job", "Urgent (10)", "Later, Aldine (10)") and "Finished" not in page

    def test_more_jobs_than_are_offered_are_searched(self, planner, template, monkeypatch):
        monkeypatch.setattr(views, "JOBS_OFFERED", 2)
        for name in ("Bracket", "Flange", "Gauge"):
            JobFactory(name=name, partNumber=f"{name[0]}-77")

        page = main(planner.get(address(template)))
        found = main(planner.get(address(template), {"job": "g-7"}))

        assert "Gauge" not in page and "The 2 whose turn is next." in page and "Find a job" in page
        assert "Gauge" in found and "Bracket" not in found
        assert "No open job has these words." in main(planner.get(address(template), {"job": "zzz\0"}))

    def test_without_an_open_job_it_says_so(self, planner, template):
        assert "No job is open. Plan one first." in main(planner.get(address(template)))

    def test_a_refusal_is_next_to_the_form_with_what_was_typed(self, planner, template, monkeypatch):
        monkeypatch.setattr(views, "JOBS_OFFERED", 1)
        JobFactory(name="First")
        job = JobFactory(name="Second")
        form = self.form(planner, template).write(jobId=job.pk, pathName="Night shift", goalQuantity="none")

        refused = form.send(planner)

        page = refused.content.decode()
        assert refused.status_code == 400
        assert in_order(page, 'id="refusal-apply"', "goalQuantity must be a number.", 'aria-invalid="true"')
        form = again(refused, form)
        assert (form["jobId"], form["pathName"], form["goalQuantity"]) == (job.pk, "Night shift", "none")
        assert not Path.objects.exists()

    @pytest.mark.parametrize(
        "typed",
        [
            {},
            {"jobId": ""},
            {"jobId": "job_x"},
            {"jobId": "\0"},
            {"jobId": "x" * 500},
            {"pathName": "\0"},
            {"pathName": "x" * 300},
            {"goalQuantity": ""},
            {"goalQuantity": "9" * 500},
            {"goalQuantity": "0"},
        ],
    )
    def test_whatever_is_typed_is_answered(self, planner, template, typed):
        values = {"jobId": JobFactory().pk, "goalQuantity": "5"} | typed if typed else {}

        assert planner.post(address(template, "/apply"), values).status_code in (400, 404)
        assert not Path.objects.exists()

    def test_an_empty_name_is_the_templates(self, planner, template):
        planner.post(address(template, "/apply"), {"jobId": JobFactory().pk, "goalQuantity": "5", "pathName": " "})

        assert Path.objects.get().name == "Turned part"


class TestWriting:
    def test_a_new_one(self, planner):
        form = Form(planner.get(NEW), NEW)
        assert form["mode"] == "" and not form.values("goalQuantity") and not form.values("assignee-new-1")

        form = again(form.write(name="Bench").type({"name-new-2": "Deburr"}).send(planner, do="up-new-2"), form)
        assert step_names(form) == ["Deburr", "", ""] and not RouteTemplate.objects.exists()
        done = form.type({"optional-new-2": "1"}).send(planner, do="save")

        template = RouteTemplate.objects.get()
        assert (done.status_code, done.url) == (303, address(template))
        assert list(template.steps.values_list("name", "optional")) == [("Deburr", True)]
        assert template.advancement_mode == ""
        assert "As usual." in main(planner.get(done.url))

    def test_a_changed_one(self, planner, template):
        here = address(template, "/edit")
        form = Form(planner.get(here), here)
        assert step_names(form) == ["Turn", "Wash", "Inspect"] and form["mode"] == "flexible"

        form = again(form.send(planner, do="remove-new-2"), form)
        form = again(form.write(mode="strict").send(planner, do="add"), form)
        done = form.type({"name-new-4": "Pack"}).send(planner, do="save")

        assert done.status_code == 303
        assert list(template.steps.order_by("order").values_list("name", "location")) == [
            ("Turn", "Lathe 2"),
            ("Inspect", ""),
            ("Pack", ""),
        ]
        assert template.history.latest().history_user_id == planner.person.pk

    def test_what_somebody_else_changed_meanwhile_is_not_overwritten(self, planner, template):
        here = address(template, "/edit")
        form = Form(planner.get(here), here)
        templates.update(template.pk, {"name": "Theirs"}, PLANNER)

        refused = form.write(name="Mine").send(planner, do="save")

        assert refused.status_code == 409 and "Theirs was changed by somebody else meanwhile" in main(refused)
        assert again(refused, form)["name"] == "Mine"

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"name": ""}, "name"),
            ({"name-new-1": ""}, "steps[0].name is required."),
            ({"name-new-1": "\0"}, "steps[0].name"),
            ({"mode": "sideways"}, "advancementMode must be one of: strict, flexible, per_step."),
        ],
    )
    def test_refusals_come_back_with_everything_typed(self, planner, template, typed, sentence):
        here = address(template, "/edit")
        for form in (Form(planner.get(here), here), Form(planner.get(NEW), NEW)):
            form.write(name="Kept").type({"name-new-1": "Kept too", "location-new-1": "Here"})
            refused = form.type(dict(typed)).send(planner, do="save")
            assert refused.status_code == 400 and sentence in main(refused)
            assert again(refused, form)["location-new-1"] == "Here"
        assert RouteTemplate.objects.get().name == "Turned part"

    def test_a_new_one_without_steps(self, planner):
        refused = Form(planner.get(NEW), NEW).write(name="Bench").send(planner, do="save")

        assert refused.status_code == 400 and "steps must have at least one item." in main(refused)

    def test_few_queries_and_little_weight_with_sixty_steps(self, planner):
        steps = [{"name": f"Operation {place}", "location": f"Cell {place * 7 % 13}"} for place in range(60)]
        here = address(TemplateFactory(steps=steps), "/edit")
        planner.get(here)

        with counted_statements() as statements:
            planner.get(here)

        assert len(statements) <= MOST_QUERIES
        assert compressed_bytes(planner, here) < MOST_BYTES


class TestDelete:
    def test_it_goes_and_routes_stay(self, planner, template):
        path = templates.apply(template.pk, {"jobId": JobFactory().pk, "goalQuantity": 5}, PLANNER)

        done = Form(planner.get(address(template)), address(template, "/delete")).send(planner)

        assert (done.status_code, done.url) == (303, LIST)
        assert said(planner.get(LIST)) == ["Turned part is deleted."]
        assert not RouteTemplate.objects.exists() and len(steps_of(path)) == 3

    def test_it_is_not_done_by_looking(self, planner, template):
        assert planner.get(address(template, "/delete")).status_code == 405
        assert RouteTemplate.objects.exists()


@pytest.mark.parametrize("role", READERS)
def test_planners_only_change_templates(role, template):
    client = visitor(role)
    fields = {"name": "X", "jobId": JobFactory().pk, "goalQuantity": "1", "do": "save"}

    for more in ("/edit", "/apply", "/delete"):
        refused = client.post(address(template, more), fields)
        assert refused.status_code == 403 and NOT_PLANNER in main(refused)
    for here in (NEW, address(template, "/edit")):
        assert client.get(here).status_code == client.post(here, fields).status_code == 403
    assert RouteTemplate.objects.get().name == "Turned part" and not Path.objects.exists()
