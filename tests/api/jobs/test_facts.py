"""What planners know of a job: customer, order, part and tags, on ``POST`` and ``PUT /jobs``, and in its history."""

import pytest

from serials.models import Job
from serials.services import advancement
from shopplanr import clock
from tests.api.answers import assert_refused, later, nothing_written, versions_of
from tests.factories import OPERATOR, JobFactory, PathFactory, make_serials
from tests.queries import counted_statements

URL = "/api/jobs"

BODY = {"name": "Bracket", "goalQuantity": 25}

FACTS = {
    "customer": "Aldine Aerostructures",
    "purchaseOrder": "4500118273",
    "partNumber": "LG-40217-3",
    "partRevision": "F",
    "dueDate": "2030-05-01",
    "priority": 1,
    "tags": ["titanium", "first article", "Größe 2"],
}
TEXTS = ("customer", "purchaseOrder", "partNumber", "partRevision")


@pytest.fixture
def job(client):
    return Job.objects.get(pk=client.post(URL, BODY | FACTS).json()["id"])


def test_a_new_job_has_what_was_given(client):
    response = client.post(URL, BODY | FACTS)

    assert response.status_code == 201
    shown = response.json()
    assert {name: shown[name] for name in FACTS} == FACTS
    assert list(shown) == [
        *("id", "name", "goalQuantity", "customer", "purchaseOrder", "partNumber", "partRevision", "dueDate"),
        *("dueStatus", "priority", "tags", "createdAt", "updatedAt"),
    ]
    assert client.get(URL).json() == [shown]
    detail = client.get(f"{URL}/{shown['id']}").json()
    assert {name: detail[name] for name in shown} == shown


def test_what_nobody_said_is_left_out(client):
    shown = client.post(URL, BODY).json()

    assert not (set(FACTS) | {"dueStatus"}) & set(shown)


@pytest.mark.parametrize("empty", [None, ""])
def test_a_new_jobs_facts_may_be_empty(empty, client):
    response = client.post(URL, BODY | dict.fromkeys(FACTS, empty))

    assert response.status_code == 201
    assert not set(FACTS) & set(response.json())


@pytest.mark.parametrize("field", FACTS)
@pytest.mark.parametrize("empty", [None, ""])
def test_each_can_be_taken_away_and_the_others_stay(field, empty, client, job):
    response = client.put(f"{URL}/{job.id}", {field: empty})

    assert response.status_code == 200
    gone = {field} | ({"dueStatus"} if field == "dueDate" else set())
    assert {name: value for name, value in FACTS.items() if name != field}.items() <= response.json().items()
    assert not gone & set(response.json())
    assert client.get(URL).json() == [response.json()]


def test_each_can_be_changed(client, job):
    changed = {
        "customer": " Brackwell ",
        "purchaseOrder": "90-44172",
        "partNumber": "VB-8814-2",
        "partRevision": "D",
        "dueDate": "2031-01-31",
        "tags": ["rush", " rush", ""],
    }

    response = client.put(f"{URL}/{job.id}", changed)

    assert response.json().items() >= (changed | {"customer": "Brackwell", "tags": ["rush"]}).items()


def test_facts_of_the_tracker_are_another_matter(client):
    tracked = {"jiraPartNumber": "BR-7", "jiraPriority": "High", "jiraLabels": ["urgent"]}
    job = client.post(URL, BODY | FACTS | tracked).json()

    changed = client.put(f"{URL}/{job['id']}", {"partNumber": None, "tags": None, "jiraLabels": ["calm"]}).json()

    assert tracked.items() <= changed.items()


