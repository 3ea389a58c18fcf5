"""``GET /certs``."""

import pytest

from certificates.models import Certificate
from certificates.services import revisions
from tests.api.answers import assert_envelope, assert_refused, later, moment
from tests.factories import PLANNER, CertificateFactory, make_documents, put_right
from tests.papers import report

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


class TestByFacts:
    """Where was this heat used, what came from this supplier, what runs out soon."""

    @pytest.fixture(autouse=True)
    def _some(self, db):
        with later(minutes=1):
            CertificateFactory(name="plate", number="1-A", issuer="Nordstahl", heatLot="A31907", en10204Type="3.1")
        with later(minutes=2):
            CertificateFactory(name="bar", issuer="nordstahl", heatLot="a31907", validTo="2024-12-31")
        with later(minutes=3):
            CertificateFactory(name="bath", type="process", validFrom="2024-02-01", validTo="2025-01-31")
        with later(minutes=4):
            wrong = CertificateFactory(name="wrong", heatLot="B1")
        with later(minutes=5):
            right = put_right(wrong, name="right")
        with later(minutes=6):
            revisions.revoke(CertificateFactory(name="revoked").pk, "withdrawn", PLANNER)
        assert right.heat_lot == "B1"

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"number": "1-A"}, "plate"),
            ({"issuer": "Nordstahl"}, "plate"),
            ({"heatLot": "a31907"}, "bar"),
            ({"heatLot": "B1"}, "wrong right"),
            ({"en10204Type": "3.1"}, "plate"),
            ({"search": "NORDSTAHL"}, "plate bar"),
            ({"search": "31907"}, "plate bar"),
            ({"validOn": "2024-01-31"}, "plate bar wrong right revoked"),
            ({"validOn": "2024-02-01"}, "plate bar bath wrong right revoked"),
            ({"validOn": "2025-01-31", "type": "process"}, "bath"),
            ({"validOn": "2025-02-01", "type": "process"}, ""),
            ({"expiresBefore": "2025-01-31"}, "bar"),
            ({"expiresBefore": "2025-02-01", "validOn": "2025-01-01"}, "bath"),
            ({"current": "true"}, "plate bar bath right"),
            ({"current": "false"}, "wrong revoked"),
            ({"revoked": "true"}, "revoked"),
            ({"revoked": "false", "heatLot": "B1"}, "wrong right"),
            ({"ordering": "-validTo", "expiresBefore": "2030-01-01"}, "bath bar"),
        ],
    )
    def test_by_what_is_shown(self, query, expected, client):
        assert names(client.get(URL, query)) == expected.split()

    @pytest.mark.parametrize("query", [{"validOn": "2024-02-30"}, {"expiresBefore": "x"}])
    def test_what_is_no_day(self, query, client):
        (name,) = query
        assert_refused(client.get(URL, query), 400, f"{name} must be a date, YYYY-MM-DD", field=name)

    @pytest.mark.parametrize("query", [{"current": "yes"}, {"revoked": "1"}, {"en10204Type": "3"}])
    def test_what_a_filter_cannot_use(self, query, client):
        assert list(assert_envelope(client.get(URL, query), 400)["errors"]) == list(query)


def test_queries_do_not_grow(client, django_assert_num_queries):
    client.get(URL)  # the token's last use is written once a minute
    for number in range(6):
        certificate = CertificateFactory(metadata={"lot": 1})
        make_documents(certificate, report_pdf=report(f"Report {number}"))
        revisions.revoke(put_right(certificate).pk, "withdrawn", PLANNER)

    with django_assert_num_queries(2):  # the caller; the certificates
        assert len(names(client.get(URL))) == 12
