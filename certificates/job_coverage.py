"""A job's parts against the certificates that its steps ask for (docs/requirements.md, "Coverage").

Seven statements, whatever the number of parts, steps and certificates. The rules are ``certificates.coverage``.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache

from certificates import coverage, evidence
from certificates.coverage import Due, Standing
from serials.models import Job, Serial, SerialStatus, StepRequirement, StepStatus
from shopplanr import clock
from shopplanr.ids import serial_id
from shopplanr.lookup import get_or_refuse


@dataclass(frozen=True, slots=True)
class Cell:
    """How one part stands to one requirement.

    ``missing`` certificates are what it lacks of it, due or not; ``late``: only an attachment that is late still helps.
    """

    requirement: StepRequirement
    standing: Standing
    missing: int = 0
    late: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One part, and how it stands to each of the requirements of its route."""

    number: int
    status: str
    cells: Sequence[Cell]

    @property
    def serial_id(self) -> str:
        """The part's public id."""
        return serial_id(self.number)

    @property
    def gaps(self) -> int:
        """How many requirements ask for something now that is not there, and that nobody overrode."""
        return sum(cell.standing == Standing.MISSING for cell in self.cells)


class Counted:
    """How parts stand to what is asked for, as numbers: each counts once for each requirement."""

    __slots__ = ()

    counts: Counter

    @property
    def covered(self) -> int:
        """How many have everything that is asked for."""
        return self.counts[Standing.COVERED]

    @property
    def missing(self) -> int:
        """How many lack something that is asked for now."""
        return self.counts[Standing.MISSING]

    @property
    def not_yet_due(self) -> int:
        """How many lack something that will be asked for."""
        return self.counts[Standing.NOT_YET_DUE]

    @property
    def overridden(self) -> int:
        """How many may go on without."""
        return self.counts[Standing.OVERRIDDEN]


@dataclass(frozen=True, slots=True)
class Column(Counted):
    """One requirement, and how many parts stand to it in which way."""

    requirement: StepRequirement
    counts: Counter
    late: Counter

    @property
    def missing_late(self) -> int:
        """How many of the parts that lack something now can only get it late."""
        return self.late[Standing.MISSING]

    @property
    def step(self):
        """The step that asks."""
        return self.requirement.step

    @property
    def asked(self) -> int:
        """Parts that the requirement is about at all."""
        return sum(self.counts.values()) - self.counts[Standing.NOT_ASKED]


@dataclass(frozen=True, slots=True)
class Totals(Counted):
    """All parts that are looked at, and how they stand to all requirements together."""

    serials: int
    with_gaps: int
    scrapped: int
    counts: Counter


@dataclass(frozen=True, slots=True)
class JobCoverage:
    """A job's requirements in the order of its routes, and its parts: those with gaps first, the most gaps first."""

    job: Job
    columns: Sequence[Column]
    lines: Sequence[Line]
    totals: Totals

    def listed(self, first: int, count: int, *, gaps_only: bool = False) -> "JobCoverage":
        """Return the same with so many of the parts; the numbers stay those of all."""
        chosen = self.lines[: self.totals.with_gaps] if gaps_only else self.lines
        return replace(self, lines=chosen[first : first + count])


def of_job(job_id: object) -> JobCoverage:
    """Return how the job's parts stand; scrapped ones are only counted. Raises ``Job not found``."""
    job = get_or_refuse(Job.objects.all(), job_id, "Job")
    requirements = list(
        StepRequirement.active()
        .filter(step__path__job=job.pk)
        .select_related("step__path")
        .order_by("step__path__created_at", "step__path", "step__order", "certificate_type", "en10204_minimum")
    )
    parts = list(Serial.objects.filter(job=job.pk).order_by("number").values_list("number", "status", "path_id"))
    lines = _lines(job, requirements, [part for part in parts if part[1] != SerialStatus.SCRAPPED])
    columns = [Column(each, Counter(), Counter()) for each in requirements]
    by_requirement = {column.requirement.pk: column for column in columns}
    for cell, count in Counter(cell for line in lines for cell in line.cells).items():
        column = by_requirement[cell.requirement.pk]
        column.counts[cell.standing] += count
        column.late[cell.standing] += count * cell.late
    lines.sort(key=lambda line: -line.gaps)  # stable: by number among those with as many
    totals = Totals(
        serials=len(lines),
        with_gaps=sum(line.gaps > 0 for line in lines),
        scrapped=len(parts) - len(lines),
        counts=sum((column.counts for column in columns), Counter()),
    )
    return JobCoverage(job, columns, lines, totals)


