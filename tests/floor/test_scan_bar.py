"""The scan bar: at a station a scan acts, elsewhere it leads to what was scanned, and typed words are looked for."""

import pytest

from certificates.models import CertAttachment
from serials.models import Serial
from shopplanr.accounts.roles import Role
from shopplanr.floor.models import Scan
from tests.factories import CertificateFactory, JobFactory, PathFactory, make_serial
from tests.floor.visitors import MOST_QUERIES, in_order, main, said, visitor, words
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def part():
    return make_serial(PathFactory(job=JobFactory(name="Bracket"), steps=("Saw", {"name": "Deburr", "location": "B2"})))


@pytest.fixture
def operator():
    return visitor(Role.OPERATORS, station="Saw")


def scan(client, code, station="Saw", **more):
    form = {"code": code, "scanned": "1", "from": "/"} | ({"station": station} if station else {}) | more
    return client.post("/scan", form, headers={"HX-Request": "true"})


def place(part) -> int:
    return Serial.objects.values_list("current_step_index", flat=True).get(pk=part.pk)


def test_a_scan_at_the_station_finishes_the_part_and_the_list_is_new(part, operator):
    response = scan(operator, part.id)

    assert place(part) == 1
    page = words(response)
    assert in_order(page, f"{part.id} is done here. Next: Deburr, B2.", "No work at Saw now", "Last scans", part.id)
    html = response.content.decode()
    assert 'data-verdict="done"' in html and 'hx-swap-oob="innerHTML"' in html and "<html" not in html


def test_the_same_scan_a_moment_later_is_the_same_scan(part, operator):
    scan(operator, part.id)

    page = words(scan(operator, part.id))

    assert place(part) == 1
    assert "Scanned a moment ago: nothing happened twice." in page


def test_a_part_that_is_elsewhere_needs_an_answer(part, operator):
    page = scan(operator, part.id, station="Deburr")

    assert place(part) == 0
    assert in_order(words(page), f"{part.id} is at Saw, not at Deburr.", f"Open {part.id}")


def test_a_certificate_is_taken_in_hand_and_goes_on_the_parts_that_follow(part, operator):
    heat = CertificateFactory(name="Heat A-1")

    taken = scan(operator, heat.pk)
    given = scan(operator, part.id)

    assert in_order(words(taken), "Now scan the parts that get it.", "In hand: Heat A-1")
    assert taken.cookies["certificate"].value == heat.pk
    assert f"{part.id} has Heat A-1 now." in words(given)
    assert place(part) == 0
    assert CertAttachment.objects.get().serial_id == part.pk


def test_an_unknown_code_is_said_and_kept(operator):
    assert "Unknown code: XJ-900" in words(scan(operator, "XJ-900"))
    assert Scan.objects.get().code == "XJ-900"


@pytest.mark.parametrize("prefix", ["]d2", "]C1", "]Q3", "  ", "\t"])
def test_what_a_scanner_adds_is_dropped(prefix, part, operator):
    scan(operator, f"{prefix}{part.id}\t")

    assert place(part) == 1


def test_elsewhere_a_scan_leads_to_what_was_scanned(part, operator):
    heat = CertificateFactory()

    def leads_to(code) -> str:
        return scan(operator, code, station="").headers["HX-Redirect"]

    assert leads_to(part.id) == f"/serials/{part.id}"
    assert leads_to(part.job_id) == f"/jobs/{part.job_id}"
    assert leads_to(f"http://testserver/serials/{part.id}") == f"/serials/{part.id}"
    assert leads_to(heat.pk) == f"/certificates/{heat.pk}"


def test_words_that_are_no_code_are_looked_for_and_are_no_scan(operator):
    response = operator.post("/scan", {"code": "bracket"}, headers={"HX-Request": "true"})

    assert response.headers["HX-Redirect"] == "/search?q=bracket"
    assert not Scan.objects.exists()


def test_without_scripts_the_page_comes_back_with_the_verdict(part, operator):
    response = operator.post("/scan", {"code": part.id, "station": "Saw", "from": "/"}, follow=True)

    assert place(part) == 1
    assert said(response) == [f"{part.id} is done here. Next: Deburr, B2."]
    assert response.redirect_chain == [("/", 303)]


def test_nobody_is_led_to_another_site(part, operator):
    form = {"code": "XJ-900", "scanned": "1", "from": "https://evil.example/"}

    assert operator.post("/scan", form).headers["Location"] == "/"


def test_who_may_not_is_refused_in_words(part):
    page = words(scan(visitor(Role.AUDITORS, station="Saw"), part.id))

    assert "You may not advance parts." in page
    assert place(part) == 0


@pytest.mark.parametrize("code", ["", " ", "\0", "x" * 5000, "SN-99999", "]d2"])
def test_no_code_is_a_fault_of_the_server(code, operator):
    for station in ("Saw", "", "\0", "x" * 999):
        assert scan(operator, code, station=station).status_code < 500
    assert operator.post("/scan", {"code": code}).status_code < 500


def test_a_scan_costs_a_known_number_of_queries(part, operator):
    operator.get("/")

    with counted_statements() as statements:
        scan(operator, part.id)

    # the scan itself, and the station that is shown anew
    assert len(statements) <= MOST_QUERIES + 16


class TestSearch:
    def test_a_number_leads_straight_to_the_part(self, part, operator):
        for text in (part.id, part.id.lower(), str(part.pk)):
            assert operator.get("/search", {"q": text}).headers["Location"] == f"/serials/{part.id}"

    def test_words_find_jobs_and_certificates(self, part, operator):
        CertificateFactory(name="Mill test report", metadata={"heat": "A-4711"})

        assert in_order(main(operator.get("/search", {"q": "brack"})), "Found for “brack”", "Jobs", "Bracket")
        assert in_order(main(operator.get("/search", {"q": "A-4711"})), "Certificates", "Mill test report")

    @pytest.mark.parametrize("text", ["", "nothing like it", "\0", "%", "x" * 5000, "9" * 40])
    def test_nothing_found_says_what_can_be_looked_for(self, text, operator):
        response = operator.get("/search", {"q": text})

        assert response.status_code == 200
        if text.strip("\0"):
            assert "Nothing found" in main(response)
