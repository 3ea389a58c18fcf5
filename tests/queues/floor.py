"""Shops as plain values, and how they are put into the tables: any number of parts, anywhere, since any time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from serials.models import Job, Path, Serial, SerialStatus, Step, StepStatus, StepStatusCode

OPENING = datetime(2024, 1, 15, 6, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Operation:
    """A step of a path."""

    name: str
    location: str = ""
    owner: str | None = None


UNRANKED = 1000
"""The first place of jobs that nobody has put in order: behind all that somebody has."""


@dataclass(frozen=True)
class Way:
    """A path, and its job's due date and its place in the order of work, where it was given one."""

    due: date | None
    steps: tuple[Operation, ...]
    goal: int = 1
    rank: int | None = None


@dataclass(frozen=True)
class Piece:
    """A part on a way; ``minutes`` after opening it came to where it is."""

    way: int
    place: int
    minutes: int = 0
    state: str = "in_progress"


@dataclass(frozen=True)
class Floor:
    """A shop. Jobs, paths, steps and parts are known by their places in these."""

    ways: tuple[Way, ...]
    pieces: tuple[Piece, ...]

    def names(self, way: int) -> list[str]:
        """Return the names of the steps of a way."""
        return [step.name for step in self.ways[way].steps]


def step_id(way: int, order: int) -> str:
    return f"step_{way}_{order}"


def furnish(floor: Floor) -> None:
    """Write the shop into empty tables, in a few statements. Each way has a job of its own."""
    ways = list(enumerate(floor.ways))
    Job.objects.bulk_create(
        Job(
            id=f"job_{index}",
            name=f"Job {index}",
            goal_quantity=1,
            due_date=way.due,
            priority=way.rank or UNRANKED + index,
            ranked=way.rank is not None,
        )
        for index, way in ways
    )
    Path.objects.bulk_create(
        Path(
            id=f"path_{index}",
            job_id=f"job_{index}",
            name=f"Path {index}",
            goal_quantity=way.goal,
            created_at=OPENING + timedelta(seconds=index),
        )
        for index, way in ways
    )
    Step.objects.bulk_create(
        Step(
            id=step_id(index, order),
            path_id=f"path_{index}",
            order=order,
            name=step.name,
            location=step.location,
            assigned_to_id=step.owner,
        )
        for index, way in ways
        for order, step in enumerate(way.steps)
    )
    pieces = list(enumerate(floor.pieces, start=1))
    Serial.objects.bulk_create(_serial(number, piece) for number, piece in pieces)
    StepStatus.objects.bulk_create(
        _record(number, piece, order) for number, piece in pieces for order in range(len(floor.ways[piece.way].steps))
    )


@contextmanager
def furnished(floor: Floor) -> Iterator[None]:
    """Let the shop be in the tables for the length of the block."""
    with transaction.atomic():
        furnish(floor)
        yield
        transaction.set_rollback(True)


def _serial(number: int, piece: Piece) -> Serial:
    facts = {}
    if piece.state == SerialStatus.SCRAPPED:
        facts = {
            "scrap_reason": "damaged",
            "scrap_step_id": step_id(piece.way, piece.place),
            "scrapped_at": since(piece),
            "scrapped_by": "dana",
        }
    return Serial(
        number=number,
        job_id=f"job_{piece.way}",
        path_id=f"path_{piece.way}",
        current_step_index=-1 if piece.state == SerialStatus.COMPLETED else piece.place,
        status=piece.state,
        updated_at=since(piece),
        **facts,
    )


def _record(number: int, piece: Piece, order: int) -> StepStatus:
    """Scrapping leaves the records as they stand: one of them is in progress still."""
    status = StepStatusCode.PENDING
    if piece.state == SerialStatus.COMPLETED or order < piece.place:
        status = StepStatusCode.COMPLETED
    elif order == piece.place:
        status = StepStatusCode.IN_PROGRESS
    # what is done was done before, and what is to come was never touched since the part was made
    moment = since(piece) if order == piece.place else OPENING - timedelta(days=1)
    return StepStatus(
        serial_id=number, step_id=step_id(piece.way, order), step_index=order, status=status, updated_at=moment
    )


def since(piece: Piece) -> datetime:
    """Return when the part came to where it is."""
    return OPENING + timedelta(minutes=piece.minutes)
