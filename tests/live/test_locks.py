"""The races themselves: what two callers do to one part without the lock, and what the lock makes of it.

Nothing here is left to luck. Without the lock, each caller is held between its reading and its writing until the other
has read as well. With it, the first is held there until the second wants to read.

SQLite has no row locks; what stands for them is that a transaction is exclusive from its first statement. "Without the
lock" means there: with transactions that begin as the engine's default has it.
"""

from collections.abc import Callable
from functools import partial
from threading import Event

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import QuerySet

from audit import trail
from certificates.services import attaching
from serials.models import Path, Serial, SerialCounter
from serials.services import advancement, batches, endings, parts, paths
from tests.factories import OPERATOR, PLANNER, CertificateFactory, PathFactory, make_serial, steps_of
from tests.live import ledger
from tests.live.callers import announced, held_after, held_before, together, wait_for

pytestmark = pytest.mark.django_db(transaction=True)


def findings() -> list[str]:
    """Return what is wrong with the record."""

    def query(statement: str) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    return ledger.findings(query)


def refused(outcomes: list) -> Exception:
    """Return the one failure among two outcomes."""
    failures = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert len(failures) == 1, outcomes
    return failures[0]


def assert_engine_refused(failure: Exception) -> None:
    """On SQLite, a transaction that has read cannot write any more once another one has."""
    assert isinstance(failure, OperationalError)
    assert "database is locked" in str(failure)


def append_step(path: Path) -> None:
    """Append a step to the path."""
    steps = [*({"id": step.id, "name": step.name} for step in steps_of(path)), {"name": "Pack"}]
    paths.update(path.id, {"steps": steps}, PLANNER)


def start_part_and_wait(path: Path, written: Event, go_on: Event) -> Serial:
    """Start a part, and keep the transaction open until the other caller is where ``go_on`` says."""
    with transaction.atomic():
        (serial,) = batches.create(path.job_id, path.id, 1, OPERATOR)
        written.set()
        wait_for(go_on)
    return serial


# --- Without -------------------------------------------------------------------------------------------------------


