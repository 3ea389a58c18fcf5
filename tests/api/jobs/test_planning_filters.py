"""``GET /jobs`` as planners ask it: by customer, part, tag and due date; what is late, at risk or still open."""

from datetime import UTC, datetime

import pytest

from serials.services import advancement, endings
from shopplanr import clock
from tests.api.answers import assert_refused
from tests.factories import OPERATOR, JobFactory, PathFactory, make_serials
from tests.queries import counted_statements

URL = "/api/jobs"

NOW = datetime(2024, 3, 1, 9, tzinfo=UTC)


def names(client, **query) -> list[str]:
    response = client.get(URL, query)
    assert response.status_code == 200, response.content
    return [job["name"] for job in response.json()]


@pytest.fixture
def shop(db):
    """Jobs that were made ten days ago, as of today."""
    jobs = {
        "no date": {},
        "late": {"dueDate": "2024-02-29", "customer": "Aldine", "partNumber": "LG-4", "tags": ["titanium", "rush"]},
        "soon": {"dueDate": "2024-03-03", "customer": "Aldine", "tags": ["Titanium"]},
        "behind": {"dueDate": "2024-03-10", "customer": "aldine", "partNumber": "lg-4", "tags": ["rush order"]},
        "in time": {"dueDate": "2024-12-24", "customer": "Brackwell", "purchaseOrder": "90-44172", "tags": ["xrush"]},
        "done": {"dueDate": "2024-02-20", "partNumber": "VB-8814"},
        "done early": {"tags": ["größe 2"]},
    }
    with clock.told(NOW.replace(month=2, day=20)):
        for place, (name, facts) in enumerate(jobs.items()):
            with clock.told(NOW.replace(month=2, day=20, minute=place)):
                path = PathFactory(job=JobFactory(name=name, goalQuantity=1, **facts), steps=("Saw",))
                for part in make_serials(path, 2 if name == "late" else 1):
                    if name.startswith("done"):
                        advancement.advance(part.id, OPERATOR)
                    elif name == "late":
                        endings.scrap(part.id, "damaged", None, OPERATOR)  # scrap is nothing that was made
    with clock.told(NOW):
        yield


@pytest.mark.usefixtures("shop")
class TestFilters:
    """One fact each, and together."""

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"customer": "Aldine"}, ["late", "soon"]),
            ({"customer": "Aldi"}, []),
            ({"partNumber": "LG-4"}, ["late"]),
            ({"tag": "titanium"}, ["late"]),
            ({"tag": "Titanium"}, ["soon"]),
            ({"tag": "rush"}, ["late"]),
            ({"tag": "rush order"}, ["behind"]),
            ({"tag": "größe 2"}, ["done early"]),
            ({"tag": "titanium,rush"}, []),
            ({"tag": ","}, []),
            ({"tag": '","'}, []),
            ({"tag": "%"}, []),
            ({"tag": "x" * 51}, []),
            ({"dueSince": "2024-03-03"}, ["soon", "behind", "in time"]),
            ({"dueBefore": "2024-03-03"}, ["late", "done"]),
            ({"dueSince": "2024-03-03", "dueBefore": "2024-03-10"}, ["soon"]),
            ({"late": "true"}, ["late"]),
            ({"late": "false"}, ["no date", "soon", "behind", "in time", "done", "done early"]),
            ({"atRisk": "true"}, ["soon", "behind"]),
            ({"atRisk": "false"}, ["no date", "late", "in time", "done", "done early"]),
            ({"open": "true"}, ["no date", "late", "soon", "behind", "in time"]),
            ({"open": "false"}, ["done", "done early"]),
            ({"late": "true", "atRisk": "true"}, []),
            ({"atRisk": "true", "customer": "Aldine", "open": "true"}, ["soon"]),
            ({"search": "brackwell"}, ["in time"]),
            ({"search": "44172"}, ["in time"]),
            ({"search": "8814"}, ["done"]),
        ],
        ids=str,
    )
    def test_by_what_planners_know(self, query, expected, client):
        assert names(client, **query) == expected

    @pytest.mark.parametrize("field", ["dueSince", "dueBefore"])
    @pytest.mark.parametrize("day", ["soon", "2024-02-30", "2024-3-1"])
    def test_a_day_is_a_day(self, field, day, client):
        message = f"{field} must be a date, YYYY-MM-DD"
        assert_refused(client.get(URL, {field: day}), 400, message, code="not_a_date", field=field)

    @pytest.mark.parametrize("field", ["late", "atRisk", "open"])
    def test_a_question_is_answered_by_yes_or_no(self, field, client):
        response = client.get(URL, {field: "maybe"})
        assert (response.status_code, response.json()["code"]) == (400, "invalid_filter")

    def test_what_is_shown_is_what_was_asked_for(self, client):
        shown = {job["name"]: job.get("dueStatus") for job in client.get(URL).json()}

        assert shown == {
            "no date": None,
            "late": "late",
            "soon": "at_risk",
            "behind": "at_risk",
            "in time": "on_track",
            "done": "done",
            "done early": None,
        }

    def test_orderings(self, client):
        assert names(client, ordering="priority", limit=2) == ["no date", "late"]
        assert names(client, ordering="-priority", limit=2) == ["done early", "done"]
        assert names(client, ordering="dueDate", dueSince="2024-01-01")[:2] == ["done", "late"]

    def test_pages_count_and_lead_on(self, client):
        response = client.get(URL, {"open": "true", "limit": 2, "ordering": "priority"})

        assert response["X-Total-Count"] == "5"
        assert "open=true" in response["Link"]

    def test_statements(self, client):
        client.get(URL)  # the token's last use is written once a minute
        for query in ({"late": "true"}, {"atRisk": "false"}, {"open": "true", "late": "false"}):
            with counted_statements() as statements:
                names(client, **query)
            assert len(statements) <= 3  # the caller, the jobs, how far they are
