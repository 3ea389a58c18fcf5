"""The station: the operator's home page."""

from datetime import timedelta

import pytest

from audit.models import AuditEntry
from certificates.models import CertAttachment
from serials.models import Serial
from serials.services import advancement
from shopplanr import clock
from shopplanr.accounts.roles import Role
from tests.factories import OPERATOR, CertificateFactory, JobFactory, PathFactory, make_serials
from tests.floor.visitors import MOST_BYTES, MOST_QUERIES, compressed_bytes, in_order, main, said, visitor, words
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

STEPS = (
    {"name": "Saw", "location": "Cell 1"},
    {"name": "Deburr", "location": "Bench 2"},
    {"name": "Wash", "location": "Line 4"},
    {"name": "Inspect"},
)


@pytest.fixture
def path():
    return PathFactory(job=JobFactory(name="Bracket"), steps=STEPS, advancementMode="flexible")


@pytest.fixture
def operator():
    return visitor(Role.OPERATORS, station="Deburr")


def at(path, index: int, quantity: int = 1) -> list[Serial]:
    """Start parts and bring them to a step."""
    parts = make_serials(path, quantity)
    for part in parts:
        if index:
            advancement.advance_to(part.id, index, OPERATOR)
    return parts


def seen(*parts: Serial, index: int = 1) -> list[str]:
    """Return how the page names these parts."""
    return [f"{part.id}@{index}" for part in parts]


def place(part: Serial) -> int:
    return Serial.objects.values_list("current_step_index", flat=True).get(pk=part.pk)


def htmx(client, path, data):
    """Send a form as the page's script does."""
    return client.post(path, data, headers={"HX-Request": "true"})


class TestWhatIsSeen:
    def test_what_is_here_what_comes_and_what_is_further_back(self, path, operator):
        with clock.told(clock.now() - timedelta(minutes=12)):
            (here,) = at(path, 1)
        (coming,) = at(path, 0)
        (gone,) = at(path, 2)
        far = PathFactory(steps=("Saw", "Mill", "Deburr"))
        (back,) = make_serials(far)

        page = main(operator.get("/"))

        assert in_order(page, "My station · Bench 2", "Deburr", "Here now 1", here.id, "12 min here", "Bracket")
        assert in_order(page, "Next Wash", "Line 4", "Done")
        assert in_order(page, "Coming next 1", coming.id, "Further back 1", back.id)
        assert gone.id not in page

    def test_a_part_at_its_last_step_completes(self, path):
        at(path, 3)

        assert "Last step Completes" in main(visitor(Role.OPERATORS, station="Inspect").get("/"))

    def test_an_empty_station_says_what_comes_next(self, path, operator):
        (coming,) = at(path, 0)

        page = main(operator.get("/"))

        assert f"No work at Deburr now Next comes {coming.id} , now at Saw, Cell 1." in page.replace(" ,", " ,")

    def test_where_routes_begin_a_batch_can_be_started(self, path):
        make_serials(path, 3)

        page = main(visitor(Role.OPERATORS, station="Saw").get("/"))

        assert in_order(page, "Routes that begin here", "Bracket", "3 of 10 started", "Start a batch")

    def test_any_station_can_be_looked_at_and_the_device_stays_where_it_is(self, path, operator):
        response = operator.get("/station/at/Wash")

        assert in_order(main(response), "Station · Line 4", "Wash")
        assert "station" not in response.cookies

    @pytest.mark.parametrize("name", ["Heat treat / age", "100%", "Übergabe?", "a#b&c"])
    def test_a_station_is_called_as_the_shop_likes(self, name):
        make_serials(PathFactory(steps=(name, "Pack")))
        client = visitor(Role.OPERATORS)

        chosen = client.post("/stations", {"name": name}, follow=True)

        assert in_order(main(chosen), "My station", name, "Here now 1")

    def test_a_device_without_a_station_is_asked_where_it_stands(self, path):
        client = visitor(Role.OPERATORS)

        page = client.get("/", follow=True)

        assert in_order(main(page), "Where does this device stand?", "Deburr", "Inspect", "Saw", "Wash")

    def test_a_station_that_no_route_has_is_refused_with_words(self, path):
        response = visitor(Role.OPERATORS).post("/stations", {"name": "Nowhere"})

        assert response.status_code == 400
        assert "No route has a step of this name." in main(response)

    def test_who_only_looks_on_is_told_so(self, path):
        at(path, 1)

        page = main(visitor(Role.AUDITORS, station="Deburr").get("/"))

        assert "You look on here: operators and supervisors finish parts." in page
        assert " Done " not in page


