"""``GET /operator/step/:stepId``: one step of one path."""

import pytest

from serials.services import advancement, steps
from tests.accounts.factories import UserFactory
from tests.api.answers import assert_refused, later, moment
from tests.factories import OPERATOR, PLANNER, JobFactory, PathFactory, make_serials, steps_of


@pytest.fixture
def path(db):
    return PathFactory(
        job=JobFactory(name="Bracket", dueDate="2030-05-01"),
        name="Main",
        steps=({"name": "Saw", "location": "Hall 1"}, "Mill", "Wash", {"name": "Pack", "location": "Dock"}),
    )


def get(client, step, **query):
    response = client.get(f"/api/operator/step/{step.id}", query)
    assert response.status_code == 200, response.content
    return response.json()


def ids(parts: list[dict]) -> list[str]:
    return [part["serialId"] for part in parts]


def test_a_step_is_shown_as_documented(path, client):
    saw, mill, wash, pack = steps_of(path)
    person = UserFactory()
    steps.assign(wash.id, person.pk, PLANNER)
    behind, soon, here, there = make_serials(path, 4)
    make_serials(PathFactory(steps=("Saw", "Mill", "Wash")), 3)
    advancement.advance(soon.id, OPERATOR)
    for serial in (there, here):
        with later(minutes=2 if serial is here else 1):
            for _ in range(2):
                advancement.advance(serial.id, OPERATOR)

    body = get(client, wash)

    assert body["job"] == {
        "jobId": path.job_id,
        "jobName": "Bracket",
        "dueDate": "2030-05-01",
        "pathId": path.id,
        "pathName": "Main",
        "stepId": wash.id,
        "stepName": "Wash",
        "stepOrder": 2,
        "assignedTo": person.pk,
        "totalSteps": 4,
        "serialIds": [there.id, here.id],
        "partCount": 2,
        "oldestSince": moment(there.step_statuses.get(step=wash).updated_at),
        "nextStepName": "Pack",
        "nextStepLocation": "Dock",
        "isFinalStep": False,
    }
    assert body["previousStep"] == {"id": mill.id, "name": "Mill"}
    assert body["nextStep"] == {"id": pack.id, "name": "Pack", "location": "Dock"}
    assert ids(body["parts"]) == [there.id, here.id]
    assert ids(body["comingSoon"]) == [soon.id]
    assert ids(body["backlog"]) == [behind.id]
    assert (body["currentCount"], body["comingSoonCount"], body["backlogCount"]) == (2, 1, 1)
    assert set(body) == {
        *("job", "previousStep", "nextStep", "parts", "comingSoon", "backlog"),
        *("currentCount", "comingSoonCount", "backlogCount"),
    }
    assert body["parts"] == client.get("/api/operator/Wash").json()["currentParts"]
    assert saw.id not in {body["previousStep"]["id"], body["nextStep"]["id"]}


def test_at_the_ends_of_a_path_there_is_nothing_before_or_behind(path, client):
    saw, *_, pack = steps_of(path)

    first, last = get(client, saw), get(client, pack)

    assert "previousStep" not in first
    assert first["nextStep"]["name"] == "Mill"
    assert "nextStep" not in last
    assert last["job"]["isFinalStep"] is True
    assert not {"nextStepName", "nextStepLocation"} & set(last["job"])


def test_a_step_without_parts_is_there_all_the_same(path, client):
    body = get(client, steps_of(path)[1])

    assert (body["job"]["serialIds"], body["job"]["partCount"], body["parts"]) == ([], 0, [])
    assert "oldestSince" not in body["job"]


def test_a_limit_holds_for_every_list_and_for_no_count(path, client):
    serials = make_serials(path, 4)
    for serial in serials[:2]:
        advancement.advance(serial.id, OPERATOR)

    body = get(client, steps_of(path)[1], limit=1)

    assert ids(body["parts"]) == body["job"]["serialIds"] == [serials[0].id]
    assert ids(body["comingSoon"]) == [serials[2].id]
    assert (body["job"]["partCount"], body["currentCount"], body["comingSoonCount"]) == (2, 2, 2)
    assert "oldestSince" in get(client, steps_of(path)[1], limit=0)["job"]


@pytest.mark.parametrize("step_id", ["step_x", "SN-00001", "x" * 300])
def test_an_unknown_step(step_id, client):
    message = f"ProcessStep not found: {step_id}"
    assert_refused(client.get(f"/api/operator/step/{step_id}"), 404, message, code="not_found")
