"""The shop's order of work: ``PUT /jobs/priorities``, ``priority`` of a job, and moving one job past others."""

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from serials.models import Job
from serials.services import jobs, priorities
from shopplanr.actor import Actor
from shopplanr.refusals import Invalid, NotFound
from tests.api.answers import assert_refused, later, nothing_written, versions_of
from tests.factories import PLANNER, JobFactory
from tests.lifecycle.tables import versions_that_lag_behind
from tests.queries import counted_statements

URL = "/api/jobs/priorities"

DANA = Actor("dana")


def in_order() -> str:
    """Return the names in the order of work, whose places are 1, 2, 3 …"""
    found = list(Job.objects.order_by("priority").values_list("name", "priority"))
    assert [place for _, place in found] == list(range(1, len(found) + 1))
    return "".join(name for name, _ in found)


@pytest.fixture
def ids(db) -> dict[str, str]:
    """Return the ids of jobs A to F by their names."""
    return {name: JobFactory(name=name).id for name in "ABCDEF"}


def chosen(ids: dict[str, str], names: str) -> list[str]:
    return [ids[name] for name in names]


class TestReorder:
    """``PUT /jobs/priorities``."""

    def put(self, client, ids, names: str):
        response = client.put(URL, {"jobIds": chosen(ids, names)})
        assert response.status_code == 200, response.content
        return response.json()

    @pytest.mark.parametrize(
        ("named", "expected"),
        [
            ("FEDCBA", "FEDCBA"),
            ("ABCDEF", "ABCDEF"),
            ("DB", "ADCBEF"),  # on the places that they have together; the others stay
            ("FAC", "FBADEC"),
            ("FA", "FBCDEA"),
            ("C", "ABCDEF"),
        ],
    )
    def test_the_named_ones_take_the_places_that_they_have_together(self, named, expected, client, ids):
        answer = self.put(client, ids, named)

        assert in_order() == expected
        assert "".join(job["name"] for job in answer) == named
        assert [job["priority"] for job in answer] == [expected.index(name) + 1 for name in named]
        assert "".join(job["name"] for job in client.get("/api/jobs", {"ordering": "priority"}).json()) == expected

    def test_it_may_be_done_twice(self, client, ids):
        self.put(client, ids, "FAC")
        with nothing_written():
            self.put(client, ids, "FAC")

    def test_the_answer_has_whole_jobs(self, client, ids):
        answer = self.put(client, ids, "BA")

        listed = {job["id"]: job for job in client.get("/api/jobs").json()}
        assert answer == [listed[job_id] for job_id in chosen(ids, "BA")]

    def test_a_place_is_shown_once_somebody_gave_it(self, client, ids):
        assert not any("priority" in job for job in client.get("/api/jobs").json())
        self.put(client, ids, "DB")

        shown = {job["name"]: job.get("priority") for job in client.get("/api/jobs").json()}
        assert shown == {"A": None, "B": 4, "C": None, "D": 2, "E": None, "F": None}

    def test_who_moved_has_a_version_that_says_by_whom_and_nobody_else(self, client, program, ids):
        with later():
            self.put(client, ids, "FDA")

        for name in "ABCDEF":
            versions = versions_of(Job.objects.get(name=name))
            assert [version.history_type for version in versions] == ["+"] + ["~"] * (name in "FDA")
        newest = versions_of(Job.objects.get(name="F"))[-1]
        assert (newest.history_user_id, newest.priority, newest.ranked) == (program.pk, 1, True)
        assert versions_that_lag_behind() == []

    def test_the_number_of_statements_does_not_grow(self, client, ids):
        self.put(client, ids, "BA")  # the token's last use is written once a minute
        with counted_statements() as few:
            self.put(client, ids, "AB")
        more = {name: JobFactory(name=name).id for name in map(str, range(40))}
        with counted_statements() as many:
            client.put(URL, {"jobIds": [*reversed(more.values()), *ids.values()]})
        assert len(many) == len(few) <= 8

    @pytest.mark.parametrize(
        ("job_ids", "message", "code"),
        [
            (None, "jobIds must have at least one item", "empty"),
            ([], "jobIds must have at least one item", "empty"),
            ("job_x", "jobIds must have at least one item", "empty"),
            ({"a": 1}, "jobIds must have at least one item", "empty"),
            ([5], "jobIds must be a list of job ids", "not_an_id"),
            (["job_x", None], "jobIds must be a list of job ids", "not_an_id"),
            (["job_x", "job_y", "job_x"], "jobIds names the same job twice", "job_twice"),
            ([f"job_{number}" for number in range(1001)], "jobIds must have at most 1000 items", "too_many"),
        ],
        ids=lambda value: str(value)[:30],
    )
    def test_what_is_no_order_is_refused(self, job_ids, message, code, client, ids):
        with nothing_written():
            assert_refused(client.put(URL, {"jobIds": job_ids}), 400, message, code=code, field="jobIds")

    @pytest.mark.parametrize("stranger", ["job_x", "x" * 300, ""])
    def test_an_unknown_job_leaves_the_order_as_it_was(self, stranger, client, ids):
        with nothing_written():
            response = client.put(URL, {"jobIds": [ids["F"], stranger, ids["A"]]})
        assert_refused(response, 404, f"Job not found: {stranger}", code="not_found")

    def test_as_many_as_are_allowed(self, client, ids):
        Job.objects.bulk_create(Job(name="x", goal_quantity=1, priority=place) for place in range(7, 1001))
        backwards = list(Job.objects.order_by("-priority").values_list("pk", flat=True))

        assert len(client.put(URL, {"jobIds": backwards}).json()) == 1000
        assert list(Job.objects.order_by("priority").values_list("pk", flat=True)) == backwards


