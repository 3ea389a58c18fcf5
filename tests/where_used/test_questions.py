"""What each question means (docs/where-used.md), one short history for all of them."""

from datetime import UTC, datetime, timedelta

import pytest

from certificates.models import Certificate
from certificates.services import attaching, late
from certificates.where_used import NothingAsked, Question, every_part, first_parts
from serials.services import advancement, deferrals, endings
from shopplanr import clock
from shopplanr.actor import Actor
from shopplanr.ids import serial_id
from shopplanr.refusals import Invalid
from tests.factories import JobFactory, PathFactory, make_note, make_serials, steps_of
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

ANA, BO, ERP = Actor("ana"), Actor("bo"), Actor("bo", called_by="erp")


def hour(number: float) -> datetime:
    return datetime(2026, 3, 2, tzinfo=UTC) + timedelta(hours=number)


class Story:
    """Five parts on Saw, Harden and Pack, and one in another job whose only step is Harden too.

    0 goes on at 8 and is completed at 10; 1 is scrapped at Harden at 9; 2 jumps over Harden at 8, and its hardening is
    done after all at 12; 3 is force-completed at Saw at 11; 4 stands at Harden since 8.
    """

    def __init__(self):
        with clock.told(hour(6)):
            self.path = PathFactory(
                job=JobFactory(name="Bolt"), steps=("Saw", "Harden", "Pack"), advancementMode="flexible"
            )
            self.saw, self.harden, self.pack = steps_of(self.path)
            self.parts = make_serials(self.path, 5, ANA)
            self.other = make_serials(PathFactory(steps=("Harden",)), 1, BO)[0]
            self.melt = self.certificate("4711", "Böhler Edelstahl")
            self.bath = self.certificate("BATH-9", "Härterei GmbH")
            attaching.attach_all(self.melt.pk, [part.id for part in self.parts[:3]], ANA)
        first, scrapped, jumped, forced, standing = (part.id for part in self.parts)
        with clock.told(hour(8)):
            for part in (first, scrapped, standing):
                advancement.advance(part, ANA)
            advancement.advance_to(jumped, 2, BO)
            attaching.attach(first, self.bath.pk, ERP)
        with clock.told(hour(9)):
            endings.scrap(scrapped, "damaged", "", BO)
            advancement.advance(first, BO)
        with clock.told(hour(10)):
            advancement.advance(first, ANA)
        with clock.told(hour(11)):
            endings.force_complete(forced, "sold as it is", BO)
        with clock.told(hour(12)):
            deferrals.complete_deferred(jumped, self.harden.pk, BO)
        with clock.told(hour(13)):
            late.attach_at(self.bath.pk, [scrapped, first], self.harden.pk, "the paper came later", ANA)

    @staticmethod
    def certificate(heat: str, issuer: str, **more) -> Certificate:
        return Certificate.objects.create(type="material", name=heat, heat_lot=heat, issuer=issuer, **more)

    def revised(self, certificate: Certificate, heat: str) -> Certificate:
        return self.certificate(
            heat,
            certificate.issuer,
            first_revision_id=certificate.series,
            revision=certificate.revision + 1,
            supersedes=certificate,
            correction_reason="the heat was wrong",
        )

    def found(self, **question) -> list[int]:
        """Return which parts are meant, by their place in the story; 5 is the other job's."""
        numbers = [part.number for part in [*self.parts, self.other]]
        answer = list(every_part(Question(**question)).parts)
        assert answer == list(first_parts(Question(**question)).parts)
        return [numbers.index(part.number) for part in answer]


@pytest.fixture(scope="module")
def story_of_the_module(module_transaction):
    return Story()


@pytest.fixture
def story(story_of_the_module, db):
    return story_of_the_module


