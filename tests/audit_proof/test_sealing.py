"""What is sealed when: whatever is settled, nothing that is not, and nothing twice, however many write and seal."""

import random
from threading import Event

import pytest
from django.db import connection, transaction

from audit import append_only, trail
from audit.models import Action, AuditEntry, AuditSeal
from audit.proof import delivery, sealing, settled
from audit.proof.sealing import checkpoint_of, seal
from serials.services import advancement
from tests.audit_proof.conftest import seal_and_keep, verified, write
from tests.factories import OPERATOR, PathFactory, make_serials
from tests.live.callers import held_before, together, wait_for
from tests.queries import counted_statements

ON_POSTGRESQL = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one transaction write")


@pytest.mark.django_db
class TestOneSealer:
    def test_nothing_gives_no_checkpoint(self):
        assert seal() == 0
        assert not AuditSeal.objects.exists()

    def test_each_entry_is_sealed_once(self):
        write(3)
        assert seal() == 3
        assert seal() == 0
        write(2)
        assert seal() == 2
        first, second = map(checkpoint_of, AuditSeal.objects.order_by("number"))
        assert (first.number, first.size, second.number, second.size) == (1, 3, 2, 5)
        assert second.facts["previous"] == first.digest
        assert second.facts["log"] == first.facts["log"]
        assert verified().valid

    def test_many_are_sealed_by_several_checkpoints(self, monkeypatch):
        """As the entries of a database are that was there before there were checkpoints."""
        monkeypatch.setattr(sealing, "MOST_ENTRIES", 4)
        write(10)
        assert seal() == 10
        assert [checkpoint_of(row).size for row in AuditSeal.objects.order_by("number")] == [4, 8, 10]
        assert verified().verified == 10

    def test_entries_that_sql_has_written_by_the_batch(self):
        path = PathFactory()
        parts = make_serials(path, 30)
        for part in parts[:3]:
            advancement.advance(part.id, OPERATOR)
        assert seal() == AuditEntry.objects.count()
        assert verified().valid

    def test_it_costs_the_same_number_of_statements_for_any_number_of_entries(self):
        write(1)
        seal()
        counts = []
        for number in (1, 200):
            write(number)
            with counted_statements() as statements:
                seal()
            counts.append(len(statements))
        assert counts[0] == counts[1] <= 7

    def test_a_trail_that_was_cut_is_not_sealed_over(self, settings):
        write(2)
        seal_and_keep()
        write(2)
        seal_and_keep()
        with append_only.lifted(connection), connection.cursor() as cursor:
            cursor.execute("DELETE FROM audit_auditseal WHERE number = 2")
        with pytest.raises(sealing.CannotSeal, match="ends with checkpoint 1, and another checkpoint 2"):
            seal()
        settings.AUDIT_CHECKPOINT_FILE.rename(settings.AUDIT_CHECKPOINT_FILE.with_name("before-the-restore.jsonl"))
        assert seal() == 2

    def test_a_file_that_cannot_be_read_keeps_nobody_from_sealing(self, settings, caplog):
        write(1)
        seal()
        settings.AUDIT_CHECKPOINT_FILE.mkdir(parents=True)
        write(1)
        assert seal() == 1
        assert "cannot be read" in caplog.text
        assert "Checkpoints cannot be kept" in delivery.deliver()[0]


@pytest.mark.django_db(transaction=True)
class TestWritersAtWork:
    """Sequences are drawn when entries are written, and transactions end in another order."""

    class Slow:
        """A writer that has written and does not end."""

        def __init__(self, commits: bool):
            self.commits = commits
            self.has_written, self.may_end = Event(), Event()

        def __call__(self) -> None:
            with transaction.atomic():
                write(1)
                self.has_written.set()
                wait_for(self.may_end)
                transaction.set_rollback(not self.commits)

    @ON_POSTGRESQL
    @pytest.mark.parametrize("commits", [True, False], ids=["commits", "rolls back"])
    def test_what_may_still_come_is_waited_for(self, commits):
        slow = self.Slow(commits)

        def others() -> list:
            wait_for(slow.has_written)
            write(2)
            came_of_it = [seal(patience_seconds=0), AuditSeal.objects.count()]
            slow.may_end.set()
            return [*came_of_it, seal(patience_seconds=30)]

        _, outcome = together(slow, others)

        assert outcome == [None, 0, 3 if commits else 2]
        assert checkpoint_of(sealing.last_seal()).facts["sequences"].count("..") == 1
        assert verified().valid

    @ON_POSTGRESQL
    def test_without_the_waiting_an_entry_would_look_as_if_it_had_been_put_in(self, monkeypatch):
        """So the tests here are able to fail."""
        monkeypatch.setattr(settled, "writers", set)
        slow = self.Slow(commits=True)

        def others() -> int:
            wait_for(slow.has_written)
            write(1)
            sealed = seal()
            slow.may_end.set()
            return sealed

        assert together(slow, others)[1] == 1
        problem = verified().problem
        assert (problem.code, problem.sequence) == ("inserted", AuditEntry.objects.order_by("sequence")[0].sequence)

    @ON_POSTGRESQL
    def test_nobody_waits_for_the_sealer(self):
        """While it waits for one writer, others write and commit."""
        slow = self.Slow(commits=True)
        looked = Event()

        def sealer() -> int:
            wait_for(slow.has_written)
            write(1)
            looked.set()
            return seal(patience_seconds=30)

        def others() -> None:
            wait_for(looked)
            for _ in range(20):
                write(1)
            slow.may_end.set()

        _, sealed, _ = together(slow, sealer, others)
        assert sealed >= 2
        seal()
        assert verified().sealed == 22

    def test_many_writers_that_commit_and_roll_back_while_others_seal(self):
        writers_left = [Event() for _ in range(4)]

        def writer(number: int) -> int:
            chance, written = random.Random(number), 0
            for _ in range(12):
                with transaction.atomic():
                    facts = [{"serial_id": "SN-00001"}] * chance.randint(1, 3)
                    trail.record_all(Action.SERIAL_ADVANCED, OPERATOR, facts)
                    if chance.random() < 0.4:
                        transaction.set_rollback(True)
                    else:
                        written += len(facts)
            writers_left[number].set()
            return written

        def sealer() -> int:
            sealed = 0
            while not all(event.is_set() for event in writers_left):
                sealed += seal(patience_seconds=0.05) or 0
            return sealed

        *written, one, two = together(*[lambda n=n: writer(n) for n in range(4)], sealer, sealer)
        sealed = one + two + seal()
        report = verified()
        assert report.valid, report.problem.message
        assert sum(written) == sealed == report.sealed == AuditEntry.objects.count()

    def test_two_who_seal_at_once_seal_once(self, monkeypatch):
        write(5)
        monkeypatch.setattr(sealing, "_append", held_before(sealing._append))
        assert sorted(together(seal, seal)) == [0, 5]
        monkeypatch.undo()
        assert AuditSeal.objects.count() == 1
        assert verified().valid
