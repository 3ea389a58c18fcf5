"""The clock of the server is set back by an hour while people work: the record stays whole and in its order."""

from datetime import timedelta

import pytest
from django.db import connection

from shopplanr import clock
from shopplanr.accounts.models import User
from shopplanr.accounts.roles import Role
from tests.accounts.factories import UserFactory, pin_client, token_client
from tests.factories import CertificateFactory, PathFactory
from tests.floor.visitors import words
from tests.live import ledger

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def noon():
    """A moment from which it goes back."""
    return clock.now().replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def program() -> User:
    return UserFactory(role=Role.INTEGRATIONS)


def query(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def work(client, path) -> tuple[list[str], str]:
    """Start parts, move one, attach a certificate; return the parts, and a key that is sent again."""
    body = {"jobId": path.job_id, "pathId": path.id, "quantity": 3}
    parts = [part["id"] for part in client.post("/api/serials", body).json()]
    client.post(f"/api/serials/{parts[0]}/advance", headers={"Idempotency-Key": "before"})
    client.post(f"/api/serials/{parts[0]}/attach-cert", {"certId": CertificateFactory().id})
    return parts, "before"


def test_what_comes_later_is_accepted_and_stands_behind_what_came_before(program, noon):
    path = PathFactory(
        steps=("Saw", {"name": "Deburr", "optional": True}, "Mill", "Inspect"), advancementMode="flexible"
    )
    with clock.told(noon):
        client = token_client(program)
        parts, key = work(client, path)
    with clock.told(noon - HOUR):
        for number, (part, action, body) in enumerate(
            [
                (parts[0], "advance-to", {"targetStepIndex": 3}),
                (parts[1], "advance", {}),
                (parts[1], "overrides", {"stepId": path.steps.get(order=2).id, "reason": "not needed"}),
                (parts[2], "scrap", {"reason": "damaged"}),
            ]
        ):
            response = client.post(
                f"/api/serials/{part}/{action}", body, headers={"Idempotency-Key": f"after-{number}"}
            )
            assert response.status_code == 200, response.json()
        more = client.post("/api/serials", {"jobId": path.job_id, "pathId": path.id, "quantity": 1}).json()
        repeated = client.post(f"/api/serials/{parts[0]}/advance", headers={"Idempotency-Key": key})
        entries = client.get("/api/audit?limit=20").json()
        story = client.get(f"/api/audit/serial/{parts[0]}").json()
        for address in ("operator/work-queue", "board", "serials", f"jobs/{path.job_id}"):
            assert client.get(f"/api/{address}").status_code == 200

    assert repeated["Idempotency-Replayed"] == "true"
    assert [ledger.number_of(part) for part in (*parts, more[0]["id"])] == [1, 2, 3, 4]
    assert ledger.findings(query) == []
    # in the order in which it happened, whatever the clock said
    assert [entry["action"] for entry in story] == [
        "serial_created", "serial_advanced", "cert_attached", "step_deferred", "serial_advanced",
    ]  # fmt: skip
    assert entries[0]["action"] == "serial_created"
    assert entries[0]["timestamp"] < entries[-1]["timestamp"]


def test_whoever_is_signed_in_stays_so_and_no_time_is_less_than_nothing(noon):
    path = PathFactory(steps=("Saw", "Mill"))
    with clock.told(noon):
        operator = pin_client(UserFactory(role=Role.SUPERVISORS))
        operator.cookies["station"] = "Mill"
        parts, _ = work(token_client(UserFactory(role=Role.INTEGRATIONS)), path)
        assert operator.get("/").status_code == 200
    with clock.told(noon - HOUR):
        for address in ("/", "/queue", "/jobs", f"/jobs/{path.job_id}", f"/serials/{parts[0]}", "/serials"):
            response = operator.get(address)
            assert response.status_code == 200, address
            assert "-1" not in words(response).replace("SN-0", ""), address
