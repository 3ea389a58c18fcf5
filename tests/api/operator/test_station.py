"""``GET /operator/:stepName``: what lies at a station, what comes next, and what is further back."""

from urllib.parse import quote

import pytest

from serials.services import advancement, endings, steps
from tests.accounts.factories import UserFactory
from tests.api.answers import assert_refused, later, moment
from tests.factories import OPERATOR, PLANNER, JobFactory, PathFactory, make_serial, make_serials, steps_of


def url(name: str) -> str:
    return f"/api/operator/{quote(name, safe='')}"


def listed(body: dict) -> dict[str, list[str]]:
    return {name: [part["serialId"] for part in body[name]] for name in ("currentParts", "comingSoon", "backlog")}


def counts(body: dict) -> list[int]:
    return [body[name] for name in ("currentCount", "comingSoonCount", "backlogCount")]


def moved(serial, times: int):
    for _ in range(times):
        advancement.advance(serial.id, OPERATOR)
    return serial


@pytest.fixture
def path(db):
    """A route with a station in its middle."""
    return PathFactory(
        job=JobFactory(name="Bracket", dueDate="2030-05-01"),
        name="Main",
        steps=(
            {"name": "Saw", "location": "Hall 1"},
            {"name": "Mill", "location": "Hall 2"},
            {"name": "Plate", "location": "Vendor: Galvano"},
            {"name": "Inspect"},
        ),
    )


def test_parts_are_shown_as_documented(path, client):
    saw, mill, plate, _ = steps_of(path)
    person = UserFactory()
    steps.assign(mill.id, person.pk, PLANNER)
    behind, soon, here = make_serials(path, 3)
    moved(soon, 1)
    with later():
        moved(here, 2)
    with later(minutes=2):
        at_plate = client.get(url("Plate")).json()

    def part(serial, index, **where):
        return {
            "serialId": serial.id,
            "jobId": path.job_id,
            "jobName": "Bracket",
            "dueDate": "2030-05-01",
            "pathId": path.id,
            "pathName": "Main",
            "currentStepIndex": index,
            "isFinalStep": False,
            "since": moment(serial.step_statuses.get(status="in_progress").updated_at),
        } | where

    assert at_plate == {
        "stepName": "Plate",
        "location": "Vendor: Galvano",
        "stepIds": [plate.id],
        "currentParts": [
            part(
                here,
                2,
                stepId=plate.id,
                currentStepName="Plate",
                currentStepLocation="Vendor: Galvano",
                nextStepName="Inspect",
            )
        ],
        "comingSoon": [
            part(
                soon,
                1,
                stepId=mill.id,
                currentStepName="Mill",
                currentStepLocation="Hall 2",
                assignedTo=person.pk,
                nextStepName="Plate",
                nextStepLocation="Vendor: Galvano",
            )
        ],
        "backlog": [
            part(
                behind,
                0,
                stepId=saw.id,
                currentStepName="Saw",
                currentStepLocation="Hall 1",
                nextStepName="Mill",
                nextStepLocation="Hall 2",
            )
        ],
        "currentCount": 1,
        "comingSoonCount": 1,
        "backlogCount": 1,
        "vendorPartsCount": 1,
    }


def test_at_the_last_step_there_is_no_next_one(path, client):
    moved(make_serial(path), 3)

    (part,) = client.get(url("Inspect")).json()["currentParts"]

    assert part["isFinalStep"] is True
    assert not {"nextStepName", "nextStepLocation"} & set(part)


def test_parts_that_are_past_it_completed_or_scrapped_are_not_listed(path, client):
    past, done, scrapped, here = make_serials(path, 4)
    moved(past, 2)
    moved(done, 4)
    endings.scrap(scrapped.id, "damaged", None, OPERATOR)
    moved(here, 1)

    body = client.get(url("Mill")).json()

    assert listed(body) == {"currentParts": [here.id], "comingSoon": [], "backlog": []}
    assert counts(body) == [1, 0, 0]


def test_parts_of_all_jobs_come_together_most_urgent_first_then_longest_waiting(path, client):
    soon = PathFactory(job=JobFactory(dueDate="2030-01-31"), steps=("Mill", "Saw"))
    whenever = PathFactory(steps=("Mill",))
    with later(minutes=-30):
        patient = make_serial(whenever)
    first, second = make_serials(soon, 2)
    with later():
        on_path = moved(make_serial(path), 1)
    with later(minutes=2):
        latest = make_serial(soon)

    body = client.get(url("Mill")).json()

    assert listed(body)["currentParts"] == [each.id for each in (first, second, latest, on_path, patient)]
    ids = [step.id for each in (path, soon, whenever) for step in steps_of(each) if step.name == "Mill"]
    assert body["stepIds"] == ids


