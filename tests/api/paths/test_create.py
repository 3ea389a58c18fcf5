"""``POST /paths``."""

import re

import pytest

from serials.models import Path
from tests.api.answers import TIMESTAMP, WRONG_TEXTS, assert_refused, nothing_written, versions_of
from tests.factories import JobFactory, steps_of

URL = "/api/paths"


@pytest.fixture
def job(db):
    return JobFactory()


@pytest.fixture
def body(job):
    """The least that makes a path."""
    return {"jobId": job.id, "name": "Milling", "goalQuantity": 10, "steps": [{"name": "Saw"}]}


def test_a_path_is_made_and_answered_as_documented(client, job):
    response = client.post(
        URL,
        {
            "jobId": job.id,
            "name": "  Milling ",
            "goalQuantity": 10,
            "advancementMode": "per_step",
            "steps": [
                {"name": " Saw ", "location": " Hall 1 "},
                {"name": "Mill", "optional": True, "dependencyType": "physical"},
                {"name": "Inspect", "location": None, "optional": False, "dependencyType": "completion_gate"},
            ],
        },
    )

    assert response.status_code == 201
    path = response.json()
    assert list(path) == [
        "id",
        "jobId",
        "name",
        "goalQuantity",
        "advancementMode",
        "steps",
        "createdAt",
        "updatedAt",
    ]
    assert re.fullmatch(r"path_[A-Za-z0-9_-]{12,}", path["id"])
    assert (path["jobId"], path["name"], path["goalQuantity"]) == (job.id, "Milling", 10)
    assert path["advancementMode"] == "per_step"
    assert TIMESTAMP.fullmatch(path["createdAt"])
    assert path["updatedAt"] == path["createdAt"]
    ids = [step.pop("id") for step in path["steps"]]
    assert all(re.fullmatch(r"step_[A-Za-z0-9_-]{12,}", step_id) for step_id in ids)
    assert len(set(ids)) == 3
    assert path["steps"] == [
        {"name": "Saw", "order": 0, "location": "Hall 1", "optional": False, "dependencyType": "preferred"},
        {"name": "Mill", "order": 1, "optional": True, "dependencyType": "physical"},
        {"name": "Inspect", "order": 2, "optional": False, "dependencyType": "completion_gate"},
    ]


def test_what_is_left_out_has_a_default(client, body):
    path = client.post(URL, body).json()

    assert path["advancementMode"] == "strict"
    (step,) = path["steps"]
    assert step == {
        "id": step["id"],
        "name": "Saw",
        "order": 0,
        "optional": False,
        "dependencyType": "preferred",
    }


def test_null_is_left_out(client, body):
    body |= {"advancementMode": None, "steps": [{"name": "Saw", "optional": None, "dependencyType": None}]}

    path = client.post(URL, body).json()

    assert path["advancementMode"] == "strict"
    assert (path["steps"][0]["optional"], path["steps"][0]["dependencyType"]) == (False, "preferred")


def test_it_is_among_the_paths_of_its_job(client, job, body):
    path = client.post(URL, body).json()

    assert client.get(f"/api/jobs/{job.id}").json()["paths"] == [path]


def test_the_array_is_the_order(client, body):
    names = [f"Step {number}" for number in (3, 1, 2)]

    path = client.post(URL, body | {"steps": [{"name": name, "order": 7} for name in names]}).json()

    assert [(step["order"], step["name"]) for step in path["steps"]] == list(enumerate(names))


