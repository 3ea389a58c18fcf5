"""The page of one job: its facts, how far it is, its route boards, who does which step, and routes without parts."""

from datetime import timedelta

import pytest

from certificates.services import products_of_jobs
from serials.models import Path
from serials.services import advancement, endings, steps
from shopplanr import clock
from shopplanr.accounts.roles import Role
from tests.accounts.factories import UserFactory
from tests.factories import (
    OPERATOR,
    PLANNER,
    CertificateFactory,
    JobFactory,
    PathFactory,
    ProductFactory,
    make_serials,
    steps_of,
)
from tests.floor.visitors import MOST_BYTES, MOST_QUERIES, compressed_bytes, in_order, main, said, visitor
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

STEPS = (
    {"name": "Saw", "location": "Saw 2"},
    {"name": "Mill", "dependencyType": "physical"},
    {"name": "Deburr", "optional": True},
    {"name": "Inspect", "dependencyType": "completion_gate"},
)


@pytest.fixture
def planner():
    return visitor(Role.SUPERVISORS)


@pytest.fixture
def job():
    facts = {"customer": "Aldine", "purchaseOrder": "4500", "partNumber": "LG-4", "partRevision": "F"}
    due = (clock.today() + timedelta(days=1)).isoformat()
    return JobFactory(name="Bracket", goalQuantity=6, dueDate=due, tags=["titanium"], jiraTicketKey="T-9", **facts)


@pytest.fixture
def path(job):
    return PathFactory(job=job, name="Main route", goalQuantity=6, steps=STEPS, advancementMode="flexible")


def url(job) -> str:
    return f"/jobs/{job.pk}"


def board(response, place: int = 0):
    return response.context["boards"][place]


class TestHead:
    def test_what_planners_know_of_it(self, job, path, planner):
        product = ProductFactory()
        products_of_jobs.name(job.pk, product.gtin, PLANNER)

        page = main(planner.get(url(job)))

        assert in_order(page, "Aldine · PO 4500", "Bracket", "At risk", "tomorrow", "titanium")
        assert in_order(page, "LG-4 Rev. F", product.gtin, "T-9")

    def test_how_far_it_is(self, job, path, planner):
        parts = make_serials(path, 8)
        for part in parts[:7]:
            advancement.advance_to(part.id, 3, OPERATOR) if part is parts[6] else endings.force_complete(
                part.id, None, OPERATOR
            )
        endings.scrap(parts[7].id, "damaged", None, OPERATOR)

        response = planner.get(url(job))

        assert in_order(main(response), "6 of 6 finished", "100 % of the goal", "1 in progress", "1 scrapped")
        assert "progress-full" in response.content.decode()

    def test_more_than_the_goal_is_shown_as_such(self, job, path, planner):
        for part in make_serials(path, 9):
            endings.force_complete(part.id, None, OPERATOR)

        response = planner.get(url(job))

        assert in_order(main(response), "9 of 6 finished", "150 % of the goal", "9 of 6 finished, 150 %")
        assert "progress-over" in response.content.decode()

    def test_links_to_what_is_printed(self, job, path, planner):
        assert "Labels" not in main(planner.get(url(job)))

        make_serials(path)
        html = planner.get(url(job)).content.decode()

        for address in (f"/labels?path={path.pk}", f"/jobs/{job.pk}/traveler?path={path.pk}", f"/paths/{path.pk}/edit"):
            assert f'href="{address}"' in html

    @pytest.mark.parametrize("name", ["job_x", "%00", "x" * 300, "new%00"])
    def test_an_unknown_one_is_a_page_that_says_so(self, name, planner):
        response = planner.get(f"/jobs/{name}")

        assert response.status_code == 404
        assert "Job not found" in main(response)

    def test_a_job_without_a_route_is_told_what_comes_next(self, job, planner):
        page = planner.get(url(job))

        assert "No route yet" in main(page)
        assert f'href="/jobs/{job.pk}/routes/new"' in page.content.decode()
        assert "Supervisors plan routes." in main(visitor(Role.OPERATORS).get(url(job)))


