"""``productGtin``: a job may name the product that it makes."""

import pytest

from certificates.models import JobProduct
from serials.models import Job
from tests.api.answers import assert_refused, nothing_written, versions_of
from tests.factories import JobFactory, ProductFactory
from tests.queries import counted_statements

URL = "/api/jobs"

BODY = {"name": "Bracket", "goalQuantity": 5}


@pytest.fixture
def product(db):
    return ProductFactory(gtin="4006381333931")


@pytest.fixture
def job(client, product):
    return Job.objects.get(pk=client.post(URL, BODY | {"productGtin": product.gtin}).json()["id"])


@pytest.mark.parametrize("written", ["4006381333931", "04006381333931"])
def test_a_new_job_names_its_product_in_either_form(written, client, product):
    response = client.post(URL, BODY | {"productGtin": written})

    assert (response.status_code, response.json()["productGtin"]) == (201, "04006381333931")
    assert client.get(URL).json() == [response.json()]
    shown = client.get(f"{URL}/{response.json()['id']}").json()
    assert {name: shown[name] for name in response.json()} == response.json()


@pytest.mark.parametrize("nothing", [{}, {"productGtin": None}, {"productGtin": ""}])
def test_a_job_without_one_shows_none(nothing, client):
    response = client.post(URL, BODY | nothing)

    assert response.status_code == 201
    assert "productGtin" not in response.json()
    assert "productGtin" not in client.get(f"{URL}/{response.json()['id']}").json()


def test_it_can_be_named_later_changed_and_taken_away(client, program, product):
    job, other = JobFactory(), ProductFactory()

    def answered(**body):
        response = client.put(f"{URL}/{job.id}", body)
        assert response.status_code == 200
        assert client.get(URL).json() == [response.json()]
        return response.json().get("productGtin")

    assert answered(productGtin=product.gtin) == product.gtin
    assert answered(goalQuantity=7) == product.gtin
    assert answered(productGtin=other.gtin) == other.gtin
    assert answered(productGtin=other.gtin) == other.gtin
    assert answered(productGtin=None) is None
    assert answered(productGtin="") is None
    versions = JobProduct.history.filter(job=job).order_by("history_id")
    assert [(each.history_type, each.product_id) for each in versions] == [
        ("+", product.gtin),
        ("~", other.gtin),
        ("-", other.gtin),
    ]
    assert {each.history_user_id for each in versions} == {program.pk}


@pytest.mark.parametrize(
    ("given", "status", "message"),
    [
        ("96385074", 404, "Product not found: 00000096385074"),
        ("96385075", 400, "productGtin has a wrong check digit: 96385075 ends in 5, and 4 belongs there"),
        ("123", 400, "productGtin must be 8, 12, 13 or 14 digits"),
        (4006381333931, 400, "productGtin must be text"),
        (["4006381333931"], 400, "productGtin must be text"),
    ],
)
def test_a_product_that_is_none_leaves_nothing_of_the_call(given, status, message, client, job):
    field = "productGtin" if status == 400 else None
    with nothing_written():
        assert_refused(client.post(URL, BODY | {"productGtin": given}), status, message, field=field)
        response = client.put(f"{URL}/{job.id}", {"name": "Flange", "productGtin": given})
        assert_refused(response, status, message, field=field)


def test_the_documented_refusals_come_first(client):
    assert_refused(client.post(URL, {"productGtin": "123"}), 400, "name is required", field="name")
    assert_refused(client.put(f"{URL}/job_x", {"productGtin": "123"}), 404, "Job not found: job_x")


def test_jobs_are_found_by_their_product(client, product, job):
    JobFactory()
    other = ProductFactory()

    for written, found in (("4006381333931", [job.id]), (product.gtin, [job.id]), (other.gtin, [])):
        assert [each["id"] for each in client.get(URL, {"productGtin": written}).json()] == found
    assert client.get(URL, {"productGtin": "123"}).json()["code"] == "invalid_gtin"


def test_the_jobs_own_history_is_its_own(client, product, job):
    assert [version.history_type for version in versions_of(job)] == ["+"]


def test_statements(client, product, job):
    client.get(URL)  # the token's last use is written once a minute
    for call, most in (
        (lambda: client.get(URL), 2),  # the caller; the jobs
        (lambda: client.get(f"{URL}/{job.id}"), 6),
        (lambda: client.post(URL, BODY), 5),  # the caller; the order of work, its end; the job, its version
        (lambda: client.post(URL, BODY | {"productGtin": product.gtin}), 8),  # the product; the link, its version
        (lambda: client.put(f"{URL}/{job.id}", {"goalQuantity": 9}), 5),  # the job again; which product it has
    ):
        with counted_statements() as statements:
            assert call().status_code < 300
        assert len(statements) <= most
