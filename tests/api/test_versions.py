"""``ETag`` and ``If-Match``: whoever says what they saw writes over nothing that they did not see."""

import pytest

from serials.models import Job, Path
from serials.services import priorities, steps
from shopplanr.accounts.services import update_user
from shopplanr.api.endpoints import ENDPOINTS
from shopplanr.versions import version_of
from tests.api.answers import assert_refused, nothing_written
from tests.api.shop import calls
from tests.factories import PLANNER, JobFactory, PathFactory, ProductFactory, steps_of
from tests.queries import counted_statements

SENTENCE = "This was changed meanwhile and is no longer what If-Match names; read it again and repeat the change"

CHANGES = {
    "PUT jobs/<str:id>": {"goalQuantity": 77},
    "PUT paths/<str:id>": {"goalQuantity": 77},
    "PATCH paths/<str:id>/advancement-mode": {"advancementMode": "per_step"},
    "DELETE paths/<str:id>": None,
    "PATCH steps/<str:id>/assign": {"userId": None},
    "PATCH steps/<str:id>/config": {"optional": True},
    "PUT steps/<str:id>/requirements": {"requirements": []},
    "PATCH products/<str:gtin>": {"name": "Something else"},
    "PATCH certifications/<str:id>": {"label": "Something else"},
    "PATCH products/<str:gtin>/certifications/<str:certification_id>": {"scope": "something else"},
    "DELETE products/<str:gtin>/certifications/<str:certification_id>": None,
    "PUT users/<str:id>": {"name": "Somebody else"},
}
"""Every call that changes something which has a version, with a change."""

READ = {
    name: name.split()[1]
    .removesuffix("/advancement-mode")
    .removesuffix("/assign")
    .removesuffix("/config")
    .removesuffix("/requirements")
    for name in CHANGES
}
"""Where the version can be read that each of them changes."""


def test_every_call_that_changes_a_version_is_tried_here():
    declared = {
        f"{verb} {endpoint.path}"
        for endpoint in ENDPOINTS
        for verb, (action, _) in endpoint.verbs.items()
        if action in endpoint.viewset.versioned and verb in {"PUT", "PATCH", "DELETE"}
    }

    assert declared == set(CHANGES)


@pytest.fixture(params=CHANGES)
def change(request, shop):
    """A call that changes something, and the address where that can be read."""
    by_name = {call.name: call for call in calls(shop)}
    call = by_name[request.param]
    read = by_name[f"GET {READ[request.param]}"]
    return call.verb.lower(), call.url(), CHANGES[request.param], read.url(**call.ids)


def send(client, change, if_match: str):
    verb, url, body, _ = change
    return getattr(client, verb)(url, body, HTTP_IF_MATCH=if_match)


def test_what_was_seen_can_be_changed(client, change):
    seen = client.get(change[3])["ETag"]

    response = send(client, change, seen)

    assert response.status_code in (200, 204)


def test_the_version_stands_until_something_changes_and_the_answer_says_the_new_one(client, change):
    verb, _, _, read = change
    seen = client.get(read)["ETag"]
    assert client.get(read)["ETag"] == seen

    response = send(client, change, seen)

    if verb != "delete":
        assert response["ETag"] == client.get(read)["ETag"]
        assert response["ETag"] != seen or response.json() == client.get(read).json()


def test_what_was_changed_meanwhile_is_refused_and_stays(client, change):
    with nothing_written():
        response = send(client, change, '"00000000000000000000000000000000"')

    assert_refused(response, 412, SENTENCE, code="stale")


@pytest.mark.parametrize("header", ['W/"0"', "", "nonsense", '"', '"a", "b"', "\\x00", "x" * 5000])
def test_a_header_that_names_no_version_changes_nothing(client, shop, header):
    with nothing_written():
        response = client.put(f"/api/jobs/{shop.job.id}", {"name": "New"}, HTTP_IF_MATCH=header)

    assert_refused(response, 412, SENTENCE)


def test_a_star_is_any_version_and_one_of_several_is_enough(client, shop):
    url = f"/api/jobs/{shop.job.id}"

    assert client.put(url, {"name": "Star"}, HTTP_IF_MATCH="*").status_code == 200
    several = f'"0", {client.get(url)["ETag"]}'
    assert client.put(url, {"name": "Several"}, HTTP_IF_MATCH=several).status_code == 200


