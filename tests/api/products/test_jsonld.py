"""``GET /products/{gtin}/certifications?format=jsonld``: in the words of the GS1 Web Vocabulary."""

import jsonschema
import pytest

from certificates.api import jsonld
from tests.api.answers import assert_envelope
from tests.api.products.test_assign import FACTS
from tests.factories import AssignmentFactory, CertificationFactory

QUERY = {"format": "jsonld", "as_of": "2024-03-01"}


@pytest.fixture
def document(client, list_url):
    """Return the document that these parameters give."""

    def document(**query):
        response = client.get(list_url, QUERY | query)
        assert response.status_code == 200, response.content
        assert response["Content-Type"] == "application/ld+json"
        body = response.json()
        jsonschema.Draft202012Validator(jsonld.SCHEMA).validate(body)
        return body

    return document


def test_a_product_and_what_it_is_certified_for(document, product, certification):
    AssignmentFactory(product=product, certification=certification, **FACTS)

    body = document()

    assert list(body) == ["@context", "@type", "gtin", "certification"]
    assert (body["@type"], body["gtin"]) == ("gs1:Product", "04006381333931")
    assert body["certification"] == [
        {
            "@type": "gs1:CertificationDetails",
            "certificationStandard": "USDA Organic",
            "certificationAgency": "Control Union",
            "certificationIdentification": "NOP-12345",
            "certificationValue": "100% Organic",
            "certificationStartDate": "2024-02-29",
            "certificationEndDate": "2028-02-29",
            "certificationAuditDate": "2024-01-15",
            "initialCertificationDate": "2019-03-01",
            "certificationURI": "https://organic.example/NOP-12345",
            "certificationStatus": "ACTIVE",
        }
    ]


def test_every_word_is_the_vocabularys(document, assignment):
    context = document()["@context"]

    assert context["@vocab"] == context["gs1"] == "https://ref.gs1.org/voc/"
    assert context["certificationStartDate"] == {"@type": "xsd:date"}
    assert context["xsd"] == "http://www.w3.org/2001/XMLSchema#"


def test_what_is_not_known_is_left_out(document, product):
    AssignmentFactory(product=product, certification=CertificationFactory(label="CE"))

    assert document()["certification"] == [
        {"@type": "gs1:CertificationDetails", "certificationStandard": "CE", "certificationStatus": "ACTIVE"}
    ]


def test_the_address_is_the_certificates_else_the_certifications(document, product, certification):
    assignment = AssignmentFactory(product=product, certification=certification)

    assert document()["certification"][0]["certificationURI"] == assignment.certification.url


@pytest.mark.parametrize(("day", "status"), [("2028-02-29", "ACTIVE"), ("2028-03-01", "INACTIVE")])
def test_the_status_is_that_of_validity_and_not_of_trust(day, status, document, product):
    AssignmentFactory(product=product, expiration_date="2028-02-29", verification_status="expired")

    assert document(as_of=day)["certification"][0]["certificationStatus"] == status


def test_filters_ordering_and_paging_are_those_of_the_list(client, document, list_url, product):
    for label in ("Kosher", "CE", "Halal"):
        AssignmentFactory(product=product, certification=CertificationFactory(label=label))
    AssignmentFactory(product=product, expiration_date="2020-01-01")

    def labels(**query):
        return [each["certificationStandard"] for each in document(**query)["certification"]]

    assert labels(is_active="true", ordering="-label") == ["Kosher", "Halal", "CE"]
    assert labels(is_active="true", limit=1, offset=1) == ["Halal"]
    assert client.get(list_url, QUERY | {"limit": 1})["X-Total-Count"] == "4"


def test_a_product_without_any(document, product):
    assert document()["certification"] == []


def test_an_error_is_an_error_as_everywhere(client):
    assert_envelope(client.get("/api/products/96385074/certifications", QUERY), 404)
    assert_envelope(client.get("/api/products/123/certifications", QUERY), 400)
