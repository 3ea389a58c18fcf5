"""``GET /scans``."""

from datetime import timedelta

import pytest

from shopplanr import clock
from shopplanr.actor import Actor
from shopplanr.floor.models import Scan
from tests.api.answers import assert_envelope, moment
from tests.factories import CertificateFactory, PathFactory, make_serial
from tests.queries import counted_statements
from tests.scans.scanner import Scanner

URL = "/api/scans"


@pytest.fixture
def part(db):
    return make_serial(PathFactory(steps=("Saw", "Mill")))


@pytest.fixture
def scans(part):
    """The part finished at Saw; a certificate in hand; the part again; what nobody knows. A minute between them."""
    anna = Scanner(station="Saw", actor=Actor("anna", called_by="erp", credential="tok_1"))
    certificate = CertificateFactory()
    anna.scan(f"{part.id}\t")
    anna.scan(certificate.id)
    anna.scan(part.id, certificate_id=certificate.id)
    anna.scan("123", station="", actor=Actor("ben"))
    return list(Scan.objects.order_by("-sequence"))


def ids(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [scan["id"] for scan in response.json()]


def test_a_shop_in_which_nothing_was_scanned(client):
    assert client.get(URL).content == b"[]"


def test_scans_are_shown_newest_first(client, part, scans):
    unknown, attached, in_hand, advanced = scans
    who = {"userId": "anna", "calledBy": "erp"}
    at_saw = {"station": "Saw"} | who

    response = client.get(URL)

    assert response.json() == [
        {
            "id": unknown.scan_id,
            "code": "123",
            "rawCode": "123",
            "userId": "ben",
            "verdict": "unknown",
            "reason": "unknown_code",
            "message": unknown.message,
            "scannedAt": moment(unknown.scanned_at),
        },
        {
            "id": attached.scan_id,
            "code": part.id,
            "rawCode": part.id,
            "certId": in_hand.record_id,
            "kind": "serial",
            "recordId": part.id,
            "verdict": "done",
            "reason": "attached",
            "message": attached.message,
            "scannedAt": moment(attached.scanned_at),
        }
        | at_saw,
        {
            "id": in_hand.scan_id,
            "code": in_hand.record_id,
            "rawCode": in_hand.record_id,
            "kind": "certificate",
            "recordId": in_hand.record_id,
            "verdict": "needs_answer",
            "reason": "certificate_in_hand",
            "message": "Now scan the parts that get it.",
            "scannedAt": moment(in_hand.scanned_at),
        }
        | at_saw,
        {
            "id": advanced.scan_id,
            "code": part.id,
            "rawCode": f"{part.id}\t",
            "kind": "serial",
            "recordId": part.id,
            "verdict": "done",
            "reason": "advanced",
            "message": "SN-00001 is done here. Next: Mill.",
            "scannedAt": moment(advanced.scanned_at),
        }
        | at_saw,
    ]


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ({"verdict": "unknown"}, [0]),
        ({"verdict": "done"}, [1, 3]),
        ({"code": "SN-00001"}, [1, 3]),
        ({"recordId": "SN-00001"}, [1, 3]),
        ({"code": "SN-00001\t"}, [1, 3]),
        ({"code": "sn-00001"}, []),
        ({"station": "Saw"}, [1, 2, 3]),
        ({"userId": "ben"}, [0]),
        ({"userId": "anna", "verdict": "needs_answer"}, [2]),
        ({"ordering": "scannedAt"}, [3, 2, 1, 0]),
        ({"limit": 2, "offset": 1}, [1, 2]),
    ],
)
def test_filters(client, scans, query, places):
    assert ids(client.get(URL, query)) == [scans[place].scan_id for place in places]


def test_by_time(client, scans):
    third = scans[1].scanned_at

    assert ids(client.get(URL, {"since": moment(third)})) == [scan.scan_id for scan in scans[:2]]
    assert ids(client.get(URL, {"before": moment(third)})) == [scan.scan_id for scan in scans[2:]]
    assert ids(client.get(URL, {"since": moment(clock.now() + timedelta(days=1))})) == []


@pytest.mark.parametrize("query", [{"verdict": "maybe"}, {"since": "yesterday"}, {"serialId": "SN-00001"}])
def test_what_cannot_be_asked_for_is_named(client, query, db):
    assert list(assert_envelope(client.get(URL, query), 400)["errors"]) == list(query)


def test_the_list_costs_the_same_however_long_it_is(client, scans):
    def cost() -> int:
        client.get(URL)
        with counted_statements() as statements:
            assert client.get(URL).status_code == 200
        return len(statements)

    before = cost()
    scanner = Scanner()
    for number in range(20):
        scanner.scan(f"code {number}")

    assert cost() == before == 2
