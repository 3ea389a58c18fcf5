"""Actions that are refused: by a rule, by a missing right, by a selection that cannot be. Nothing is left of them."""

import pytest

from serials.services import endings
from shopplanr.accounts.roles import Role, refusal_sentence
from tests.admin.conftest import staff
from tests.admin.desk import act, choose, deferred, everything, messages, url
from tests.factories import OPERATOR, CertificateFactory, make_serials, steps_of

pytestmark = pytest.mark.django_db

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
    Role.QC: {"attach", "attach-late", "waive"},
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
