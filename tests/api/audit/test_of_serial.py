"""``GET /audit/serial/:id``."""

import pytest

from certificates.services import attaching
from serials.services import advancement, endings
from tests.api.answers import assert_refused
from tests.factories import OPERATOR, CertificateFactory, PathFactory, make_serial, make_serials


def url(serial):
    return f"/api/audit/serial/{serial.id}"


def actions(response):
    assert response.status_code == 200, response.content
    return [entry["action"] for entry in response.json()]


@pytest.fixture
def path(db):
    return PathFactory(steps=("Saw", "Mill"))


def test_oldest_first_from_the_batch_on(client, path):
    first, second, third = make_serials(path, 3)
    advancement.advance(second.id, OPERATOR)
    attaching.attach(second.id, CertificateFactory().id, OPERATOR)
    advancement.advance(first.id, OPERATOR)
    endings.scrap(second.id, "damaged", None, OPERATOR)

    assert actions(client.get(url(first))) == ["serial_created", "serial_advanced"]
    assert actions(client.get(url(second))) == [
        "serial_created",
        "serial_advanced",
        "cert_attached",
        "serial_scrapped",
    ]
    assert actions(client.get(url(third))) == ["serial_created"]


def test_the_entry_of_the_batch_is_one_for_all_its_parts(client, path):
    serials = make_serials(path, 3)

    shown = [client.get(url(serial)).json() for serial in serials]

    assert shown[0] == shown[1] == shown[2]
    ((entry,), *_) = shown
    assert (entry["batchQuantity"], entry["jobId"], entry["pathId"]) == (3, path.job_id, path.id)
    assert "serialId" not in entry


def test_each_part_has_its_own_batch(client, path):
    batches = [make_serials(path, quantity) for quantity in (1, 3, 1, 2)]

    for batch in batches:
        for serial in (batch[0], batch[-1]):
            (entry,) = client.get(url(serial)).json()
            assert entry["batchQuantity"] == len(batch)
    ids = {client.get(url(batch[0])).json()[0]["id"] for batch in batches}
    assert len(ids) == len(batches)


def test_entries_are_those_of_the_whole_trail(client, path):
    serial = make_serial(path)
    advancement.advance(serial.id, OPERATOR)
    advancement.advance(serial.id, OPERATOR)

    trail = client.get(url(serial)).json()

    assert [entry["action"] for entry in trail] == ["serial_created", "serial_advanced", "serial_completed"]
    assert trail == client.get("/api/audit").json()[::-1]


@pytest.mark.parametrize("serial_id", ["SN-99999", "SN-00000", "SN-1", "sn-00001", "x", "x" * 300, "SN-" + "9" * 18])
def test_an_unknown_serial_has_none(serial_id, client, path):
    make_serial(path)

    response = client.get(f"/api/audit/serial/{serial_id}")

    assert (response.status_code, response.content) == (200, b"[]")


@pytest.mark.parametrize("number", [0, -1])
def test_the_number_before_the_first_and_behind_the_last(number, client, path):
    make_serials(path, 2)

    assert client.get(f"/api/audit/serial/SN-{3 + number:05d}").json() or number == 0
    assert client.get("/api/audit/serial/SN-00003").json() == []


def test_there_is_nothing_without_an_id(client):
    assert_refused(client.get("/api/audit/serial"), 404, "No such endpoint: GET /api/audit/serial")


def test_two_queries_whatever_happened(client, path, django_assert_num_queries):
    serial = make_serials(path, 30)[7]
    for _ in range(2):
        advancement.advance(serial.id, OPERATOR)
    client.get("/api/jobs")  # the token's last use is written once a minute

    with django_assert_num_queries(2):  # the caller; the entries
        assert len(actions(client.get(url(serial)))) == 3