def test_a_step_that_comes_twice_has_each_part_once(client):
    path = PathFactory(steps=("Wash", "Mill", "Deburr", "Wash", "Pack"))
    at_first, on_the_way, nearly, at_second, past = make_serials(path, 5)
    for serial, times in ((on_the_way, 1), (nearly, 2), (at_second, 3), (past, 4)):
        moved(serial, times)

    body = client.get(url("Wash")).json()

    assert listed(body) == {
        "currentParts": [at_first.id, at_second.id],
        "comingSoon": [nearly.id],
        "backlog": [on_the_way.id],
    }


def test_the_location_is_that_of_the_first_step_that_has_one(client):
    PathFactory(steps=("Mill",))
    with later():
        PathFactory(steps=({"name": "Mill", "location": "Hall 7"},))
    with later(minutes=2):
        PathFactory(steps=({"name": "Mill", "location": "Hall 8"},))

    assert client.get(url("Mill")).json()["location"] == "Hall 7"


@pytest.mark.parametrize(("location", "count"), [("Hard VENDOR Inc.", 2), ("vendor", 2), ("Vend or", 0), ("", 0)])
def test_parts_at_a_vendor(location, count, client):
    make_serials(PathFactory(steps=({"name": "Harden", "location": location},)), 2)

    assert client.get(url("Harden"), {"limit": 1}).json()["vendorPartsCount"] == count


@pytest.mark.parametrize("name", ["Polish", "mill", "Mill ", "x" * 300, "\0", "Mi\0ll", "\ud7ff"])
def test_an_unknown_name_is_a_station_without_parts(name, path, client):
    make_serials(path, 2)

    assert client.get(url(name)).json() == {
        "stepName": name,
        "stepIds": [],
        "currentParts": [],
        "comingSoon": [],
        "backlog": [],
        "currentCount": 0,
        "comingSoonCount": 0,
        "backlogCount": 0,
        "vendorPartsCount": 0,
    }


FREE_TEXTS = [
    "Heat treat / age",
    "100%",
    "100%25",
    "ü",
    "Grind\nand polish",
    "a/b/c",
    "/",
    "?x=1#y",
    "工程 3",
    "step",
    "queue",
    "nobody's {step_name}",
]
ALSO_WORDS = ["work-queue", "queue/_all", "queue/user_x", "step/step_x", "named/Saw"]


@pytest.mark.parametrize("name", FREE_TEXTS)
def test_a_step_is_reached_by_any_name(name, client):
    serial = make_serial(PathFactory(steps=(name,)))

    for address in (url(name), f"/api/operator/named/{quote(name, safe='')}"):
        # one slash at the end is nobody's, as everywhere
        body = client.get(address + ("/" if name.endswith("/") else "")).json()
        assert (body["stepName"], listed(body)["currentParts"]) == (name, [serial.id])


def test_slashes_need_not_be_escaped(client):
    make_serial(PathFactory(steps=("Heat treat / age",)))

    assert client.get("/api/operator/Heat treat / age").json()["currentCount"] == 1


@pytest.mark.parametrize("name", ALSO_WORDS)
def test_a_name_that_stands_for_something_else_is_reached_as_a_name(name, client):
    serial = make_serial(PathFactory(steps=(name,)))

    body = client.get(f"/api/operator/named/{name}").json()

    assert (body["stepName"], listed(body)["currentParts"]) == (name, [serial.id])
    assert client.get(f"/api/operator/{name}").json().get("stepName") != name


class TestLimit:
    """So many parts of each kind; the counts are exact."""

    @pytest.fixture
    def parts(self, path):
        parts = make_serials(path, 6)
        for serial in parts[:2]:
            moved(serial, 2)
        for serial in parts[2:4]:
            moved(serial, 1)
        return parts

    @pytest.mark.parametrize("limit", [0, 1, 2, 3, 10**18 - 1])
    def test_the_first_so_many(self, limit, parts, client):
        whole = client.get(url("Plate")).json()
        body = client.get(url("Plate"), {"limit": limit}).json()

        assert listed(body) == {name: ids[:limit] for name, ids in listed(whole).items()}
        assert counts(body) == counts(whole) == [2, 2, 2]
        assert body["vendorPartsCount"] == 2

    @pytest.mark.parametrize("limit", ["", "-1", "x", "1.5", "٣", "1" * 19])
    def test_what_is_no_number(self, limit, client):
        message = "limit must be a whole number, 0 or more"
        assert_refused(client.get(url("Mill"), {"limit": limit}), 400, message, code="invalid_page", field="limit")

    @pytest.mark.parametrize("parameter", ["offset", "status", "ordering"])
    def test_nothing_else_is_understood(self, parameter, client):
        message = f"Unknown filter: {parameter}"
        for path in ("Mill", "named/Mill", "step/step_x", "work-queue", "queue/_all", "queue/user_x"):
            response = client.get(f"/api/operator/{path}", {parameter: "1"})
            assert_refused(response, 400, message, code="unknown_filter", field=parameter)
