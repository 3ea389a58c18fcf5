"""``/approve``, ``/decline`` and ``/withdraw`` of ``/api/approvals/:id``."""

import pytest

from shopplanr.accounts.roles import Role
from tests.accounts.factories import UserFactory, open_kiosk, token_client
from tests.api.answers import WRONG_TEXTS, assert_refused
from tests.api.serials.contract import (
    WRONG_OPTIONAL_TEXTS,
    Refusal,
    about,
    missing,
    not_found,
    not_text,
    recorded,
    refusal,
    too_long,
)
from tests.approvals.parts import KINDS, REASON, matter

pytestmark = pytest.mark.django_db

URL = "/api/approvals"

RIGHTFUL = {
    "waiver": {Role.SUPERVISORS, Role.QC, Role.INTEGRATIONS},
    "override": {Role.SUPERVISORS, Role.INTEGRATIONS},
    "force_complete": {Role.SUPERVISORS, Role.INTEGRATIONS},
    "requirement_override": {Role.SUPERVISORS, Role.INTEGRATIONS},
}
"""Who decides about what: who could do it."""


@pytest.fixture
def keiko():
    return token_client(UserFactory(name="Keiko"))


def asked_by(client, kind: str = "waiver"):
    """Ask for something; return it, and the request's id."""
    subject = matter(kind)
    return subject, client.post(URL, subject.body).json()["id"]


def decide(client, request_id: str, how: str, **body):
    return client.post(f"{URL}/{request_id}/{how}", body)


@pytest.mark.parametrize("kind", KINDS)
def test_approving_carries_it_out(kind, client, program, keiko, told_time):
    subject, request_id = asked_by(keiko, kind)

    with recorded() as entries:
        response = decide(client, request_id, "approve")

    assert response.status_code == 200
    assert response.json() == client.get(f"{URL}/{request_id}").json()
    approved = response.json()
    assert (approved["state"], approved["decidedBy"], approved["decidedAt"]) == ("approved", program.pk, told_time)
    assert "decisionReason" not in approved
    assert subject.is_carried_out
    (entry,) = entries
    assert entry["userId"] == program.pk
    assert entry["metadata"]["reason"] == REASON
    assert entry["metadata"]["approvalId"] == request_id
    assert entry["metadata"]["requestedBy"] == approved["requestedBy"]


def test_a_waivers_entry_is_the_documented_one_and_says_who_asked(client, program, keiko):
    subject, request_id = asked_by(keiko)

    with recorded() as entries:
        approved = decide(client, request_id, "approve", reason=" DEV-0219 ").json()

    assert approved["decisionReason"] == "DEV-0219"
    assert entries == [
        about(subject.serial)
        | {
            "action": "step_waived",
            "userId": program.pk,
            "stepId": subject.step_id,
            "metadata": {
                "reason": "DEV-0219",
                "approverId": program.pk,
                "approvalId": request_id,
                "requestedBy": approved["requestedBy"],
            },
        }
    ]


def test_declining_needs_a_reason_and_changes_nothing_else(client, program, keiko):
    subject, request_id = asked_by(keiko)

    for wrong in WRONG_TEXTS:
        assert refusal(decide, client, request_id, "decline", reason=wrong) == missing("reason")
    assert refusal(decide, client, request_id, "decline", reason="x" * 4001) == too_long("reason")
    declined = decide(client, request_id, "decline", reason=" not this one ").json()

    assert (declined["state"], declined["decidedBy"], declined["decisionReason"]) == (
        "declined",
        program.pk,
        "not this one",
    )
    assert not subject.is_carried_out


def test_who_asked_withdraws(client, keiko):
    _, request_id = asked_by(keiko)

    answer = refusal(decide, client, request_id, "withdraw")
    assert (answer.status, answer.code) == (403, "forbidden")
    assert answer.message.startswith("Only who asked for it can withdraw a request.")
    withdrawn = decide(keiko, request_id, "withdraw").json()

    assert withdrawn["state"] == "withdrawn"
    assert withdrawn["decidedBy"] == withdrawn["requestedBy"]


