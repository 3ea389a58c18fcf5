"""Actions on a selection: each through its service, by who has the right, to all of the selection or to none."""

import pytest

from audit.models import Action, AuditEntry
from serials.models import Serial, StepOverride, StepStatus
from serials.services import overrides
from shopplanr.admin.confirming import SHOWN_AT_MOST
from tests.admin.desk import act, choose, confirm, deferred, deferred_records, messages, url
from tests.factories import PLANNER, CertificateFactory, PathFactory, make_serials, steps_of
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