class TestWhatAPartCarries:
    def test_a_certificate_at_whatever_step_and_time(self, story):
        assert story.found(certificate=story.melt.pk) == [0, 1, 2]
        assert story.found(certificate=story.bath.pk) == [0, 1]

    def test_a_heat_and_an_issuer_whole_and_whatever_their_capitals(self, story):
        assert story.found(heat="bath-9") == [0, 1]
        assert story.found(heat="bath") == []
        assert story.found(issuer="Böhler Edelstahl") == [0, 1, 2]
        assert story.found(heat="4711", issuer="Härterei GmbH") == []  # each of them on another certificate

    def test_any_revision_of_one_is_the_same_certificate(self, story):
        second = story.revised(story.bath, "BATH-6")
        third = story.revised(second, "BATH-7")

        for heat in ("BATH-9", "BATH-6", "BATH-7"):
            assert story.found(heat=heat) == [0, 1]
        assert story.found(certificate=third.pk) == [0, 1]
        assert story.found(certificate=story.bath.pk, heat="BATH-7") == [0, 1]

    def test_it_says_which_certificates_and_when(self, story):
        part, *_ = every_part(Question(certificate=story.bath.pk)).parts

        assert part.certificates == [story.bath.pk]
        assert part.events is None
        assert (part.since, part.until, part.times) == (hour(8), hour(8), 1)  # once a step


class TestWhoWasAtAStep:
    def test_those_who_passed_it_were_not_there(self, story):
        assert story.found(step_id=story.pack.pk) == [0, 2]
        assert story.found(step_id=story.saw.pk) == [0, 1, 2, 3, 4]

    def test_work_that_was_done_after_all_counts(self, story):
        assert story.found(step_id=story.harden.pk) == [0, 1, 2, 4]
        assert story.found(step_id=story.harden.pk, since=hour(12), before=hour(12.5)) == [2, 4]

    def test_a_station_is_all_steps_of_that_name(self, story):
        assert story.found(step_name="Harden") == [0, 1, 2, 4, 5]
        assert story.found(step_name="harden") == []
        assert story.found(step_name="Harden", step_id=story.harden.pk) == [0, 1, 2, 4]
        assert story.found(step_name="Saw", step_id=story.harden.pk) == []

    def test_whoever_stood_there_while_the_window_was_open_is_meant_though_nothing_happened_in_it(self, story):
        assert story.found(step_id=story.harden.pk, since=hour(8.2), before=hour(8.4)) == [0, 1, 4]
        assert story.found(step_name="Harden", since=hour(6.2), before=hour(6.4)) == [5]

    def test_the_window_has_its_first_moment_and_not_its_last(self, story):
        assert story.found(step_id=story.harden.pk, since=hour(9), before=hour(9.5)) == [0, 1, 4]  # left at its first
        assert story.found(step_id=story.harden.pk, since=hour(9.1), before=hour(9.5)) == [4]
        assert story.found(step_id=story.harden.pk, before=hour(8)) == []  # came at its end
        assert story.found(step_id=story.saw.pk, since=hour(11), before=hour(12)) == [3]  # force-completed at its first
        assert story.found(step_id=story.saw.pk, since=hour(11.1)) == []
        assert story.found(step_id=story.saw.pk, before=hour(6)) == []

    def test_it_says_from_when_till_when(self, story):
        answer = every_part(Question(step_id=story.harden.pk)).parts

        assert [(part.since, part.until, part.events) for part in answer] == [
            (hour(8), hour(9), ["at_step"]),
            (hour(8), hour(9), ["at_step"]),
            (hour(12), hour(12), ["deferred_step_completed"]),
            (hour(8), None, ["at_step"]),
        ]


