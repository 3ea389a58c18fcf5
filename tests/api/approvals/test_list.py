"""``GET /api/approvals``: what people asked for, oldest first."""

from datetime import timedelta

import pytest

from serials.services import approvals
from shopplanr import clock
from shopplanr.actor import Actor
from tests.api.answers import assert_refused, later, moment
from tests.approvals.parts import KINDS, matter
from tests.queries import counted_statements

URL = "/api/approvals"

KEIKO, MARCUS = Actor("keiko", credential="session"), Actor("marcus", credential="session")


@pytest.fixture
def asked(db):
    """One request of each kind, asked a minute apart; the second is declined, the third by somebody else."""
    found = []
    for number, kind in enumerate(KINDS):
        with later(minutes=number):
            found.append(matter(kind).ask(MARCUS if number == 2 else KEIKO))
    with later(minutes=9):
        found[1] = approvals.decline(found[1].pk, "no", MARCUS)
    return found


def listed(client, **query) -> list[str]:
    response = client.get(URL, query)
    assert response.status_code == 200, response.content
    return [each["id"] for each in response.json()]


def test_all_of_them_oldest_first_each_as_it_is_by_itself(client, asked):
    answer = client.get(URL).json()

    assert [each["id"] for each in answer] == [each.pk for each in asked]
    assert answer == [client.get(f"{URL}/{each.pk}").json() for each in asked]
    assert (answer[1]["decidedBy"], answer[1]["decisionReason"]) == ("marcus", "no")


def test_none(client, db):
    assert client.get(URL).json() == []


def test_filters(client, asked):
    waiver, override, forced, requirement = asked
    ids = {each.pk for each in asked}

    for query, found in (
        ({"state": "open"}, [waiver, forced, requirement]),
        ({"state": "declined"}, [override]),
        ({"kind": "override"}, [override]),
        ({"kind": "requirement_override"}, [requirement]),
        ({"serialId": forced.serial_public_id}, [forced]),
        ({"serialId": "SN-99999"}, []),
        ({"serialId": "x"}, []),
        ({"jobId": waiver.job_id}, [waiver]),
        ({"stepId": override.step_id}, [override]),
        ({"requestedBy": "keiko"}, [waiver, override, requirement]),
        ({"decidedBy": "marcus"}, [override]),
        ({"requestedBy": "keiko", "state": "open"}, [waiver, requirement]),
        ({"requestedSince": moment(clock.now() + timedelta(seconds=90))}, [forced, requirement]),
        ({"requestedBefore": moment(clock.now() + timedelta(seconds=30))}, [waiver]),
    ):
        assert listed(client, **query) == [each.pk for each in found], query
    assert set(listed(client)) == ids


def test_orders_and_pages(client, asked):
    ids = [each.pk for each in asked]

    assert listed(client, ordering="-requestedAt") == ids[::-1]
    response = client.get(URL, {"limit": 2, "offset": 1})
    assert [each["id"] for each in response.json()] == ids[1:3]
    assert response["X-Total-Count"] == "4"


@pytest.mark.parametrize(
    ("query", "message"),
    [({"colour": "red"}, "Unknown filter: colour"), ({"ordering": "reason"}, "Unknown ordering: reason")],
)
def test_what_is_not_understood_is_refused(client, query, message):
    assert_refused(client.get(URL, query), 400, message, field=next(iter(query)) if "colour" in query else "ordering")


def test_a_kind_or_a_state_that_does_not_exist_is_named(client):
    for name in ("kind", "state"):
        answer = client.get(URL, {name: "x"}).json()
        assert (answer["statusCode"], answer["code"], list(answer["errors"])) == (400, "invalid_filter", [name])


def test_it_costs_the_same_for_any_number(client, db):
    def cost() -> int:
        with counted_statements() as statements:
            client.get(URL)
        return len(statements)

    matter("waiver").ask(KEIKO)
    few = cost()
    for kind in KINDS * 5:
        matter(kind).ask(KEIKO)
    assert cost() == few