class TestOfOneJob:
    """``priority`` on ``POST`` and ``PUT /jobs``."""

    def test_a_new_job_comes_behind_the_others_or_where_it_is_put(self, client, ids):
        def post(name: str, **fields) -> int | None:
            return client.post("/api/jobs", {"name": name, "goalQuantity": 1} | fields).json().get("priority")

        assert post("g") is None
        assert in_order() == "ABCDEFg"
        assert post("h", priority=1) == 1
        assert in_order() == "hABCDEFg"
        assert post("i", priority=4.0) == 4
        assert in_order() == "hABiCDEFg"
        assert post("j", priority=2**62) == 10  # behind the last place is the last place
        assert in_order() == "hABiCDEFgj"
        assert versions_that_lag_behind() == []

    @pytest.mark.parametrize(
        ("name", "place", "expected"),
        [("F", 1, "FABCDE"), ("A", 6, "BCDEFA"), ("A", 99, "BCDEFA"), ("B", 4, "ACDBEF"), ("D", 2, "ADBCEF")],
    )
    def test_a_job_is_put_at_a_place_and_those_between_make_room(self, name, place, expected, client, ids, program):
        response = client.put(f"/api/jobs/{ids[name]}", {"priority": place, "name": name.lower()})

        assert (response.status_code, response.json()["priority"]) == (200, min(place, 6))
        assert in_order() == expected.replace(name, name.lower())
        job = Job.objects.get(pk=ids[name])
        assert [version.history_type for version in versions_of(job)] == ["+", "~"], "one call is one version"
        moved = {each.name for each in Job.objects.all() if len(versions_of(each)) > 1}
        assert len(moved) == abs(min(place, 6) - "ABCDEF".index(name) - 1) + 1
        assert versions_that_lag_behind() == []

    def test_where_it_is_already_only_the_job_itself_is_written(self, client, ids):
        client.put(f"/api/jobs/{ids['C']}", {"priority": 3})

        assert in_order() == "ABCDEF"
        assert Job.history.filter(history_type="~").count() == 1

    def test_a_place_that_is_taken_away_puts_it_behind_the_others_as_if_it_were_new(self, client, ids):
        client.put(f"/api/jobs/{ids['E']}", {"priority": 1})

        assert "priority" not in client.put(f"/api/jobs/{ids['E']}", {"priority": None}).json()
        assert in_order() == "ABCDFE"

    def test_a_refused_call_moves_nobody(self, client, ids):
        with nothing_written():
            client.put(f"/api/jobs/{ids['F']}", {"priority": 1, "productGtin": "123"})
            client.post("/api/jobs", {"name": "x", "goalQuantity": 1, "priority": 1, "productGtin": "123"})

    def test_the_number_of_statements_does_not_grow(self, client, ids):
        def cost(name: str, place: int) -> int:
            with counted_statements() as statements:
                assert client.put(f"/api/jobs/{ids[name]}", {"priority": place}).status_code == 200
            return len(statements)

        client.get("/api/jobs")
        few = cost("B", 1)
        for _ in range(30):
            JobFactory()
        assert cost("B", 36) == few <= 11


