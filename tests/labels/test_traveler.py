"""``/jobs/:id/traveler``: the paper that goes along with the parts of a job."""

import re

import pytest
from django.test import Client

from serials.services import advancement, endings
from shopplanr.accounts.roles import Role
from shopplanr.floor import selections, travelers
from tests.accounts.factories import UserFactory
from tests.admin.conftest import at_desk
from tests.factories import OPERATOR, JobFactory, PathFactory, make_serials
from tests.labels.drawing import pixels, read
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

STEPS = (
    {"name": "Saw", "location": "Hall 1"},
    {"name": "Mill", "location": "Cell 3", "dependencyType": "physical"},
    {"name": "Heat treatment", "dependencyType": "completion_gate"},
    {"name": "Deburr", "location": "Cell 2", "optional": True},
)


@pytest.fixture
def path():
    """Three parts: one at the third step, one at the first, one scrapped."""
    job = JobFactory(name="Bracket", jiraPartNumber="BR-7", goalQuantity=120, dueDate="2026-12-18")
    path = PathFactory(job=job, name="Main", steps=STEPS, advancementMode="flexible", goalQuantity=80)
    moved, _, scrapped = make_serials(path, 3)
    advancement.advance_to(moved.id, 2, OPERATOR)
    endings.scrap(scrapped.id, "damaged", None, OPERATOR)
    return path


@pytest.fixture
def client():
    return at_desk(UserFactory(role=Role.AUDITORS))


def url(path_or_job) -> str:
    return f"/jobs/{getattr(path_or_job, 'job_id', path_or_job.pk)}/traveler"


