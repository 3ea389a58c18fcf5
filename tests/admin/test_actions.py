"""Actions on a selection: each through its service, by who has the right, to all of the selection or to none."""

import pytest

from audit.models import Action, AuditEntry
from serials.models import Serial, StepOverride, StepStatus
from serials.services import endings, overrides
from shopplanr.accounts.roles import Role, refusal_sentence
from shopplanr.admin.confirming import SHOWN_AT_MOST
from tests.admin.conftest import staff
from tests.admin.desk import act, choose, confirm, deferred, deferred_records, everything, messages, url
from tests.factories import OPERATOR, PLANNER, CertificateFactory, PathFactory, make_serials, steps_of
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db


def entries(action: Action) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action=action).order_by("sequence"))


def done_by(client, action: Action) -> bool:
    """Tell whether the trail says that who sat at the desk did it, and nobody else."""
    return {(entry.user_id, entry.called_by, entry.credential) for entry in entries(action)} == {
        (client.user.pk, "", "session")
    }


def test_advances_a_selection_and_says_so(supervisor):
    parts = make_serials(quantity=3)

    asked = choose(supervisor, parts, "advance")
    response = confirm(supervisor, asked)

    assert "Saw → Mill" in asked.content.decode()
    assert messages(response) == ["Advanced: 3 parts."]
    assert set(Serial.objects.values_list("current_step_index", flat=True)) == {1}
    assert done_by(supervisor, Action.SERIAL_ADVANCED)


def test_a_page_that_is_sent_twice_advances_once(supervisor):
    (part,) = make_serials()
    asked = choose(supervisor, [part], "advance")

    confirm(supervisor, asked)
    again = confirm(supervisor, asked)

    assert "is at step index 1, not at 0" in again.context["refusal"].message
    assert Serial.objects.get().current_step_index == 1


def test_scraps_a_selection(supervisor):
    parts = make_serials(quantity=2)

    response = act(supervisor, parts, "scrap", reason="other", explanation="Fell off the cart")

    assert messages(response) == ["Scrapped: 2 parts."]
    assert set(Serial.objects.values_list("status", "scrap_reason", "scrap_explanation", "scrapped_by")) == {
        ("scrapped", "other", "Fell off the cart", supervisor.user.pk)
    }
    assert done_by(supervisor, Action.SERIAL_SCRAPPED)


def test_force_completes_and_shows_before_what_stays_open(supervisor):
    parts = deferred(2)

    asked = choose(supervisor, parts, "force-complete")
    response = confirm(supervisor, asked, reason="Concession 12")

    assert "left open: Deburr, Mill, Inspect" in asked.content.decode()
    assert messages(response) == ["Force-completed: 2 parts."]
    assert set(Serial.objects.values_list("force_completed_by", "force_completed_reason")) == {
        (supervisor.user.pk, "Concession 12")
    }


def test_overrides_a_step_of_a_selection(supervisor):
    parts = make_serials(quantity=2)
    inspect = steps_of(parts[0].path)[2]

    asked = choose(supervisor, parts, "override")
    response = confirm(supervisor, asked, step=inspect.pk, reason="Sampled lot")

    assert "3 Inspect" in asked.content.decode()
    assert messages(response) == ["Step overridden: 2 parts."]
    assert set(StepOverride.objects.values_list("step", "reason", "created_by")) == {
        (inspect.pk, "Sampled lot", supervisor.user.pk)
    }


def test_a_step_of_parts_on_two_paths_cannot_be_overridden_at_once(supervisor):
    parts = [*make_serials(), *make_serials()]

    assert "select parts of one path" in messages(choose(supervisor, parts, "override"))[0]


def test_takes_an_override_back(supervisor):
    (part,) = make_serials()
    (override,) = overrides.create(part.id, None, steps_of(part.path)[2].pk, "Sampled lot", PLANNER)

    response = act(supervisor, [override], "reverse", reason="Customer wants it")

    assert messages(response)[0].startswith("Taken back")
    assert not StepOverride.objects.get().active
    assert entries(Action.STEP_OVERRIDE_REVERSED)[0].metadata == {"reason": "Customer wants it"}
    assert "No active override" in act(supervisor, [override], "reverse").context["refusal"].message


