"""``GET /operator/work-queue``, ``/operator/queue/_all`` and ``/operator/queue/:userId``."""

import pytest

from serials.services import advancement, steps
from tests.accounts.factories import UserFactory
from tests.api.answers import later, moment
from tests.factories import OPERATOR, PLANNER, JobFactory, PathFactory, make_serials, steps_of


@pytest.fixture
def path(db):
    return PathFactory(
        job=JobFactory(name="Bracket", dueDate="2030-05-01"),
        name="Main",
        goalQuantity=3,
        steps=({"name": "Saw", "location": "Hall 1"}, {"name": "Mill", "location": "Hall 2"}, "Wash"),
    )


def get(client, path, **query):
    response = client.get(f"/api/operator/{path}", query)
    assert response.status_code == 200, response.content
    return response.json()


def step_ids(queue: dict) -> list[str]:
    return [job["stepId"] for job in queue["jobs"]]


def finish(serial):
    while serial.current_step_index >= 0:
        serial = advancement.advance(serial.id, OPERATOR)


def test_work_is_shown_as_documented(path, client):
    saw, mill, _ = steps_of(path)
    person = UserFactory(name="Ana")
    steps.assign(mill.id, person.pk, PLANNER)
    first, second, third = make_serials(path, 3)
    for minutes, serial in ((1, second), (2, first)):
        with later(minutes=minutes):
            advancement.advance(serial.id, OPERATOR)

    at_mill = {
        "jobId": path.job_id,
        "jobName": "Bracket",
        "dueDate": "2030-05-01",
        "pathId": path.id,
        "pathName": "Main",
        "stepId": mill.id,
        "stepName": "Mill",
        "stepOrder": 1,
        "stepLocation": "Hall 2",
        "assignedTo": person.pk,
        "totalSteps": 3,
        "serialIds": [second.id, first.id],
        "partCount": 2,
        "oldestSince": moment(second.step_statuses.get(step=mill).updated_at),
        "nextStepName": "Wash",
        "isFinalStep": False,
    }
    at_saw = {
        "jobId": path.job_id,
        "jobName": "Bracket",
        "dueDate": "2030-05-01",
        "pathId": path.id,
        "pathName": "Main",
        "stepId": saw.id,
        "stepName": "Saw",
        "stepOrder": 0,
        "stepLocation": "Hall 1",
        "totalSteps": 3,
        "serialIds": [third.id],
        "partCount": 1,
        "oldestSince": moment(third.step_statuses.get(step=saw).updated_at),
        "nextStepName": "Mill",
        "nextStepLocation": "Hall 2",
        "isFinalStep": False,
    }
    assert get(client, "work-queue") == {
        "groups": [
            {"operatorId": person.pk, "operatorName": "Ana", "jobs": [at_mill], "totalParts": 2},
            {"operatorName": "Unassigned", "jobs": [at_saw], "totalParts": 1},
        ],
        "totalParts": 3,
    }
    assert get(client, "queue/_all") == {"operatorId": "_all", "jobs": [at_saw, at_mill], "totalParts": 3}
    assert get(client, f"queue/{person.pk}") == {"operatorId": person.pk, "jobs": [at_mill], "totalParts": 2}


def test_people_come_by_name_and_what_is_nobodys_last(client):
    people = [UserFactory(name=name) for name in ("zoe", "Bo", "ana")]
    for person in people:
        (saw, *_) = steps_of(PathFactory())
        steps.assign(saw.id, person.pk, PLANNER)
    PathFactory()

    names = [group["operatorName"] for group in get(client, "work-queue")["groups"]]

    assert names == ["ana", "Bo", "zoe", "Unassigned"]


def test_an_unknown_person_has_nothing_to_do(path, client):
    assert get(client, "queue/user_x") == {"operatorId": "user_x", "jobs": [], "totalParts": 0}


def test_an_empty_shop(client):
    assert get(client, "work-queue") == {"groups": [], "totalParts": 0}
    assert get(client, "queue/_all") == {"operatorId": "_all", "jobs": [], "totalParts": 0}


class TestFirstSteps:
    """They are listed without parts too, so that batches can be started."""

    def test_of_a_path_without_parts(self, path, client):
        saw = steps_of(path)[0]
        person = UserFactory()
        steps.assign(saw.id, person.pk, PLANNER)

        (listed,) = get(client, "queue/_all")["jobs"]

        assert (listed["stepId"], listed["partCount"], listed["serialIds"]) == (saw.id, 0, [])
        assert "oldestSince" not in listed
        assert get(client, f"queue/{person.pk}")["jobs"] == [listed]
        (group,) = get(client, "work-queue")["groups"]
        assert (group["operatorId"], group["jobs"], group["totalParts"]) == (person.pk, [listed], 0)

    def test_until_the_goal_is_reached(self, path, client):
        saw = steps_of(path)[0]
        for serial in make_serials(path, 2):
            finish(serial)
        assert step_ids(get(client, "queue/_all")) == [saw.id]

        finish(make_serials(path, 1)[0])
        assert get(client, "queue/_all")["jobs"] == []

    def test_as_long_as_a_part_is_on_its_way(self, path, client):
        saw, mill, _ = steps_of(path)
        *done, last = make_serials(path, 4)
        for serial in done:
            finish(serial)
        advancement.advance(last.id, OPERATOR)

        assert step_ids(get(client, "queue/_all")) == [mill.id, saw.id]


def test_urgent_jobs_come_first_then_what_waits_longest_then_what_is_empty(client):
    def begun(due, ago):
        with later(minutes=-ago):
            path = PathFactory(job=JobFactory(dueDate=due), steps=("Saw", "Mill"))
            make_serials(path, 1)
        return steps_of(path)[0].id

    whenever = begun(None, 90)
    recent = begun("2030-02-01", 10)
    patient = begun("2030-02-01", 60)
    empty = steps_of(PathFactory(job=JobFactory(dueDate="2030-02-01")))[0].id
    urgent = begun("2030-01-01", 5)

    assert step_ids(get(client, "queue/_all")) == [urgent, patient, recent, empty, whenever]


@pytest.mark.parametrize("limit", [0, 1, 2, 5])
def test_a_limit_is_one_of_ids_and_counts_are_exact(limit, path, client):
    serials = make_serials(path, 3)

    (job,) = get(client, "queue/_all", limit=limit)["jobs"]

    assert job["serialIds"] == [serial.id for serial in serials][:limit]
    assert job["partCount"] == 3
    assert job["oldestSince"] == moment(serials[0].step_statuses.get(status="in_progress").updated_at)
    assert get(client, "work-queue", limit=limit)["totalParts"] == 3
