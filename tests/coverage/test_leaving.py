"""A part does not leave a step without the certificates that it asks for, whichever way it would leave."""

from datetime import UTC, datetime, timedelta

import pytest

from audit.models import Action, AuditEntry
from certificates.refusals import CertificateRequired
from certificates.services import attaching, late
from serials.models import StepStatus
from serials.refusals import SomeRefuse
from serials.services import advancement, bulk_moves, deferrals, endings, requirement_overrides
from shopplanr import clock
from shopplanr.floor import scanning
from tests.api.answers import nothing_written
from tests.coverage.papers import DAY, MATERIAL, PROCESS, as_it_is, ask, asked_of, asking, paper, revised, revoke
from tests.factories import OPERATOR, make_serial, make_serials, steps_of
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

NOON = datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC)
BEST = PROCESS | {"en10204Minimum": "3.1"}
OR_OVERRIDE = PROCESS | {"policy": "block_or_override"}


def refusal_of(call, *arguments) -> CertificateRequired:
    """Make a call that is refused for certificates, and leaves no trace; return the refusal."""
    with nothing_written(), pytest.raises(CertificateRequired) as refused:
        call(*arguments)
    assert (refused.value.status, refused.value.code) == (400, "certificate_required")
    return refused.value


def advance(serial) -> None:
    advancement.advance(serial.id, OPERATOR)


def attach(serial, certificate):
    return attaching.attach(serial.id, certificate.pk, OPERATOR)


class TestWhatIsSaid:
    def test_it_names_what_is_missing_where_and_who_can_supply_it(self):
        serial = make_serial(asking(("Heat treat", BEST), "Inspect"))
        (requirement,) = asked_of(steps_of(serial.path)[0])

        refused = refusal_of(advance, serial)

        assert refused.message == (
            f"{serial.id} cannot leave Heat treat: missing 1 process certificate (EN 10204 3.1 or better). "
            "An operator, a supervisor or QC can attach it."
        )
        sentence = refused.message.replace(f"{serial.id} cannot leave ", "")
        assert refused.errors == {requirement.pk: [sentence]}

    def test_several_are_counted_and_an_override_is_offered_where_it_helps(self):
        serial = make_serial(asking(("Heat treat", OR_OVERRIDE | {"quantity": 3}), "Inspect"))
        attach(serial, paper())

        assert refusal_of(advance, serial).message == (
            f"{serial.id} cannot leave Heat treat: missing 2 process certificates. "
            "An operator, a supervisor or QC can attach them. A supervisor can override them."
        )

    def test_at_the_end_it_names_the_step_that_was_done_and_who_may_attach_late(self):
        serial = make_serial(asking("Heat treat", "Inspect"))
        heat, _ = steps_of(serial.path)
        advance(serial)
        ask(heat, PROCESS)

        assert refusal_of(advance, serial).message == (
            f"{serial.id} cannot be completed: missing 1 process certificate for Heat treat. QC can attach it late."
        )


