"""``GET /paths/:id``: the path, and where its parts stand."""

import pytest

from serials.services import advancement, endings
from tests.api.answers import assert_refused, moment
from tests.factories import OPERATOR, PathFactory, make_serials, steps_of
from tests.queries import counted_statements


def place(path, *, completed=0, standing=(), scrapped=()):
    """Make parts that are completed, that stand at these steps, and that were scrapped at these."""
    indexes = [len(steps_of(path))] * completed + [*standing, *scrapped]
    serials = make_serials(path, len(indexes)) if indexes else []
    for serial, index in zip(serials, indexes, strict=True):
        for _ in range(index):
            advancement.advance(serial.id, OPERATOR)
    for serial in serials[len(serials) - len(scrapped) :]:
        endings.scrap(serial.id, "damaged", None, OPERATOR)


def test_a_path_is_shown_with_its_distribution(client):
    path = PathFactory(
        name="Milling",
        goalQuantity=7,
        steps=({"name": "Saw", "location": "Hall 1"}, {"name": "Mill", "optional": True}),
    )
    saw, mill = steps_of(path)
    place(path, completed=2, standing=(0, 1, 1), scrapped=(0,))

    response = client.get(f"/api/paths/{path.id}")

    assert response.status_code == 200
    assert response.json() == {
        "id": path.id,
        "jobId": path.job_id,
        "name": "Milling",
        "goalQuantity": 7,
        "advancementMode": "strict",
        "steps": [
            {
                "id": saw.id,
                "name": "Saw",
                "order": 0,
                "location": "Hall 1",
                "optional": False,
                "dependencyType": "preferred",
            },
            {"id": mill.id, "name": "Mill", "order": 1, "optional": True, "dependencyType": "preferred"},
        ],
        "createdAt": moment(path.created_at),
        "updatedAt": moment(path.updated_at),
        "distribution": [
            {
                "stepId": saw.id,
                "stepName": "Saw",
                "stepOrder": 0,
                "location": "Hall 1",
                "serialCount": 1,
                "completedCount": 2,
                "isBottleneck": False,
            },
            {
                "stepId": mill.id,
                "stepName": "Mill",
                "stepOrder": 1,
                "serialCount": 2,
                "completedCount": 2,
                "isBottleneck": True,
            },
        ],
    }


@pytest.mark.parametrize(
    ("parts", "counts", "bottlenecks"),
    [
        ({}, [0, 0, 0], [False, False, False]),
        ({"completed": 3}, [0, 0, 0], [False, False, False]),
        ({"scrapped": (0, 0, 1)}, [0, 0, 0], [False, False, False]),
        ({"standing": (2,)}, [0, 0, 1], [False, False, True]),
        ({"standing": (0, 0, 1, 1, 2)}, [2, 2, 1], [True, True, False]),
        ({"standing": (0, 1, 2)}, [1, 1, 1], [True, True, True]),
        ({"standing": (1,), "scrapped": (0, 0), "completed": 2}, [0, 1, 0], [False, True, False]),
    ],
)
def test_counts_and_bottlenecks(parts, counts, bottlenecks, client):
    path = PathFactory()
    place(path, **parts)

    loads = client.get(f"/api/paths/{path.id}").json()["distribution"]

    assert [load["serialCount"] for load in loads] == counts
    assert [load["isBottleneck"] for load in loads] == bottlenecks
    assert {load["completedCount"] for load in loads} == {parts.get("completed", 0)}


def test_parts_on_other_paths_do_not_count(client):
    path = PathFactory()
    place(PathFactory(job=path.job), standing=(0, 1), completed=1)

    loads = client.get(f"/api/paths/{path.id}").json()["distribution"]

    assert [(load["serialCount"], load["completedCount"]) for load in loads] == [(0, 0)] * 3


@pytest.mark.parametrize("path_id", ["path_x", "x" * 300, "SN-00001"])
def test_an_unknown_path(path_id, client):
    assert_refused(client.get(f"/api/paths/{path_id}"), 404, f"Path not found: {path_id}", code="not_found")


def test_there_is_no_list_of_paths(client):
    assert_refused(client.get("/api/paths"), 405, 'Method "GET" not allowed.', code="method_not_allowed")


@pytest.mark.parametrize(("steps", "serials"), [(1, 0), (3, 1), (40, 30)])
def test_six_queries_at_most_whatever_there_is(steps, serials, client):
    path = PathFactory(steps=[f"Step {number}" for number in range(steps)])
    if serials:
        make_serials(path, serials)
    client.get("/api/jobs")  # the token's last use is written once a minute

    with counted_statements() as statements:
        assert len(client.get(f"/api/paths/{path.id}").json()["distribution"]) == steps
    assert len(statements) <= 6
