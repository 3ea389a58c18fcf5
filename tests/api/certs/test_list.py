"""``GET /certs``."""

import pytest

from certificates.models import Certificate
from tests.api.answers import assert_envelope, assert_refused, later, moment
from tests.factories import CertificateFactory

URL = "/api/certs"


def names(response):
    assert response.status_code == 200, response.content
    return [certificate["name"] for certificate in response.json()]


@pytest.fixture
def three(db):
    CertificateFactory(type="material", name="Steel")
    with later():
        CertificateFactory(type="process", name="Heat treatment")
    with later(hours=1):
        CertificateFactory(type="material", name="Aluminium")


def test_certificates_are_shown_as_documented_oldest_first(client):
    with later():
        plain = CertificateFactory(type="process", name="Heat treatment")
    full = CertificateFactory(type="material", name="Steel", metadata={"grade": "A36", "supplier": None})

    assert client.get(URL).json() == [
        {
            "id": full.id,
            "type": "material",
            "name": "Steel",
            "metadata": {"grade": "A36", "supplier": None},
            "createdAt": moment(full.created_at),
        },
        {
            "id": plain.id,
            "type": "process",
            "name": "Heat treatment",
            "createdAt": moment(plain.created_at),
        },
    ]


def test_an_empty_shop_has_an_empty_list(client):
    assert client.get(URL).content == b"[]"


@pytest.mark.usefixtures("three")
class TestFilters:
    """Filters, ordering and paging."""

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"type": "material"}, ["Steel", "Aluminium"]),
            ({"type": "process"}, ["Heat treatment"]),
            ({"name": "EA"}, ["Heat treatment"]),
            ({"name": "e", "type": "material"}, ["Steel"]),
            ({"ordering": "name"}, ["Aluminium", "Heat treatment", "Steel"]),
            ({"ordering": "type,-name"}, ["Steel", "Aluminium", "Heat treatment"]),
            ({"ordering": "-createdAt"}, ["Aluminium", "Heat treatment", "Steel"]),
            ({"offset": 1}, ["Heat treatment", "Aluminium"]),
        ],
    )
    def test_by_what_is_shown(self, query, expected, client):
        assert names(client.get(URL, query)) == expected

    def test_by_time(self, client):
        middle = moment(Certificate.objects.get(name="Heat treatment").created_at)

        assert names(client.get(URL, {"createdSince": middle})) == ["Heat treatment", "Aluminium"]
        assert names(client.get(URL, {"createdBefore": middle})) == ["Steel"]

    def test_a_page_of_it(self, client):
        response = client.get(URL, {"limit": 1, "offset": 1})

        assert (names(response), response["X-Total-Count"]) == (["Heat treatment"], "3")
        assert 'rel="next"' in response["Link"]

    @pytest.mark.parametrize("query", [{"type": "metal"}, {"createdSince": "x"}])
    def test_a_value_that_a_filter_cannot_use(self, query, client):
        body = assert_envelope(client.get(URL, query), 400)

        assert (body["code"], list(body["errors"])) == ("invalid_filter", list(query))

    def test_an_unknown_filter(self, client):
        assert_refused(client.get(URL, {"kind": "x"}), 400, "Unknown filter: kind", field="kind")


def test_queries_do_not_grow(client, django_assert_num_queries):
    client.get(URL)  # the token's last use is written once a minute
    for _ in range(12):
        CertificateFactory(metadata={"lot": 1})

    with django_assert_num_queries(2):  # the caller; the certificates
        assert len(names(client.get(URL))) == 12
