"""The list of jobs: in the order of work, how far each is, what is late, and moving a job up or down."""

from datetime import timedelta

import pytest

from serials.models import Job
from serials.services import advancement, bulk_moves, endings
from shopplanr import clock
from shopplanr.accounts.roles import Role
from tests.factories import OPERATOR, JobFactory, PathFactory, make_serials
from tests.floor.visitors import MOST_BYTES, MOST_QUERIES, compressed_bytes, in_order, main, said, visitor
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

URL = "/jobs"


def due(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


@pytest.fixture
def planner():
    return visitor(Role.SUPERVISORS)


@pytest.fixture
def shop():
    """Five jobs; return their ids by name."""
    jobs = {
        "Flange": {"dueDate": due(60), "customer": "Brackwell", "partNumber": "VB-8814", "partRevision": "D"},
        "Bracket": {"dueDate": due(-4), "customer": "Aldine", "purchaseOrder": "4500", "tags": ["titanium", "rush"]},
        "Ring": {"dueDate": due(1), "customer": "Aldine", "tags": ["rush"]},
        "Gauge": {},
        "Pin": {"dueDate": due(-9), "goalQuantity": 2},
    }
    return {name: JobFactory(name=name, **facts).id for name, facts in jobs.items()}


@pytest.fixture
def finished(shop):
    """Make three of the two pins that were ordered."""
    path = PathFactory(job=Job.objects.get(name="Pin"), steps=("Saw",))
    for part in make_serials(path, 3):
        advancement.advance(part.id, OPERATOR)


def listed(response) -> list[str]:
    return [each.row.job.name for each in response.context["rows"]]


class TestList:
    def test_the_most_urgent_first_with_what_planners_know_it_by(self, shop, planner):
        page = main(planner.get(URL))

        assert in_order(page, "Pin", "9 days over", "Late", "Bracket", "titanium", "Aldine", "PO 4500", "4 days over")
        assert in_order(page, "Ring", "tomorrow", "At risk", "Flange", "VB-8814 Rev. D", "in 60 days", "On track")
        assert in_order(page, "Gauge", "No due date", "0 of 10", "0 %", "0 in progress")

    def test_how_far_each_is(self, shop, planner):
        path = PathFactory(job=Job.objects.get(name="Gauge"), steps=("Saw", "Mill"))
        parts = make_serials(path, 8)
        for part in parts[:3]:
            advancement.advance(part.id, OPERATOR)
            advancement.advance(part.id, OPERATOR)
        endings.scrap(parts[3].id, "damaged", None, OPERATOR)

        page = main(planner.get(URL, {"search": "gauge"}))

        assert in_order(page, "3 of 10", "30 %", "4 in progress", "1 scrapped")

    def test_more_than_the_goal_is_shown_as_such(self, shop, finished, planner):
        response = planner.get(URL, {"show": "all"})

        assert in_order(main(response), "3 of 2", "150 %")
        assert "progress-over" in response.content.decode()

    def test_what_is_not_quite_done_is_not_said_to_be(self, planner):
        path = PathFactory(job=JobFactory(goalQuantity=200), steps=("Saw",))
        bulk_moves.advance_all([part.id for part in make_serials(path, 199)], OPERATOR)

        assert in_order(main(planner.get(URL)), "199 of 200", "99 %")

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ({}, ["Bracket", "Ring", "Flange", "Gauge"]),
            ({"show": "all"}, ["Bracket", "Ring", "Flange", "Gauge", "Pin"]),
            ({"show": "late"}, ["Bracket"]),
            ({"show": "at_risk"}, ["Ring"]),
            ({"show": "nonsense"}, ["Bracket", "Ring", "Flange", "Gauge"]),
            ({"customer": "Aldine"}, ["Bracket", "Ring"]),
            ({"customer": "Aldine", "tag": "titanium"}, ["Bracket"]),
            ({"tag": "rush", "sort": "name"}, ["Bracket", "Ring"]),
            ({"search": "vb-88"}, ["Flange"]),
            ({"sort": "name"}, ["Bracket", "Flange", "Gauge", "Ring"]),
            ({"sort": "due"}, ["Bracket", "Ring", "Flange", "Gauge"]),
            ({"search": "no such thing"}, []),
        ],
    )
    def test_the_address_says_which_and_in_which_order(self, asked, expected, shop, finished, planner):
        assert listed(planner.get(URL, asked)) == expected

    def test_the_views_say_how_many_they_have(self, shop, finished, planner):
        assert in_order(main(planner.get(URL)), "Open 4", "Late 1", "At risk 1", "All 5")
        assert in_order(main(planner.get(URL, {"customer": "Aldine"})), "Open 2", "Late 1", "At risk 1", "All 2")

    @pytest.mark.parametrize(
        ("role", "asked", "sentence"),
        [
            (Role.SUPERVISORS, {}, "New job"),
            (Role.OPERATORS, {}, "Supervisors plan jobs."),
            (Role.OPERATORS, {"search": "x"}, "Nothing matches"),
        ],
    )
    def test_a_shop_without_jobs_is_told_what_comes_next(self, role, asked, sentence):
        assert sentence in main(visitor(role).get(URL, asked))

    def test_where_nothing_is_late_the_page_says_so(self, planner):
        JobFactory()

        assert "No job is late" in main(planner.get(URL, {"show": "late"}))
        assert "No job is at risk" in main(planner.get(URL, {"show": "at_risk"}))

    @pytest.mark.parametrize(
        "asked",
        ["search=%00", "customer=%00", "tag=,", "page=x", "page=99", "sort=%00", "show=%00", f"search={'x' * 5000}"],
    )
    def test_odd_addresses_are_no_fault(self, asked, shop, planner):
        assert planner.get(f"{URL}?{asked}").status_code == 200

    def test_it_costs_the_same_in_a_large_shop(self, planner):
        for number in range(52):
            tags = ["rush", f"lot {number}"]
            job = JobFactory(dueDate=due(number % 9 - 4), customer=f"Customer {number}", tags=tags)
        make_serials(PathFactory(job=job), 5000)

        for address in (URL, f"{URL}?page=2", f"{URL}?show=all&customer=Customer+3&sort=name"):
            with counted_statements() as statements:
                planner.get(address)
            assert len(statements) <= MOST_QUERIES
        assert compressed_bytes(planner, URL) <= MOST_BYTES


