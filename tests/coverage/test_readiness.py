"""``GET /serials/:id/readiness``: what still stands between a part and its completion."""

import pytest

from certificates import readiness
from certificates.services import attaching
from serials.services import advancement, approvals, endings, requirement_overrides
from shopplanr.refusals import Refusal
from tests.accounts.factories import UserFactory, token_client
from tests.api.answers import assert_refused
from tests.approvals.parts import matter
from tests.coverage.papers import MATERIAL, PROCESS, ask, asked_of, asking, paper
from tests.factories import OPERATOR, make_serial, make_serials, steps_of
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

WARN = PROCESS | {"policy": "warn"}
OR_OVERRIDE = PROCESS | {"policy": "block_or_override"}


@pytest.fixture
def client():
    return token_client(UserFactory())


def reasons(client, serial) -> list[dict]:
    """Ask the API."""
    response = client.get(f"/api/serials/{serial.id}/readiness")
    assert response.status_code == 200, response.content
    return response.json()["reasons"]


def test_of_a_part_at_the_beginning_of_its_route(client):
    serial = make_serial(asking(("Saw", MATERIAL), ("Heat treat", OR_OVERRIDE), ("Inspect", WARN)))
    saw, heat, inspect = steps_of(serial.path)

    assert client.get(f"/api/serials/{serial.id}/readiness").json() == {
        "serialId": serial.id,
        "ready": False,
        "status": "in_progress",
        "reasons": [
            {
                "code": "steps_to_do",
                "message": "2 steps still to come: Heat treat, Inspect",
                "blocking": True,
                "who": "an operator or a supervisor",
            },
            {
                "code": "certificate_missing",
                "message": "Saw is missing 1 material certificate",
                "stepId": saw.pk,
                "stepName": "Saw",
                "requirementId": asked_of(saw)[0].pk,
                "blocking": True,
                "who": "an operator, a supervisor or QC",
            },
            {
                "code": "certificate_missing",
                "message": "Heat treat is missing 1 process certificate",
                "stepId": heat.pk,
                "stepName": "Heat treat",
                "requirementId": asked_of(heat)[0].pk,
                "blocking": True,
                "who": "an operator, a supervisor or QC",
            },
            {
                "code": "certificate_advised",
                "message": "Inspect should have 1 process certificate",
                "stepId": inspect.pk,
                "stepName": "Inspect",
                "requirementId": asked_of(inspect)[0].pk,
                "blocking": False,
                "who": "an operator, a supervisor or QC",
            },
        ],
    }


@pytest.mark.parametrize(
    ("kind", "message", "who"),
    [
        ("waiver", "A waiver of Mill is asked for", "a supervisor or QC"),
        ("override", "It is asked to make Mill optional", "a supervisor"),
        ("force_complete", "Completion by force is asked for", "a supervisor"),
        ("requirement_override", "It is asked to let Heat treat go without 1 process certificate", "a supervisor"),
    ],
)
def test_what_awaits_a_decision_is_named_and_blocks_nothing_by_itself(kind, message, who, client):
    subject = matter(kind)
    before = client.get(f"/api/serials/{subject.serial.id}/readiness").json()
    asked = subject.ask(OPERATOR)

    after = client.get(f"/api/serials/{subject.serial.id}/readiness").json()

    assert after["reasons"][:-1] == before["reasons"]
    named = subject.places | ({"stepName": asked.step.name} if asked.step else {})
    assert after["reasons"][-1] == named | {
        "code": "approval_awaited",
        "message": message,
        "approvalId": asked.pk,
        "blocking": False,
        "who": who,
    }
    approvals.decline(asked.pk, "no", OPERATOR)
    assert client.get(f"/api/serials/{subject.serial.id}/readiness").json() == before


