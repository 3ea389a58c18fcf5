"""Asking, approving, declining and withdrawing: what each takes, what it writes, and what it leaves as it was."""

from dataclasses import replace

import pytest

from audit.models import Action, AuditEntry
from serials import refusals
from serials.models import ApprovalKind, ApprovalRequest, StepOverride
from serials.second_person import SecondPersonRequired
from serials.services import (
    advancement,
    approvals,
    deferrals,
    endings,
    overrides,
    requirement_overrides,
    requirements,
    steps,
)
from shopplanr import clock
from shopplanr.actor import Actor
from shopplanr.refusals import Invalid, NotFound, Refusal
from tests.api.answers import nothing_written
from tests.api.serials.contract import about, recorded
from tests.api.serials.states import completed, deferred_at_first_jump, scrapped
from tests.approvals.parts import KINDS, REASON, Matter, about_a_requirement, matter
from tests.coverage.papers import MATERIAL, PROCESS, asked_of, asking
from tests.factories import OPERATOR, PLANNER, PathFactory, make_serial, make_serials, steps_of
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

KEIKO = Actor("keiko", credential="session")
MARCUS = Actor("marcus", credential="session")
ERP = Actor("keiko", called_by="erp", credential="tok_1")


def refused(refusal: type[Refusal], call, *arguments, match: str | None = None) -> None:
    """See the call refused, and no trace of it."""
    with nothing_written(), pytest.raises(refusal, match=match):
        call(*arguments)


class TestAsking:
    @pytest.mark.parametrize("kind", KINDS)
    def test_it_is_kept_and_recorded_and_changes_nothing_else(self, kind):
        subject = matter(kind)

        with recorded() as entries:
            asked = subject.ask(ERP, "  Measured by hand ")

        assert (asked.kind, asked.state, asked.reason) == (kind, "open", REASON)
        assert (asked.requested_by, asked.called_by, asked.credential) == ("keiko", "erp", "tok_1")
        assert asked.pk.startswith("apr_")
        assert not subject.is_carried_out
        places = subject.places
        named = {"requirementId": places.pop("requirementId")} if "requirementId" in places else {}
        facts = {"approvalId": asked.pk, "kind": kind, "reason": REASON} | named
        assert entries == [
            about(subject.serial)
            | {"action": "approval_requested", "userId": "keiko", "calledBy": "erp", "metadata": facts}
            | places
        ]

    def test_nobody_is_asked_for_what_cannot_be_done(self):
        serial, step = deferred_at_first_jump()
        saw, mill, _ = steps_of(serial.path)
        optional, its_step = deferred_at_first_jump()
        steps.configure(its_step.pk, {"optional": True}, PLANNER)
        overridden = make_serial(serial.path)
        overrides.create(overridden.id, None, mill.pk, REASON, PLANNER)
        done = make_serial(PathFactory(steps=({"name": "Saw", "optional": True},)))

        for kind, part, step_id, refusal in (
            ("waiver", serial, saw.pk, refusals.WaiveNotDeferred),
            ("waiver", optional, its_step.pk, refusals.WaiveOptional),
            ("waiver", serial, its_step.pk, NotFound),
            ("override", serial, saw.pk, refusals.OverrideCompletedStep),
            ("override", overridden, mill.pk, refusals.AlreadyOverridden),
            ("override", serial, its_step.pk, NotFound),
            ("force_complete", scrapped(), None, refusals.ForceScrapped),
            ("force_complete", completed(), None, refusals.AlreadyCompleted),
            ("force_complete", done, None, refusals.NothingToForce),
        ):
            refused(refusal, approvals.request, kind, part.id, step_id, REASON, KEIKO)
        assert step.pk == mill.pk, "the one that could be waived"

    def test_nobody_is_asked_to_override_a_requirement_that_cannot_be(self):
        blocked, other, gone = about_a_requirement("block"), about_a_requirement(), about_a_requirement()
        here, scrapped_one, done = about_a_requirement(), about_a_requirement(), about_a_requirement()
        requirements.set_of_step(gone.step_id, [], PLANNER)
        endings.scrap(scrapped_one.serial.id, "damaged", None, OPERATOR)
        requirement_overrides.create(done.serial.id, {"requirementId": done.requirement_id, "reason": REASON}, OPERATOR)

        for subject, changes, refusal in (
            (blocked, {}, refusals.NotOverridable),
            (gone, {}, NotFound),
            (scrapped_one, {}, refusals.OverrideEnded),
            (done, {}, refusals.RequirementOverridden),
            (here, {"requirement_id": None}, Invalid),
            (here, {"requirement_id": other.requirement_id}, NotFound),
            (here, {"step_id": steps_of(here.serial.path)[0].pk}, Invalid),
            (here, {"kind": "override"}, Invalid),
        ):
            refused(refusal, replace(subject, **changes).ask, KEIKO)
        assert replace(here, step_id=None).ask(KEIKO).step_id == here.step_id

    def test_each_requirement_of_a_step_is_asked_about_for_itself(self):
        path = asking(("Heat treat", *({"policy": "block_or_override"} | kind for kind in (PROCESS, MATERIAL))))
        serial, (step,) = make_serial(path), steps_of(path)

        for requirement in asked_of(step):
            asked = Matter("requirement_override", serial, step.pk, requirement.pk).ask(KEIKO)
            assert asked.requirement_id == requirement.pk
        assert Matter("override", serial, step.pk).ask(KEIKO).is_open

    @pytest.mark.parametrize("kind", KINDS)
    def test_once_at_a_time(self, kind):
        subject = matter(kind)
        first = subject.ask(KEIKO)

        refused(refusals.AskedAlready, subject.ask, MARCUS, match=subject.serial.id)
        approvals.decline(first.pk, "no", MARCUS)
        assert subject.ask(KEIKO).is_open

    def test_the_same_of_other_steps_parts_and_kinds_is_something_else(self):
        path = PathFactory()
        one, other = make_serials(path, 2)
        _, mill, inspect = steps_of(path)

        for subject in (
            Matter("override", one, mill.pk),
            Matter("override", one, inspect.pk),
            Matter("override", other, mill.pk),
            Matter("force_complete", one, None),
        ):
            assert subject.ask(KEIKO).is_open

    def test_a_reason_and_somebody_are_required(self):
        subject = matter("override")

        refused(Invalid, subject.ask, KEIKO, "  ", match="reason is required")
        refused(Invalid, subject.ask, Actor(None, credential="kiosk"), match="userId is required")

    @pytest.mark.parametrize("kind", KINDS)
    def test_at_a_kiosk_only_where_one_person_is_enough(self, kind, settings):
        kiosk = Actor("Keiko", credential="kiosk")
        settings.TWO_PERSON_RULE = True
        refused(SecondPersonRequired, matter(kind).ask, kiosk, match="cannot prove who asks")
        settings.TWO_PERSON_RULE = False
        assert matter(kind).ask(kiosk).credential == "kiosk"