def test_qc_waives_a_deferred_step_of_parts_and_is_the_approver(qc):
    parts = deferred(2)
    deburr = steps_of(parts[0].path)[1]

    response = act(qc, parts, "waive", step=deburr.pk, reason="Edges are fine")

    assert messages(response) == ["Step waived: 2 parts."]
    assert set(StepStatus.objects.filter(step=deburr).values_list("status", flat=True)) == {"waived"}
    assert {str(entry.metadata) for entry in entries(Action.STEP_WAIVED)} == {
        str({"reason": "Edges are fine", "approverId": qc.user.pk})
    }
    assert done_by(qc, Action.STEP_WAIVED)


def test_qc_waives_from_the_list_of_deferred_steps(qc):
    records = deferred_records(deferred(3))

    response = act(qc, records, "waive", reason="Edges are fine")

    assert messages(response) == ["Waived: 3 steps."]
    assert set(StepStatus.objects.filter(pk__in=[r.pk for r in records]).values_list("status", flat=True)) == {"waived"}


def test_completes_deferred_steps_of_parts_and_from_the_list(supervisor):
    parts = deferred(2)
    deburr = steps_of(parts[0].path)[1]

    act(supervisor, parts[:1], "complete-deferred", step=deburr.pk)
    response = act(supervisor, deferred_records(parts), "complete")

    assert messages(response)[0].startswith("Completed")
    assert set(StepStatus.objects.filter(step=deburr).values_list("status", flat=True)) == {"completed"}
    assert done_by(supervisor, Action.DEFERRED_STEP_COMPLETED)


def test_parts_without_a_deferred_step_have_none_to_settle(qc):
    assert "none of the selected parts" in messages(choose(qc, make_serials(), "waive"))[0]


def test_attaches_a_certificate_to_a_selection(qc):
    parts, certificate = make_serials(quantity=3), CertificateFactory()

    response = act(qc, parts, "attach", certificate=certificate.pk)

    assert messages(response) == ["Certificate attached: 3 parts."]
    assert set(certificate.attachments.values_list("serial", "attached_by")) == {
        (part.pk, qc.user.pk) for part in parts
    }
    assert done_by(qc, Action.CERT_ATTACHED)


REFUSALS = [
    ("advance", {}, "Cannot advance a scrapped serial"),
    ("scrap", {"reason": "damaged"}, "Serial is already scrapped"),
    ("force-complete", {"reason": "Needed"}, "Cannot force-complete a scrapped serial"),
]


@pytest.mark.parametrize(("action", "typed", "sentence"), REFUSALS)
def test_one_refusal_refuses_all_and_keeps_what_was_typed(supervisor, action, typed, sentence):
    parts = make_serials(quantity=3)
    endings.scrap(parts[1].id, "damaged", "", OPERATOR)
    before = everything()

    response = act(supervisor, parts, action, **typed)

    page = response.content.decode()
    assert response.context["refusal"].message == f"{parts[1].id}: {sentence}"
    assert page.count(sentence) == 2, "above, and next to the part"
    assert all(part.id in page for part in parts)
    assert all(value in page for value in typed.values())
    assert everything() == before


@pytest.mark.parametrize(
    ("action", "typed", "sentence"),
    [
        ("scrap", {"explanation": "Fell off the cart"}, "Scrap reason is required"),
        ("scrap", {"reason": "other"}, "Explanation is required when scrap reason is &quot;other&quot;"),
        ("override", {"reason": "  "}, "reason is required"),
        ("waive", {"reason": ""}, "Waiver requires a reason and approver identity"),
        ("attach", {}, "Choose a certificate."),
    ],
)
def test_what_is_missing_is_said_in_the_services_words(administrator, action, typed, sentence):
    parts = deferred(2)
    deburr = steps_of(parts[0].path)[1].pk
    before = everything()

    response = act(administrator, parts, action, step=deburr, **typed)

    page = response.content.decode()
    assert sentence in page
    assert all(value in page for value in typed.values())
    assert everything() == before


def test_a_completed_part_among_them_gets_no_certificate_and_neither_do_the_others(qc):
    parts, certificate = make_serials(quantity=2), CertificateFactory()
    endings.force_complete(parts[1].id, "", OPERATOR)

    response = act(qc, parts, "attach", certificate=certificate.pk)

    assert "already completed" in response.context["refusal"].message
    assert parts[1].id in response.context["refusal"].message
    assert not certificate.attachments.exists()


RIGHTS = {
    Role.OPERATORS: {"advance", "scrap", "attach", "complete-deferred"},
    Role.SUPERVISORS: {"advance", "scrap", "attach", "complete-deferred", "override", "waive", "force-complete"},
    Role.QC: {"attach", "waive"},
    Role.AUDITORS: set(),
}


