"""``GET /jobs``."""

import pytest

from serials.models import Job
from tests.api.answers import assert_envelope, assert_refused, later, moment
from tests.factories import JobFactory

URL = "/api/jobs"


def names(response):
    assert response.status_code == 200, response.content
    return [job["name"] for job in response.json()]


def test_an_empty_shop_has_an_empty_list(client):
    response = client.get(URL)

    assert response.status_code == 200
    assert response.content == b"[]"
    assert response["Content-Type"] == "application/json"


def test_a_job_is_shown_as_documented(client):
    job = JobFactory(
        name="Bracket",
        goalQuantity=25,
        jiraTicketKey="SHOP-1",
        jiraTicketSummary="Make brackets",
        jiraPartNumber="BR-7",
        jiraPriority="High",
        jiraEpicLink="SHOP-0",
        jiraLabels=["urgent", "aluminium"],
    )

    assert client.get(URL).json() == [
        {
            "id": job.id,
            "name": "Bracket",
            "goalQuantity": 25,
            "jiraTicketKey": "SHOP-1",
            "jiraTicketSummary": "Make brackets",
            "jiraPartNumber": "BR-7",
            "jiraPriority": "High",
            "jiraEpicLink": "SHOP-0",
            "jiraLabels": ["urgent", "aluminium"],
            "createdAt": moment(job.created_at),
            "updatedAt": moment(job.updated_at),
        }
    ]


def test_what_a_job_has_not_is_left_out(client):
    job = JobFactory(name="Bracket", goalQuantity=25)

    assert client.get(URL).json() == [
        {
            "id": job.id,
            "name": "Bracket",
            "goalQuantity": 25,
            "createdAt": moment(job.created_at),
            "updatedAt": moment(job.updated_at),
        }
    ]


def test_oldest_first(client):
    with later():
        JobFactory(name="second")
    JobFactory(name="first")

    assert names(client.get(URL)) == ["first", "second"]


@pytest.fixture
def three_jobs(db):
    JobFactory(name="Bracket", goalQuantity=5, jiraTicketKey="SHOP-1", jiraPartNumber="AX-9")
    with later():
        JobFactory(name="Flange", goalQuantity=20, jiraTicketKey="SHOP-2")
    with later(hours=1):
        JobFactory(name="Axle", goalQuantity=10, dueDate="2030-05-01")


@pytest.mark.usefixtures("three_jobs")
class TestFilters:
    """Every list takes filters."""

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"search": "flan"}, ["Flange"]),
            ({"search": "shop-1"}, ["Bracket"]),
            ({"search": "ax"}, ["Bracket", "Axle"]),
            ({"name": "AX"}, ["Axle"]),
            ({"jiraTicketKey": "SHOP-2"}, ["Flange"]),
            ({"jiraTicketKey": "shop-2"}, []),
            ({"search": "%"}, []),
            ({"search": "_"}, []),
            ({"search": "a", "jiraTicketKey": "SHOP-1"}, ["Bracket"]),
        ],
    )
    def test_by_what_a_job_is_known_by(self, query, expected, client):
        assert names(client.get(URL, query)) == expected

    def test_by_time_made(self, client):
        middle = Job.objects.get(name="Flange").created_at

        assert names(client.get(URL, {"createdSince": moment(middle)})) == ["Flange", "Axle"]
        assert names(client.get(URL, {"createdBefore": moment(middle)})) == ["Bracket"]

    def test_an_unknown_filter_is_named(self, client):
        assert_refused(
            client.get(URL, {"nane": "Axle"}), 400, "Unknown filter: nane", code="unknown_filter", field="nane"
        )

    def test_a_value_that_a_filter_cannot_use_is_refused(self, client):
        body = assert_envelope(client.get(URL, {"createdSince": "yesterday"}), 400)

        assert body["code"] == "invalid_filter"
        assert list(body["errors"]) == ["createdSince"]


@pytest.mark.usefixtures("three_jobs")
class TestOrdering:
    """``ordering``."""

    @pytest.mark.parametrize(
        ("ordering", "expected"),
        [
            ("name", ["Axle", "Bracket", "Flange"]),
            ("-name", ["Flange", "Bracket", "Axle"]),
            ("goalQuantity", ["Bracket", "Axle", "Flange"]),
            ("-createdAt", ["Axle", "Flange", "Bracket"]),
            ("updatedAt", ["Bracket", "Flange", "Axle"]),
            ("-goalQuantity,name", ["Flange", "Axle", "Bracket"]),
            ("", ["Bracket", "Flange", "Axle"]),
        ],
    )
    def test_by_what_is_shown(self, ordering, expected, client):
        assert names(client.get(URL, {"ordering": ordering})) == expected

    @pytest.mark.parametrize("ordering", ["colour", "-", "--name", "name,colour", "goal_quantity", "pk"])
    def test_an_unknown_one_is_refused(self, ordering, client):
        response = client.get(URL, {"ordering": ordering})

        if ordering == "-":  # nothing to order by is no ordering
            assert names(response) == ["Bracket", "Flange", "Axle"]
        else:
            assert assert_envelope(response, 400)["code"] == "unknown_ordering"


@pytest.mark.usefixtures("three_jobs")
class TestPaging:
    """``limit`` and ``offset``."""

    def test_a_page_stays_a_bare_array_and_headers_carry_the_rest(self, client):
        response = client.get(URL, {"limit": 2, "ordering": "name"})

        assert names(response) == ["Axle", "Bracket"]
        assert response["X-Total-Count"] == "3"
        following = response["Link"].removeprefix("<").partition(">")[0]
        assert response["Link"] == f'<{following}>; rel="next"'

        response = client.get(following)

        assert names(response) == ["Flange"]
        assert response["X-Total-Count"] == "3"
        assert "Link" not in response

    def test_the_next_page_keeps_the_filters(self, client):
        response = client.get(URL, {"limit": 1, "search": "ax"})

        following = response["Link"].removeprefix("<").partition(">")[0]
        assert (names(response), names(client.get(following))) == (["Bracket"], ["Axle"])

    def test_without_limit_the_whole_list_comes_without_headers(self, client):
        response = client.get(URL)

        assert len(names(response)) == 3
        assert "X-Total-Count" not in response
        assert "Link" not in response

    def test_offset_alone_leaves_out_the_first(self, client):
        assert names(client.get(URL, {"offset": 1})) == ["Flange", "Axle"]

    def test_beyond_the_end_there_is_nothing(self, client):
        assert names(client.get(URL, {"offset": 10, "limit": 10})) == []

    def test_a_limit_of_nothing_counts(self, client):
        response = client.get(URL, {"limit": 0})

        assert names(response) == []
        assert response["X-Total-Count"] == "3"

    @pytest.mark.parametrize("parameter", ["limit", "offset"])
    @pytest.mark.parametrize("value", ["-1", "x", "", "1.5", "1e3", "٣", " 1", "9" * 19])
    def test_junk_is_refused(self, parameter, value, client):
        assert_refused(
            client.get(URL, {parameter: value}),
            400,
            f"{parameter} must be a whole number, 0 or more",
            code="invalid_page",
            field=parameter,
        )


def test_queries_do_not_grow_with_jobs(client, django_assert_num_queries):
    client.get(URL)  # the token's last use is written once a minute
    for _ in range(12):
        JobFactory()

    with django_assert_num_queries(2):  # the caller; the jobs
        assert len(names(client.get(URL))) == 12