class TestRefusals:
    """400, and nothing is kept, of a new job and of one that is changed."""

    def refused(self, client, job, given: dict, message: str, field: str, code: str | None = None) -> None:
        with nothing_written():
            assert_refused(client.post(URL, BODY | given), 400, message, field=field, code=code)
            changes = given | {"name": "Flange"}
            assert_refused(client.put(f"{URL}/{job.id}", changes), 400, message, field=field, code=code)

    @pytest.mark.parametrize("field", TEXTS)
    def test_texts_are_texts_of_a_length(self, field, client, job):
        for value in (5, True, ["x"], {}):
            self.refused(client, job, {field: value}, f"{field} must be text", field)
        message = f"{field} must be at most 255 characters"
        self.refused(client, job, {field: "x" * 256}, message, field, code="too_long")

    @pytest.mark.parametrize(
        ("tags", "message"),
        [
            ("rush", "tags must be a list of texts"),
            ([5], "tags must be a list of texts"),
            (["a,b"], "tags cannot hold commas, quotes, backslashes or line breaks"),
        ],
    )
    def test_tags_are_tags(self, tags, message, client, job):
        self.refused(client, job, {"tags": tags}, message, "tags")

    @pytest.mark.parametrize(
        ("priority", "message"),
        [
            ("1", "priority must be a whole number"),
            (True, "priority must be a whole number"),
            (1.5, "priority must be a whole number"),
            ([1], "priority must be a whole number"),
            (0, "priority must be greater than 0"),
            (-1, "priority must be greater than 0"),
        ],
    )
    def test_a_priority_is_a_place(self, priority, message, client, job):
        self.refused(client, job, {"priority": priority}, message, "priority")

    def test_the_documented_refusals_come_first(self, client):
        assert_refused(client.post(URL, {"tags": 5, "customer": 5}), 400, "name is required", field="name")
        assert_refused(client.put(f"{URL}/job_x", {"priority": 0}), 404, "Job not found: job_x")


def test_the_history_has_every_fact_with_who_changed_it(client, program, job):
    with later():
        client.put(f"{URL}/{job.id}", {"tags": ["rush"], "customer": None, "partRevision": "G"})

    made, changed = versions_of(job)

    assert (made.tags, made.customer, made.part_revision, made.priority) == (FACTS["tags"], FACTS["customer"], "F", 1)
    assert (changed.tags, changed.customer, changed.part_revision) == (["rush"], "", "G")
    assert changed.history_user_id == program.pk


class TestDueStatus:
    """``dueStatus``, there where there is a due date."""

    def shown(self, client, job) -> str | None:
        (in_list,) = (each for each in client.get(URL).json() if each["id"] == job.id)
        by_itself = client.get(f"{URL}/{job.id}").json()
        unchanged = client.put(f"{URL}/{job.id}", {}).json()
        assert in_list.get("dueStatus") == by_itself.get("dueStatus") == unchanged.get("dueStatus")
        return in_list.get("dueStatus")

    def test_a_job_is_on_track_at_risk_late_and_done(self, client):
        path = PathFactory(job=JobFactory(goalQuantity=2), steps=("Saw",))
        parts, job = make_serials(path, 2), path.job

        def due(day: str | None) -> str | None:
            client.put(f"{URL}/{job.id}", {"dueDate": day})
            return self.shown(client, job)

        assert due(None) is None
        assert due("2000-01-01") == "late"
        assert due(clock.today().isoformat()) == "at_risk"
        assert due("2090-01-01") == "on_track"
        for part in parts:
            advancement.advance(part.id, OPERATOR)
        assert self.shown(client, job) == due("2000-01-01") == "done"


def test_statements_do_not_grow_with_jobs(client):
    client.get(URL)  # the token's last use is written once a minute
    for due, most in ((None, 2), ("2030-05-01", 3)):  # the caller, the jobs; how far those are that are due
        for _ in range(4):
            PathFactory(job=JobFactory(dueDate=due, tags=["x"]))
        with counted_statements() as statements:
            client.get(URL)
        assert len(statements) == most
    job = Job.objects.filter(due_date__isnull=False).first()
    with counted_statements() as statements:
        client.get(f"{URL}/{job.id}")
    assert len(statements) <= 7