@pytest.mark.parametrize("role", RIGHTS)
def test_each_role_is_offered_what_it_may_do_and_is_turned_away_from_the_rest(role):
    client, (part,) = staff(role), deferred()
    actions = client.get(url("serials_serial")).context["cl"].model_admin.confirmed_actions
    form = client.get(url("serials_serial")).context["action_form"]

    offered = {name for name, _ in form.fields["action"].choices if name} if form else set()
    assert offered == RIGHTS[role]
    before = everything()
    for action in actions:
        address = url("serials_serial", "act", action.name)
        asked = client.get(address, {"selected": part.pk})
        if action.name in RIGHTS[role]:
            assert asked.status_code == 200, action.name
        else:
            assert asked.status_code == 403
            assert refusal_sentence(action.right) in asked.content.decode()
            sent = client.post(address, {"selected": part.pk, "reason": "damaged", "step": steps_of(part.path)[1].pk})
            assert sent.status_code == 403
    assert everything() == before


@pytest.mark.parametrize(("model", "action"), [("serials_stepstatus", "waive"), ("serials_stepoverride", "reverse")])
def test_records_of_parts_have_their_rights_too(auditor, model, action):
    assert auditor.post(url(model, "act", action), {"selected": "x"}).status_code == 403


def test_a_selection_that_cannot_be_read_changes_nothing(administrator):
    (part,) = make_serials()
    before = everything()

    for selected in ("", "abc", "999999", f"{part.pk} 999999", "9" * 40, "\0"):
        response = administrator.post(
            url("serials_serial", "act", "scrap"), {"selected": selected, "reason": "damaged"}, follow=True
        )
        assert "cannot be read" in messages(response)[0], selected
    assert administrator.get(url("serials_serial", "act", "explode")).status_code == 404
    assert everything() == before


def test_too_many_at_once_are_refused_before_anything_is_asked(administrator, monkeypatch):
    parts = make_serials(quantity=4)
    monkeypatch.setattr("serials.admin.actions.Scrap.most", 3)

    assert "at most 3 parts" in messages(choose(administrator, parts, "scrap"))[0]


def test_all_that_a_filter_finds_can_be_chosen(qc):
    path, certificate = PathFactory(), CertificateFactory()
    parts = make_serials(path, quantity=SHOWN_AT_MOST + 20)
    make_serials(quantity=5)

    data = {"action": "attach", "select_across": "1", "index": "0", "_selected_action": [parts[0].pk]}
    asked = qc.post(url("serials_serial") + f"?path={path.pk}", data)
    confirm(qc, asked, certificate=certificate.pk)

    assert "and 20 parts more" in asked.content.decode()
    assert certificate.attachments.count() == SHOWN_AT_MOST + 20


def test_afterwards_one_is_where_one_came_from_but_never_on_another_site(administrator):
    (part,) = make_serials(PathFactory(steps=("Saw", "Turn", "Mill", "Grind", "Wash", "Inspect")))
    address = url("serials_serial", "act", "advance")
    own = url("serials_serial", "change", part.pk)

    asked = administrator.get(address, {"selected": part.pk})
    assert administrator.post(address, {"selected": part.pk, "back": asked.context["back"]}).url == own
    for foreign in ("https://example.com/", "//example.com/", "javascript:alert(1)"):
        response = administrator.post(address, {"selected": part.pk, "back": foreign})
        assert response.url == url("serials_serial")


def test_a_parts_own_page_offers_what_can_be_done_step_by_step(administrator):
    (part,) = deferred()
    deburr = steps_of(part.path)[1]

    page = administrator.get(url("serials_serial", "change", part.pk)).content.decode()

    for action in ("waive", "complete-deferred"):
        assert f"/act/{action}/?selected={part.pk}&amp;step={deburr.pk}" in page
    asked = administrator.get(url("serials_serial", "act", "waive"), {"selected": part.pk, "step": deburr.pk})
    assert asked.context["form"].initial["step"] == deburr.pk


@pytest.mark.parametrize("action", ["advance", "scrap", "force-complete", "override"])
def test_queries_of_the_page_that_asks_do_not_grow_with_the_selection(administrator, action):
    path = PathFactory()

    def queries(quantity: int) -> int:
        parts = make_serials(path, quantity)
        with counted_statements() as statements:
            choose(administrator, parts, action)
        return len(statements)

    assert queries(2) == queries(40)