class TestBoard:
    def test_how_many_are_where_and_what_waits_longest(self, job, path, planner):
        begun = clock.now() - timedelta(hours=5)
        with clock.told(begun):
            parts = make_serials(path, 6)
        with clock.told(begun + timedelta(hours=2)):
            advancement.advance(parts[0].id, OPERATOR)
            advancement.advance(parts[1].id, OPERATOR)
            endings.scrap(parts[1].id, "damaged", None, OPERATOR)
            endings.force_complete(parts[5].id, None, OPERATOR)

        response = planner.get(url(job))

        page = main(response)
        assert in_order(page, "Main route", "1 of 6 finished · 1 scrapped · 1 to start")
        assert in_order(page, "1 Saw", "3 parts", "Bottleneck", "up to 5 h", "Saw 2", "2 Mill", "1 part", "up to 3 h")
        assert in_order(page, "physical", "3 Deburr", "0 parts", "optional", "4 Inspect", "before the end")
        assert in_order(page, "before the end", "1 Completed", "1 Scrapped")
        assert [stage.is_bottleneck for stage in board(response).stages] == [True, False, False, False]

    def test_the_parts_of_a_column_are_reachable(self, job, path, planner):
        make_serials(path)

        html = planner.get(url(job)).content.decode()

        for step in steps_of(path):
            assert f'href="/serials?pathId={path.pk}&amp;stepId={step.pk}"' in html

    def test_its_first_parts_those_in_progress_before_the_others(self, job, path, planner):
        parts = make_serials(path, 53)
        endings.scrap(parts[0].id, "damaged", None, OPERATOR)
        advancement.advance(parts[1].id, OPERATOR)

        response = planner.get(url(job))

        listed = board(response).listed
        assert [part.serial_id for part in listed] == [part.id for part in parts[1:51]]
        assert [part.step_name for part in listed[:2]] == ["Mill", "Saw"]
        assert "All 53 parts of this route" in main(response)

    def test_each_route_has_its_own(self, job, path, planner):
        other = PathFactory(job=job, name="Rework", steps=("Mill", "Inspect"))
        make_serials(path, 2)
        make_serials(other, 3)

        response = planner.get(url(job))

        assert [[stage.part_count for stage in each.stages] for each in response.context["boards"]] == [
            [2, 0, 0, 0],
            [3, 0],
        ]
        assert "5 in progress" in main(response)

    def test_many_routes_are_paged(self, job, planner):
        for number in range(10):
            PathFactory(job=job, name=f"Route {number}")

        first, second = planner.get(url(job)), planner.get(url(job), {"page": "2"})

        assert [each.path.name for each in second.context["boards"]] == ["Route 8", "Route 9"]
        assert len(first.context["boards"]) == 8 and "1 to 8 of 10" in main(first)

    def test_it_costs_the_same_with_thousands_of_parts(self, job, planner):
        paths = [PathFactory(job=job, steps=STEPS) for _ in range(9)]
        serials = make_serials(paths[0], 5000)
        for path in paths[1:]:
            make_serials(path, 60)
        for _ in range(45):
            CertificateFactory()
        step = steps_of(paths[0])[0]

        with counted_statements() as statements:
            planner.get(url(job), {"started": f"{serials[0].id}..{serials[-1].id}", "assign": step.pk})

        assert len(statements) <= MOST_QUERIES
        assert compressed_bytes(planner, url(job)) <= MOST_BYTES


