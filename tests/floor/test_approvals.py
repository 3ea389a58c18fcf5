"""What people ask for, on pages: asked on the part's page, decided there or in the list of all of it."""

from datetime import timedelta

import pytest

from audit.models import AuditEntry
from serials.models import ApprovalRequest
from serials.services import approvals, deferrals, endings
from shopplanr import clock
from shopplanr.accounts.roles import Role
from shopplanr.actor import Actor
from tests.admin.desk import deferred
from tests.approvals.parts import KINDS, REASON, matter
from tests.factories import OPERATOR, PathFactory, make_serials, steps_of
from tests.floor.forms import Form
from tests.floor.visitors import MOST_BYTES, MOST_QUERIES, compressed_bytes, in_order, main, said, visitor, words
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

URL = "/approvals"

ASKED_FOR = {
    "waiver": "A waiver of Mill is asked for",
    "override": "It is asked to make Mill optional",
    "force_complete": "Completion by force is asked for",
    "requirement_override": "It is asked to let Heat treat go without 1 process certificate",
}
TAKES_TWO = "takes two people here: ask for it first, then somebody else approves it"


@pytest.fixture
def keiko():
    return visitor(Role.OPERATORS, name="Keiko Tanaka")


@pytest.fixture
def carla():
    return visitor(Role.SUPERVISORS, name="Carla Reinhardt")


@pytest.fixture
def marcus():
    return visitor(Role.QC, name="Marcus Bell")


def part_url(subject, *more: str) -> str:
    return "/".join(("/serials", subject.serial.id, *more))


def actor(client) -> Actor:
    return Actor(client.person.pk, credential="session")


def ask(client, subject, **more):
    """Send the form of the part's page, as it stands there."""
    fields = {"kind": subject.kind, "stepId": "", "reason": REASON} | subject.places | more
    return client.post(part_url(subject, "ask"), fields)


def decide(client, asked, decision: str, **more):
    return client.post(f"{URL}/{asked.pk}/decide", {"decision": decision, "on": "part"} | more)


class TestAsking:
    @pytest.mark.parametrize("kind", KINDS)
    def test_who_may_not_do_it_asks_for_it_and_the_part_says_so(self, kind, keiko):
        subject = matter(kind)
        page = main(keiko.get(part_url(subject)))
        assert in_order(page, "You may not", "Ask a supervisor", "Ask ")

        response = keiko.post(part_url(subject, "ask"), {"stepId": ""} | subject.body, follow=True)

        (told,) = said(response)
        assert told.endswith("asked for. Who may decide finds it under Approvals.")
        asked = ApprovalRequest.objects.get()
        assert (asked.requested_by, asked.reason, asked.kind) == (keiko.person.pk, REASON, kind)
        assert in_order(main(response), ASKED_FOR[kind], "Keiko Tanaka", f"“{REASON}”", "It awaits the decision of")

    @pytest.mark.parametrize("kind", KINDS)
    def test_who_may_is_offered_to_do_it(self, kind, carla):
        page = main(carla.get(part_url(matter(kind))))

        assert "asked for" not in page
        assert not any(
            words in page for words in ("Ask for a waiver", "Ask to make it", "Ask for completion", "Ask to go on")
        )

    @pytest.mark.parametrize("kind", KINDS)
    def test_where_it_takes_two_people_whoever_may_asks_as_well(self, kind, carla, settings):
        settings.TWO_PERSON_RULE = True
        subject = matter(kind)

        assert TAKES_TWO in main(carla.get(part_url(subject)))
        ask(carla, subject)
        page = main(carla.get(part_url(subject)))

        assert in_order(page, ASKED_FOR[kind], "yourself: somebody else has to approve it", "Decline", "Withdraw it")
        assert "Approve as" not in page

    def test_a_request_is_shown_once_among_what_stands_before_completion(self, keiko, carla):
        subject = matter("requirement_override")
        ask(keiko, subject)

        html = carla.get(part_url(subject)).content.decode()
        api = carla.get(f"/api/serials/{subject.serial.id}/readiness").json()["reasons"]

        assert html.count(ASKED_FOR[subject.kind]) == 1
        assert [each["message"] in html for each in api] == [True] * len(api)
        assert "Let it go on without" not in html
        assert 'aria-labelledby="ready-title"' in html.split(ASKED_FOR[subject.kind])[0]

    def test_a_part_that_was_scrapped_still_shows_what_is_to_be_declined(self, keiko, carla):
        subject = matter("requirement_override")
        ask(keiko, subject)
        endings.scrap(subject.serial.id, "damaged", None, OPERATOR)

        page = main(carla.get(part_url(subject)))

        assert in_order(page, "What is asked for", ASKED_FOR[subject.kind], "there is nothing to override", "Decline")

    def test_a_step_that_is_asked_about_is_not_offered_again(self, keiko):
        subject = matter("override")
        ask(keiko, subject)

        form = Form(keiko.get(part_url(subject)), part_url(subject, "ask"))

        assert subject.step_id not in form.values("stepId")

    def test_a_refusal_stands_next_to_what_was_typed(self, keiko):
        subject = matter("waiver")
        deferrals.complete_deferred(subject.serial.id, subject.step_id, OPERATOR)
        other = matter("waiver")

        gone = ask(keiko, subject)
        assert gone.status_code == 400
        assert gone.context["tried"].refusal.message == "Can only waive deferred required steps"
        empty = ask(keiko, other, reason="  ")
        assert empty.status_code == 400
        assert "reason is required" in main(empty)
        twice = [ask(keiko, other), ask(keiko, other)]
        assert [response.status_code for response in twice] == [303, 409]

    def test_auditors_look_on(self):
        auditor, subject = visitor(Role.AUDITORS), matter("waiver")

        assert "Ask for a waiver" not in main(auditor.get(part_url(subject)))
        assert ask(auditor, subject).status_code == 403
        assert not ApprovalRequest.objects.exists()

    @pytest.mark.parametrize("nonsense", ["", "x", "\0", "ü" * 5000])
    def test_nonsense_is_no_fault_of_the_server(self, nonsense, keiko):
        subject = matter("waiver")

        response = ask(keiko, subject, kind=nonsense, stepId=nonsense, reason=nonsense)

        assert response.status_code == 400
        assert keiko.post("/serials/SN-99999/ask", {"kind": "waiver", "stepId": nonsense}).status_code in (400, 404)
        assert keiko.get(part_url(subject, "ask")).status_code == 405