@pytest.mark.parametrize("how", ["approve", "decline"])
@pytest.mark.parametrize("kind", KINDS)
def test_who_could_not_do_it_does_not_decide_about_it(kind, how, keiko, settings):
    for role in Role:
        _, request_id = asked_by(keiko, kind)
        for caller in (token_client(UserFactory(role=role)), open_kiosk(settings, role)):
            caller.get(URL)
            if role in RIGHTFUL[kind]:
                continue
            answer = refusal(decide, caller, request_id, how, userId="Kim", reason="no")
            assert (answer.status, answer.code) == (403, "forbidden"), role
    assert decide(token_client(UserFactory(role=Role.SUPERVISORS)), request_id, how, reason="no").status_code == 200


@pytest.mark.parametrize("how", ["approve", "decline"])
def test_somebody_else_who_is_named_could_do_it_too(how, client, program, keiko):
    _, request_id = asked_by(keiko)
    owen, marcus = UserFactory(name="Owen"), UserFactory(role=Role.QC)

    answer = refusal(decide, client, request_id, how, reason="no", userId=owen.pk)
    assert answer.message == "Owen may not waive steps. Ask a supervisor, QC or an administrator."
    with recorded() as entries:
        decided = decide(client, request_id, how, reason="no", userId=marcus.pk).json()

    assert decided["decidedBy"] == marcus.pk
    assert (entries[0]["userId"], entries[0]["calledBy"]) == (marcus.pk, program.pk)


@pytest.mark.parametrize("how", ["approve", "decline", "withdraw"])
class TestEveryDecision:
    def test_is_made_once(self, how, client):
        _, request_id = asked_by(client)
        decide(client, request_id, how, reason="no")

        state = {"approve": "approved", "decline": "declined", "withdraw": "withdrawn"}[how]
        for again in ("approve", "decline", "withdraw"):
            answer = refusal(decide, client, request_id, again, reason="no")
            message = f"This request was {state} already; ask anew if it is still needed"
            assert answer == Refusal(409, message, "already_decided")

    def test_is_about_a_request(self, how, client):
        for odd in ("apr_x", "x" * 300, "🔩"):
            assert refusal(decide, client, odd, how, reason="no") == not_found("Approval", odd)

    def test_names_somebody(self, how, kiosk):
        subject = matter("waiver")
        request_id = kiosk.post(URL, subject.body | {"userId": "Keiko"}).json()["id"]

        assert refusal(decide, kiosk, request_id, how, reason="no") == missing("userId")
        assert decide(kiosk, request_id, how, reason="no", userId="Keiko").json()["decidedBy"] == "Keiko"

    def test_has_a_body_that_is_an_object(self, how, client):
        _, request_id = asked_by(client)

        response = client.post(f"{URL}/{request_id}/{how}", [])
        assert_refused(response, 400, "The body must be a JSON object")


def test_an_approvers_reason_is_text(client, keiko):
    _, request_id = asked_by(keiko)

    for wrong in WRONG_OPTIONAL_TEXTS:
        assert refusal(decide, client, request_id, "approve", reason=wrong) == not_text("reason")


def test_what_became_impossible_is_refused_as_the_documented_call_would_be(client, program, keiko):
    subject, request_id = asked_by(keiko)
    client.post(f"/api/serials/{subject.serial.id}/complete-deferred/{subject.step_id}", {"userId": program.pk})

    answer = refusal(decide, client, request_id, "approve")

    assert answer == Refusal(400, "Can only waive deferred required steps", "step_not_deferred")
    assert client.get(f"{URL}/{request_id}").json()["state"] == "open"


@pytest.mark.parametrize("kind", KINDS)
def test_where_it_takes_two_people_one_does_not_approve_ones_own(kind, client, settings):
    settings.TWO_PERSON_RULE = True
    subject, request_id = asked_by(client, kind)

    answer = refusal(decide, client, request_id, "approve")
    assert (answer.status, answer.code) == (400, "second_person_required")
    assert "yourself: somebody else has to approve it" in answer.message

    other = token_client(UserFactory(role=Role.SUPERVISORS))
    assert decide(other, request_id, "approve").json()["state"] == "approved"
    assert subject.is_carried_out


def test_the_same_approval_sent_again_is_answered_as_the_first_was(client, keiko):
    subject, request_id = asked_by(keiko)

    answers = [
        client.post(f"{URL}/{request_id}/approve", {}, headers={"Idempotency-Key": "once"}).json() for _ in range(2)
    ]

    assert answers[0] == answers[1]
    assert len(subject.entries) == 1
