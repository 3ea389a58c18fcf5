"""The demo's planning: the order of work, routes kept as templates, and the words that routes are written in."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from serials.models import LibraryKind
from serials.services import libraries, priorities, templates
from shopplanr.demo.events import Books, Event
from shopplanr.demo.jobs import housing
from shopplanr.demo.plan import FLEXIBLE, GATE, MATERIAL_BLOCKS, PER_STEP, PHYSICAL, PROCESS_OR_OVERRIDE, JobPlan, Route

PROCESSES = (
    *("Saw", "Waterjet blank", "Turn OP10", "Turn OP20", "Mill OP10", "Mill OP20", "Hob teeth", "Wire EDM"),
    *("Finish grind", "Deburr", "Wash", "Heat treatment", "Hard anodize", "Passivate", "Penetrant inspection"),
    *("Magnetic particle inspection", "First article inspection", "CMM inspection", "Hydrostatic proof test"),
    *("Mark", "Final inspection", "Preserve and pack"),
)
LOCATIONS = (
    *("Saw, Amada HA-250", "Waterjet, Omax 60120", "Lathe 1, Integrex i-200", "Lathe 2, QTN-250", "Mill 3, UMC-750"),
    *("Mill 4, VF-4", "5-axis 1, DMU 65", "Hobber, Gleason P60", "Wire EDM 1, Sodick ALN600", "Grinder 1, Studer S33"),
    *("Bench 1", "Bench 2", "Bench 3", "Air furnace AF-1", "FPI line", "MT bench", "Passivation line", "Test cell"),
    *("CMM-02, Zeiss Contura", "Shipping", "Outside: Northgate Thermal"),
)

BAR_PART = {
    "name": "Bar part: turn, harden, grind",
    "advancementMode": PER_STEP,
    "steps": [
        {"name": "Saw", "location": "Saw, Amada HA-250", "dependencyType": PHYSICAL, "requirements": [MATERIAL_BLOCKS]},
        {"name": "Turn OP10", "location": "Lathe 2, QTN-250", "dependencyType": PHYSICAL},
        {"name": "Deburr", "location": "Bench 2"},
        {
            "name": "Heat treatment",
            "location": "Air furnace AF-1",
            "dependencyType": PHYSICAL,
            "requirements": [PROCESS_OR_OVERRIDE],
        },
        {"name": "Finish grind", "location": "Grinder 1, Studer S33", "dependencyType": PHYSICAL},
        {"name": "Final inspection", "location": "CMM-02, Zeiss Contura", "dependencyType": GATE},
        {"name": "Preserve and pack", "location": "Shipping", "optional": True},
    ],
}
REWORK = {
    "name": "Rework at the bench",
    "advancementMode": FLEXIBLE,
    "steps": [
        {"name": "Deburr", "location": "Bench 1"},
        {"name": "Wash", "location": "Bench 1", "optional": True},
        {"name": "CMM inspection", "location": "CMM-02, Zeiss Contura", "dependencyType": GATE},
    ],
}

FIRST_ORDER = ("DEMO-101", "DEMO-103", "DEMO-102")
LAST_ORDER = ("DEMO-103", "DEMO-104", "DEMO-102", "DEMO-106", "DEMO-105", "DEMO-101")
"""Jobs by their tickets as they are to be worked on; the finished one goes to the end."""


@dataclass(frozen=True)
class FillLibraries(Event):
    """The words of the shop are entered."""

    by: str

    def carry_out(self, books: Books) -> None:
        for kind, names in ((LibraryKind.PROCESS, PROCESSES), (LibraryKind.LOCATION, LOCATIONS)):
            for name in names:
                libraries.add(kind, name, books.actor(self.by))


@dataclass(frozen=True)
class WriteTemplate(Event):
    """A route is written down to be used again."""

    fields: Mapping[str, object]
    by: str

    def carry_out(self, books: Books) -> None:
        templates.create(self.fields, books.actor(self.by))


@dataclass(frozen=True)
class KeepRoute(Event):
    """A route that has proved itself is kept as a template."""

    route: Route
    name: str
    by: str

    def carry_out(self, books: Books) -> None:
        fields = {"pathId": books.paths[self.route.key], "name": self.name}
        templates.create(fields, books.actor(self.by))


@dataclass(frozen=True)
class PutInOrder(Event):
    """The planner says what is worked on first."""

    tickets: tuple[str, ...]
    by: str

    def carry_out(self, books: Books) -> None:
        priorities.reorder([books.jobs[ticket] for ticket in self.tickets], books.actor(self.by))


def around_planning(jobs: Iterable[JobPlan]) -> Iterator[tuple[float, Event]]:
    """Return what is planned beside single jobs, with the working day of the story; of these jobs only."""
    tickets = {plan.ticket for plan in jobs}
    yield 0.02, FillLibraries("vikram")
    yield 0.6, WriteTemplate(BAR_PART, "vikram")
    yield 7.2, WriteTemplate(REWORK, "carla")
    for day, order in ((2.6, FIRST_ORDER), (27.4, LAST_ORDER)):
        if named := tuple(ticket for ticket in order if ticket in tickets):
            yield day, PutInOrder(named, "vikram")
    if housing.JOB.ticket in tickets:
        yield 22.7, KeepRoute(housing.PRODUCTION, "Housing: mill, anodize, inserts", "vikram")