class TestDeciding:
    @pytest.mark.parametrize("kind", KINDS)
    def test_approved_on_the_parts_page(self, kind, keiko, carla):
        subject = matter(kind)
        asked = subject.ask(actor(keiko))
        assert in_order(main(carla.get(part_url(subject))), ASKED_FOR[kind], "Approve as Carla Reinhardt", "Decline")

        response = carla.post(f"{URL}/{asked.pk}/decide", {"decision": "approve", "on": "part"}, follow=True)

        assert subject.is_carried_out
        assert said(response) == [f"{subject.serial.id}: {asked.get_kind_display().lower()} approved."]
        assert response.redirect_chain == [(part_url(subject), 303)]
        assert ASKED_FOR[kind] not in main(response)
        assert AuditEntry.objects.order_by("sequence").last().user_id == carla.person.pk

    def test_in_the_approvers_own_words(self, keiko, marcus):
        subject = matter("waiver")
        asked = subject.ask(actor(keiko))

        decide(marcus, asked, "approve", reason="DEV-0219")

        assert subject.entries[0].metadata["reason"] == "DEV-0219"
        page = main(marcus.get(part_url(subject)))
        assert in_order(page, "Waiver asked for", "Keiko Tanaka", REASON, "Waived", "Marcus Bell", "DEV-0219")

    def test_declined_with_a_reason(self, keiko, marcus):
        subject = matter("waiver")
        asked = subject.ask(actor(keiko))

        refused = decide(marcus, asked, "decline", reason=" ")
        assert refused.status_code == 400
        assert "reason is required" in main(refused)
        assert refused.context["part"].serial == subject.serial
        decide(marcus, asked, "decline", reason="not on a pressure part")

        page = main(keiko.get(part_url(subject)))
        assert in_order(page, "Waiver declined", "Marcus Bell", "not on a pressure part", "Ask for a waiver")
        assert not subject.is_carried_out

    def test_withdrawn_by_who_asked(self, keiko, marcus):
        subject = matter("waiver")
        asked = subject.ask(actor(keiko))

        assert marcus.post(f"{URL}/{asked.pk}/withdraw").status_code == 403
        response = keiko.post(f"{URL}/{asked.pk}/withdraw", {"on": "part"}, follow=True)

        assert said(response) == [f"{subject.serial.id}: waiver withdrawn."]
        assert "Waiver no longer asked for" in main(response)

    def test_who_may_not_is_told_whom_to_ask(self, keiko, marcus):
        waiver, override = matter("waiver"), matter("override")
        asked = {subject: subject.ask(OPERATOR) for subject in (waiver, override)}

        assert "You may not waive steps. Ask a supervisor, QC or an administrator." in main(keiko.get(part_url(waiver)))
        for client, subject in ((keiko, waiver), (keiko, override), (marcus, override)):
            response = decide(client, asked[subject], "approve")
            assert response.status_code == 403
            assert in_order(main(response), "You may not ", "Ask ")
            assert not subject.is_carried_out

    def test_what_became_impossible_says_so_and_can_only_be_declined(self, marcus):
        subject = matter("waiver")
        asked = subject.ask(OPERATOR)
        deferrals.complete_deferred(subject.serial.id, subject.step_id, OPERATOR)

        page = main(marcus.get(part_url(subject)))
        assert in_order(page, "A waiver of Mill is asked for", "Can only waive deferred required steps", "Decline")
        assert "Approve as" not in page
        assert decide(marcus, asked, "approve").status_code == 400
        assert decide(marcus, asked, "decline", reason="it was done after all").status_code == 303

    def test_a_decision_that_is_none_decides_nothing(self, marcus):
        asked = matter("waiver").ask(OPERATOR)

        for nonsense in ("", "x", "\0"):
            assert decide(marcus, asked, nonsense, reason="\0").status_code == 400
        assert decide(marcus, asked, "approve", reason="x" * 4001).status_code == 400
        for nobody in ("apr_x", "%00", "x" * 300):
            assert marcus.post(f"{URL}/{nobody}/decide", {"decision": "approve"}).status_code == 404
            assert marcus.post(f"{URL}/{nobody}/withdraw").status_code == 404
        assert marcus.get(f"{URL}/{asked.pk}/decide").status_code == 405
        assert approvals.find(asked.pk).is_open

    def test_the_form_that_is_sent_twice_decides_once(self, carla):
        subject = matter("override")
        asked = subject.ask(OPERATOR)
        form = Form(carla.get(part_url(subject)), f"{URL}/{asked.pk}/decide").write(decision="approve")

        first, second = form.send(carla), form.send(carla)

        assert (first.status_code, second.status_code) == (303, 303)
        assert len(subject.entries) == 1