class TestEveryWayOut:
    @pytest.fixture
    def serial(self):
        return make_serial(asking(("Saw", PROCESS), "Mill", "Inspect", mode="flexible"))

    def test_a_step_on(self, serial):
        refusal_of(advance, serial)

    def test_a_jump(self, serial):
        refusal_of(advancement.advance_to, serial.id, 2, OPERATOR)

    def test_a_selection_moves_whole_or_not_at_all_and_hears_of_each(self, serial):
        other, covered = make_serials(serial.path, 2)
        attach(covered, paper())
        for move in (
            lambda: bulk_moves.advance_all([covered.id, serial.id, other.id], OPERATOR),
            lambda: bulk_moves.advance_all_to([covered.id, serial.id, other.id], 2, OPERATOR),
        ):
            with nothing_written(), pytest.raises(SomeRefuse) as refused:
                move()
            assert refused.value.code == "certificate_required"
            assert [sentence.split()[0] for sentence in refused.value.errors["serialIds"]] == [serial.id, other.id]

    def test_a_scan_at_the_station(self, serial):
        scanned = scanning.scan(serial.id, "Saw", OPERATOR, lambda right: True, own_hosts=[])

        assert (scanned.verdict, scanned.reason) == ("refused", "certificate_required")
        assert as_it_is(serial).current_step_index == 0

    def test_completing_a_deferred_step(self, serial):
        attach(serial, paper())
        advancement.advance_to(serial.id, 2, OPERATOR)
        mill = steps_of(serial.path)[1]
        ask(mill, PROCESS)

        refused = refusal_of(deferrals.complete_deferred, serial.id, mill.pk, OPERATOR)

        assert refused.message == (
            f"{serial.id} is not done with Mill: missing 1 process certificate. QC can attach it late."
        )
        late.attach_at(paper().pk, [serial.id], mill.pk, "it lay on the desk", OPERATOR)
        deferrals.complete_deferred(serial.id, mill.pk, OPERATOR)

    def test_the_last_step_looks_at_every_step_that_was_done(self):
        serial = make_serial(asking("Saw", "Mill", "Inspect"))
        advance(serial)
        advance(serial)
        saw, _, inspect = steps_of(serial.path)
        ask(saw, PROCESS)
        ask(inspect, PROCESS)
        attach(serial, paper())

        assert set(refusal_of(advance, serial).errors) == {asked_of(saw)[0].pk}
        late.attach_at(paper().pk, [serial.id], saw.pk, "it lay on the desk", OPERATOR)
        advance(serial)
        assert as_it_is(serial).status == "completed"

    def test_force_complete_needs_none_and_names_what_was_missing(self, serial):
        (requirement,) = asked_of(steps_of(serial.path)[0])

        endings.force_complete(serial.id, "scrapped order", OPERATOR)

        entry = AuditEntry.objects.get(action=Action.SERIAL_FORCE_COMPLETED)
        assert entry.metadata["missingRequirementIds"] == [requirement.pk]

    def test_force_complete_says_nothing_of_certificates_where_none_is_missing(self, serial):
        attach(serial, paper())

        endings.force_complete(serial.id, "scrapped order", OPERATOR)

        entry = AuditEntry.objects.get(action=Action.SERIAL_FORCE_COMPLETED)
        assert set(entry.metadata) == {"reason", "incompleteStepIds"}


class TestWhatAsksForNothing:
    def test_a_warning_never_blocks(self):
        serial = make_serial(asking(("Saw", PROCESS | {"policy": "warn"}), "Inspect"))
        advance(serial)
        advance(serial)
        assert as_it_is(serial).status == "completed"

    def test_skipped_and_waived_steps(self):
        path = asking("Saw", ("Mill", PROCESS), ("Deburr", PROCESS), "Inspect", mode="flexible")
        _, mill, deburr, _ = steps_of(path)
        type(mill).objects.filter(pk=mill.pk).update(optional=True)
        serial = make_serial(path)
        advancement.advance_to(serial.id, 3, OPERATOR)
        deferrals.waive(serial.id, deburr.pk, "no burr", OPERATOR)
        advance(serial)
        assert as_it_is(serial).status == "completed"

    def test_a_step_that_asks_no_more(self):
        serial = make_serial(asking(("Saw", PROCESS), "Inspect"))
        ask(steps_of(serial.path)[0])
        advance(serial)
        assert as_it_is(serial).current_step_index == 1


class TestWhatCounts:
    @pytest.fixture
    def serial(self):
        return make_serial(asking(("Saw", PROCESS), "Inspect"))

    def test_a_material_certificate_goes_with_the_part_and_one_of_a_process_stays_at_its_step(self):
        serial = make_serial(asking("Saw", ("Mill", PROCESS, MATERIAL), "Inspect"))
        attach(serial, paper("material"))
        attach(serial, paper("process"))
        advance(serial)
        asked = {row.certificate_type: row.pk for row in asked_of(steps_of(serial.path)[1])}

        assert set(refusal_of(advance, serial).errors) == {asked["process"]}

    def test_the_newest_revision_speaks_for_the_one_that_was_attached(self, serial):
        bad = paper(valid_to=clock.today() - timedelta(days=1))
        attach(serial, bad)
        refusal_of(advance, serial)
        revised(bad)
        advance(serial)

    def test_what_was_put_right_to_the_worse_counts_no_more(self, serial):
        good = paper()
        attach(serial, good)
        revised(good, valid_to=clock.today() - timedelta(days=1))
        refusal_of(advance, serial)

    def test_revisions_of_one_certificate_are_one(self):
        serial = make_serial(asking(("Saw", PROCESS | {"quantity": 2}), "Inspect"))
        first = paper()
        attach(serial, first)
        attach(serial, revised(first))
        refusal_of(advance, serial)
        attach(serial, paper())
        advance(serial)

    def test_a_revoked_one_counts_for_nothing(self, serial):
        certificate = paper()
        attach(serial, certificate)
        revoke(certificate)
        refusal_of(advance, serial)

    @pytest.mark.parametrize(("given", "enough"), [("", False), ("2.2", False), ("3.1", True), ("3.2", True)])
    def test_its_en_10204_type_is_at_least_the_one_that_is_asked_for(self, given, enough):
        serial = make_serial(asking(("Saw", BEST), "Inspect"))
        attach(serial, paper(en10204_type=given))
        if enough:
            advance(serial)
        else:
            refusal_of(advance, serial)