class TestFinishing:
    def test_one_tap_finishes_a_part(self, path, operator):
        one, other = at(path, 1, 2)

        response = operator.post("/station/finish", {"station": "Deburr", "one": seen(one)[0]}, follow=True)

        assert (place(one), place(other)) == (2, 1)
        assert said(response) == [f"{one.id} is done here. Next: Wash, Line 4."]
        assert AuditEntry.objects.order_by("-sequence")[0].user_id == operator.person.pk

    def test_the_rows_own_button_counts_and_not_what_is_ticked(self, path, operator):
        one, other = at(path, 1, 2)

        operator.post("/station/finish", {"one": seen(one)[0], "seen": seen(other)})

        assert (place(one), place(other)) == (2, 1)

    def test_twenty_parts_are_finished_together(self, path, operator):
        parts = at(path, 1, 20)

        response = htmx(operator, "/station/finish", {"station": "Deburr", "seen": seen(*parts)})

        assert {place(part) for part in parts} == {2}
        page = words(response)
        assert in_order(page, "20 parts are done here.", "Next: Wash, Line 4", "No work at Deburr now")
        assert "<html" not in response.content.decode()

    def test_finishing_twenty_costs_as_much_as_finishing_two(self, path, operator):
        few, many = at(path, 1, 2), at(path, 1, 20)
        operator.get("/")

        with counted_statements() as for_few:
            htmx(operator, "/station/finish", {"station": "Deburr", "seen": seen(*few)})
        with counted_statements() as for_many:
            htmx(operator, "/station/finish", {"station": "Deburr", "seen": seen(*many)})

        assert len(for_many) == len(for_few)

    def test_a_page_that_is_old_moves_nobody_twice(self, path, operator):
        one, other = at(path, 1, 2)
        form = {"station": "Deburr", "seen": seen(one, other)}
        advancement.advance(one.id, OPERATOR)

        response = operator.post("/station/finish", form)

        assert response.status_code == 409
        assert (place(one), place(other)) == (2, 1)
        page = main(response)
        assert f"{one.id} is at step index 2, not at 1" in page
        assert in_order(response.content.decode(), f'value="{other.id}@1" data-one checked')

    def test_all_or_none_and_the_sentence_names_the_part(self, path, operator):
        blocked, free = at(path, 3, 2)
        free_path = PathFactory(steps=("Deburr", "Inspect"))
        (free,) = at(free_path, 1)
        client = visitor(Role.OPERATORS, station="Inspect")

        response = client.post("/station/finish", {"station": "Inspect", "seen": [f"{blocked.id}@3", f"{free.id}@1"]})

        assert response.status_code == 400
        assert f"Cannot complete {blocked.id}: required steps still deferred: Deburr, Wash" in main(response)
        assert place(free) == 1

    @pytest.mark.parametrize("values", [[], [""], ["nonsense"], ["SN-99999@0"], ["SN-00001@"], ["SN-00001@9" * 99]])
    def test_what_names_no_part_is_refused_with_words(self, values, path, operator):
        response = operator.post("/station/finish", {"station": "Deburr", "seen": values})

        assert response.status_code in {400, 404, 409}
        assert "data-refusal" in response.content.decode()

    def test_who_may_not_advance_is_told_whom_to_ask(self, path):
        (part,) = at(path, 1)

        response = visitor(Role.AUDITORS, station="Deburr").post("/station/finish", {"one": seen(part)[0]})

        assert response.status_code == 403
        assert "You may not advance parts. Ask an operator, a supervisor or an administrator." in main(response)
        assert place(part) == 1


class TestCertificates:
    def test_a_certificate_goes_on_what_is_chosen(self, path, operator):
        one, other = at(path, 1, 2)
        heat = CertificateFactory(name="Heat A-1")

        response = operator.post(
            "/station/attach", {"station": "Deburr", "cert": heat.pk, "seen": seen(one, other)}, follow=True
        )

        assert said(response) == ["2 parts have Heat A-1 now."]
        assert set(CertAttachment.objects.values_list("serial", flat=True)) == {one.pk, other.pk}

    def test_a_certificate_in_hand_is_remembered_and_said(self, path, operator):
        at(path, 1)
        heat = CertificateFactory(name="Heat A-1")

        operator.post("/station/certificate", {"cert": heat.pk})

        assert in_order(main(operator.get("/")), "In hand: Heat A-1", "Put it away")
        operator.post("/station/certificate", {"cert": ""})
        assert "In hand" not in main(operator.get("/"))

    def test_a_certificate_in_hand_is_said_however_old_it_is(self, path, operator):
        old = CertificateFactory(name="The oldest")
        for _ in range(41):
            CertificateFactory()

        operator.post("/station/certificate", {"cert": old.pk})

        assert "In hand: The oldest" in main(operator.get("/"))

    def test_an_unknown_certificate_is_refused_with_the_apis_sentence(self, path, operator):
        (part,) = at(path, 1)

        response = operator.post("/station/attach", {"station": "Deburr", "cert": "cert_x", "seen": seen(part)})

        assert response.status_code == 404
        assert "Certificate not found: cert_x" in main(response)


class TestCost:
    @pytest.fixture
    def crowded(self, path):
        make_serials(path, 5000)
        for part in make_serials(path, 60):
            advancement.advance(part.id, OPERATOR)
        for _ in range(50):
            CertificateFactory()
        return path

    def test_five_thousand_parts_cost_no_more_queries_and_hardly_more_bytes(self, crowded):
        client = visitor(Role.OPERATORS, station="Deburr")

        with counted_statements() as statements:
            page = client.get("/")

        assert len(statements) <= MOST_QUERIES
        assert in_order(main(page), "Here now 60", "All 60 parts here", "Coming next 5000")
        assert compressed_bytes(client, "/") <= MOST_BYTES


@pytest.mark.parametrize("station", ["", "\x01", "x" * 300, "%00", "%zz", "Deburr%00"])
def test_an_odd_cookie_is_no_fault(station, path):
    client = visitor(Role.OPERATORS)
    client.cookies["station"] = station
    client.cookies["certificate"] = station

    assert client.get("/", follow=True).status_code == 200


def test_nobody_sees_anything_without_signing_in(client):
    response = client.get("/")

    assert response.status_code == 302
    assert response.headers["Location"] == "/sign-in?next=/"


def test_nothing_foreign_may_run_in_a_page_and_nobody_keeps_it(operator):
    headers = operator.get("/").headers

    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "private, no-cache"