class TestApproving:
    @pytest.mark.parametrize("kind", KINDS)
    def test_it_is_carried_out_as_the_approver_for_the_reason_that_was_given(self, kind):
        subject = matter(kind)
        asked = subject.ask(KEIKO)

        approved = approvals.approve(asked.pk, MARCUS)

        assert subject.is_carried_out
        assert (approved.state, approved.decided_by, approved.decision_reason) == ("approved", "marcus", "")
        (entry,) = subject.entries
        assert (entry.user_id, entry.metadata["reason"]) == ("marcus", REASON)
        assert (entry.metadata["approvalId"], entry.metadata["requestedBy"]) == (asked.pk, "keiko")

    @pytest.mark.parametrize("kind", KINDS)
    def test_an_approver_may_have_a_better_reason(self, kind):
        subject = matter(kind)
        asked = subject.ask(KEIKO)

        approved = approvals.approve(asked.pk, MARCUS, " DEV-0219 ")

        assert (approved.reason, approved.decision_reason) == (REASON, "DEV-0219")
        assert subject.entries[0].metadata["reason"] == "DEV-0219"

    @pytest.mark.parametrize("kind", KINDS)
    def test_without_the_rule_of_two_people_ones_own_request_too(self, kind):
        subject = matter(kind)

        approvals.approve(subject.ask(KEIKO).pk, KEIKO)

        assert subject.is_carried_out

    def test_what_became_impossible_is_refused_in_its_own_words_and_stays_open(self):
        waiver, override, forced, requirement = (matter(kind) for kind in KINDS)
        asked = {subject: subject.ask(KEIKO) for subject in (waiver, override, forced, requirement)}
        requirements.set_of_step(requirement.step_id, [], PLANNER)
        deferrals.complete_deferred(waiver.serial.id, waiver.step_id, OPERATOR)
        for _ in range(3):
            advancement.advance(override.serial.id, OPERATOR)
        endings.scrap(forced.serial.id, "damaged", None, OPERATOR)

        for subject, refusal in (
            (waiver, refusals.WaiveNotDeferred),
            (override, refusals.OverrideCompletedStep),
            (forced, refusals.ForceScrapped),
            (requirement, NotFound),
        ):
            refused(refusal, approvals.approve, asked[subject].pk, MARCUS)
            assert approvals.find(asked[subject].pk).is_open
            assert approvals.withdraw(asked[subject].pk, KEIKO).state == "withdrawn"

    @pytest.mark.parametrize("kind", KINDS)
    def test_whoever_carries_it_out_without_looking_answers_it(self, kind):
        subject = matter(kind)
        asked = subject.ask(KEIKO)

        match kind:
            case ApprovalKind.WAIVER:
                deferrals.waive(subject.serial.id, subject.step_id, "DEV-0219", MARCUS)
            case ApprovalKind.OVERRIDE:
                overrides.create(subject.serial.id, None, subject.step_id, "DEV-0219", MARCUS)
            case ApprovalKind.FORCE_COMPLETE:
                endings.force_complete(subject.serial.id, "DEV-0219", MARCUS)
            case ApprovalKind.REQUIREMENT_OVERRIDE:
                given = {"requirementId": subject.requirement_id, "reason": "DEV-0219"}
                requirement_overrides.create(subject.serial.id, given, MARCUS)

        answered = approvals.find(asked.pk)
        assert (answered.state, answered.decided_by, answered.decision_reason) == ("approved", "marcus", "DEV-0219")
        assert subject.entries[0].metadata["approvalId"] == asked.pk

    def test_a_forced_completion_without_a_reason_answers_it_as_well(self):
        subject = matter("force_complete")
        asked = subject.ask(KEIKO)

        endings.force_complete(subject.serial.id, None, MARCUS)

        assert approvals.find(asked.pk).decision_reason == ""
        assert "reason" not in subject.entries[0].metadata


