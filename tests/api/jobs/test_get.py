"""``GET /jobs/:id``: the job, its paths and its progress."""

import pytest

from serials.services import advancement, endings
from tests.api.answers import assert_refused, later, moment
from tests.factories import OPERATOR, JobFactory, PathFactory, make_serials, steps_of
from tests.queries import counted_statements


def make_parts(path, *, completed=0, scrapped=0, in_progress=0):
    """Make parts in these states on a path of one step."""
    quantity = completed + scrapped + in_progress
    serials = make_serials(path, quantity) if quantity else []
    for serial in serials[:completed]:
        advancement.advance(serial.id, OPERATOR)
    for serial in serials[completed : completed + scrapped]:
        endings.scrap(serial.id, "damaged", None, OPERATOR)


def test_a_job_is_shown_with_its_paths_and_its_progress(client):
    job = JobFactory(name="Bracket", goalQuantity=8, jiraTicketKey="SHOP-1")
    path = PathFactory(job=job, name="Milling", goalQuantity=5, steps=("Saw",))
    with later():
        other = PathFactory(job=job, name="Rework", goalQuantity=3, advancementMode="flexible", steps=("Grind",))
    make_parts(path, completed=2, scrapped=1, in_progress=3)
    make_parts(other, completed=1)
    (saw,), (grind,) = steps_of(path), steps_of(other)

    response = client.get(f"/api/jobs/{job.id}")

    assert response.status_code == 200
    assert response.json() == {
        "id": job.id,
        "name": "Bracket",
        "goalQuantity": 8,
        "jiraTicketKey": "SHOP-1",
        "createdAt": moment(job.created_at),
        "updatedAt": moment(job.updated_at),
        "paths": [
            {
                "id": each.id,
                "jobId": job.id,
                "name": each.name,
                "goalQuantity": each.goal_quantity,
                "advancementMode": each.advancement_mode,
                "steps": [
                    {
                        "id": step.id,
                        "name": step.name,
                        "order": 0,
                        "optional": False,
                        "dependencyType": "preferred",
                    }
                ],
                "createdAt": moment(each.created_at),
                "updatedAt": moment(each.updated_at),
            }
            for each, step in ((path, saw), (other, grind))
        ],
        "progress": {
            "jobId": job.id,
            "jobName": "Bracket",
            "totalGoal": 8,
            "totalCompleted": 3,
            "percentComplete": 37.5,
            "goalQuantity": 8,
            "orderedQuantity": 8,
            "producedQuantity": 7,
            "totalSerials": 7,
            "completedSerials": 3,
            "inProgressSerials": 3,
            "scrappedSerials": 1,
            "progressPercent": pytest.approx(300 / 7),
            "pathProgress": [
                {"pathId": path.id, "pathName": "Milling", "goal": 5, "completed": 2, "percentComplete": 40},
                {
                    "pathId": other.id,
                    "pathName": "Rework",
                    "goal": 3,
                    "completed": 1,
                    "percentComplete": pytest.approx(100 / 3),
                },
            ],
        },
    }


def test_a_job_without_paths_is_all_zero(client):
    job = JobFactory(goalQuantity=8)

    body = client.get(f"/api/jobs/{job.id}").json()

    assert body["paths"] == []
    figures = {name: value for name, value in body["progress"].items() if name not in ("jobId", "jobName")}
    assert figures == {
        "totalGoal": 0,
        "totalCompleted": 0,
        "percentComplete": 0,
        "goalQuantity": 8,
        "orderedQuantity": 8,
        "producedQuantity": 0,
        "totalSerials": 0,
        "completedSerials": 0,
        "inProgressSerials": 0,
        "scrappedSerials": 0,
        "progressPercent": 0,
        "pathProgress": [],
    }


def test_steps_come_in_order_with_what_they_have(client):
    path = PathFactory(
        steps=(
            {"name": "Saw", "location": "Hall 1"},
            {"name": "Deburr", "optional": True},
            {"name": "Inspect", "dependencyType": "completion_gate"},
        )
    )
    saw, deburr, inspect = steps_of(path)

    (shown,) = client.get(f"/api/jobs/{path.job_id}").json()["paths"]

    assert shown["steps"] == [
        {
            "id": saw.id,
            "name": "Saw",
            "order": 0,
            "location": "Hall 1",
            "optional": False,
            "dependencyType": "preferred",
        },
        {"id": deburr.id, "name": "Deburr", "order": 1, "optional": True, "dependencyType": "preferred"},
        {"id": inspect.id, "name": "Inspect", "order": 2, "optional": False, "dependencyType": "completion_gate"},
    ]