class TestTheDayOfTheWork:
    def test_is_today_where_the_part_is_leaving_now(self):
        serial = make_serial(asking(("Saw", PROCESS), "Inspect"))
        attach(serial, paper(valid_from=DAY, valid_to=DAY))
        for moment in (NOON - timedelta(days=1), NOON + timedelta(days=1)):
            with clock.told(moment):
                refusal_of(advance, serial)
        with clock.told(NOON):
            advance(serial)

    def test_is_the_day_on_which_it_left_the_step_and_not_that_of_the_end(self):
        serial = make_serial(asking(("Saw", PROCESS), "Inspect"))
        attach(serial, paper(valid_to=DAY))
        with clock.told(NOON):
            advance(serial)
        with clock.told(NOON + timedelta(days=90)):
            advance(serial)  # it was good when the work was done
        assert as_it_is(serial).status == "completed"

    def test_one_that_began_after_the_work_does_not_count_at_the_end(self):
        serial = make_serial(asking("Saw", "Inspect"))
        saw, _ = steps_of(serial.path)
        with clock.told(NOON):
            advance(serial)
        ask(saw, PROCESS)
        late.attach_at(paper(valid_from=DAY + timedelta(days=1)).pk, [serial.id], saw.pk, "late", OPERATOR)
        refusal_of(advance, serial)
        late.attach_at(paper(valid_from=DAY).pk, [serial.id], saw.pk, "late", OPERATOR)
        advance(serial)

    @pytest.mark.parametrize(("zone", "day"), [("Pacific/Auckland", 3), ("America/Los_Angeles", 2)])
    def test_is_a_day_of_the_shop(self, zone, day, settings):
        settings.TIME_ZONE = zone
        serial = make_serial(asking(("Saw", PROCESS), "Inspect"))
        attach(serial, paper(valid_from=DAY.replace(day=day), valid_to=DAY.replace(day=day)))
        with clock.told(NOON + timedelta(hours=1)):
            advance(serial)


class TestOverrides:
    @pytest.fixture
    def serial(self):
        return make_serial(asking(("Saw", OR_OVERRIDE), "Inspect"))

    def override(self, serial) -> None:
        (requirement,) = asked_of(steps_of(serial.path)[0])
        given = {"requirementId": requirement.pk, "reason": "the customer has it"}
        requirement_overrides.create(serial.id, given, OPERATOR)

    def test_an_override_lets_this_part_go_and_no_other(self, serial):
        other = make_serial(serial.path)
        self.override(serial)
        advance(serial)
        advance(serial)
        refusal_of(advance, other)

    def test_it_stays_when_more_is_asked_for_and_lets_nothing_off_once_the_policy_is_to_block(self, serial):
        self.override(serial)
        saw = steps_of(serial.path)[0]
        ask(saw, OR_OVERRIDE | {"quantity": 2})
        ask(saw, PROCESS)
        refusal_of(advance, serial)
        ask(saw, OR_OVERRIDE)
        advance(serial)


class TestWhatItCosts:
    def test_nothing_where_no_step_asks(self):
        plain, asking_one = make_serial(), make_serial(asking(("Saw", PROCESS), "Inspect"))
        attach(asking_one, paper())
        with counted_statements() as without:
            advance(plain)
        with counted_statements() as with_one:
            advance(asking_one)
        assert len(without) == 7
        assert len(with_one) <= len(without) + 3

    def test_the_same_for_a_thousand_parts_and_all_their_steps(self):
        def to_the_end(quantity: int) -> int:
            path = asking(*[(f"Step {number}", MATERIAL, OR_OVERRIDE) for number in range(5)])
            serials = make_serials(path, quantity)
            ids = [serial.id for serial in serials]
            attaching.attach_all(paper("material").pk, ids, OPERATOR)
            for _ in range(5):
                attaching.attach_all(paper().pk, ids, OPERATOR)
                with counted_statements() as statements:
                    bulk_moves.advance_all(ids, OPERATOR)
            assert StepStatus.objects.filter(status="completed", serial__in=serials).count() == 5 * quantity
            return len(statements)

        assert to_the_end(2) == to_the_end(200)
