"""Scans in the admin: the failed ones are a choice away, and nobody changes any."""

import pytest

from shopplanr.accounts.roles import Role
from shopplanr.actor import Actor
from shopplanr.floor.models import Scan, ScanVerdict
from tests.accounts.factories import UserFactory
from tests.admin.conftest import staff
from tests.admin.desk import cost, url
from tests.factories import make_serial
from tests.scans.scanner import Scanner

pytestmark = pytest.mark.django_db


@pytest.fixture
def scans():
    """A part that was found, one that stands elsewhere, one that there is not, and a code of somebody else's."""
    anna = Scanner(actor=Actor(UserFactory(name="Anna").pk, credential="session"))
    part = make_serial()
    anna.scan(f"]d2{part.id}")
    anna.scan(part.id, station="Inspect")
    anna.scan("SN-00099")
    anna.scan("4006381333931")
    return list(Scan.objects.order_by("sequence"))


def found(client, **parameters) -> list[str]:
    response = client.get(url("floor_scan"), parameters)
    assert response.status_code == 200, response
    return [scan.verdict for scan in response.context["cl"].result_list]


def test_the_newest_is_first_with_its_verdict_in_words_and_who_it_was(qc, scans):
    page = qc.get(url("floor_scan")).content.decode()

    assert found(qc) == ["unknown", "refused", "needs_answer", "done"]
    for verdict in ScanVerdict:
        assert verdict.label in page
    assert "Anna" in page
    assert "Unknown code: 4006381333931" in page


@pytest.mark.parametrize("verdict", ScanVerdict.values)
def test_they_are_filtered_by_verdict(qc, scans, verdict):
    assert found(qc, verdict_is=verdict) == [verdict]
    assert found(qc, verdict_is="maybe") == []


@pytest.mark.parametrize(
    ("typed", "verdicts"),
    [
        ("sn-00001", ["needs_answer", "done"]),
        ("4006381333931", ["unknown"]),
        (" Inspect ", ["needs_answer"]),
        ("nothing", []),
        ("\0", []),
    ],
)
def test_they_are_searched_by_code_record_and_station(qc, scans, typed, verdicts):
    if typed == "\0":
        assert qc.get(url("floor_scan"), {"q": typed}).status_code == 302
    else:
        assert found(qc, q=typed) == verdicts


def test_one_is_shown_whole(qc, scans):
    page = qc.get(url("floor_scan", "change", scans[0].pk)).content.decode()

    assert "]d2SN-00001" in page
    assert scans[0].scan_id in page
    assert "SN-00001 is at Saw." in page


@pytest.mark.parametrize("role", Role)
def test_readers_look_and_nobody_changes_or_adds(role, scans, administrator):
    client = staff(role)
    may_look = role in {Role.QC, Role.SUPERVISORS, Role.AUDITORS}

    assert client.get(url("floor_scan")).status_code == (200 if may_look else 403)
    for somebody in (client, administrator):
        assert somebody.get(url("floor_scan", "add")).status_code == 403
        assert somebody.post(url("floor_scan", "change", scans[0].pk), {"message": "forged"}).status_code == 403
        assert somebody.post(url("floor_scan", "delete", scans[0].pk), {"post": "yes"}).status_code == 403
    assert list(Scan.objects.order_by("sequence")) == scans


def test_the_list_costs_the_same_however_long_it_is(qc, scans):
    before = cost(qc, url("floor_scan"))
    scanner = Scanner()
    for number in range(20):
        scanner.scan(f"code {number}")

    assert cost(qc, url("floor_scan")) == before