class TestSelections:
    @pytest.fixture
    def parts(self):
        return make_serials(PathFactory(), 6)

    @pytest.fixture
    def mill(self, parts):
        return steps_of(parts[0].path)[1]

    def override(self, parts, step, actor=MARCUS):
        return overrides.create(parts[0].id, [part.id for part in parts], step.pk, REASON, actor)

    def test_each_part_answers_its_own_request(self, parts, mill):
        asked = [Matter("override", part, mill.pk).ask(KEIKO) for part in parts[:2]]
        other = Matter("override", parts[0], steps_of(parts[0].path)[2].pk).ask(KEIKO)

        self.override(parts, mill)

        assert {approvals.find(each.pk).state for each in asked} == {"approved"}
        assert approvals.find(other.pk).is_open
        entries = AuditEntry.objects.filter(action=Action.STEP_OVERRIDE_CREATED).order_by("sequence")
        assert [entry.metadata.get("approvalId") for entry in entries] == [
            *(each.pk for each in asked),
            None,
            None,
            None,
            None,
        ]

    def test_where_it_takes_two_people_it_takes_them_for_each_part(self, parts, mill, two_people):
        asked = [Matter("override", part, mill.pk).ask(KEIKO) for part in parts[:5]]

        with nothing_written(), pytest.raises(refusals.SomeRefuse) as some:
            self.override(parts, mill)
        sentence = f"{parts[5].id}: An override takes two people here: ask for it first, then somebody else approves it"
        assert (some.value.code, some.value.errors) == ("second_person_required", {"serialIds": [sentence]})

        asked.append(Matter("override", parts[5], mill.pk).ask(KEIKO))
        self.override(parts, mill)
        assert StepOverride.objects.filter(active=True).count() == 6

    def test_parts_that_have_one_already_need_nobody(self, parts, mill, two_people):
        Matter("override", parts[0], mill.pk).ask(KEIKO)
        self.override(parts[:1], mill)

        assert self.override(parts[:1], mill) == []

    def test_it_costs_the_same_for_any_number(self, parts, mill):
        few, many = make_serials(parts[0].path, 2), make_serials(parts[0].path, 40)
        for part in (*few, *many):
            Matter("override", part, mill.pk).ask(KEIKO)

        def cost(parts) -> int:
            with counted_statements() as statements:
                self.override(parts, mill)
            return len(statements)

        assert cost(few) == cost(many)