FIGURES = [
    # the job's goal, the path's goal, completed, scrapped, in progress: percentComplete, progressPercent
    (4, 4, 0, 0, 0, 0, 0),
    (4, 4, 1, 0, 3, 25, 25),
    (4, 4, 4, 0, 0, 100, 100),
    (4, 4, 1, 2, 0, 25, 50),  # scrap leaves less to make: 1 of (4 - 2)
    (4, 2, 3, 0, 0, 150, 75),  # more than the path's goal, less than the job's
    (2, 4, 3, 0, 1, 75, 150),  # more than the job's goal: may exceed 100
    (3, 4, 3, 2, 0, 75, 300),  # 3 of (3 - 2)
    (2, 2, 1, 2, 0, 50, 100),  # a divisor of 0, and something completed
    (2, 2, 0, 2, 1, 0, 0),  # a divisor of 0, and nothing completed
    (2, 2, 1, 3, 0, 50, 100),  # a divisor below 0
    (2, 2, 0, 3, 0, 0, 0),
    (3, 3, 1, 0, 0, 100 / 3, 100 / 3),
    (8, 8, 1, 0, 0, 12.5, 12.5),
]


@pytest.mark.parametrize(
    ("job_goal", "path_goal", "completed", "scrapped", "in_progress", "percent_complete", "progress_percent"), FIGURES
)
def test_progress_figures(
    job_goal, path_goal, completed, scrapped, in_progress, percent_complete, progress_percent, client
):
    path = PathFactory(job=JobFactory(goalQuantity=job_goal), goalQuantity=path_goal, steps=("Mill",))
    make_parts(path, completed=completed, scrapped=scrapped, in_progress=in_progress)

    progress = client.get(f"/api/jobs/{path.job_id}").json()["progress"]

    assert progress["percentComplete"] == pytest.approx(percent_complete)
    assert progress["progressPercent"] == pytest.approx(progress_percent)
    assert progress["totalGoal"] == path_goal
    assert progress["goalQuantity"] == progress["orderedQuantity"] == job_goal
    assert progress["completedSerials"] == progress["totalCompleted"] == completed
    assert progress["scrappedSerials"] == scrapped
    assert progress["inProgressSerials"] == in_progress
    assert progress["producedQuantity"] == progress["totalSerials"] == completed + scrapped + in_progress
    (of_path,) = progress["pathProgress"]
    assert (of_path["goal"], of_path["completed"]) == (path_goal, completed)
    assert of_path["percentComplete"] == pytest.approx(percent_complete)


def test_whole_percentages_are_written_without_a_fraction(client):
    path = PathFactory(job=JobFactory(goalQuantity=4), goalQuantity=4, steps=("Mill",))
    make_parts(path, completed=1)

    assert b'"percentComplete":25,' in client.get(f"/api/jobs/{path.job_id}").content


def test_forced_parts_are_completed_ones(client):
    path = PathFactory(job=JobFactory(goalQuantity=4), goalQuantity=4)
    endings.force_complete(make_serials(path)[0].id, None, OPERATOR)

    progress = client.get(f"/api/jobs/{path.job_id}").json()["progress"]

    assert (progress["completedSerials"], progress["percentComplete"]) == (1, 25)


def test_parts_of_other_jobs_do_not_count(client):
    path = PathFactory(steps=("Mill",))
    make_parts(PathFactory(steps=("Mill",)), completed=2, in_progress=1)

    assert client.get(f"/api/jobs/{path.job_id}").json()["progress"]["totalSerials"] == 0


@pytest.mark.parametrize("job_id", ["job_x", "x" * 300, "JOB_1", "SN-00001"])
def test_an_unknown_job(job_id, client):
    assert_refused(client.get(f"/api/jobs/{job_id}"), 404, f"Job not found: {job_id}", code="not_found")


def test_an_id_is_compared_to_the_letter(client):
    job = JobFactory()

    for wrong in (job.id.swapcase(), f" {job.id}", job.id[:-1], f"{job.id}%"):
        assert client.get(f"/api/jobs/{wrong}").status_code == 404


@pytest.mark.parametrize(("paths", "serials"), [(0, 0), (1, 1), (4, 30)])
def test_six_queries_at_most_whatever_there_is(paths, serials, client):
    job = JobFactory()
    for _ in range(paths):
        path = PathFactory(job=job)
        make_serials(path, serials)
    client.get("/api/jobs")  # the token's last use is written once a minute

    with counted_statements() as statements:
        assert len(client.get(f"/api/jobs/{job.id}").json()["paths"]) == paths
    assert len(statements) <= 6
