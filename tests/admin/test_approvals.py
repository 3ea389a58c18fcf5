"""What people ask for, in the admin: found, approved and declined, with the effect shown before."""

import pytest

from audit.models import Action, AuditEntry
from serials.models import ApprovalRequest, StepOverride, StepStatus
from serials.services import approvals, deferrals
from shopplanr.actor import Actor
from tests.accounts.factories import UserFactory
from tests.admin.desk import act, choose, confirm, cost, deferred, messages, url
from tests.approvals.parts import KINDS, REASON, matter
from tests.factories import OPERATOR, PathFactory, make_serials, steps_of

pytestmark = pytest.mark.django_db

LIST = "serials_approvalrequest"


def waivers(quantity: int) -> list[ApprovalRequest]:
    """Ask for a waiver for so many parts."""
    parts = deferred(quantity)
    step = steps_of(parts[0].path)[1].pk
    return [approvals.request("waiver", part.id, step, f"{REASON} {part.id}", OPERATOR) for part in parts]


def found(client, **parameters) -> list[str]:
    return [row.pk for row in client.get(url(LIST), parameters).context["cl"].result_list]


def test_a_selection_is_approved_and_says_before_what_happens(qc):
    asked = waivers(3)

    page = choose(qc, asked, "approve")
    response = confirm(qc, page, reason="")

    assert page.content.decode().count("Deburr is waived") == 3
    assert messages(response) == ["Approved: 3 requests."]
    assert set(StepStatus.objects.filter(step=asked[0].step_id).values_list("status", flat=True)) == {"waived"}
    entries = AuditEntry.objects.filter(action=Action.STEP_WAIVED).order_by("sequence")
    assert {(entry.user_id, entry.called_by, entry.credential) for entry in entries} == {(qc.user.pk, "", "session")}
    assert [entry.metadata["reason"] for entry in entries] == [each.reason for each in asked]


def test_what_cannot_be_done_any_more_says_so_and_stops_all_of_it(qc):
    asked = waivers(2)
    deferrals.complete_deferred(asked[1].serial_public_id, asked[1].step_id, OPERATOR)

    page = choose(qc, asked, "approve")
    response = confirm(qc, page, reason="")

    assert "Can only waive deferred required steps" in page.content.decode()
    assert "Can only waive deferred required steps" in response.context["refusal"].message
    assert set(ApprovalRequest.objects.values_list("state", flat=True)) == {"open"}


def test_declining_takes_a_reason(qc):
    asked = waivers(2)

    refused = act(qc, asked, "decline", reason=" ")
    assert "reason is required" in refused.context["refusal"].message
    assert messages(act(qc, asked, "decline", reason="Measure again")) == ["Declined: 2 requests."]

    assert set(ApprovalRequest.objects.values_list("state", "decided_by", "decision_reason")) == {
        ("declined", qc.user.pk, "Measure again")
    }


@pytest.mark.parametrize("action", ["approve", "decline"])
def test_who_could_not_do_it_does_not_decide_about_it(action, qc, auditor, supervisor):
    asked = {kind: matter(kind).ask(OPERATOR) for kind in KINDS}
    address = url(LIST, "act", action)

    for kind, status in (("waiver", 200), ("override", 403), ("force_complete", 403)):
        assert qc.get(address, {"selected": asked[kind].pk}).status_code == status
    for client in (qc, auditor):
        typed = {"selected": asked["override"].pk, "reason": REASON}
        assert client.post(address, typed).status_code == 403
    turned_away = choose(qc, list(asked.values()), action)
    assert "You may not override steps" in turned_away.content.decode() or (
        "You may not force parts to completion" in turned_away.content.decode()
    )
    assert set(ApprovalRequest.objects.values_list("state", flat=True)) == {"open"}
    assert choose(supervisor, list(asked.values()), action).status_code == 200


def test_a_request_offers_what_one_may_decide_while_it_is_open(qc, supervisor):
    waiver, override = matter("waiver").ask(OPERATOR), matter("override").ask(OPERATOR)

    def offered(client, asked) -> list[str]:
        return [words for _, words in client.get(url(LIST, "change", asked.pk)).context["tools"]]

    assert offered(qc, waiver) == offered(supervisor, override) == ["Approve…", "Decline…"]
    assert offered(qc, override) == []
    approvals.decline(waiver.pk, "no", OPERATOR)
    assert offered(qc, waiver) == []


def test_a_requests_page_says_who_asked_who_decided_and_why(qc):
    keiko = UserFactory(name="Keiko Tanaka")
    asked = matter("waiver").ask(Actor(keiko.pk, credential="session"))
    approvals.decline(asked.pk, "Measure again", Actor(qc.user.pk, credential="session"))

    page = qc.get(url(LIST, "change", asked.pk)).content.decode()

    for words in ("Keiko Tanaka", REASON, qc.user.name, "Measure again", "Declined"):
        assert words in page


def test_filters_and_search(qc):
    asked = {kind: matter(kind).ask(OPERATOR) for kind in KINDS}
    approvals.decline(asked["override"].pk, "no", OPERATOR)
    waiver = asked["waiver"]

    assert found(qc, state__exact="open") == [
        asked[kind].pk for kind in ("requirement_override", "force_complete", "waiver")
    ]
    assert found(qc, kind__exact="override") == [asked["override"].pk]
    assert found(qc, q=waiver.serial_public_id) == [waiver.pk]
    assert found(qc, job=waiver.job_id) == [waiver.pk]


def test_a_parts_page_shows_what_was_asked_about_it(qc):
    (part,) = make_serials(PathFactory())
    assert "Asked for" not in [panel.title for panel in panels(qc, part)]
    approvals.request("force_complete", part.id, None, REASON, OPERATOR)

    (panel,) = [panel for panel in panels(qc, part) if panel.title == "Asked for"]

    assert REASON in str(panel.rows)


def panels(client, part):
    return client.get(url("serials_serial", "change", part.pk)).context["panels"]


def test_the_list_and_the_page_that_asks_cost_the_same_for_any_number(supervisor):
    few = waivers(2)
    before = cost(supervisor, url(LIST)), cost(supervisor, asking(few))
    many = waivers(30)

    assert (cost(supervisor, url(LIST)), cost(supervisor, asking(many))) == before


def asking(asked) -> str:
    return url(LIST, "act", "approve") + "?selected=" + "+".join(each.pk for each in asked)


def test_where_it_takes_two_people_a_selection_is_overridden_once_somebody_asked_for_each(supervisor, settings):
    settings.TWO_PERSON_RULE = True
    parts = make_serials(PathFactory(), 2)
    step = steps_of(parts[0].path)[2]
    approvals.request("override", parts[0].id, step.pk, REASON, OPERATOR)

    refused = act(supervisor, parts, "override", step=step.pk, reason=REASON)
    assert refused.context["refusal"].message.startswith(f"{parts[1].id}: An override takes two people here")
    approvals.request("override", parts[1].id, step.pk, REASON, OPERATOR)
    act(supervisor, parts, "override", step=step.pk, reason=REASON)

    assert StepOverride.objects.filter(active=True).count() == 2