class TestMoving:
    def move(self, client, shop, name, asked: str = "", **where):
        return client.post(f"{URL}/{shop[name]}/move{asked}", where)

    def test_up_down_and_to_the_top(self, shop, planner):
        assert listed(planner.get(URL)) == ["Pin", "Bracket", "Ring", "Flange", "Gauge"]

        self.move(planner, shop, "Flange", before=shop["Ring"])
        assert listed(planner.get(URL)) == ["Pin", "Bracket", "Flange", "Ring", "Gauge"]

        self.move(planner, shop, "Pin", behind=shop["Bracket"])
        assert listed(planner.get(URL)) == ["Bracket", "Pin", "Flange", "Ring", "Gauge"]

        response = self.move(planner, shop, "Gauge", top="1")
        assert listed(planner.get(URL)) == ["Gauge", "Bracket", "Pin", "Flange", "Ring"]
        assert response.status_code == 303
        assert response.headers["Location"] == f"{URL}#{shop['Gauge']}"

    def test_what_has_no_place_yet_is_set_apart(self, shop, planner):
        assert in_order(main(planner.get(URL)), "By due date from here on", "Pin")

        response = planner.post(f"{URL}/{shop['Ring']}/move", {"top": "1"}, follow=True)

        assert in_order(main(response), "Ring", "By due date from here on", "Pin")
        assert said(response) == ["Ring has moved."]

    def test_it_stays_in_the_list_that_was_asked_for(self, shop, planner):
        response = self.move(planner, shop, "Ring", "?customer=Aldine", before=shop["Bracket"])

        assert response.headers["Location"] == f"{URL}?customer=Aldine#{shop['Ring']}"
        assert listed(planner.get(URL, {"customer": "Aldine"})) == ["Ring", "Bracket"]

    def test_a_script_gets_the_list_alone(self, shop, planner):
        response = planner.post(
            f"{URL}/{shop['Ring']}/move?customer=Aldine", {"top": "1"}, headers={"HX-Request": "true"}
        )

        assert response.status_code == 200
        assert listed(response) == ["Ring", "Bracket"]
        assert "<html" not in response.content.decode() and "Ring has moved." in response.content.decode()

    def test_neighbours_reach_over_the_end_of_a_page(self, planner):
        ids = [JobFactory(name=f"{number:03}").id for number in range(101)]

        second = planner.get(URL, {"page": "2"}).context["rows"]
        assert (second[0].above, second[0].below) == (ids[49], ids[51])
        assert (second[-1].above, second[-1].below) == (ids[98], ids[100])
        first, last = planner.get(URL).context["rows"], planner.get(URL, {"page": "3"}).context["rows"]
        assert (first[0].above, first[-1].below) == ("", ids[50])
        assert (last[0].above, last[0].below) == (ids[99], "")

    @pytest.mark.parametrize(
        ("where", "status", "sentence"),
        [
            ({"before": "job_x"}, 404, "Job not found: job_x"),
            ({"behind": "\0"}, 404, "Job not found"),
            ({}, 400, "Say where the job goes"),
        ],
    )
    def test_a_refusal_leaves_the_list_with_the_sentence(self, where, status, sentence, shop, planner):
        response = self.move(planner, shop, "Ring", **where)

        assert response.status_code == status
        assert sentence in main(response)
        assert listed(response) == ["Pin", "Bracket", "Ring", "Flange", "Gauge"]

    def test_only_planners_may(self, shop):
        operator = visitor(Role.OPERATORS)

        response = self.move(operator, shop, "Ring", top="1")

        assert response.status_code == 403
        assert "You may not plan jobs and paths. Ask a supervisor or an administrator." in main(response)
        assert "/move" not in operator.get(URL).content.decode()

    def test_only_where_the_order_of_work_is_shown(self, shop, planner):
        assert "/move" in planner.get(URL).content.decode()
        for asked in ({"sort": "name"}, {"show": "all"}):
            assert "/move" not in planner.get(URL, asked).content.decode()