@pytest.fixture
def unlocked(monkeypatch):
    """Read without locking anything."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **options: rows.all())


@pytest.fixture
def both_read_first(unlocked, monkeypatch):
    """Let nobody write before both callers have read the part."""
    monkeypatch.setattr(parts, "lock", held_after(parts.lock))


def test_without_the_lock_one_of_two_advances_is_lost_loudly(both_read_first):
    part = make_serial()
    failure = refused(together(*[partial(advancement.advance, part.id, OPERATOR)] * 2, deferred=True))

    if connection.vendor == "sqlite":
        assert_engine_refused(failure)
    else:
        # Compared and set: the step that the second caller leaves is no longer as it was read.
        assert isinstance(failure, RuntimeError)
        assert "0 of 1 steps could be set to completed" in str(failure)
    assert Serial.objects.get(pk=part.pk).current_step_index == 1
    assert findings() == []


def test_without_the_lock_a_part_is_scrapped_at_a_step_that_it_has_left(both_read_first, monkeypatch):
    # Both have read; then the advance is done before the scrap begins to write.
    advanced, record = Event(), trail.record

    def advance() -> Serial:
        try:
            return advancement.advance(part.id, OPERATOR)
        finally:
            advanced.set()

    def record_then(*arguments, **facts):
        wait_for(advanced)
        return record(*arguments, **facts)

    part = make_serial()
    monkeypatch.setattr(trail, "record", record_then)
    outcomes = together(
        advance,
        partial(endings.scrap, part.id, "damaged", None, OPERATOR),
        deferred=True,
    )

    if connection.vendor == "sqlite":
        assert_engine_refused(refused(outcomes))
        return
    assert [type(outcome) for outcome in outcomes] == [Serial, Serial]
    stored = Serial.objects.select_related("scrap_step").get(pk=part.pk)
    assert (stored.current_step_index, stored.scrap_step.order) == (1, 0)
    assert findings() != []  # and the ledger sees it


def test_without_the_lock_a_part_that_was_scrapped_meanwhile_is_not_advanced(both_read_first, monkeypatch):
    scrapped, record_events = Event(), trail.record_events

    def scrap() -> Serial:
        try:
            return endings.scrap(part.id, "damaged", None, OPERATOR)
        finally:
            scrapped.set()

    def record_then(*arguments):
        wait_for(scrapped)
        return record_events(*arguments)

    part = make_serial()
    if connection.vendor == "postgresql":  # on SQLite the advance has the lock by then, and the scrap waits for it
        monkeypatch.setattr(trail, "record_events", record_then)
    failure = refused(together(partial(advancement.advance, part.id, OPERATOR), scrap, deferred=True))

    if connection.vendor == "sqlite":
        assert_engine_refused(failure)
    else:
        assert isinstance(failure, RuntimeError)
        assert "0 of 1 parts could be moved" in str(failure)
        assert Serial.objects.get(pk=part.pk).status == "scrapped"
    assert findings() == []


def test_without_the_lock_the_database_refuses_a_second_attachment(both_read_first, monkeypatch):
    # Both find nothing attached, and then both attach.
    monkeypatch.setattr(trail, "record_for_rows", held_before(trail.record_for_rows))
    part, certificate = make_serial(), CertificateFactory()
    failure = refused(together(*[partial(attaching.attach, part.id, certificate.id, OPERATOR)] * 2, deferred=True))

    if connection.vendor == "sqlite":
        assert_engine_refused(failure)
    else:
        assert isinstance(failure, IntegrityError)
        assert "attachment_once_per_step" in str(failure)
    assert part.cert_attachments.count() == 1
    assert findings() == []  # what was refused took its audit entry along


def test_numbers_that_are_read_and_then_written_are_given_twice_and_the_database_refuses_them(monkeypatch):
    read = held_after(lambda: SerialCounter.objects.get(pk=1).last_number)

    def take_numbers(quantity: int) -> int:
        last = read()
        SerialCounter.objects.filter(pk=1).update(last_number=last + quantity)
        return last + 1

    monkeypatch.setattr(batches, "take_numbers", take_numbers)
    # Two paths: a batch locks its own.
    start = [partial(batches.create, path.job_id, path.id, 3, OPERATOR) for path in (PathFactory(), PathFactory())]
    failure = refused(together(*start, deferred=True))

    if connection.vendor == "sqlite":
        assert_engine_refused(failure)
    else:
        assert isinstance(failure, IntegrityError)
    assert list(Serial.objects.values_list("number", flat=True)) == [1, 2, 3]
    assert findings() == []


@pytest.mark.skipif(connection.vendor == "sqlite", reason="on SQLite one transaction writes at a time, lock or no lock")
def test_without_the_lock_a_new_part_misses_a_step_that_is_appended_meanwhile(unlocked):
    path = PathFactory(steps=("Saw",))
    written, appended = Event(), Event()

    def append() -> None:
        wait_for(written)
        append_step(path)
        appended.set()

    together(partial(start_part_and_wait, path, written, appended), append)
    assert findings() == ["SN-00001: 1 step records, where the path has 2 steps"]


# --- With ----------------------------------------------------------------------------------------------------------


class Queue:
    """Has the second caller want the part while the first one holds it.

    The first waits with it until the second is on its way to the lock; only then does it write.
    """

    def __init__(self):
        self._taken, self._wanted = Event(), Event()
        self._lock = parts.lock

    def lock(self, *arguments) -> Serial:
        """Stand in for ``parts.lock``."""
        second = self._taken.is_set()
        serial = self._lock(*arguments)
        self._taken.set()
        if not second:
            wait_for(self._wanted)
        return serial

    def second(self, call: Callable) -> Callable:
        """Return the call as it is made by the second caller: once the first has the part."""

        def run():
            wait_for(self._taken)
            with announced(self._wanted):
                return call()

        return run


@pytest.fixture
def queue(monkeypatch):
    """The lock as it is, and two callers who want it at the same time."""
    queue = Queue()
    monkeypatch.setattr(parts, "lock", queue.lock)
    return queue


def test_with_the_lock_two_advances_give_two_moves(queue):
    part = make_serial()
    advance = partial(advancement.advance, part.id, OPERATOR)
    outcomes = together(advance, queue.second(advance))

    assert [outcome.current_step_index for outcome in outcomes] == [1, 2]
    assert Serial.objects.get(pk=part.pk).current_step_index == 2
    assert findings() == []


def test_with_the_lock_a_part_is_scrapped_where_the_advance_left_it(queue):
    part = make_serial()
    _, scrapped = together(
        partial(advancement.advance, part.id, OPERATOR),
        queue.second(partial(endings.scrap, part.id, "damaged", None, OPERATOR)),
    )

    assert (scrapped.current_step_index, scrapped.scrap_step.order) == (1, 1)
    assert findings() == []


def test_with_the_lock_the_second_to_attach_gets_what_the_first_attached(queue):
    part, certificate = make_serial(), CertificateFactory()
    attach = partial(attaching.attach, part.id, certificate.id, OPERATOR)
    first, second = together(attach, queue.second(attach))

    assert first == second
    assert part.cert_attachments.count() == 1
    assert findings() == []


def test_with_the_lock_a_step_that_is_appended_waits_for_the_new_part_and_is_on_it():
    path = PathFactory(steps=("Saw",))
    written, wanted = Event(), Event()

    def append() -> None:
        wait_for(written)
        with announced(wanted):
            append_step(path)

    serial, _ = together(partial(start_part_and_wait, path, written, wanted), append)
    assert [record.status for record in serial.step_statuses.order_by("step_index")] == ["in_progress", "pending"]
    assert findings() == []