class TestWhatHappened:
    def test_a_person_did_something_or_really_called(self, story):
        assert story.found(operator="bo") == [0, 1, 2, 3, 5]
        assert story.found(operator="erp") == [0]
        assert story.found(operator="nobody") == []

    def test_starting_a_batch_is_about_each_of_its_parts_and_at_no_step(self, story):
        assert story.found(operator="ana", before=hour(6.5)) == [0, 1, 2, 3, 4]
        assert story.found(operator="bo", before=hour(7)) == [5]
        assert story.found(operator="bo", step_name="Harden", before=hour(7)) == []

    def test_a_person_at_a_step_in_a_window_is_one_entry_for_which_all_of_it_holds(self, story):
        assert story.found(operator="bo", step_id=story.harden.pk) == [0, 1, 2]
        assert story.found(operator="bo", step_id=story.harden.pk, since=hour(9), before=hour(10)) == [0, 1]
        assert story.found(operator="ana", step_id=story.saw.pk, since=hour(8)) == [0, 1, 4]
        assert story.found(operator="bo", step_id=story.saw.pk, since=hour(7), before=hour(11)) == [2]

    def test_a_window_alone_means_anything_that_happened_in_it(self, story):
        assert story.found(since=hour(9), before=hour(11)) == [0, 1]
        assert story.found(since=hour(14)) == []
        with clock.told(hour(20)):
            make_note([story.parts[4]])
        assert story.found(since=hour(14)) == [4]

    def test_with_a_certificate_both_must_hold_and_what_happened_says_when(self, story):
        assert story.found(heat="4711", step_id=story.harden.pk, since=hour(8.5), before=hour(9.5)) == [0, 1]
        part, _ = every_part(Question(heat="4711", operator="bo", since=hour(9), before=hour(10))).parts
        assert (part.since, part.until, part.times) == (hour(9), hour(9), 1)
        assert (part.certificates, part.events) == ([story.melt.pk], ["serial_advanced"])


class TestAnswers:
    def test_counts_are_by_state_and_the_list_is_of_the_state_that_is_asked_for(self, story):
        answer = first_parts(Question(since=hour(6)), status="completed")

        assert (answer.counts.in_progress, answer.counts.completed, answer.counts.scrapped) == (3, 2, 1)
        assert [part.number for part in answer.parts] == [story.parts[0].number, story.parts[3].number]
        assert [part.status for part in every_part(Question(since=hour(6)), status="scrapped").parts] == ["scrapped"]

    def test_a_job_is_a_filter_of_both(self, story):
        answer = first_parts(Question(step_name="Harden"), job_id=story.other.job_id)

        assert answer.counts.total == 1
        assert [part.id for part in answer.parts] == [story.other.id]
        assert len(list(every_part(Question(step_name="Harden"), job_id=story.other.job_id).parts)) == 1

    def test_a_page_behind_the_last_one_still_counts(self, story):
        answer = first_parts(Question(operator="bo"), limit=2, offset=100)

        assert (answer.counts.total, list(answer.parts)) == (5, [])

    def test_a_part_is_told_with_where_it_is(self, story):
        done, scrapped, *_ = every_part(Question(operator="bo")).parts
        (standing,) = every_part(Question(step_id=story.harden.pk, since=hour(13))).parts

        assert (done.current_step_name, scrapped.current_step_name, standing.current_step_name) == (
            "Completed",
            "Scrapped",
            "Harden",
        )
        assert (standing.id, standing.job_name) == (serial_id(story.parts[4].number), "Bolt")

    def test_nothing_asked_is_refused_and_so_is_a_window_that_ends_first(self, story):
        with pytest.raises(NothingAsked):
            first_parts(Question())
        with pytest.raises(Invalid, match="before must be later than since"):
            every_part(Question(since=hour(2), before=hour(2)))

    def test_any_number_of_parts_is_told_in_the_same_few_statements(self, story):
        questions = [
            Question(heat="4711"),
            Question(operator="ana"),
            Question(step_name="Harden", since=hour(7), before=hour(20)),
            Question(issuer="Böhler Edelstahl", operator="ana", since=hour(7)),
        ]
        before = [_statements(question) for question in questions]
        with clock.told(hour(7.5)):
            more = make_serials(story.path, 60, ANA)
            attaching.attach_all(story.melt.pk, [part.id for part in more], ANA)
            for part in more:
                advancement.advance(part.id, ANA)

        assert [_statements(question) for question in questions] == before
        assert max(before) <= 5
        assert first_parts(questions[0]).counts.total == 63


def _statements(question: Question) -> int:
    with counted_statements() as statements:
        list(first_parts(question).parts)
    return len(statements)