class TestAssigning:
    @pytest.fixture
    def dale(self):
        return UserFactory(name="Dale Kowalski")

    def test_a_step_is_given_to_somebody_and_taken_back(self, job, path, dale, planner):
        step = steps_of(path)[1]
        assert f'value="{dale.pk}"' in planner.get(url(job), {"assign": step.pk}).content.decode()

        response = planner.post(f"/steps/{step.pk}/assign", {"userId": dale.pk}, follow=True)
        assert said(response) == ["Mill is Dale Kowalski's now."]
        assert in_order(main(response), "2 Mill", "Dale Kowalski")

        response = planner.post(f"/steps/{step.pk}/assign", {"userId": ""}, follow=True)
        assert said(response) == ["Mill is nobody's now."]
        assert "Dale" not in main(response)

    def test_a_script_gets_the_one_step(self, job, path, dale, planner):
        step = steps_of(path)[1]
        asked = {"step": step.pk, "assign": step.pk}

        response = planner.get(url(job), asked, headers={"HX-Request": "true"})

        assert "Dale Kowalski" in response.content.decode() and "<html" not in response.content.decode()
        other = JobFactory()
        assert planner.get(url(other), asked, headers={"HX-Request": "true"}).status_code == 404

    def test_a_script_that_gives_it_gets_it_back(self, job, path, dale, planner):
        step = steps_of(path)[1]

        def give(user_id: str):
            return planner.post(f"/steps/{step.pk}/assign", {"userId": user_id}, headers={"HX-Request": "true"})

        done, refused = give(dale.pk).content.decode(), give("user_x")

        assert "Mill is Dale Kowalski" in done and "<html" not in done and "/delete" not in done
        assert refused.status_code == 400
        assert "User not found or inactive" in refused.content.decode()

    @pytest.mark.parametrize(("shown", "is_loaded"), [("", True), ("#batch", True), ("?page=2", False)])
    def test_a_page_that_is_shown_is_loaded_and_not_only_scrolled(self, shown, is_loaded, job, path, planner):
        headers = {"HX-Request": "true", "HX-Boosted": "true", "HX-Current-URL": f"http://testserver{url(job)}{shown}"}

        response = planner.post(f"/steps/{steps_of(path)[1].pk}/assign", {"userId": ""}, headers=headers)

        assert response.headers["HX-Redirect"] == url(job) + ("" if is_loaded else f"#{path.pk}")

    def test_a_refusal_stands_at_the_step(self, job, path, dale, planner):
        dale.is_active = False
        dale.save()
        step = steps_of(path)[1]

        response = planner.post(f"/steps/{step.pk}/assign", {"userId": dale.pk})

        assert response.status_code == 400
        assert in_order(main(response), "2 Mill", "User not found or inactive", "Who does it", "3 Deburr")

    def test_only_planners_may(self, job, path, dale):
        steps.assign(steps_of(path)[1].pk, dale.pk, PLANNER)
        operator = visitor(Role.OPERATORS)

        assert operator.post(f"/steps/{steps_of(path)[0].pk}/assign", {"userId": dale.pk}).status_code == 403
        page = operator.get(url(job), {"assign": steps_of(path)[0].pk})
        assert in_order(main(page), "1 Saw", "Unassigned", "2 Mill", "Dale Kowalski")
        assert "/assign" not in page.content.decode()

    def test_an_unknown_step_is_a_page_that_says_so(self, planner):
        for name in ("step_x", "%00", "x" * 300):
            assert planner.post(f"/steps/{name}/assign", {"userId": ""}).status_code == 404


class TestDeletingARoute:
    def test_it_is_asked_first(self, job, path, planner):
        assert f'href="/paths/{path.pk}/delete"' in planner.get(url(job)).content.decode()

        page = planner.get(f"/paths/{path.pk}/delete")
        assert in_order(main(page), "Delete Main route?", "Saw, Mill, Deburr, Inspect", "Delete the route")
        assert Path.objects.exists()

        response = planner.post(f"/paths/{path.pk}/delete", follow=True)
        assert said(response) == ["The route Main route is deleted."]
        assert not Path.objects.exists()

    def test_one_with_parts_stays(self, job, path, planner):
        make_serials(path)
        assert "/delete" not in planner.get(url(job)).content.decode()

        asked, refused = planner.get(f"/paths/{path.pk}/delete"), planner.post(f"/paths/{path.pk}/delete")

        for page in (asked, refused):
            assert "Cannot delete path with serial numbers attached." in main(page)
            assert "Delete the route" not in main(page)
        assert (asked.status_code, refused.status_code) == (200, 400)
        assert Path.objects.exists()

    def test_only_planners_may(self, path):
        assert visitor(Role.OPERATORS).post(f"/paths/{path.pk}/delete").status_code == 403
        assert Path.objects.exists()

    def test_an_unknown_one_is_a_page_that_says_so(self, planner):
        for name in ("path_x", "%00", "x" * 300):
            assert planner.get(f"/paths/{name}/delete").status_code == 404
