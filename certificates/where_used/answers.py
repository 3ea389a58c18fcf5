"""Asking: the first parts of an answer with how many there are, or every part, one after the other."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.dateparse import parse_datetime

from certificates.models import Certificate
from certificates.where_used import counting, details
from certificates.where_used.conditions import Sql
from certificates.where_used.questions import Question, UnknownRecord
from serials.models import SerialStatus, Step
from shopplanr.ids import serial_id
from shopplanr.lookup import is_plausible_id

CHUNK_ROWS = 2000
"""Rows that are in memory at once while an answer is streamed."""

WORK_MEMORY = "64MB"
"""What PostgreSQL may group in memory at once; a hundred thousand parts need less."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many parts are meant, by how they stand."""

    in_progress: int
    completed: int
    scrapped: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.in_progress + self.completed + self.scrapped

    def of(self, status: str) -> int:
        """Return how many are in this state; ``""`` is any."""
        return getattr(self, status) if status else self.total


@dataclass(frozen=True, slots=True)
class Affected:
    """A part that is meant, with when and why.

    ``since`` and ``until`` are the first and the last moment at which it matches, ``until`` None while it still stands
    at the step that was asked for. ``times`` says how often: attachments, entries, or stays. ``events`` are actions of
    the audit trail, and ``at_step`` for a stay.
    """

    number: int
    job_id: str
    path_id: str
    current_step_index: int
    status: str
    scrap_reason: str
    force_completed: bool
    created_at: datetime
    since: datetime
    until: datetime | None
    times: int
    certificates: list[str] | None
    events: list[str] | None
    job_name: str
    path_name: str
    step_name: str | None
    assigned_to: str | None

    @property
    def id(self) -> str:
        """The part's public id."""
        return serial_id(self.number)

    @property
    def listed_status(self) -> str:
        """The state as lists write it."""
        return self.status.replace("_", "-")

    @property
    def current_step_name(self) -> str:
        """The step where it stands; ``Completed`` or ``Scrapped`` once there."""
        return self.step_name if self.status == SerialStatus.IN_PROGRESS else SerialStatus(self.status).label

    @property
    def current_assignee(self) -> str | None:
        """Whose step it stands at."""
        return self.assigned_to if self.status == SerialStatus.IN_PROGRESS else None

    @property
    def was_forced(self) -> bool | None:
        """True where it was force-completed, else None."""
        return self.force_completed or None


@dataclass(frozen=True, slots=True)
class Answer:
    """Parts by number, and how many there are in each state, whatever the state that was asked for."""

    counts: Counts
    parts: Iterable[Affected]


def first_parts(question: Question, *, job_id: str = "", status: str = "", limit: int = 50, offset: int = 0) -> Answer:
    """Return a page of the parts that are meant, those of a job and of a state where these are given.

    Two queries, and one for each record that is named by its id, whatever the number of parts.

    Raises what ``Question.check`` raises, and UnknownRecord.
    """
    _check(question)
    counted = counting.statement(question, job_id=job_id, status=status, limit=limit, offset=offset)
    with _reading_much(the_trail=question.is_about_events and not question.is_at_a_step) as cursor:
        cursor.execute(*counted)
        rows = cursor.fetchall()
    numbers = [number for *_, number in rows if number is not None]
    parts = _rows(details.statement(question, numbers=numbers), at_once=True) if numbers else ()
    return Answer(Counts(*rows[0][:3]), list(map(_affected, parts)))


def every_part(question: Question, *, job_id: str = "", status: str = "") -> Answer:
    """Return all of the parts that are meant. They come while they are read; no more than a chunk is in memory.

    Raises what ``Question.check`` raises.
    """
    counts = first_parts(question, job_id=job_id, limit=0).counts
    return Answer(counts, map(_affected, _rows(details.statement(question, job_id=job_id, status=status))))


def _check(question: Question) -> None:
    """Refuse a slip in an id: that no part is meant would be the wrong answer to it."""
    question.check()
    for field, noun, model, identifier in (
        ("certId", "Certificate", Certificate, question.certificate),
        ("stepId", "ProcessStep", Step, question.step_id),
    ):
        if identifier and not (is_plausible_id(identifier) and model.objects.filter(pk=identifier).exists()):
            raise UnknownRecord(field, noun, identifier)


@contextmanager
def _reading_much(*, the_trail: bool) -> Iterator[CursorWrapper]:
    """Yield a cursor for a statement that reads a large part of a table, and gives back little.

    PostgreSQL's own settings are for many small ones: it would put what it groups on the disk, and compile for longer
    than it reads. Of how many parts a part of the trail tells it does not know, and takes them to be two hundred; then
    it looks up each of a hundred thousand by itself, for longer than everything else takes, unless it is kept from
    that. SQLite knows none of this, and there a transaction would keep everybody else from writing.
    """
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            yield cursor
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_FOR_MUCH, [WORK_MEMORY, "off" if the_trail else "on"])
        yield cursor


_FOR_MUCH = (
    "SELECT set_config('work_mem', %s, true), set_config('jit', 'off', true), "
    "set_config('enable_nestloop', %s, true)"  # for as long as the transaction lasts
)


def _rows(query: Sql, *, at_once: bool = False) -> Iterator[tuple]:
    # behind a pooler that gives every transaction another connection, a cursor of the server's would be lost
    at_once |= connection.vendor == "sqlite" or connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS", False)
    with connection.cursor() if at_once else connection.chunked_cursor() as cursor:
        cursor.execute(*query)
        while rows := cursor.fetchmany(CHUNK_ROWS):
            yield from rows


def _affected(row: tuple) -> Affected:
    number, job_id, path_id, index, status, scrap_reason, forced, created_at, since, until, times = row[:11]
    certificates, events, job_name, path_name, step_name, assigned_to = row[11:]
    return Affected(
        number=number,
        job_id=job_id,
        path_id=path_id,
        current_step_index=index,
        status=status,
        scrap_reason=scrap_reason,
        force_completed=bool(forced),
        created_at=_moment(created_at),
        since=_moment(since),
        until=_moment(until),
        times=int(times),
        certificates=_words(certificates),
        events=_words(events),
        job_name=job_name,
        path_name=path_name,
        step_name=step_name,
        assigned_to=assigned_to,
    )


def _words(listed: str | None) -> list[str] | None:
    return None if listed is None else sorted(set(listed.split(",")))


def _moment(value: datetime | str | None) -> datetime | None:
    """Return a moment in UTC; SQLite keeps them as text."""
    if isinstance(value, str):
        value = parse_datetime(value)
    return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)