def test_a_part_at_its_last_step_is_ready_and_so_is_a_completed_one(client):
    serial = make_serial(asking("Inspect"))
    for status in ("in_progress", "completed"):
        expected = {"serialId": serial.id, "ready": True, "status": status, "reasons": []}
        assert client.get(f"/api/serials/{serial.id}/readiness").json() == expected
        if status == "in_progress":
            advancement.advance(serial.id, OPERATOR)


def test_what_was_overridden_is_told_apart(client):
    serial = make_serial(asking(("Inspect", OR_OVERRIDE)))
    (requirement,) = asked_of(steps_of(serial.path)[0])
    requirement_overrides.create(serial.id, {"requirementId": requirement.pk, "reason": "agreed"}, OPERATOR)

    (reason,) = reasons(client, serial)

    assert (reason["code"], reason["blocking"]) == ("certificate_overridden", False)
    assert reason["message"] == "Inspect goes without 1 process certificate: overridden"
    assert client.get(f"/api/serials/{serial.id}/readiness").json()["ready"] is True


def test_a_deferred_step_is_owed_and_a_scrapped_part_never_ready(client):
    serial, scrapped = make_serials(asking("Saw", "Mill", "Inspect", mode="flexible"), 2)
    advancement.advance_to(serial.id, 2, OPERATOR)
    endings.scrap(scrapped.id, "damaged", None, OPERATOR)

    assert [(each["code"], each["message"]) for each in reasons(client, serial)] == [
        ("step_deferred", "Mill is deferred: it has to be done or waived")
    ]
    assert [each["code"] for each in reasons(client, scrapped)] == ["serial_scrapped"]


def test_a_gap_of_a_completed_part_is_told_and_blocks_nothing(client):
    serial = make_serial(asking("Saw"))
    advancement.advance(serial.id, OPERATOR)
    ask(steps_of(serial.path)[0], PROCESS)

    (reason,) = reasons(client, serial)
    assert (reason["code"], reason["blocking"], reason["who"]) == ("certificate_missing", False, "QC")


def test_an_optional_step_ahead_holds_nothing_back_where_it_can_be_passed(client):
    blocking = {}
    for mode in ("strict", "flexible"):
        path = asking("Saw", ("Deburr", PROCESS), "Inspect", mode=mode)
        path.steps.filter(name="Deburr").update(optional=True)
        reason = reasons(client, make_serial(path))[1]
        blocking[mode] = (reason["stepName"], reason["blocking"])
    assert blocking == {"strict": ("Deburr", True), "flexible": ("Deburr", False)}


def test_ready_is_what_one_step_on_completes():
    """Whatever a part lacks: the list and the service agree."""
    for lacking in ([], [PROCESS], [WARN], [OR_OVERRIDE], [MATERIAL]):
        for attached in ("", "process", "material"):
            serial = make_serial(asking("Saw", ("Inspect", *lacking)))
            advancement.advance(serial.id, OPERATOR)
            if attached:
                attaching.attach(serial.id, paper(attached).pk, OPERATOR)
            said = readiness.of_serial(serial.id).is_ready
            try:
                completed = advancement.advance(serial.id, OPERATOR).status == "completed"
            except Refusal:
                completed = False
            assert said == completed, (lacking, attached)


def test_an_unknown_part_and_a_filter(client):
    response = client.get("/api/serials/SN-99999/readiness")
    assert_refused(response, 404, "Serial not found: SN-99999", code="not_found")
    serial = make_serial()
    response = client.get(f"/api/serials/{serial.id}/readiness?all=1")
    assert_refused(response, 400, "Unknown filter: all", code="unknown_filter", field="all")


def test_statements_do_not_grow_with_steps_and_are_three_where_no_step_asks():
    def cost(*steps) -> int:
        serial = make_serial(asking(*steps))
        with counted_statements() as statements:
            readiness.of_serial(serial.id)
        return len(statements)

    assert cost("Saw", "Mill") == 3
    assert cost(*[(f"Step {n}", MATERIAL, OR_OVERRIDE) for n in range(40)]) == cost(("Saw", OR_OVERRIDE)) == 5
