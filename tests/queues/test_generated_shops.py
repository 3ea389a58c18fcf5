"""Queues and stations of generated shops, against answers that are found by looking at every part."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serials import queues
from shopplanr.ids import serial_id
from tests.accounts.factories import UserFactory
from tests.queues.answers import Answers, cut
from tests.queues.floor import Floor, Operation, Piece, Way, furnished, since, step_id

pytestmark = pytest.mark.django_db

PEOPLE = {"user_bo": "bo", "user_ana": "Ana", "user_zoe": "Zoe"}
NAMES = ["Saw", "Mill", "Inspect"]

operations = st.builds(
    Operation,
    name=st.sampled_from(NAMES),
    location=st.sampled_from(["", "Hall 1", "Vendor: Hard Co."]),
    owner=st.sampled_from([None, *PEOPLE]),
)
ways = st.builds(
    Way,
    due=st.sampled_from([None, date(2024, 2, 1), date(2024, 3, 1)]),
    steps=st.lists(operations, min_size=1, max_size=5).map(tuple),
    goal=st.integers(1, 2),
)
states = st.sampled_from(["in_progress"] * 4 + ["completed", "scrapped"])


@st.composite
def floors(draw) -> Floor:
    """Any shop of up to three jobs, some names of steps twice on a path, many parts since the same minute."""
    routes = draw(st.lists(ways, min_size=1, max_size=3))
    ranks = draw(st.permutations([1, 2, 3, None, None, None]))  # places are unique
    routes = tuple(replace(way, rank=rank) for way, rank in zip(routes, ranks, strict=False))
    pieces = []
    for _ in range(draw(st.integers(0, 9))):
        way = draw(st.integers(0, len(routes) - 1))
        place = draw(st.integers(0, len(routes[way].steps) - 1))
        pieces.append(Piece(way, place, minutes=draw(st.integers(0, 2)), state=draw(states)))
    return Floor(routes, tuple(pieces))


mosts = st.sampled_from([None, None, 0, 1, 2])
few = settings(max_examples=max(1, settings.default.max_examples // 3))


@pytest.fixture(autouse=True)
def _people(db):
    for user_id, name in PEOPLE.items():
        UserFactory(id=user_id, name=name)


def numbers(bucket: queues.Bucket) -> list[int]:
    return [part.number for part in bucket.parts]


@few
@given(floors(), mosts)
def test_a_station_has_each_part_once_by_how_far_it_has_to_go(floor, most):
    answers = Answers(floor)
    with furnished(floor):
        for name in [*NAMES, "saw", "Saw "]:
            found = queues.at_station(name, most)
            buckets = [found.current, found.coming_soon, found.backlog]
            expected = answers.station(name)

            assert [numbers(bucket) for bucket in buckets] == [cut(parts, most) for parts in expected]
            assert [bucket.count for bucket in buckets] == [len(parts) for parts in expected]
            steps = [
                (step_id(way, order), step.location)
                for way, route in enumerate(floor.ways)
                for order, step in enumerate(route.steps)
                if step.name == name
            ]
            assert list(found.step_ids) == [each for each, _ in steps]
            assert found.location == next((location for _, location in steps if location), "")
            at_vendor = [number for number in expected[0] if "Vendor" in place_of(floor, number).location]
            assert found.vendor_parts_count == len(at_vendor)


@few
@given(floors(), mosts)
def test_a_step_has_the_parts_of_its_path_that_are_not_past_it(floor, most):
    answers = Answers(floor)
    with furnished(floor):
        for way, route in enumerate(floor.ways):
            for order, step in enumerate(route.steps):
                found = queues.at_step(step_id(way, order), most)
                buckets = [found.current, found.coming_soon, found.backlog]
                expected = answers.step(way, order)

                assert [numbers(bucket) for bucket in buckets] == [cut(parts, most) for parts in expected]
                assert [bucket.count for bucket in buckets] == [len(parts) for parts in expected]
                around = [each and each.id for each in (found.previous_step, found.job.step, found.next_step)]
                places = range(order - 1, order + 2)
                assert around == [step_id(way, place) if 0 <= place < len(route.steps) else None for place in places]
                assert found.job.serial_ids == [serial_id(number) for number in cut(expected[0], most)]
                assert (found.job.part_count, found.job.total_steps) == (len(expected[0]), len(route.steps))
                assert (found.job.step.name, found.job.step.assigned_to) == (step.name, step.owner)


def place_of(floor: Floor, number: int) -> Operation:
    piece = floor.pieces[number - 1]
    return floor.ways[piece.way].steps[piece.place]


@few
@given(floors())
def test_a_part_says_where_it_is_and_where_it_goes(floor):
    with furnished(floor):
        for name in NAMES:
            found = queues.at_station(name)
            for part in (*found.current.parts, *found.coming_soon.parts, *found.backlog.parts):
                piece = floor.pieces[part.number - 1]
                steps = floor.ways[piece.way].steps
                here, *rest = steps[piece.place :]

                assert part.step_id == step_id(piece.way, piece.place)
                assert part.current_step_index == piece.place
                assert part.since == since(piece)
                assert (part.current_step_name, part.current_step_location, part.assigned_to) == (
                    here.name,
                    here.location,
                    here.owner,
                )
                following = (rest[0].name, rest[0].location) if rest else (None, None)
                assert (part.next_step_name, part.next_step_location) == following
                assert part.is_final_step == (not rest)
                assert (part.job_name, part.path_name) == (f"Job {piece.way}", f"Path {piece.way}")
                assert part.due_date == floor.ways[piece.way].due


@few
@given(floors(), mosts)
def test_the_queue_has_every_step_with_parts_and_every_first_step_of_an_unfinished_path(floor, most):
    answers = Answers(floor)
    with furnished(floor):
        expected = answers.queue()
        everybody = queues.whole_queue(most)

        assert [entry(job) for job in everybody.jobs] == [
            (each, owner, [serial_id(number) for number in cut(parts, most)], len(parts))
            for each, owner, parts in expected
        ]
        assert everybody.total_parts == len(answers.moving)
        for job, (_, _, parts) in zip(everybody.jobs, expected, strict=True):
            assert job.oldest_since == min((since(floor.pieces[number - 1]) for number in parts), default=None)

        for user_id in (*PEOPLE, "user_unknown"):
            of_user = queues.queue_of(user_id, most)
            assert of_user.jobs == [job for job in everybody.jobs if job.step.assigned_to == user_id]
            assert of_user.total_parts == sum(len(parts) for _, owner, parts in expected if owner == user_id)

        groups = queues.work_queue(most).groups
        by_name = {"user_ana": "Ana", "user_bo": "bo", "user_zoe": "Zoe", None: "Unassigned"}
        present = {owner for _, owner, _ in expected}
        assert [(group.operator_id, group.operator_name) for group in groups] == [
            (owner, name) for owner, name in by_name.items() if owner in present
        ]
        for group in groups:
            assert group.jobs == [job for job in everybody.jobs if job.step.assigned_to == group.operator_id]
        assert queues.work_queue(most).total_parts == len(answers.moving)


def entry(job: queues.WorkQueueJob) -> tuple:
    return job.step.id, job.step.assigned_to, list(job.serial_ids), job.part_count


@few
@given(floors())
def test_every_name_is_a_station_and_the_fullest_is_the_bottleneck(floor):
    answers = Answers(floor)
    with furnished(floor):
        expected = answers.stations()
        found = queues.stations()
        assert [station.step_name for station in found] == sorted(expected)
        for station in found:
            counts = (station.part_count, station.coming_count)
            assert (station.locations, *counts) == expected[station.step_name]

        loads = queues.loads()
        counts = {name: here for name, (_, here, _) in expected.items() if here}
        assert {load.step_name: load.part_count for load in loads} == counts
        assert [load.part_count for load in loads] == sorted(counts.values(), reverse=True)
        fullest = max(counts.values(), default=0)
        assert [load.is_bottleneck for load in loads] == [load.part_count == fullest for load in loads]
