"""``POST /api/approvals``: asking for a waiver, an override or a force-completion; and looking at one request."""

import pytest

from shopplanr.accounts.roles import Role
from tests.accounts.factories import UserFactory, token_client
from tests.api.answers import WRONG_TEXTS, assert_refused
from tests.api.serials.contract import (
    ODD_STEP_IDS,
    UNKNOWN_USER,
    WRONG_OPTIONAL_TEXTS,
    Refusal,
    missing,
    not_found,
    odd_ids,
    refusal,
    too_long,
)
from tests.approvals.parts import KINDS, REASON, matter

pytestmark = pytest.mark.django_db

URL = "/api/approvals"

UNKNOWN_KIND = Refusal(
    400, "kind must be one of: waiver, override, force_complete, requirement_override", "unknown_choice", ("kind",)
)
OF_THE_WHOLE_PART = Refusal(
    400, "A force-completion is of the whole part: leave stepId out", "not_of_a_step", ("stepId",)
)


def ask(client, body, **more):
    return client.post(URL, body | more)


def without(body: dict, name: str) -> dict:
    return {key: value for key, value in body.items() if key != name}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("slash", ["", "/"])
def test_the_request_is_answered_and_can_be_read(kind, slash, client, program, told_time):
    subject = matter(kind)

    response = client.post(URL + slash, subject.body | {"reason": f" {REASON} "})

    assert response.status_code == 201
    asked = response.json()
    assert asked == subject.places | {
        "id": asked["id"],
        "kind": kind,
        "state": "open",
        "serialId": subject.serial.id,
        "jobId": subject.serial.job_id,
        "pathId": subject.serial.path_id,
        "reason": REASON,
        "requestedBy": program.pk,
        "requestedAt": told_time,
    }
    assert client.get(f"{URL}/{asked['id']}").json() == asked


def test_a_program_asks_for_somebody_and_is_named_as_well(client, program):
    keiko = UserFactory()

    asked = ask(client, matter("waiver").body, userId=keiko.pk).json()

    assert (asked["requestedBy"], asked["calledBy"]) == (keiko.pk, program.pk)


def test_at_a_kiosk_who_asks_is_free_text(kiosk):
    asked = ask(kiosk, matter("waiver").body, userId=" Keiko ").json()

    assert asked["requestedBy"] == "Keiko"
    assert "calledBy" not in asked


@pytest.mark.parametrize("role", [Role.OPERATORS, Role.QC, Role.SUPERVISORS])
def test_whoever_works_on_parts_may_ask(role):
    assert ask(token_client(UserFactory(role=role)), matter("force_complete").body).status_code == 201


class TestRefusals:
    def test_a_kind(self, client):
        body = matter("waiver").body

        assert refusal(ask, client, without(body, "kind")) == UNKNOWN_KIND
        for wrong in (*WRONG_TEXTS, "Waiver", "scrap", "x" * 5000):
            assert refusal(ask, client, body, kind=wrong) == UNKNOWN_KIND

    def test_a_serial(self, client):
        subject = matter("waiver")

        for odd in (*odd_ids(subject.serial), None, 5, [], {}):
            answer = refusal(ask, client, subject.body, serialId=odd)
            assert (answer.status, answer.code) in {(404, "not_found"), (400, "unusable_character")}
        assert refusal(ask, client, subject.body, serialId="SN-99999") == not_found("Serial", "SN-99999")

    @pytest.mark.parametrize("kind", ["waiver", "override"])
    def test_a_step_of_its_path(self, kind, client):
        subject = matter(kind)

        for wrong in WRONG_TEXTS:
            assert refusal(ask, client, subject.body, stepId=wrong) == missing("stepId")
        for odd in ODD_STEP_IDS:
            answer = refusal(ask, client, subject.body, stepId=odd)
            assert (answer.status, answer.code) in {(404, "not_found"), (400, "unusable_character")}

    def test_no_step_for_the_whole_part(self, client):
        subject = matter("force_complete")

        for wrong in ("step_x", 5, [], {}, True):
            assert refusal(ask, client, subject.body, stepId=wrong) == OF_THE_WHOLE_PART
        for left_out in (None, ""):
            assert ask(client, matter("force_complete").body, stepId=left_out).status_code == 201

    def test_a_requirement(self, client):
        subject, other = matter("requirement_override"), matter("requirement_override")

        for wrong in WRONG_TEXTS:
            assert refusal(ask, client, subject.body, requirementId=wrong) == missing("requirementId")
        for odd in (*ODD_STEP_IDS, other.requirement_id):
            answer = refusal(ask, client, subject.body, requirementId=odd)
            assert (answer.status, answer.code) in {(404, "not_found"), (400, "unusable_character")}
        for wrong in ("step_x", 5, [], {}):
            answer = refusal(ask, client, subject.body, stepId=wrong)
            assert (answer.status, answer.fields) == (400, ("stepId",))
        for wrong in (subject.requirement_id, 5, [], {}):
            answer = refusal(ask, client, matter("waiver").body, requirementId=wrong)
            assert (answer.code, answer.fields) == ("not_of_a_requirement", ("requirementId",))
        assert ask(client, without(subject.body, "stepId")).json()["stepId"] == subject.step_id

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_reason(self, kind, client):
        body = matter(kind).body

        for wrong in WRONG_TEXTS:
            assert refusal(ask, client, body, reason=wrong) == missing("reason")
        assert refusal(ask, client, body, reason="x" * 4001) == too_long("reason")

    def test_somebody(self, client, kiosk):
        body = matter("waiver").body

        assert refusal(ask, kiosk, body) == missing("userId")
        assert refusal(ask, client, body, userId="nobody") == UNKNOWN_USER
        for wrong in WRONG_OPTIONAL_TEXTS:
            assert refusal(ask, client, body, userId=wrong).fields == ("userId",)

    def test_once(self, client):
        subject = matter("waiver")
        ask(client, subject.body)

        message = f"Somebody has asked for this for {subject.serial.id} already, and it awaits a decision"
        assert refusal(ask, client, subject.body) == Refusal(409, message, "already_requested")

    def test_the_transitions_own(self, client):
        subject = matter("waiver")
        override = subject.body | {"kind": "override"}
        client.post(f"/api/serials/{subject.serial.id}/overrides", override)

        answer = refusal(ask, client, override)
        assert answer == Refusal(400, "This step has an active override already", "override_active")
        answer = refusal(ask, client, subject.body)
        assert answer == Refusal(400, "Can only waive required steps — this step is optional", "step_optional")

    def test_a_kiosk_where_it_takes_two_people(self, kiosk, settings):
        settings.TWO_PERSON_RULE = True
        answer = refusal(ask, kiosk, matter("waiver").body, userId="Keiko")

        assert answer.code == "second_person_required"
        assert answer.message.startswith("A kiosk cannot prove who asks for a waiver: sign in")

    def test_auditors_do_not_ask(self):
        client = token_client(UserFactory(role=Role.AUDITORS))
        client.get(URL)

        answer = refusal(ask, client, matter("waiver").body)

        assert answer.status == 403
        assert answer.message.startswith("You may not ask for waivers, overrides and force-completions.")


def test_what_is_no_request_is_not_found(client):
    for odd in ("apr_x", "x" * 300, "%00", "🔩"):
        assert_refused(client.get(f"{URL}/{odd}"), 404, f"Approval not found: {odd.replace('%00', chr(0))}")