def plain(response) -> str:
    """Return the words of the page."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode().split("</head>")[1])
    return re.sub(r"\s+", " ", text)


def codes_of(response) -> list[tuple[str, str]]:
    """Return what is read from the codes of the page, in their order."""
    svgs = re.findall(r'<svg class="code".*?</svg>', response.content.decode())
    return [code for svg in svgs for code in read(pixels(svg))]


def rows_of(response) -> list[list[str]]:
    """Return what stands in the lines of the routes."""
    rows = re.findall(r"<tr>(.*?)</tr>", response.content.decode(), re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[re.sub(r"<[^>]+>", "|", cell).strip("|") for cell in row] for row in cells if row[0] != "No."]


def test_its_head_says_what_is_made(client, path):
    text = plain(client.get(url(path)))

    assert "Bracket" in text
    for fact in ("Part BR-7", "Due Fri 18 Dec 2026", "Quantity 120", "Route Main, 80 parts", path.job_id):
        assert fact in text
    assert "Mode Flexible: jump ahead; optional steps are skipped, required ones deferred" in text
    assert "Customer" not in text  # what a job does not say is left out


def test_the_route_has_a_line_per_step_with_boxes_to_sign(client, path):
    response = client.get(url(path))
    boxes = [""] * 5

    assert rows_of(response) == [
        ["1", "Saw", "Hall 1", *boxes],
        ["2", "Mill|Physical: later steps cannot be done before it", "Cell 3", *boxes],
        ["3", "Heat treatment|Completion gate: may be passed, must be done before the end", "", *boxes],
        ["4", "Deburr|Optional", "Cell 2", *boxes],
    ]
    assert re.findall(r'scope="col">([^<]+)', response.content.decode()) == [
        *("No.", "Operation", "Where", "Certificate", "Name", "Date", "Good", "Scrap")
    ]


def test_codes_lead_to_the_job_and_name_the_parts_that_are_in_progress(client, path, settings):
    settings.SITE_URL = "https://shop.example.com"

    assert codes_of(client.get(url(path))) == [
        ("QRCode", f"https://shop.example.com/jobs/{path.job_id}"),
        ("DataMatrix", "SN-00001"),
        ("DataMatrix", "SN-00002"),
    ]


def test_parts_that_are_named_are_listed_whatever_became_of_them(client, path):
    response = client.get(url(path), {"serials": "SN-00003,SN-00001"})

    assert codes_of(response)[1:] == [("DataMatrix", "SN-00003"), ("DataMatrix", "SN-00001")]


def test_each_part_gets_a_page_of_its_own_with_its_steps_as_they_stand(client, path):
    response = client.get(url(path), {"each": "part", "serials": "1..3"})

    codes = [(kind, text.rpartition("/")[2]) for kind, text in codes_of(response)]
    assert codes == [("QRCode", "SN-00001"), ("QRCode", "SN-00002"), ("QRCode", "SN-00003")]
    states = [row[2] for row in rows_of(response)]
    assert [re.sub(r"\|+", "", state) for state in states] == [
        *("Completed", "Deferred", "In progress", "Pending"),
        *("In progress", "Pending", "Pending", "Pending"),
        *("In progress", "Pending", "Pending", "Pending"),
    ]
    assert response.content.decode().count('<article class="paper traveler"') == 3
    assert "State Scrapped" in plain(response)
    assert rows_of(response)[0][1] == "Saw|Hall 1"


def test_a_job_with_several_routes_has_a_choice(client, path):
    rework = PathFactory(job=path.job, name="Rework", steps=("Grind",))

    first, second = client.get(url(path)), client.get(url(path), {"path": rework.pk})

    assert [row[1] for row in rows_of(first)] == ["Saw", *[row[1] for row in rows_of(first)][1:]]
    assert [row[1] for row in rows_of(second)] == ["Grind"]
    assert f'<option value="{rework.pk}" selected>Rework</option>' in second.content.decode()
    assert "<option" in first.content.decode()


@pytest.mark.parametrize(("paper", "sheet"), [("", "a4"), ("a4", "a4"), ("letter", "letter")])
def test_the_paper_is_a_choice(client, path, paper, sheet):
    assert f"floor/print-{sheet}.css" in client.get(url(path), {"paper": paper}).content.decode()


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ({"path": "path_gone"}, 404, "Path not found: path_gone"),
        ({"serials": "foo"}, 400, "No part is called foo"),
        ({"serials": "SN-00004"}, 400, "SN-00004 is not on this path"),
        ({"serials": "1..101", "each": "part"}, 400, "At most 100 parts are printed at once"),
        ({"paper": "foolscap"}, 400, "paper must be one of: a4, letter"),
        ({"path": "\0", "serials": "\0"}, 404, "Path not found"),
    ],
)
def test_what_cannot_be_printed_is_said_next_to_what_was_typed(client, path, query, status, message):
    make_serials()  # SN-00004, on another path

    response = client.get(url(path), query)

    assert response.status_code == status
    assert message in response.content.decode()
    assert "<article" not in response.content.decode()
    assert "data-print" not in response.content.decode()


def test_a_job_that_there_is_not_is_a_page_that_says_so(client):
    for wrong in ("job_gone", "%00", "x" * 3000):
        response = client.get(f"/jobs/{wrong}/traveler")
        assert response.status_code == 404
        assert "Job not found: " in response.content.decode()


def test_a_job_without_a_route_and_a_route_without_parts(client):
    job = JobFactory()
    assert "This job has no route yet" in client.get(url(job)).content.decode()

    path = PathFactory(job=job)
    together, each = client.get(url(job)), client.get(url(job), {"each": "part"})
    assert len(rows_of(together)) == len(path.steps.all())
    assert "Parts to scan" not in together.content.decode()
    assert "No part is in progress on this route." in each.content.decode()


def test_more_parts_than_are_listed_are_left_out_with_a_sentence(client, path, monkeypatch):
    monkeypatch.setattr(selections, "PARTS_MAX", 1)
    monkeypatch.setattr(travelers, "SHEETS_MAX", 1)

    for query in ({}, {"each": "part"}):
        response = client.get(url(path), query)
        assert "More parts are in progress than are listed at once" in response.content.decode()
        assert len(codes_of(response)) == (0 if query else 1)


def test_it_is_for_people_who_are_signed_in_and_may_look(path):
    assert Client().get(url(path)).status_code == 302
    assert at_desk(UserFactory(role=None)).get(url(path)).status_code == 403


def test_nothing_in_it_is_inline(client, path):
    for query in ({}, {"each": "part"}):
        page = client.get(url(path), query).content.decode()
        assert not re.search(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son\w+=", page)


def test_it_costs_the_same_however_many_parts_and_steps_there_are(client, path):
    def cost(path, **query) -> int:
        client.get(url(path), query)
        with counted_statements() as statements:
            assert client.get(url(path), query).status_code == 200
        return len(statements)

    long = PathFactory(steps=[f"Step {number}" for number in range(30)])
    make_serials(long, 40)

    # session, person, job, paths, steps, parts
    assert cost(path) == cost(long) == 6
    assert cost(path, each="part") == cost(long, each="part") == 7
    assert cost(path, serials="1", each="part") == cost(long, serials="4..40", each="part") == 8
