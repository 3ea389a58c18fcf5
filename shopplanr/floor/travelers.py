"""What a job's traveler says: the route that a part takes, on paper that goes along with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from serials.models import DependencyType, Job, Path, Serial, SerialStatus, Step, StepStatus
from serials.models.progress import StepStatusCode
from shopplanr.floor import selections
from shopplanr.floor.planning_facts import PlanningFacts, facts_of
from shopplanr.lookup import get_or_refuse
from shopplanr.refusals import NotFound

SHEETS_MAX = 100
"""Parts that get a traveler of their own at once: a page each, or two."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A step of the route. ``remarks`` are what is unusual about it, in words; ``status``: how it stands for a part."""

    number: int
    name: str
    location: str
    remarks: tuple[str, ...]
    status: str = ""


@dataclass(frozen=True, slots=True)
class PartSheet:
    """One part's way."""

    serial: Serial
    operations: Sequence[Operation]


@dataclass(frozen=True, slots=True)
class Traveler:
    """The traveler of one path. ``serials`` are the parts that it is for, ``sheets`` those with a page of their own.

    ``left_out``: nobody asked for particular parts, and there are too many on the path to list them all.
    """

    job: Job
    facts: PlanningFacts
    paths: Sequence[Path]
    path: Path | None
    operations: Sequence[Operation] = ()
    serials: Sequence[Serial] = ()
    sheets: Sequence[PartSheet] = field(default_factory=tuple)
    left_out: bool = False


def traveler(job_id: str, path_id: str, texts: Iterable[str], *, each: bool = False) -> Traveler:
    """Return the traveler of a job's path, the first one unless told.

    ``texts`` name its parts; without any, they are those in progress. With ``each``, every part gets its own page, with
    its steps as they stand. A constant number of queries. Raises ``Job not found``, ``Path not found``, and what
    ``selections.chosen`` raises.
    """
    job = get_or_refuse(Job.objects.all(), job_id, "Job")
    paths = list(job.paths.order_by("created_at", "pk"))
    path = _the_one(paths, path_id)
    facts = facts_of(job)
    if path is None:
        return Traveler(job, facts, paths, None)
    steps = list(Step.objects.filter(path=path.pk).order_by("order"))
    most = SHEETS_MAX if each else selections.PARTS_MAX
    texts = [text for text in texts if text.strip()]
    if texts:
        serials = selections.chosen(texts, path_id=path.pk, most=most)
    else:
        rows = Serial.objects.filter(path=path.pk, status=SerialStatus.IN_PROGRESS).order_by("number")
        serials = list(rows[: most + 1])
    left_out = len(serials) > most
    if left_out:
        serials = []
    return Traveler(
        job,
        facts,
        paths,
        path,
        operations=[_operation(step) for step in steps],
        serials=serials,
        sheets=_sheets(serials, steps) if each else (),
        left_out=left_out,
    )


def _the_one(paths: Sequence[Path], path_id: str) -> Path | None:
    if not path_id:
        return paths[0] if paths else None
    for path in paths:
        if path.pk == path_id:
            return path
    raise NotFound.of("Path", path_id)


def _sheets(serials: Sequence[Serial], steps: Sequence[Step]) -> list[PartSheet]:
    status = {
        (serial, step): StepStatusCode(code)
        for serial, step, code in StepStatus.objects.filter(serial__in=[serial.pk for serial in serials])
        .order_by()
        .values_list("serial_id", "step_id", "status")
    }
    return [
        PartSheet(serial, [_operation(step, status.get((serial.pk, step.pk), "")) for step in steps])
        for serial in serials
    ]


def _operation(step: Step, status: str = "") -> Operation:
    remarks = ["Optional"] if step.optional else []
    if step.dependency_type != DependencyType.PREFERRED:
        remarks.append(step.get_dependency_type_display())
    return Operation(step.order + 1, step.name, step.location, tuple(remarks), status)
