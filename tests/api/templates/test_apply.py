"""``POST /templates/:id/apply``: a path is made as a copy, with every setting, and is independent from then on."""

import pytest

from serials.models import Path
from serials.services import batches, templates
from tests.api.answers import assert_refused, nothing_written, versions_of
from tests.factories import PLANNER, JobFactory, PathFactory, TemplateFactory, steps_of
from tests.queries import counted_statements

STEPS = (
    {"name": "Saw", "location": "Hall 1", "dependencyType": "physical"},
    {"name": "Deburr", "optional": True},
    {"name": "Inspect", "dependencyType": "completion_gate"},
)


@pytest.fixture
def template(db):
    return TemplateFactory(name="Milling", advancementMode="per_step", steps=STEPS)


@pytest.fixture
def job(db):
    return JobFactory()


@pytest.fixture
def url(template):
    return f"/api/templates/{template.id}/apply"


def test_a_path_is_made_with_every_setting(client, program, template, job, url):
    response = client.post(url, {"jobId": job.id, "goalQuantity": 7})

    assert response.status_code == 201
    path = response.json()
    assert (path["jobId"], path["name"], path["goalQuantity"]) == (job.id, "Milling", 7)
    assert path["advancementMode"] == "per_step"
    ids = [step.pop("id") for step in path["steps"]]
    assert len({step_id for step_id in ids if step_id.startswith("step_")}) == 3
    assert path["steps"] == client.get(f"/api/templates/{template.id}").json()["steps"]
    assert path["steps"][0]["location"] == "Hall 1"
    made = Path.objects.get(pk=path["id"])
    assert [version.history_user_id for version in versions_of(made)] == [program.pk]
    batches.create(job.id, made.id, 2, PLANNER)  # parts can be made on it at once


def test_it_is_strict_unless_the_template_says_otherwise(client, job):
    plain = TemplateFactory()

    path = client.post(f"/api/templates/{plain.id}/apply", {"jobId": job.id, "goalQuantity": 1}).json()

    assert path["advancementMode"] == "strict"


@pytest.mark.parametrize(("given", "name"), [(" Second lot ", "Second lot"), ("", "Milling"), (None, "Milling")])
def test_it_may_have_a_name_of_its_own(given, name, client, job, url):
    assert client.post(url, {"jobId": job.id, "goalQuantity": 1, "pathName": given}).json()["name"] == name


def test_what_becomes_of_the_one_is_nothing_to_the_other(client, template, job, url):
    path = client.post(url, {"jobId": job.id, "goalQuantity": 1}).json()
    path_url, template_url = f"/api/paths/{path['id']}", f"/api/templates/{template.id}"
    before = client.get(template_url).json()

    client.put(path_url, {"steps": [{"id": path["steps"][0]["id"], "name": "Band saw"}], "advancementMode": "strict"})
    assert client.get(template_url).json() == before

    changed = client.get(path_url).json()
    client.put(template_url, {"name": "Turning", "steps": [{"name": "Turn"}], "advancementMode": "flexible"})
    assert client.get(path_url).json() == changed
    client.delete(template_url)
    assert client.get(path_url).json() == changed


def test_a_path_made_a_template_and_that_a_path_is_the_same_route(client, job):
    path = PathFactory(advancementMode="flexible", steps=STEPS)
    template = client.post("/api/templates", {"pathId": path.id}).json()

    copy = client.post(f"/api/templates/{template['id']}/apply", {"jobId": job.id, "goalQuantity": 1}).json()

    def route(path_id: str) -> list:
        columns = ("order", "name", "location", "optional", "dependency_type")
        return [[getattr(step, column) for column in columns] for step in steps_of(Path.objects.get(pk=path_id))]

    assert route(copy["id"]) == route(path.id)
    assert (copy["name"], copy["advancementMode"]) == (path.name, "flexible")


@pytest.mark.parametrize(
    ("given", "status", "message", "field"),
    [
        ({"jobId": "job_x"}, 404, "Job not found: job_x", None),
        ({"jobId": None}, 400, "jobId is required", "jobId"),
        ({"goalQuantity": None}, 400, "goalQuantity is required", "goalQuantity"),
        ({"goalQuantity": "7"}, 400, "goalQuantity must be a number", "goalQuantity"),
        ({"goalQuantity": 0}, 400, "goalQuantity must be greater than 0", "goalQuantity"),
        ({"pathName": 5}, 400, "pathName must be text", "pathName"),
        ({"pathName": "x" * 256}, 400, "pathName must be at most 255 characters", "pathName"),
    ],
    ids=str,
)
def test_what_is_wrong_is_as_for_paths_and_nothing_is_kept(given, status, message, field, client, job, url):
    with nothing_written():
        response = client.post(url, {"jobId": job.id, "goalQuantity": 1} | given)
    assert_refused(response, status, message, field=field)


def test_an_unknown_template_comes_first(client):
    with nothing_written():
        response = client.post("/api/templates/tmpl_x/apply", {"jobId": "job_x"})
    assert_refused(response, 404, "TemplateRoute not found: tmpl_x", code="not_found")


def test_the_number_of_statements_does_not_grow_with_steps(job):
    def cost(length: int) -> int:
        template = TemplateFactory(steps=[f"Step {number}" for number in range(length)])
        with counted_statements() as statements:
            templates.apply(template.id, {"jobId": job.id, "goalQuantity": 1}, PLANNER)
        return len(statements)

    assert cost(2) == cost(150) <= 12
