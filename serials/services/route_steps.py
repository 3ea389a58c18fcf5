"""The steps of a path: reading them from a request, and putting them in place."""

from collections.abc import Mapping, Sequence

from django.db.models import Exists, F, Max, OuterRef, QuerySet

from audit import history
from serials import refusals
from serials.models import DependencyType, Note, Path, Serial, SerialStatus, Step, StepStatus, TemplateStep
from serials.models.routes import NAME_MAX_LENGTH
from serials.services import records, requirements
from shopplanr.actor import Actor
from shopplanr.refusals import Invalid
from shopplanr.values import choice, flag, given_text, required_text

STEPS_MAX = 200
"""Steps that one path may have."""

COLUMNS = ["name", "order", "location", "optional", "dependency_type"]


REQUIRED = "steps is required"
AT_LEAST_ONE = "steps must have at least one item"
AT_MOST = f"steps must have at most {STEPS_MAX} items"


def given(value: object, missing: str = REQUIRED) -> list[dict[str, object]]:
    """Check the ``steps`` of a request and return them as columns; what an item leaves out stays out.

    Raises ``missing``, which is a sentence of its own for templates, and what is wrong with an item.
    """
    if not isinstance(value, list) or not value:
        raise Invalid.field("steps", missing, code="required" if missing == REQUIRED else "empty")
    if len(value) > STEPS_MAX:
        raise Invalid.field("steps", AT_MOST, code="too_many")
    return [_given_step(item, f"steps[{index}]") for index, item in enumerate(value)]


def _given_step(item: object, where: str) -> dict[str, object]:
    if not isinstance(item, dict):
        raise Invalid.field("steps", f"{where} must be an object", code="not_an_object")
    columns: dict[str, object] = {"name": required_text(item.get("name"), f"{where}.name", NAME_MAX_LENGTH)}
    if item.get("id") is not None:
        columns["id"] = required_text(item["id"], f"{where}.id")
    if "location" in item:
        columns["location"] = given_text(item["location"], f"{where}.location", NAME_MAX_LENGTH)
    if item.get("optional") is not None:
        columns["optional"] = flag(item["optional"], f"{where}.optional")
    if item.get("dependencyType") is not None:
        columns["dependency_type"] = choice(item["dependencyType"], f"{where}.dependencyType", DependencyType.values)
    if item.get("requirements") is not None:
        columns["requirements"] = requirements.given(item["requirements"], f"{where}.requirements")
    return columns


def arrange(path: Path, wanted: Sequence[Mapping[str, object]], actor: Actor, *, by_place: bool = True) -> None:
    """Give a locked path these steps, in this order (api.md, Paths and steps); a constant number of statements.

    A step that is named by its id stays itself. Once there are parts on the path, so does one that is named by its
    place; unless ``by_place`` is false: then a step without an id is a new one everywhere. Steps that parts carry stay
    where they are, and new ones may follow them. A part in progress then gets a pending record for each. A step asks
    for the certificates that its ``requirements`` say; without them, for what it asked for before. Raises an unknown or
    repeated id, ``StepReordered``, ``StepRemoved``.
    """
    steps = list(path.steps.select_for_update(no_key=True).order_by("order"))
    in_use = path.serials.exists()
    carries = carried(steps) if in_use else 0
    chosen = _choose(path, steps, wanted, by_place=in_use and by_place)
    kept = {step.id for step in chosen}
    if not by_place and any(step.id not in kept for step in steps[:carries]):
        raise refusals.StepRemoved()
    if any(step is not steps[order] for order, step in enumerate(chosen[:carries])):
        raise refusals.StepReordered()
    if len(chosen) < carries:
        raise refusals.StepRemoved()

    remove(path.steps.filter(pk__in=[step.id for step in steps if step.id not in kept]), actor)
    _write(path, chosen, wanted, actor)
    asked = zip(chosen, wanted, strict=True)
    requirements.arrange({step: item["requirements"] for step, item in asked if "requirements" in item}, actor)
    if in_use and len(chosen) > carries:
        # A part that is about to complete is waited for here: either it has left before, or it gets the new steps.
        in_progress = Serial.objects.filter(path=path, status=SerialStatus.IN_PROGRESS)
        held = in_progress.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True)
        if list(held):
            records.open_for(in_progress, from_index=carries)


def remove(steps: QuerySet[Step] | QuerySet[TemplateStep], actor: Actor) -> None:
    """Remove steps that no part carries, or those of a template; their last version stays in the history.

    So does that of what they ask for.
    """
    requirements.remove(steps, actor)
    if history.record_versions(steps, history.DELETED, actor):
        # Past the signals, by which the history would write its versions one by one. The database still refuses to
        # remove a step that something refers to.
        steps._raw_delete(steps.db)


def carried(steps: Sequence[Step]) -> int:
    """Return how many of a path's steps, from the first on, have to stay: up to the last with a record of some part.

    Or with a note: one may have been written at a step that was added when all parts were past the end.
    """
    needed = Exists(StepStatus.objects.filter(step=OuterRef("pk"))) | Exists(Note.objects.filter(step=OuterRef("pk")))
    last = Step.objects.filter(needed, pk__in=[step.pk for step in steps]).aggregate(last=Max("order"))["last"]
    return 0 if last is None else last + 1


def _choose(path: Path, steps: Sequence[Step], wanted: Sequence[Mapping[str, object]], *, by_place: bool) -> list[Step]:
    """Return the step for each place: one that exists, or a new one."""
    known = {step.id: step for step in steps}
    named = [columns["id"] for columns in wanted if "id" in columns]
    for step_id in named:
        if step_id not in known:
            raise Invalid.field("steps", f"Step {step_id} is not on this path", code="step_unknown")
    if len(set(named)) < len(named):
        raise Invalid.field("steps", "steps names the same step twice", code="step_twice")

    at_place = {order: step for order, step in enumerate(steps) if by_place and step.id not in named}
    return [
        known[columns["id"]] if "id" in columns else at_place.get(order) or Step(path=path)
        for order, columns in enumerate(wanted)
    ]


def _write(path: Path, chosen: Sequence[Step], wanted: Sequence[Mapping[str, object]], actor: Actor) -> None:
    """Write the steps that are new or that differ; one that stays as it is gets no new version."""
    new, changed, moved = [], [], []
    for order, (step, columns) in enumerate(zip(chosen, wanted, strict=True)):
        is_new = step._state.adding
        columns = {name: value for name, value in columns.items() if name in COLUMNS} | {"order": order}
        if not is_new and step.order != order:
            moved.append(step.pk)
        differing = [name for name, value in columns.items() if getattr(step, name) != value]
        for name in differing:
            setattr(step, name, columns[name])
        if is_new:
            new.append(step)
        elif differing:
            changed.append(step)

    # Places are unique: whoever moves gets out of the way first, and then takes its new place.
    if moved:
        path.steps.filter(pk__in=moved).update(order=F("order") + STEPS_MAX)
    if changed:
        Step.objects.bulk_update(changed, COLUMNS)
        history.record_versions(path.steps.filter(pk__in=[step.pk for step in changed]), history.CHANGED, actor)
    if new:
        Step.objects.bulk_create(new)
        history.record_versions(path.steps.filter(pk__in=[step.pk for step in new]), history.CREATED, actor)
