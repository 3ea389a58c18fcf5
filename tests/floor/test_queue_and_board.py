"""The work queue, by person, station and job; and the board on the wall."""

from ipaddress import ip_network

import pytest
from django.test import Client

from serials.services import advancement, endings, steps
from shopplanr.accounts.roles import Role
from tests.accounts.factories import UserFactory
from tests.factories import OPERATOR, PLANNER, JobFactory, PathFactory, make_serials, steps_of
from tests.floor.visitors import MOST_BYTES, MOST_QUERIES, compressed_bytes, in_order, main, visitor
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def path():
    path = PathFactory(job=JobFactory(name="Bracket"), steps=("Saw", {"name": "Mill", "location": "Hall 2"}, "Pack"))
    steps.assign(steps_of(path)[1].id, UserFactory(name="Dale Kowalski", id="user_dale").pk, PLANNER)
    for part in make_serials(path, 4)[:3]:
        advancement.advance(part.id, OPERATOR)
    return path


class TestQueue:
    def test_by_person_with_what_is_nobodys_last(self, path):
        page = main(visitor().get("/queue"))

        assert in_order(page, "4 parts at 2 steps", "Dale Kowalski 3", "Mill", "Bracket", "Hall 2", "3", "Pack")
        assert in_order(page, "Dale Kowalski 3", "Unassigned 1", "Saw")

    def test_by_station_and_by_job(self, path):
        make_serials(PathFactory(job=JobFactory(name="Valve"), steps=("Saw", "Turn")), 2)
        client = visitor()

        assert in_order(main(client.get("/queue?by=station")), "Saw 3", "Bracket", "Valve")
        assert in_order(main(client.get("/queue?by=job")), "Bracket 4", "Valve 2")

    def test_filters_stand_in_the_address(self, path):
        empty = PathFactory(job=JobFactory(name="Valve"), steps=("Turn", "Pack"))
        client = visitor()

        assert "Saw" not in groups(client.get("/queue?person=user_dale"))
        assert groups(client.get("/queue?station=Saw&by=station")) == ["Saw"]
        assert groups(client.get(f"/queue?job={empty.job_id}&by=job")) == ["Valve"]
        assert "Nothing matches" in main(client.get(f"/queue?job={empty.job_id}&busy=1"))

    def test_a_route_without_parts_offers_a_batch(self):
        PathFactory(job=JobFactory(name="Valve"))

        assert "#batch" in visitor().get("/queue").content.decode()

    @pytest.mark.parametrize("asked", ["by=x", "person=%00", "station=" + "x" * 999, "busy=maybe"])
    def test_odd_addresses_are_no_fault(self, asked, path):
        assert visitor().get(f"/queue?{asked}").status_code == 200

    def test_an_empty_floor_says_what_comes_next(self):
        assert "No work on the floor" in main(visitor().get("/queue"))

    def test_it_costs_the_same_for_many_jobs_and_parts(self):
        for number in range(30):
            make_serials(PathFactory(steps=[f"Step {number} {place}" for place in range(3)]), 40)
        client = visitor()

        with counted_statements() as statements:
            client.get("/queue")

        assert len(statements) <= MOST_QUERIES
        assert compressed_bytes(client, "/queue") <= MOST_BYTES


def groups(response) -> list[str]:
    return [group.name for group in response.context["groups"]]


class TestBoard:
    def test_where_the_work_is_and_what_today_has_brought(self, path):
        done, scrapped = make_serials(path, 2)
        for _ in range(3):
            advancement.advance(done.id, OPERATOR)
        endings.scrap(scrapped.id, "damaged", None, OPERATOR)

        page = main(visitor().get("/board"))

        assert in_order(page, "4 parts on the floor", "1 finished today", "1 scrapped today")
        assert in_order(page, "Where the work is", "Mill 3", "bottleneck", "Saw 1", "Today by the hour")

    def test_it_refreshes_itself_by_the_figures_alone(self, path):
        client = visitor()

        assert 'hx-trigger="every 30s"' in client.get("/board").content.decode()
        part = client.get("/board", headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in part and "parts on the floor" in part

    def test_a_screen_on_the_wall_needs_nobodys_name_where_the_kiosk_is_open(self, path, settings):
        settings.KIOSK_NETWORKS, settings.KIOSK_ROLE = [ip_network("127.0.0.0/8")], Role.AUDITORS.value

        assert "parts on the floor" in main(Client().get("/board"))
        assert Client().get("/queue").status_code == 302
        settings.KIOSK_NETWORKS = []
        assert Client().get("/board").status_code == 302

    def test_an_empty_shop_has_a_board_too(self):
        assert in_order(main(visitor().get("/board")), "0 parts on the floor", "No part is on the floor")

    def test_it_costs_the_same_for_thousands(self, path):
        make_serials(path, 3000)
        client = visitor()

        with counted_statements() as statements:
            client.get("/board")

        assert len(statements) <= MOST_QUERIES