def test_a_record_that_is_not_there_is_not_found_whatever_is_expected(client, db):
    response = client.put("/api/jobs/job_of_nobody", {"name": "New"}, HTTP_IF_MATCH='"0"')

    assert_refused(response, 404, "Job not found: job_of_nobody")


def test_a_new_object_says_its_version_at_once(client, db):
    made = client.post("/api/jobs", {"name": "New", "goalQuantity": 3})

    assert made["ETag"] == client.get(f"/api/jobs/{made.json()['id']}")["ETag"]


class TestWhatIsPartOfAVersion:
    def test_of_a_path_its_steps(self, client, db):
        path = PathFactory()
        before = client.get(f"/api/paths/{path.id}")["ETag"]
        steps.configure(steps_of(path)[1].id, {"optional": True}, PLANNER)

        assert client.get(f"/api/paths/{path.id}")["ETag"] != before

    def test_of_a_job_its_product(self, client, db):
        job, product = JobFactory(), ProductFactory()
        url = f"/api/jobs/{job.id}"
        before = client.get(url)["ETag"]

        client.put(url, {"productGtin": product.gtin})
        named = client.get(url)["ETag"]
        again = client.put(url, {"productGtin": None}, HTTP_IF_MATCH=named)

        assert named != before
        assert again.status_code == 200

    def test_of_a_job_nothing_of_its_progress(self, client, db):
        path = PathFactory()
        url = f"/api/jobs/{path.job_id}"
        before = client.get(url)["ETag"]
        client.post("/api/serials", {"jobId": path.job_id, "pathId": path.id, "quantity": 2})

        assert client.get(url)["ETag"] == before

    def test_of_a_user_not_that_they_signed_in(self, client, shop):
        url = f"/api/users/{shop.operator.id}"
        before = client.get(url)["ETag"]
        type(shop.operator).objects.filter(pk=shop.operator.pk).update(password="!", last_login="2026-01-01T00:00Z")

        assert client.get(url)["ETag"] == before
        update_user(shop.operator.id, {"department": "Turning"})
        assert client.get(url)["ETag"] != before

    def test_of_a_job_its_place_in_the_order_of_work(self, client, db):
        first, second = JobFactory(), JobFactory()
        before = client.get(f"/api/jobs/{first.id}")["ETag"]
        priorities.reorder([second.id, first.id], PLANNER)

        assert client.get(f"/api/jobs/{first.id}")["ETag"] != before

    def test_the_same_content_is_the_same_version_read_or_just_written(self, db):
        job = JobFactory(dueDate="2026-12-24", tags=["titanium"], jiraLabels=["a", "b"])

        assert version_of(job) == version_of(Job.objects.get(pk=job.pk))


def test_reading_costs_no_statement_more_for_its_version(client, db):
    path = PathFactory()
    client.get(f"/api/paths/{path.id}")

    with counted_statements() as statements:
        client.get(f"/api/paths/{path.id}")

    assert len([sql for sql in statements.queries if f'"{Path._meta.db_table}"' in sql]) <= 1


def test_of_a_path_the_steps_are_read_only_where_something_is_expected(client, db):
    path = PathFactory()
    url = f"/api/paths/{path.id}"
    client.put(url, {"goalQuantity": 5})
    seen = client.put(url, {"goalQuantity": 6})["ETag"]

    with counted_statements() as careful:
        client.put(url, {"goalQuantity": 7}, HTTP_IF_MATCH=seen)
    with counted_statements() as plain:
        client.put(url, {"goalQuantity": 8})

    assert len(careful) == len(plain) + 2  # the steps, and what they ask for


def test_what_a_step_asks_for_is_part_of_its_version_and_of_its_paths(client, db):
    path = PathFactory()
    saw = steps_of(path)[0]
    urls = f"/api/paths/{path.id}", f"/api/steps/{saw.id}"
    before = [client.get(url)["ETag"] for url in urls]

    client.put(f"{urls[1]}/requirements", {"requirements": [{"certificateType": "process"}]})

    assert not {client.get(url)["ETag"] for url in urls} & set(before)
    for url, seen in zip((urls[0], f"{urls[1]}/requirements"), before, strict=True):
        body = {"steps": [{"name": "Saw"}], "requirements": []}
        assert_refused(client.put(url, body, HTTP_IF_MATCH=seen), 412, SENTENCE)
