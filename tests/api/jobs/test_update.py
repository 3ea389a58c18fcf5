"""``PUT /jobs/:id``."""

import pytest

from tests.api.answers import (
    WRONG_TEXTS,
    assert_envelope,
    assert_refused,
    last_version,
    later,
    moment,
    nothing_written,
    versions_of,
)
from tests.factories import JobFactory


@pytest.fixture
def job(db):
    return JobFactory(
        name="Bracket", goalQuantity=25, jiraTicketKey="SHOP-1", jiraLabels=["urgent"], dueDate="2030-05-01"
    )


@pytest.fixture
def url(job):
    return f"/api/jobs/{job.id}"


def test_what_is_given_changes_and_the_rest_stays(client, job, url):
    before = client.get("/api/jobs").json()[0]

    with later():
        response = client.put(url, {"name": " Flange "})

    assert response.status_code == 200
    job.refresh_from_db()
    assert response.json() == before | {"name": "Flange", "updatedAt": moment(job.updated_at)}
    assert response.json()["updatedAt"] > before["updatedAt"]
    assert client.get("/api/jobs").json() == [response.json()]


def test_goal_alone(client, url):
    body = client.put(url, {"goalQuantity": 30}).json()

    assert (body["name"], body["goalQuantity"]) == ("Bracket", 30)


def test_nothing_given_changes_nothing(client, url):
    before = client.get("/api/jobs").json()[0]

    with later():
        response = client.put(url, {})

    assert response.status_code == 200
    ignored = {"updatedAt": None}
    assert response.json() | ignored == before | ignored


def test_jira_fields_are_ignored(client, url):
    given = {
        "jiraTicketKey": "SHOP-9",
        "jiraTicketSummary": 5,
        "jiraPartNumber": "x",
        "jiraPriority": "Low",
        "jiraEpicLink": [],
        "jiraLabels": "x",
    }

    response = client.put(url, {"goalQuantity": 30} | given)

    assert response.status_code == 200
    assert response.json()["jiraTicketKey"] == "SHOP-1"
    assert response.json()["jiraLabels"] == ["urgent"]
    assert not {"jiraTicketSummary", "jiraPartNumber", "jiraPriority", "jiraEpicLink"} & set(response.json())


def test_a_due_date_can_be_taken_away(client, url):
    assert client.put(url, {"dueDate": "2031-01-31"}).json()["dueDate"] == "2031-01-31"
    assert "dueDate" not in client.put(url, {"dueDate": None}).json()


class TestRefusals:
    """404 and 400, and nothing changes."""

    @pytest.mark.parametrize("body", [{"name": "x"}, {"name": ""}, {}])
    def test_an_unknown_job_comes_before_all_else(self, body, client):
        assert_refused(client.put("/api/jobs/job_x", body), 404, "Job not found: job_x", code="not_found")

    @pytest.mark.parametrize("name", WRONG_TEXTS)
    def test_a_name_stays_a_name(self, name, client, url):
        with nothing_written():
            response = client.put(url, {"name": name, "goalQuantity": 30})
        assert_refused(response, 400, "name cannot be empty", field="name")

    @pytest.mark.parametrize(
        ("goal", "message"),
        [
            (None, "goalQuantity is required"),
            ("30", "goalQuantity must be a number"),
            (True, "goalQuantity must be a number"),
            (0, "goalQuantity must be greater than 0"),
            (-3, "goalQuantity must be greater than 0"),
            (0.5, "goalQuantity must be a whole number"),
        ],
    )
    def test_a_goal_is_as_for_a_new_job(self, goal, message, client, url):
        with nothing_written():
            response = client.put(url, {"name": "Flange", "goalQuantity": goal})
        assert_refused(response, 400, message, field="goalQuantity")

    def test_a_name_has_a_length(self, client, url):
        with nothing_written():
            assert assert_envelope(client.put(url, {"name": "x" * 256}), 400)["code"] == "too_long"

    @pytest.mark.parametrize("verb", ["post", "patch", "delete"])
    def test_a_job_is_neither_deleted_nor_patched(self, verb, client, url):
        with nothing_written():
            assert assert_envelope(getattr(client, verb)(url), 405)["code"] == "method_not_allowed"


def test_the_row_history_shows_before_and_after_and_by_whom(client, program, job, url):
    with later():
        client.put(url, {"goalQuantity": 30})

    made, changed = versions_of(job)

    assert (made.goal_quantity, changed.goal_quantity) == (25, 30)
    assert (changed.history_type, changed.history_user_id) == ("~", program.pk)
    assert changed.name == "Bracket"
    job.refresh_from_db()
    assert changed.history_date == job.updated_at


def test_a_refused_change_leaves_no_version(client, job, url):
    client.put(url, {"name": "Flange", "goalQuantity": 0})

    assert last_version(job).history_type == "+"