class TestList:
    def test_it_says_what_awaits_whom_with_the_oldest_first(self, keiko, marcus):
        with clock.told(clock.now() - timedelta(hours=3)):
            waiver = matter("waiver")
            waiver.ask(actor(keiko))
        override = matter("override")
        override.ask(OPERATOR, "not on this drawing")

        page = main(marcus.get(URL))

        assert in_order(page, "2 requests await a decision", waiver.serial.id, "Waiver", "Mill", "waiting 3 h")
        assert in_order(page, f"“{REASON}”", "Keiko Tanaka", waiver.serial.job.name, "Approve as Marcus Bell")
        assert in_order(page, override.serial.id, "Override", "not on this drawing", "You may not override steps.")
        assert page.count("Approve as") == 1

    def test_a_decision_leads_back_to_it(self, marcus):
        subject = matter("waiver")
        asked = subject.ask(OPERATOR)

        refused = marcus.post(f"{URL}/{asked.pk}/decide", {"decision": "decline"})
        assert in_order(main(refused), "1 request awaits a decision", "reason is required")
        done = marcus.post(f"{URL}/{asked.pk}/decide", {"decision": "approve"}, follow=True)

        assert done.redirect_chain == [(URL, 303)]
        assert "Nothing awaits a decision" in main(done)

    def test_what_was_decided_stays_listed_with_who_and_why(self, marcus):
        asked = matter("waiver").ask(OPERATOR)
        approvals.decline(asked.pk, "not on a pressure part", actor(marcus))

        page = main(marcus.get(URL, {"show": "decided"}))

        assert in_order(page, "1 decided request", "Declined", "by Marcus Bell", "not on a pressure part")

    def test_nothing_is_said_with_what_comes_next(self, marcus):
        assert in_order(main(marcus.get(URL)), "Nothing awaits a decision", "asks for it on the part’s page")
        assert in_order(main(marcus.get(URL, {"show": "decided"})), "Nothing was decided yet")

    @pytest.mark.parametrize("role", [Role.SUPERVISORS, Role.QC])
    def test_who_decides_finds_it_in_the_bar(self, role):
        assert 'href="/approvals"' in visitor(role).get("/serials").content.decode()

    @pytest.mark.parametrize("role", [Role.OPERATORS, Role.AUDITORS])
    def test_others_may_look_but_are_not_led_there(self, role):
        client = visitor(role)
        assert 'href="/approvals"' not in client.get("/serials").content.decode()
        assert client.get(URL).status_code == 200

    def test_it_costs_the_same_however_much_is_asked(self, carla):
        for kind in KINDS:
            matter(kind).ask(OPERATOR)
        with counted_statements() as few:
            carla.get(URL)
        for serial in make_serials(PathFactory(), 60):
            approvals.request("force_complete", serial.id, None, REASON, OPERATOR)

        with counted_statements() as many:
            response = carla.get(URL)

        assert len(many) == len(few) <= MOST_QUERIES
        assert compressed_bytes(carla, URL) <= MOST_BYTES
        assert "1 to 50 of 64" in words(response)
        assert "51 to 64 of 64" in words(carla.get(URL, {"page": "2"}))

    def test_a_part_with_requests_costs_no_more_than_one_without(self, carla):
        (part,) = deferred()
        for kind, index in (("waiver", 1), ("override", 2), ("override", 3), ("force_complete", None)):
            step_id = None if index is None else steps_of(part.path)[index].pk
            approvals.request(kind, part.id, step_id, REASON, OPERATOR)

        with counted_statements() as statements:
            page = main(carla.get(f"/serials/{part.id}"))

        assert len(statements) <= MOST_QUERIES
        assert page.count("Approve as Carla Reinhardt") == 4
