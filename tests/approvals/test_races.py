"""Several who decide at the same moment: one decision is taken, once."""

from collections import Counter

import pytest

from audit.models import Action, AuditEntry
from serials.models import ApprovalRequest
from serials.refusals import AskedAlready, DecidedAlready, WaiveNotDeferred
from serials.services import approvals, deferrals
from shopplanr.actor import Actor
from tests.approvals.parts import KINDS, REASON, matter
from tests.products.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

KEIKO, MARCUS, CARLA = (Actor(name, credential="session") for name in ("keiko", "marcus", "carla"))


def kinds_of(answers) -> Counter:
    return Counter(type(answer) for answer in answers)


@pytest.mark.parametrize("kind", KINDS)
def test_two_approvers_approve_it_once(kind):
    subject = matter(kind)
    asked = subject.ask(KEIKO)

    answers = at_once(*(lambda who=who: approvals.approve(asked.pk, who) for who in (MARCUS, CARLA)))

    assert kinds_of(answers) == {ApprovalRequest: 1, DecidedAlready: 1}
    (entry,) = subject.entries
    assert entry.user_id == ApprovalRequest.objects.get().decided_by


def test_of_an_approval_and_a_withdrawal_one_holds():
    subject = matter("waiver")
    asked = subject.ask(KEIKO)

    answers = at_once(lambda: approvals.approve(asked.pk, MARCUS), lambda: approvals.withdraw(asked.pk, KEIKO))

    assert kinds_of(answers) == {ApprovalRequest: 1, DecidedAlready: 1}
    assert subject.is_carried_out == (ApprovalRequest.objects.get().state == "approved")
    assert len(subject.entries) == subject.is_carried_out


def test_a_direct_waiver_and_an_approval_waive_once(settings):
    settings.TWO_PERSON_RULE = True
    subject = matter("waiver")
    asked = subject.ask(KEIKO)

    answers = at_once(
        lambda: approvals.approve(asked.pk, MARCUS),
        lambda: deferrals.waive(subject.serial.id, subject.step_id, REASON, CARLA),
    )

    assert len(subject.entries) == 1
    assert sum(isinstance(answer, (DecidedAlready, WaiveNotDeferred)) for answer in answers) == 1
    assert ApprovalRequest.objects.get().state == "approved"


def test_the_same_is_asked_once():
    subject = matter("override")

    answers = at_once(*(lambda who=who: subject.ask(who) for who in (KEIKO, MARCUS, CARLA)))

    assert kinds_of(answers) == {ApprovalRequest: 1, AskedAlready: 2}
    assert AuditEntry.objects.filter(action=Action.APPROVAL_REQUESTED).count() == 1
