"""The admin's first page: what needs QC today, each card for those who have the right to it, and quick in any shop."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from audit.proof import sealing
from certificates import held_back
from certificates.models import Certificate, CertificateRevocation
from certificates.services import attaching, products_of_jobs
from serials.models import Serial, StepStatus
from serials.services import advancement, approvals, endings, overrides, requirement_overrides, requirements
from shopplanr import clock
from shopplanr.accounts.roles import Role
from shopplanr.actor import Actor
from shopplanr.desk import cards, deferred
from shopplanr.desk.blocked import blocked
from shopplanr.desk.deferred import deferred as deferred_steps
from shopplanr.desk.expiring import expiring
from shopplanr.desk.scrap import scrap
from tests.admin.conftest import staff
from tests.admin.desk import act, card_of, cost, deferred_records, url
from tests.admin.desk import deferred as deferred_parts
from tests.audit_proof.conftest import sql  # noqa: F401 - a fixture
from tests.factories import (
    OPERATOR,
    PLANNER,
    AssignmentFactory,
    CertificateFactory,
    JobFactory,
    make_serials,
    steps_of,
)
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

DESK = reverse("admin:index")


def names(client) -> list[str]:
    page = client.get(DESK).content.decode()
    return [
        name
        for name in ("deferred", "approvals", "held-back", "expiring", "scrap", "trail")
        if f'id="desk-{name}"' in page
    ]


def asking(policy: str = "block", **more) -> dict[str, object]:
    return {"certificateType": "process", "policy": policy} | more


def parts_at_a_step_that_asks(quantity: int = 2, policy: str = "block") -> list[Serial]:
    """Return parts at the first of three steps, which asks for a process certificate."""
    parts = make_serials(quantity=quantity)
    requirements.set_of_step(steps_of(parts[0].path)[0].pk, [asking(policy)], PLANNER)
    return parts


def certificate_until(days: int, **columns) -> Certificate:
    """Return a certificate whose last day is so many days from today."""
    facts = {"type": "material", "name": f"Ends in {days}", "valid_to": clock.today() + timedelta(days=days)}
    return Certificate.objects.create(**facts | columns)


class TestPage:
    def test_each_card_is_for_those_who_have_the_right(self, qc, supervisor, auditor):
        everything = ["deferred", "approvals", "held-back", "expiring", "scrap", "trail"]
        assert names(qc) == names(supervisor) == everything
        assert names(auditor) == ["held-back", "expiring", "scrap", "trail"]
        assert names(staff(Role.OPERATORS)) == ["held-back", "expiring", "scrap", "trail"]

    def test_an_empty_shop_says_calmly_that_there_is_nothing_to_do(self, qc):
        page = qc.get(DESK).content.decode()

        for words in (
            "No part in production has a deferred step.",
            "Nobody has asked for anything that you decide about.",
            "Every part has the certificates that its step asks for.",
            "Nothing in use ends within 30 days.",
            "Nothing was scrapped in the last two weeks.",
        ):
            assert words in page, words

    def test_it_costs_the_same_however_much_there_is(self, qc):
        def fill():
            (part,) = deferred_parts()
            approvals.request("waiver", part.id, deferred_records([part])[0].step_id, "No magnet at hand", OPERATOR)
            held = parts_at_a_step_that_asks()
            attaching.attach(held[0].id, certificate_until(3).pk, OPERATOR)
            endings.scrap(make_serials()[0].id, "damaged", "", OPERATOR)
            assignment = AssignmentFactory(expiration_date=(clock.today() + timedelta(days=2)).isoformat())
            products_of_jobs.name(JobFactory().pk, assignment.product_id, PLANNER)

        fill()
        call_command("audit_verify")
        sealing.seal()
        few = cost(qc, DESK)
        for _ in range(cards.LINES + 2):
            fill()

        assert cost(qc, DESK) == few <= 32

    def test_nothing_is_counted_to_its_end(self, qc):
        deferred_parts()
        qc.get(DESK)
        with counted_statements() as statements:
            qc.get(DESK)
        assert not [each for each in statements.queries if "COUNT(*)" in each and "audit_auditentry" not in each]


class TestDeferred:
    def test_steps_stand_by_how_long_they_have_waited_with_their_parts(self, qc):
        first, second = deferred_parts(2), deferred_parts(1)
        for part, days in ((second[0], 9), (first[0], 5)):
            changed = clock.now() - timedelta(days=days)
            StepStatus.objects.filter(serial=part, status="deferred").update(updated_at=changed)

        card = card_of(qc, "deferred")

        assert [line.figure for line in card.lines] == ["1 part", "2 parts"]
        assert (card.count, card.tone) == ("3", "warn")
        assert "waits for 1\xa0week" in card.lines[0].note

    def test_its_link_is_the_list_from_which_they_are_waived(self, qc):
        parts = deferred_parts(2)
        deferred_parts(1)

        (line,) = [line for line in card_of(qc, "deferred").lines if line.figure == "2 parts"]
        rows = list(qc.get(line.url).context["cl"].result_list)

        assert {row.serial_id for row in rows} == {part.pk for part in parts}
        act(qc, rows, "waive", reason="Measured by hand")
        assert deferred_steps(9).record_count == 1

    def test_what_is_owed_no_longer_is_not_there(self):
        scrapped, overridden, waiting = deferred_parts(3)
        endings.scrap(scrapped.id, "damaged", "", OPERATOR)
        overrides.create(overridden.id, None, deferred_records([overridden])[0].step_id, "Sampled", PLANNER)

        found = deferred_steps(9)

        assert (found.record_count, found.cut) == (1, False)
        assert waiting.pk in StepStatus.objects.filter(status="deferred").values_list("serial", flat=True)

    def test_it_stops_reading_and_says_so(self, qc, monkeypatch):
        monkeypatch.setattr(deferred, "READ_AT_MOST", 2)
        monkeypatch.setattr(cards, "DEFERRED_AT_MOST", 2)
        deferred_parts(3)

        card = card_of(qc, "deferred")

        assert card.count == "2+"
        assert card.note == "Of the 2 that have waited longest."


class TestAskedFor:
    def ask(self, by: Actor = OPERATOR):
        (part,) = deferred_parts()
        return approvals.request("waiver", part.id, deferred_records([part])[0].step_id, "Flat by hand", by)

    def test_a_request_is_answered_from_here(self, qc):
        asked = self.ask()

        (line,) = card_of(qc, "approvals").lines
        assert [words for _, words in line.actions] == ["Approve…", "Decline…"]
        page = qc.get(line.actions[0][0])

        assert "Deburr is waived" in page.content.decode()
        assert page.context["selected"].startswith(asked.pk)

    def test_only_what_one_may_decide_about_is_offered(self, qc, supervisor):
        (part,) = make_serials()
        approvals.request("force_complete", part.id, None, "Concession", OPERATOR)

        assert card_of(qc, "approvals").lines == []
        assert len(card_of(supervisor, "approvals").lines) == 1

    def test_with_the_rule_of_two_people_ones_own_says_who_answers(self, qc, settings):
        settings.TWO_PERSON_RULE = True
        self.ask(Actor(qc.user.pk, credential="session"))

        (line,) = card_of(qc, "approvals").lines

        assert [words for _, words in line.actions] == ["Decline…"]
        assert "somebody else has to approve it" in line.note


class TestBlocked:
    def test_parts_stand_by_what_they_lack_and_go_when_they_have_it(self, qc):
        parts = parts_at_a_step_that_asks(3)

        (line,) = card_of(qc, "held-back").lines
        assert line.title == "Saw lacks 1 process certificate"
        assert (line.figure, line.url) == ("3 parts", reverse("floor:coverage", args=[parts[0].job_id]))
        (listed, _) = line.actions[0]
        assert {row.pk for row in qc.get(listed).context["cl"].result_list} == {part.pk for part in parts}

        attaching.attach_all(CertificateFactory(type="process").pk, [part.id for part in parts], OPERATOR)
        assert card_of(qc, "held-back").lines == []

    def test_the_list_of_parts_can_be_filtered_by_it(self, qc):
        parts = parts_at_a_step_that_asks(2)
        make_serials()

        rows = qc.get(url("serials_serial"), {"certificates": "blocked"}).context["cl"].result_list

        assert {row.pk for row in rows} == {part.pk for part in parts}

    def test_what_only_warns_and_what_was_overridden_holds_nobody_back(self):
        parts_at_a_step_that_asks(policy="warn")
        one, other = parts_at_a_step_that_asks(2, "block_or_override")
        requirement = steps_of(one.path)[0].requirements.get()
        requirement_overrides.create(one.id, {"requirementId": requirement.pk, "reason": "On its way"}, PLANNER)

        assert [each.part.pk for each in held_back.held_back().parts] == [other.pk]

    def test_at_the_last_step_what_was_revoked_after_the_work_counts(self):
        part, other = make_serials(quantity=2)
        requirements.set_of_step(steps_of(part.path)[0].pk, [asking()], PLANNER)
        certificate = CertificateFactory(type="process")
        attaching.attach_all(certificate.pk, [part.id, other.id], OPERATOR)
        for _ in range(2):
            advancement.advance(part.id, OPERATOR)
        advancement.advance(other.id, OPERATOR)
        assert blocked(9).part_count == 0

        CertificateRevocation.objects.create(certificate=certificate, reason="Wrong heat", revoked_by="hannah")

        (lack,) = blocked(9).lacks
        assert (lack.here.name, lack.asking_name, lack.parts) == ("Inspect", "Saw", 1)

    def test_it_stops_looking_and_says_so(self, qc, monkeypatch):
        monkeypatch.setattr(held_back, "READ_AT_MOST", 2)
        parts_at_a_step_that_asks(3)

        card = card_of(qc, "held-back")

        assert card.count == "2+"
        assert card.note.startswith("Looked at the first")

    def test_it_costs_the_same_however_many_parts_stand_there(self):
        parts_at_a_step_that_asks(1)
        with counted_statements() as few:
            held_back.held_back()
        parts_at_a_step_that_asks(20)
        with counted_statements() as many:
            assert len(held_back.held_back().parts) == 21
        assert len(many) == len(few) <= 9


class TestRunningOut:
    def test_what_parts_in_work_carry_stands_by_its_last_day(self, qc):
        parts = make_serials(quantity=2)
        for days in (-31, -30, -1, 0, 30, 31):
            attaching.attach_all(certificate_until(days).pk, [part.id for part in parts], OPERATOR)

        found = expiring(9)

        assert [(each.days_left, each.parts) for each in found.found] == [(-30, 2), (-1, 2), (0, 2), (30, 2)]
        assert [line.figure for line in card_of(qc, "expiring").lines] == [
            "30 days ago",
            "yesterday",
            "today",
            "in 30 days",
        ]
        assert card_of(qc, "expiring").tone == "bad"

    def test_what_is_on_no_part_in_work_was_revoked_or_superseded_is_nobodys_to_renew(self):
        (part,) = make_serials()
        certificate_until(3)
        revoked, old = certificate_until(3), certificate_until(3, name="Old")
        attaching.attach(part.id, revoked.pk, OPERATOR)
        attaching.attach(part.id, old.pk, OPERATOR)
        CertificateRevocation.objects.create(certificate=revoked, reason="Wrong heat", revoked_by="hannah")
        later = {"first_revision": old, "supersedes": old, "revision": 2, "correction_reason": "The last day"}
        certificate_until(200, **later)

        assert expiring(9).found == []

    def test_whoever_carries_an_older_revision_is_vouched_for_by_the_newest(self):
        (part,) = make_serials()
        old = certificate_until(200)
        attaching.attach(part.id, old.pk, OPERATOR)
        later = {"first_revision": old, "supersedes": old, "revision": 2, "correction_reason": "The last day"}
        newest = certificate_until(3, **later)

        (found,) = expiring(9).found

        assert (found.record, found.parts) == (newest, 1)

    def test_a_products_certification_counts_the_products_parts_in_work(self, qc):
        day = clock.today() + timedelta(days=1)
        assignment = AssignmentFactory(expiration_date=day.isoformat())
        parts = make_serials(quantity=3)
        products_of_jobs.name(parts[0].job_id, assignment.product_id, PLANNER)
        endings.scrap(parts[0].id, "damaged", "", OPERATOR)

        (line,) = card_of(qc, "expiring").lines

        assert (line.figure, line.note) == ("tomorrow", "Product certification · 2 parts in work")
        assert qc.get(line.url).context["original"] == assignment

    def test_certificates_are_found_in_their_list_by_their_last_day(self, qc):
        past, soon, later = certificate_until(-3), certificate_until(3), certificate_until(40)

        def found(chosen):
            return {
                row.pk for row in qc.get(url("certificates_certificate"), {"expires": chosen}).context["cl"].queryset
            }

        assert found("near") == {past.pk, soon.pk}
        assert found("soon") == {soon.pk}
        assert found("past") == {past.pk}
        assert later.pk in found("whenever")


class TestScrap:
    def test_this_week_stands_beside_the_one_before(self, qc):
        now = clock.now()
        for days, reason in ((0, "damaged"), (6, "damaged"), (7, "damaged"), (13, "operator_error"), (14, "damaged")):
            (part,) = make_serials()
            with clock.told(now - timedelta(days=days)):
                endings.scrap(part.id, reason, "", OPERATOR)

        found = scrap()
        line, other = card_of(qc, "scrap").lines

        assert [(each.reason, each.now, each.before) for each in found.reasons] == [
            ("damaged", 2, 1),
            ("operator_error", 0, 1),
        ]
        assert (found.now, found.before) == (2, 2)
        assert (line.figure, line.bar.now, line.bar.before) == ("2 parts", 100, 50)
        assert len(qc.get(line.url).context["cl"].result_list) == 2
        assert len(qc.get(other.url).context["cl"].result_list) == 0
