"""What happens in the demo shop: each event is one call of a service, by one person, at one moment.

Events name jobs, routes, parts and certificates by the plan's keys. ``Books`` knows the records that they became.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO

from certificates.models import Certificate
from certificates.services import attaching, certificates, products_of_jobs, revisions
from serials.services import advancement, batches, deferrals, endings, jobs, notes, overrides, paths, steps
from shopplanr.accounts import services as accounts
from shopplanr.actor import Actor
from shopplanr.demo import papers, pictures
from shopplanr.demo.hours import DAY, Calendar
from shopplanr.demo.plan import EPIC, CertificatePlan, Correction, Day, JobChange, JobPlan, Operation, Part, Route

CREDENTIAL = "command"
"""The entries say with what they were made: not by a person who was signed in, but by a command."""


@dataclass
class Books:
    """The records that were made so far, by the plan's keys, and the moment at which the story stands."""

    people: Mapping[str, str]
    calendar: Calendar
    jobs: dict[str, str] = field(default_factory=dict)
    tickets: dict[str, str] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    steps: dict[str, list[str]] = field(default_factory=dict)
    serials: dict[str, list[str]] = field(default_factory=dict)
    requests: dict[tuple[Part, str, str], str] = field(default_factory=dict)
    certificates: dict[str, str] = field(default_factory=dict)
    certifications: dict[str, str] = field(default_factory=dict)
    shop_ms: int = 0

    def actor(self, username: str) -> Actor:
        """Return somebody as the one who acts."""
        return Actor(self.people[username], credential=CREDENTIAL)

    def worker(self, operation: Operation) -> Actor:
        """Return who works at the operation at this moment of the story."""
        return self.actor(operation.worker(self.shop_ms / DAY))

    def serial(self, part: Part) -> str:
        """Return the part's id."""
        return self.serials[part.route][part.place]

    def step(self, route: Route, name: str) -> str:
        """Return the id of the route's step of this name."""
        return self.steps[route.key][route.index(name)]

    def day_from_today(self, days: int) -> date:
        """Return the date so many days from the real today."""
        return self.calendar.today + timedelta(days=days)

    def dated(self, value: object) -> object:
        """Return the metadata with its days as dates."""
        if isinstance(value, Day):
            return (self.calendar.date(self.shop_ms) + timedelta(days=value.after_recording)).isoformat()
        if isinstance(value, Mapping):
            return {key: self.dated(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.dated(item) for item in value]
        return value


class Event:
    """Something that happens. Its services' refusals are faults of the plan."""

    def carry_out(self, books: Books) -> None:
        """Call the service, and write down in ``books`` what it made."""
        raise NotImplementedError


# --- Planning


@dataclass(frozen=True)
class OpenJob(Event):
    """A job comes in."""

    plan: JobPlan

    def carry_out(self, books: Books) -> None:
        plan = self.plan
        fields = {
            "name": plan.name,
            "goalQuantity": plan.goal,
            "customer": plan.customer,
            "purchaseOrder": plan.purchase_order,
            "partNumber": plan.part_number,
            "partRevision": plan.revision,
            "dueDate": books.day_from_today(plan.due_in_days),
            "tags": list(plan.tags),
            "jiraTicketKey": plan.ticket,
            "jiraTicketSummary": plan.summary,
            "jiraPartNumber": f"{plan.part_number} rev {plan.revision}",
            "jiraPriority": plan.priority,
            "jiraEpicLink": EPIC,
            "jiraLabels": list(plan.labels),
            products_of_jobs.FIELD: plan.product,
        }
        books.jobs[plan.ticket] = products_of_jobs.create(fields, books.actor(plan.planner)).id


@dataclass(frozen=True)
class ChangeJob(Event):
    """The planner changes the goal or the due date."""

    plan: JobPlan
    change: JobChange

    def carry_out(self, books: Books) -> None:
        changes: dict[str, object] = {}
        if self.change.goal is not None:
            changes["goalQuantity"] = self.change.goal
        if self.change.due_in_days is not None:
            changes["dueDate"] = books.day_from_today(self.change.due_in_days)
        jobs.update(books.jobs[self.plan.ticket], changes, books.actor(self.plan.planner))


@dataclass(frozen=True)
class OpenPath(Event):
    """The route is written and its steps are given to the people who work them."""

    plan: JobPlan
    route: Route

    def carry_out(self, books: Books) -> None:
        actor = books.actor(self.plan.planner)
        items = [
            {
                "name": operation.name,
                "location": operation.location,
                "optional": operation.optional,
                "dependencyType": operation.dependency,
                "requirements": list(operation.asks),
            }
            for operation in self.route.operations
        ]
        path = paths.create(
            {
                "jobId": books.jobs[self.plan.ticket],
                "name": self.route.name,
                "goalQuantity": self.route.goal,
                "advancementMode": self.route.mode,
                "steps": items,
            },
            actor,
        )
        made = list(path.steps.order_by("order").values_list("pk", flat=True))
        for step_id, operation in zip(made, self.route.operations, strict=True):
            steps.assign(step_id, books.people[operation.by], actor)
        key = self.route.key
        books.tickets[key], books.paths[key], books.steps[key] = self.plan.ticket, path.id, made
        books.serials[key] = []


@dataclass(frozen=True)
class HandOver(Event):
    """A step is given to somebody else."""

    route: Route
    operation: Operation
    to: str

    def carry_out(self, books: Books) -> None:
        steps.assign(books.step(self.route, self.operation.name), books.people[self.to], books.actor("carla"))


@dataclass(frozen=True)
class Leave(Event):
    """Somebody leaves the shop."""

    who: str

    def carry_out(self, books: Books) -> None:
        accounts.update_user(books.people[self.who], {"active": False})


# --- Certificates


@dataclass(frozen=True)
class Record(Event):
    """A certificate is recorded."""

    key: str
    certificate: CertificatePlan
    by: str

    def carry_out(self, books: Books) -> None:
        plan, metadata = self.certificate, books.dated(self.certificate.metadata)
        fields = {"type": plan.type, "name": plan.name, "metadata": metadata} | papers.facts_said(metadata)
        paper = [papers.uploaded(plan.name, metadata)] if plan.with_paper else []
        books.certificates[self.key] = certificates.create(fields, books.actor(self.by), paper).id


@dataclass(frozen=True)
class PutRight(Event):
    """A certificate is put right; from then on parts get the new revision."""

    key: str
    correction: Correction
    by: str

    def carry_out(self, books: Books) -> None:
        plan, actor = self.correction, books.actor(self.by)
        before = Certificate.objects.get(pk=books.certificates[self.key])
        fields = plan.fields | {"metadata": before.metadata | plan.words}
        revision = revisions.supersede(before.pk, fields, plan.reason, actor)
        books.certificates[self.key] = revision.id


@dataclass(frozen=True)
class Revoke(Event):
    """A certificate is revoked, named by its number: for its key there may be another one by now."""

    number: str
    reason: str
    by: str

    def carry_out(self, books: Books) -> None:
        revisions.revoke(Certificate.objects.get(number=self.number).pk, self.reason, books.actor(self.by))


@dataclass(frozen=True)
class Attach(Event):
    """A certificate goes on parts, each where it stands."""

    key: str
    parts: tuple[Part, ...]
    by: str

    def carry_out(self, books: Books) -> None:
        certificate, actor = books.certificates[self.key], books.actor(self.by)
        if len(self.parts) == 1:
            attaching.attach(books.serial(self.parts[0]), certificate, actor)
        else:
            attaching.attach_all(certificate, [books.serial(part) for part in self.parts], actor)


# --- Production


@dataclass(frozen=True)
class Start(Event):
    """A batch is started, with its material certificate where that has come."""

    plan: JobPlan
    route: Route
    quantity: int
    heat: str | None

    def carry_out(self, books: Books) -> None:
        job, path, actor = books.jobs[self.plan.ticket], books.paths[self.route.key], books.actor("carla")
        if self.heat is None:
            made = batches.create(job, path, self.quantity, actor)
        else:
            made = attaching.create_batch(job, path, self.quantity, actor, books.certificates[self.heat])
        books.serials[self.route.key] += [serial.id for serial in made]


@dataclass(frozen=True)
class Advance(Event):
    """The part is done here and goes to the next step, or is complete."""

    part: Part
    operation: Operation

    def carry_out(self, books: Books) -> None:
        advancement.advance(books.serial(self.part), books.worker(self.operation))


@dataclass(frozen=True)
class Jump(Event):
    """The part is done here and goes on to a later step."""

    part: Part
    operation: Operation
    target: int

    def carry_out(self, books: Books) -> None:
        advancement.advance_to(books.serial(self.part), self.target, books.worker(self.operation))


@dataclass(frozen=True)
class ScrapPart(Event):
    """The part is taken out of production where it is, by whoever works there."""

    part: Part
    operation: Operation
    reason: str
    explanation: str

    def carry_out(self, books: Books) -> None:
        endings.scrap(books.serial(self.part), self.reason, self.explanation, books.worker(self.operation))


@dataclass(frozen=True)
class ForcePart(Event):
    """The part is completed with work left open."""

    part: Part
    reason: str
    by: str

    def carry_out(self, books: Books) -> None:
        endings.force_complete(books.serial(self.part), self.reason, books.actor(self.by))


@dataclass(frozen=True)
class OverrideStep(Event):
    """A step is made optional for one part."""

    part: Part
    route: Route
    step: str
    reason: str
    by: str

    def carry_out(self, books: Books) -> None:
        step, actor = books.step(self.route, self.step), books.actor(self.by)
        overrides.create(books.serial(self.part), None, step, self.reason, actor)


@dataclass(frozen=True)
class ReverseOverride(Event):
    """An override is taken back."""

    part: Part
    route: Route
    step: str
    reason: str
    by: str

    def carry_out(self, books: Books) -> None:
        step, actor = books.step(self.route, self.step), books.actor(self.by)
        overrides.reverse(books.serial(self.part), step, actor, self.reason)


@dataclass(frozen=True)
class WaiveStep(Event):
    """A deferred step is excused for good."""

    part: Part
    route: Route
    step: str
    reason: str
    by: str

    def carry_out(self, books: Books) -> None:
        step, approver = books.step(self.route, self.step), books.actor(self.by)
        deferrals.waive(books.serial(self.part), step, self.reason, approver)


@dataclass(frozen=True)
class CompleteDeferred(Event):
    """The work of a deferred step is done, by whoever works there."""

    part: Part
    route: Route
    operation: Operation

    def carry_out(self, books: Books) -> None:
        step, actor = books.step(self.route, self.operation.name), books.worker(self.operation)
        deferrals.complete_deferred(books.serial(self.part), step, actor)


@dataclass(frozen=True)
class WriteNote(Event):
    """Whoever works at the operation writes down what they saw, with a photo where there is one."""

    parts: tuple[Part, ...]
    route: Route
    operation: Operation
    text: str
    photo: str = ""

    def carry_out(self, books: Books) -> None:
        fields = {
            "jobId": books.jobs[books.tickets[self.route.key]],
            "pathId": books.paths[self.route.key],
            "stepId": books.step(self.route, self.operation.name),
            "serialIds": [books.serial(part) for part in self.parts],
            "text": self.text,
        }
        uploads = []
        if self.photo:
            content = pictures.photo(self.photo)
            uploads.append(notes.Upload(f"{self.photo}.jpg", len(content), BytesIO(content)))
        notes.create(fields, books.worker(self.operation), uploads)
