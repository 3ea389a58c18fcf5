"""How many statements a read takes: as many in a shop of fifty jobs and thousands of parts as in a small one."""

from datetime import date, timedelta

import pytest

from serials import board, queues
from tests.accounts.factories import UserFactory
from tests.queries import counted_statements
from tests.queues.floor import Floor, Operation, Piece, Way, furnish, step_id

pytestmark = pytest.mark.django_db

PARTS_EACH = 40
JOBS = 50

READS = {
    "the work queue": (2, lambda most: queues.work_queue(most)),
    "everybody's queue": (2, lambda most: queues.whole_queue(most)),
    "a person's queue": (2, lambda most: queues.queue_of("user_ana", most)),
    "a station": (2, lambda most: queues.at_station("Mill", most)),
    "a step": (2, lambda most: queues.at_step(step_id(0, 1), most)),
    "the stations": (2, lambda most: queues.stations()),
    "the board": (2, lambda most: board.board()),
}
"""Reads, and how many queries each takes."""

CALLS = {
    "operator/work-queue": READS["the work queue"],
    "operator/queue/_all": READS["everybody's queue"],
    "operator/queue/user_ana": READS["a person's queue"],
    "operator/Mill": READS["a station"],
    "operator/named/Mill": READS["a station"],
    f"operator/step/{step_id(0, 1)}": READS["a step"],
    "board": READS["the board"],
}


def shop(jobs: int, parts_each: int) -> Floor:
    """Return jobs of which each is due on another day, their parts spread over the steps."""
    steps = tuple(Operation(name, owner="user_ana") for name in ("Saw", "Mill", "Inspect"))
    ways = tuple(Way(date(2024, 2, 1) + timedelta(days=index), steps) for index in range(jobs))
    return Floor(ways, tuple(Piece(way, n % 3, minutes=n) for way in range(jobs) for n in range(parts_each)))


@pytest.fixture
def small(db):
    UserFactory(id="user_ana")
    furnish(shop(1, 3))
    return 1, 3


@pytest.fixture
def large(db):
    UserFactory(id="user_ana")
    furnish(shop(JOBS, PARTS_EACH))
    return JOBS, PARTS_EACH


@pytest.mark.parametrize("size", ["small", "large"])
def test_reads_and_calls_take_the_same_in_any_shop(size, request, client):
    jobs, parts_each = request.getfixturevalue(size)
    client.get("/api/jobs")  # the token's last use is written once a minute

    for name, (queries, read) in READS.items():
        for most in (None, 5):
            with counted_statements() as statements:
                read(most)
            assert len(statements) == queries, name

    for path, (queries, _) in CALLS.items():
        with counted_statements() as statements:
            response = client.get(f"/api/{path}")
        assert response.status_code == 200
        assert len(statements) == queries + 1, path  # the caller, and the read

    everybody = queues.whole_queue()
    assert everybody.total_parts == jobs * parts_each == sum(len(job.serial_ids) for job in everybody.jobs)


def test_a_page_of_a_large_shop_is_small(large, client):
    station = client.get("/api/operator/Mill", {"limit": 20})
    work = client.get("/api/operator/work-queue", {"limit": 0})

    assert len(station.content) < 25_000
    assert len(work.content) < 400 * 3 * JOBS
    assert station.json()["currentCount"] + station.json()["comingSoonCount"] > 1000


def test_what_cannot_be_an_id_or_a_name_is_not_looked_for(db):
    with counted_statements() as statements:
        for name in ("", "x" * 256, "Mi\0ll"):
            assert queues.at_station(name).step_ids == ()
        for user_id in ("", "x" * 41, "user\0"):
            assert queues.queue_of(user_id).jobs == []
    assert len(statements) == 0