class TestRefusals:
    """404 and 400, and nothing is kept."""

    @pytest.fixture(autouse=True)
    def _keep_nothing(self, client, body):
        client.get("/api/jobs")
        with nothing_written():
            yield

    def test_an_unknown_job_comes_first(self, client):
        assert_refused(
            client.post(URL, {"jobId": "job_x", "name": "", "goalQuantity": 0}),
            404,
            "Job not found: job_x",
            code="not_found",
        )

    @pytest.mark.parametrize("job_id", WRONG_TEXTS)
    def test_a_job_is_required(self, job_id, client, body):
        assert_refused(client.post(URL, body | {"jobId": job_id}), 400, "jobId is required", field="jobId")

    @pytest.mark.parametrize("name", WRONG_TEXTS)
    def test_a_name_is_required(self, name, client, body):
        response = client.post(URL, body | {"name": name, "goalQuantity": 0, "steps": []})

        assert_refused(response, 400, "name is required", code="required", field="name")

    @pytest.mark.parametrize(
        ("goal", "message"),
        [
            (None, "goalQuantity is required"),
            ("10", "goalQuantity must be a number"),
            (True, "goalQuantity must be a number"),
            ([], "goalQuantity must be a number"),
            (0, "goalQuantity must be greater than 0"),
            (-5, "goalQuantity must be greater than 0"),
            (1.5, "goalQuantity must be a whole number"),
        ],
    )
    def test_a_goal_is_as_for_jobs(self, goal, message, client, body):
        response = client.post(URL, body | {"goalQuantity": goal, "steps": []})

        assert_refused(response, 400, message, field="goalQuantity")

    @pytest.mark.parametrize("steps", [None, [], {}, "Saw", 5, True, {"0": {"name": "Saw"}}])
    def test_steps_are_required(self, steps, client, body):
        response = client.post(URL, body | {"steps": steps, "advancementMode": "zigzag"})

        assert_refused(response, 400, "steps is required", field="steps")

    def test_what_is_missing_is_required(self, client, job, body):
        for field, message in (
            ("jobId", "jobId is required"),
            ("name", "name is required"),
            ("goalQuantity", "goalQuantity is required"),
            ("steps", "steps is required"),
        ):
            given = {name: value for name, value in body.items() if name != field}
            assert_refused(client.post(URL, given), 400, message, field=field)

    @pytest.mark.parametrize("item", [None, "Saw", 5, True, [], ["Saw"]])
    def test_a_step_is_an_object(self, item, client, body):
        response = client.post(URL, body | {"steps": [{"name": "Saw"}, item]})

        assert_refused(response, 400, "steps[1] must be an object", field="steps")

    @pytest.mark.parametrize("name", WRONG_TEXTS)
    def test_a_step_has_a_name(self, name, client, body):
        response = client.post(URL, body | {"steps": [{"name": "Saw"}, {"name": name}]})

        assert_refused(response, 400, "steps[1].name is required", field="steps[1].name")

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("dependencyType", "loose", "must be one of: physical, preferred, completion_gate"),
            ("dependencyType", "", "must be one of: physical, preferred, completion_gate"),
            ("dependencyType", 5, "must be one of: physical, preferred, completion_gate"),
            ("optional", "yes", "must be true or false"),
            ("optional", 1, "must be true or false"),
            ("location", 5, "must be text"),
            ("location", ["x"], "must be text"),
            ("location", "x" * 256, "must be at most 255 characters"),
            ("name", "x" * 256, "must be at most 255 characters"),
        ],
    )
    def test_a_step_has_settings_that_make_sense(self, field, value, message, client, body):
        response = client.post(URL, body | {"steps": [{"name": "Saw"}, {"name": "Mill", field: value}]})

        assert_refused(response, 400, f"steps[1].{field} {message}", field=f"steps[1].{field}")

    @pytest.mark.parametrize("mode", ["zigzag", "", "Strict", 5, True, [], {}])
    def test_a_mode_is_a_known_one(self, mode, client, body):
        assert_refused(
            client.post(URL, body | {"advancementMode": mode}),
            400,
            "advancementMode must be one of: strict, flexible, per_step",
            code="unknown_choice",
            field="advancementMode",
        )

    def test_there_is_an_end_to_steps(self, client, body):
        response = client.post(URL, body | {"steps": [{"name": "Saw"}] * 201})

        assert_refused(response, 400, "steps must have at most 200 items", code="too_many", field="steps")


def test_the_row_history_says_who_made_path_and_steps(client, program, body):
    body["steps"].append({"name": "Mill"})

    path = Path.objects.get(pk=client.post(URL, body).json()["id"])

    for record in (path, *steps_of(path)):
        (version,) = versions_of(record)
        assert (version.history_type, version.history_user_id, version.name) == ("+", program.pk, record.name)