def parts_missing(found: JobCoverage, requirement_id: str) -> list[tuple[Line, Cell]]:
    """Return the parts that lack something of a requirement now, by number, each with how it stands to it."""
    missing = [
        (line, cell)
        for line in found.lines
        for cell in line.cells
        if cell.requirement.pk == requirement_id and cell.standing == Standing.MISSING
    ]
    return sorted(missing, key=lambda pair: pair[0].number)


def _lines(job: Job, requirements: Sequence[StepRequirement], parts: Iterable[tuple[int, str, str]]) -> list[Line]:
    by_path: dict[str, list[tuple[StepRequirement, coverage.Requirement]]] = {}
    for each in requirements:
        by_path.setdefault(each.step.path_id, []).append((each, evidence.as_rule(each)))
    if not requirements:
        return [Line(number, status, ()) for number, status, _ in parts]
    vouching = evidence.of_parts(requirements, serial__job=job.pk)
    records = _records(job, {each.step_id for each in requirements}, vouching)
    today = clock.today()

    @cache  # thousands of parts carry the same certificates, and left the step on the same day
    def lacking(rule: coverage.Requirement, attached: frozenset[coverage.Attached], day: date) -> int:
        return coverage.missing(rule, attached, vouching.facts, day)

    @cache  # and so stand in one of a few ways
    def cell(place: int, path_id: str, asked: Due, count: int, overridden: bool, late: bool) -> Cell:
        requirement = by_path[path_id][place][0]
        return Cell(requirement, coverage.standing(asked, count, overridden=overridden), count, late)

    nothing = frozenset()
    lines = []
    for number, status, path_id in parts:
        attached, in_progress = vouching.attached.get(number, nothing), status == SerialStatus.IN_PROGRESS
        cells = []
        for place, (requirement, rule) in enumerate(by_path.get(path_id, ())):
            step_status, ended = records.get((number, rule.step_id), (None, None))
            asked = coverage.due(step_status, in_progress=in_progress) if step_status else Due.NEVER
            count = 0 if asked == Due.NEVER else lacking(rule, attached, ended or today)
            late = count > 0 and coverage.only_late(rule, step_status, in_progress=in_progress)
            overridden = (number, requirement.pk) in vouching.overridden
            cells.append(cell(place, path_id, asked, count, overridden, late))
        lines.append(Line(number, status, cells))
    return lines


def _records(
    job: Job, step_ids: set[str], vouching: evidence.Evidence
) -> dict[tuple[int, str], tuple[str, date | None]]:
    """Return each part's status at each of the steps and, where it was done, the day on which that was.

    Where no certificate is limited to certain days, nobody asks for the day: to read 50,000 moments takes a while.
    """
    days_matter = any(each.valid_from or each.valid_to for each in vouching.facts.values())
    rows = StepStatus.objects.filter(serial__job=job.pk, step__in=step_ids).order_by()
    if not days_matter:
        statuses = rows.values_list("serial_id", "step_id", "status").iterator(chunk_size=10_000)
        return {(number, step_id): (status, None) for number, step_id, status in statuses}

    @cache
    def day_of(moment: datetime) -> date:  # a batch is moved at one moment
        return clock.day_of(moment)

    moments = rows.values_list("serial_id", "step_id", "status", "updated_at").iterator(chunk_size=10_000)
    return {
        (number, step_id): (status, day_of(moment) if status == "completed" else None)
        for number, step_id, status, moment in moments
    }