class TestMove:
    """What a page calls when a job is dragged, or moved by keys."""

    @pytest.mark.parametrize(
        ("name", "before", "expected"),
        [("F", "A", "FABCDE"), ("A", "C", "BACDEF"), ("A", "B", "ABCDEF"), ("E", "B", "AEBCDF"), ("C", "C", "ABCDEF")],
    )
    def test_before_another_job(self, name, before, expected, ids):
        with later():
            job = priorities.move(ids[name], DANA, before=ids[before])

        assert in_order() == expected
        assert (job.priority, job.ranked) == (expected.index(name) + 1, True)
        assert versions_of(job)[-1].history_user_id == "dana"
        assert versions_that_lag_behind() == []

    @pytest.mark.parametrize(("position", "expected"), [(1, "CABDEF"), (6, "ABDEFC"), (50, "ABDEFC"), (None, "ABDEFC")])
    def test_to_a_place(self, position, expected, ids):
        priorities.move(ids["C"], DANA, position=position)

        assert in_order() == expected

    def test_a_job_that_stays_where_it_was_put_gets_no_version(self, ids):
        priorities.move(ids["C"], DANA, position=2)
        with nothing_written():
            priorities.move(ids["C"], DANA, position=2)
            priorities.move(ids["C"], DANA, before=ids["B"])

    def test_what_cannot_be_is_refused(self, ids):
        with nothing_written():
            for call in ({"before": "job_x"}, {"before": 5}):
                with pytest.raises(NotFound, match="Job not found"):
                    priorities.move(ids["A"], DANA, **call)
            with pytest.raises(NotFound, match="Job not found: job_x"):
                priorities.move("job_x", DANA)
            with pytest.raises(Invalid, match="position must be greater than 0"):
                priorities.move(ids["A"], DANA, position=0)


CALLS = st.lists(st.tuples(st.sampled_from(["move", "before", "put", "reorder", "make"]), st.permutations(range(5))))


@pytest.mark.django_db
@settings(max_examples=settings.default.max_examples // 5)
@given(CALLS)
def test_whatever_happens_the_order_is_that_of_a_list(happened):
    with transaction.atomic():
        order = [JobFactory(name=str(number)).id for number in range(5)]
        for what, (pick, place, *others) in happened:
            job_id = order[pick]
            if what == "reorder":
                named = [order[pick], order[place], *(order[other] for other in others)][:3]
                free = sorted(order.index(each) for each in named)
                after = list(order)
                for at, each in zip(free, named, strict=True):
                    after[at] = each
                priorities.reorder(named, PLANNER)
                order = after
            elif what == "make":
                made = jobs.create({"name": "new", "goalQuantity": 1, "priority": place + 1}, PLANNER)
                order.insert(place, made.id)
            else:
                other = order[place]
                order.remove(job_id)
                if what == "before":
                    priorities.move(job_id, PLANNER, before=other)
                    order.insert(order.index(other), job_id)
                elif what == "move":
                    priorities.move(job_id, PLANNER, position=place + 1)
                    order.insert(place, job_id)
                else:
                    jobs.update(job_id, {"priority": place + 1}, PLANNER)
                    order.insert(place, job_id)
            in_order()
            assert list(Job.objects.order_by("priority").values_list("pk", flat=True)) == order
        assert versions_that_lag_behind() == []
        transaction.set_rollback(True)