class TestSayingNo:
    @pytest.mark.parametrize("kind", KINDS)
    def test_a_request_is_declined_with_a_reason(self, kind):
        subject = matter(kind)
        asked = subject.ask(KEIKO)

        with recorded() as entries:
            declined = approvals.decline(asked.pk, " not on a pressure part ", MARCUS)

        assert not subject.is_carried_out
        assert (declined.state, declined.decided_by) == ("declined", "marcus")
        assert declined.decision_reason == "not on a pressure part"
        (entry,) = entries
        assert (entry["action"], entry["userId"]) == ("approval_declined", "marcus")
        facts = {"approvalId": asked.pk, "kind": kind, "reason": "not on a pressure part"}
        assert entry["metadata"] == facts | (
            {"requirementId": subject.requirement_id} if subject.requirement_id else {}
        )

    def test_not_without_a_reason(self):
        asked = matter("override").ask(KEIKO)

        refused(Invalid, approvals.decline, asked.pk, " ", MARCUS, match="reason is required")

    def test_who_asked_withdraws_and_nobody_else(self):
        subject = matter("waiver")
        asked = subject.ask(ERP)

        for stranger in (MARCUS, Actor("li", called_by="marcus"), Actor("keiko", credential="kiosk")):
            refused(refusals.NotTheirRequest, approvals.withdraw, asked.pk, stranger)
        with recorded() as entries:
            withdrawn = approvals.withdraw(asked.pk, Actor("erp", credential="tok_1"))

        assert (withdrawn.state, withdrawn.decided_by, withdrawn.decision_reason) == ("withdrawn", "erp", "")
        assert entries[0]["action"] == "approval_withdrawn"
        assert entries[0]["metadata"] == {"approvalId": asked.pk, "kind": "waiver"}


DECISIONS = {
    "approve": lambda request_id: approvals.approve(request_id, MARCUS),
    "decline": lambda request_id: approvals.decline(request_id, "no", MARCUS),
    "withdraw": lambda request_id: approvals.withdraw(request_id, KEIKO),
}


@pytest.mark.parametrize("second", DECISIONS)
@pytest.mark.parametrize("first", DECISIONS)
def test_a_decision_is_final(first, second):
    asked = matter("override").ask(KEIKO)
    state = DECISIONS[first](asked.pk).state

    refused(refusals.DecidedAlready, DECISIONS[second], asked.pk, match=f"This request was {state} already")


@pytest.mark.parametrize("decide", DECISIONS.values(), ids=list(DECISIONS))
def test_what_is_no_request_is_not_found(decide):
    for nobody in ("apr_x", "", "x" * 3000, "\0", None):
        refused(NotFound, decide, nobody, match="Approval not found: ")


def test_it_happened_when_the_clock_says():
    subject = matter("override")
    moment = clock.now()
    with clock.told(moment):
        asked = subject.ask(KEIKO)
        approvals.approve(asked.pk, MARCUS)

    row = ApprovalRequest.objects.get()
    assert row.requested_at == row.decided_at == moment
    assert AuditEntry.objects.get(action=Action.APPROVAL_REQUESTED).timestamp == moment


@pytest.mark.parametrize("kind", KINDS)
def test_asking_and_deciding_cost_the_same_on_a_long_route(kind):
    def cost(length: int) -> tuple[int, int]:
        subject = about_a_requirement(steps=length) if kind == ApprovalKind.REQUIREMENT_OVERRIDE else on_a_route(length)
        with counted_statements() as asking:
            asked = subject.ask(KEIKO)
        with counted_statements() as approving:
            approvals.approve(asked.pk, MARCUS)
        return len(asking), len(approving)

    def on_a_route(length: int) -> Matter:
        path = PathFactory(steps=tuple(f"Step {number}" for number in range(length)), advancementMode="flexible")
        serial = make_serial(path)
        advancement.advance_to(serial.id, 2, OPERATOR)
        step_id = None if kind == ApprovalKind.FORCE_COMPLETE else steps_of(path)[1].pk
        return Matter(kind, serial, step_id)

    assert cost(3) == cost(60)
