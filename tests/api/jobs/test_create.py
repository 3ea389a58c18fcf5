"""``POST /jobs``."""

import re

import pytest

from serials.models import Job
from tests.api.answers import (
    TIMESTAMP,
    WRONG_TEXTS,
    assert_envelope,
    assert_refused,
    later,
    nothing_written,
    versions_of,
)

URL = "/api/jobs"

JIRA = {
    "jiraTicketKey": "SHOP-1",
    "jiraTicketSummary": "Make brackets",
    "jiraPartNumber": "BR-7",
    "jiraPriority": "High",
    "jiraEpicLink": "SHOP-0",
    "jiraLabels": ["urgent", "Ωmega", ""],
}


def test_a_job_is_made_and_answered_as_documented(client):
    response = client.post(URL, {"name": "Bracket", "goalQuantity": 25})

    assert response.status_code == 201
    job = response.json()
    assert list(job) == ["id", "name", "goalQuantity", "createdAt", "updatedAt"]
    assert re.fullmatch(r"job_[A-Za-z0-9_-]{12,}", job["id"])
    assert (job["name"], job["goalQuantity"]) == ("Bracket", 25)
    assert TIMESTAMP.fullmatch(job["createdAt"])
    assert job["updatedAt"] == job["createdAt"]
    assert client.get(URL).json() == [job]


def test_jira_fields_are_kept(client):
    job = client.post(URL, {"name": "Bracket", "goalQuantity": 25} | JIRA).json()

    assert {field: job[field] for field in JIRA} == JIRA
    assert client.get(URL).json() == [job]


@pytest.mark.parametrize(
    ("field", "value"),
    [(field, empty) for field in JIRA for empty in (None, "") if (field, empty) != ("jiraLabels", "")],
)
def test_jira_fields_may_be_empty(field, value, client):
    response = client.post(URL, {"name": "Bracket", "goalQuantity": 25, field: value})

    assert response.status_code == 201
    assert field not in response.json()


def test_a_name_is_trimmed(client):
    assert client.post(URL, {"name": "  Bracket\n", "goalQuantity": 25}).json()["name"] == "Bracket"


@pytest.mark.parametrize("goal", [1, 1_000_000, 25.0])
def test_any_whole_number_above_nothing_is_a_goal(goal, client):
    response = client.post(URL, {"name": "Bracket", "goalQuantity": goal})

    assert response.status_code == 201
    assert response.content.count(f'"goalQuantity":{int(goal)},'.encode()) == 1


def test_what_is_not_the_callers_to_say_is_ignored(client):
    given = {"id": "job_mine", "createdAt": "2020-01-01T00:00:00.000Z", "progress": {}, "colour": "red"}

    job = client.post(URL, {"name": "Bracket", "goalQuantity": 25} | given).json()

    assert job["id"] != "job_mine"
    assert job["createdAt"] != given["createdAt"]
    assert "colour" not in job


class TestRefusals:
    """400, and nothing is kept."""

    @pytest.mark.parametrize("name", WRONG_TEXTS)
    def test_a_name_is_required(self, name, client):
        with nothing_written():
            assert_refused(
                client.post(URL, {"name": name, "goalQuantity": 5}),
                400,
                "name is required",
                code="required",
                field="name",
            )

    def test_a_name_may_be_missing_no_more_than_empty(self, client):
        with nothing_written():
            assert_refused(client.post(URL, {"goalQuantity": 5}), 400, "name is required", field="name")
            assert_refused(client.post(URL), 400, "name is required", field="name")

    @pytest.mark.parametrize(
        ("goal", "message"),
        [
            (None, "goalQuantity is required"),
            ("5", "goalQuantity must be a number"),
            ("", "goalQuantity must be a number"),
            (True, "goalQuantity must be a number"),
            (False, "goalQuantity must be a number"),
            ([5], "goalQuantity must be a number"),
            ({}, "goalQuantity must be a number"),
            (0, "goalQuantity must be greater than 0"),
            (-1, "goalQuantity must be greater than 0"),
            (-(2**63), "goalQuantity must be greater than 0"),
            (-1.0, "goalQuantity must be greater than 0"),
            (2.5, "goalQuantity must be a whole number"),
            (1_000_001, "goalQuantity must be at most 1000000"),
            (2**63 - 1, "goalQuantity must be at most 1000000"),
            (1e300, "goalQuantity must be at most 1000000"),
        ],
    )
    def test_a_goal_is_a_whole_number_above_nothing(self, goal, message, client):
        with nothing_written():
            assert_refused(client.post(URL, {"name": "x", "goalQuantity": goal}), 400, message, field="goalQuantity")

    def test_a_goal_is_required(self, client):
        with nothing_written():
            assert_refused(client.post(URL, {"name": "x"}), 400, "goalQuantity is required", field="goalQuantity")

    def test_the_name_is_looked_at_first(self, client):
        assert_refused(client.post(URL, {"goalQuantity": "many"}), 400, "name is required", field="name")

    @pytest.mark.parametrize("length", [255, 256])
    def test_a_name_has_a_length(self, length, client):
        response = client.post(URL, {"name": "n" * length, "goalQuantity": 5})

        if length == 255:
            assert response.status_code == 201
        else:
            assert_refused(response, 400, "name must be at most 255 characters", code="too_long", field="name")

    @pytest.mark.parametrize("field", [field for field in JIRA if field != "jiraLabels"])
    @pytest.mark.parametrize("value", [5, True, ["x"], {}])
    def test_a_jira_field_is_text(self, field, value, client):
        with nothing_written():
            response = client.post(URL, {"name": "x", "goalQuantity": 5, field: value})
        assert_refused(response, 400, f"{field} must be text", field=field)

    @pytest.mark.parametrize("labels", ["urgent", 5, {}, [5], ["x", None], [["x"]]])
    def test_jira_labels_are_texts(self, labels, client):
        with nothing_written():
            response = client.post(URL, {"name": "x", "goalQuantity": 5, "jiraLabels": labels})
        assert_refused(response, 400, "jiraLabels must be a list of texts", field="jiraLabels")

    @pytest.mark.parametrize("field", ["jiraTicketKey", "jiraTicketSummary"])
    def test_a_jira_field_has_a_length(self, field, client):
        with nothing_written():
            response = client.post(URL, {"name": "x", "goalQuantity": 5, field: "x" * 4001})
        assert assert_envelope(response, 400)["code"] == "too_long"

    @pytest.mark.parametrize("day", ["soon", "2030-02-30", "2030-5-1", "2024-W01-1", "20300501", 20300501, True, []])
    def test_a_due_date_is_a_day(self, day, client):
        with nothing_written():
            response = client.post(URL, {"name": "x", "goalQuantity": 5, "dueDate": day})
        assert_refused(response, 400, "dueDate must be a date, YYYY-MM-DD", code="not_a_date", field="dueDate")


def test_the_row_history_says_who_made_it(client, program):
    with later():
        made = client.post(URL, {"name": "Bracket", "goalQuantity": 25}).json()
    job = Job.objects.get(pk=made["id"])

    (version,) = versions_of(job)

    assert (version.history_type, version.history_user_id) == ("+", program.pk)
    assert (version.name, version.goal_quantity) == ("Bracket", 25)
    assert version.history_date == job.created_at


def test_at_a_kiosk_nobody_is_asked_for_a_name(kiosk):
    job = Job.objects.get(pk=kiosk.post(URL, {"name": "Bracket", "goalQuantity": 25}).json()["id"])

    assert [version.history_user_id for version in versions_of(job)] == ["anonymous"]
