"""Planning how to make it: paths and their steps."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import F, Value

from audit import history
from audit.bulk import RandomId, insert_from_select
from serials import refusals
from serials.models import AdvancementMode, DependencyType, Job, Path, Serial, SerialStatus, Step, StepStatus
from serials.models.routes import NAME_MAX_LENGTH
from shopplanr import clock
from shopplanr.actor import Actor
from shopplanr.lookup import get_or_refuse
from shopplanr.refusals import Invalid
from shopplanr.values import changed_name, choice, flag, given_text, goal_quantity, required_text

STEPS_MAX = 200
"""Steps that one path may have."""


@transaction.atomic
def create(fields: Mapping[str, object], actor: Actor) -> Path:
    """Make a path with its steps from the fields of ``POST /paths``; return it.

    Raises ``Job not found``, ``name is required``, ``goalQuantity …``, ``steps is required``, an unknown mode or
    dependencyType.
    """
    job = get_or_refuse(Job.objects.all(), required_text(fields.get("jobId"), "jobId"), "Job")
    path = Path(
        job=job,
        name=required_text(fields.get("name"), "name", NAME_MAX_LENGTH),
        goal_quantity=goal_quantity(fields.get("goalQuantity")),
    )
    steps = _given_steps(fields.get("steps"))
    if fields.get("advancementMode") is not None:
        path.advancement_mode = _mode(fields["advancementMode"])
    path.updated_at = path.created_at
    history.attribute(path, actor).save(force_insert=True)
    for order, given in enumerate(steps):
        _save_step(Step(path=path), given, order, actor)
    return path


@transaction.atomic
def update(path_id: str, fields: Mapping[str, object], actor: Actor) -> Path:
    """Change what is given of a path; return it.

    Raises ``Path not found``, ``name cannot be empty``, ``goalQuantity …``, an unknown mode, and, on a path with
    serials, ``StepRemoved`` or ``StepReordered``; then nothing is changed.
    """
    path = _lock(path_id)
    if "name" in fields:
        path.name = changed_name(fields["name"], max_length=NAME_MAX_LENGTH)
    if "goalQuantity" in fields:
        path.goal_quantity = goal_quantity(fields["goalQuantity"])
    if "advancementMode" in fields:
        path.advancement_mode = _mode(fields["advancementMode"])
    path.updated_at = clock.now()
    if "steps" in fields:
        steps = _given_steps(fields["steps"])
        (_change_steps_in_use if path.serials.exists() else _replace_steps)(path, steps, actor)
    history.attribute(path, actor).save(update_fields=["name", "goal_quantity", "advancement_mode", "updated_at"])
    return path


def set_mode(path_id: str, mode: object, actor: Actor) -> Path:
    """Change how parts may move along the path; return it. Raises ``Path not found``, an unknown mode."""
    return update(path_id, {"advancementMode": mode}, actor)


@transaction.atomic
def delete(path_id: str, actor: Actor) -> None:
    """Remove a path that no part was ever made on, with its steps. Raises ``Path not found``, ``PathHasSerials``."""
    path = _lock(path_id)
    if path.serials.exists():
        raise refusals.PathHasSerials()
    for step in path.steps.all():
        history.attribute(step, actor).delete()
    history.attribute(path, actor).delete()


def _lock(path_id: str) -> Path:
    return get_or_refuse(Path.objects.select_for_update(no_key=True), path_id, "Path")


def _mode(value: object) -> str:
    return choice(value, "advancementMode", AdvancementMode.values)


def _given_steps(value: object) -> list[dict[str, object]]:
    """Check the ``steps`` of a request and return them as columns; what an item leaves out stays out."""
    if not isinstance(value, list) or not value:
        raise Invalid.required("steps")
    if len(value) > STEPS_MAX:
        raise Invalid.field("steps", f"steps must have at most {STEPS_MAX} items", code="too_many")
    return [_given_step(item, f"steps[{index}]") for index, item in enumerate(value)]


def _given_step(item: object, where: str) -> dict[str, object]:
    if not isinstance(item, dict):
        raise Invalid.field("steps", f"{where} must be an object", code="not_an_object")
    given: dict[str, object] = {"name": required_text(item.get("name"), f"{where}.name", NAME_MAX_LENGTH)}
    if item.get("id") is not None:
        given["id"] = required_text(item["id"], f"{where}.id")
    if "location" in item:
        given["location"] = given_text(item["location"], f"{where}.location", NAME_MAX_LENGTH)
    if item.get("optional") is not None:
        given["optional"] = flag(item["optional"], f"{where}.optional")
    if item.get("dependencyType") is not None:
        given["dependency_type"] = choice(item["dependencyType"], f"{where}.dependencyType", DependencyType.values)
    return given


def _save_step(step: Step, given: Mapping[str, object], order: int, actor: Actor) -> None:
    """Write a step that is new or that differs; one that stays as it is gets no new version."""
    wanted = {name: value for name, value in given.items() if name != "id"} | {"order": order}
    changed = [name for name, value in wanted.items() if getattr(step, name) != value]
    for name in changed:
        setattr(step, name, wanted[name])
    if step._state.adding:
        history.attribute(step, actor).save(force_insert=True)
    elif changed:
        history.attribute(step, actor).save(update_fields=changed)


def _known_steps(path: Path, given_steps: Sequence[Mapping[str, object]]) -> list[Step]:
    """Return the path's steps in order; refuse ids that are not among them, or are given twice."""
    steps = list(path.steps.select_for_update(no_key=True).order_by("order"))
    known, named = {step.id for step in steps}, [given["id"] for given in given_steps if "id" in given]
    for step_id in named:
        if step_id not in known:
            raise Invalid.field("steps", f"Step {step_id} is not on this path", code="step_unknown")
    if len(set(named)) < len(named):
        raise Invalid.field("steps", "steps names the same step twice", code="step_twice")
    return steps


def _replace_steps(path: Path, given_steps: Sequence[dict[str, object]], actor: Actor) -> None:
    """Replace the steps of a path that no part was ever made on; a step that is named by its id stays itself."""
    steps = {step.id: step for step in _known_steps(path, given_steps)}
    kept = {given["id"] for given in given_steps if "id" in given}
    for step in steps.values():
        if step.id not in kept:
            history.attribute(step, actor).delete()
    # Places are unique: whoever moves gets out of the way first, and then takes its new place.
    moved = [
        given["id"] for order, given in enumerate(given_steps) if "id" in given and steps[given["id"]].order != order
    ]
    Step.objects.filter(pk__in=moved).update(order=F("order") + STEPS_MAX)
    for order, given in enumerate(given_steps):
        _save_step(steps.get(given.get("id")) or Step(path=path), given, order, actor)


def _change_steps_in_use(path: Path, given_steps: Sequence[dict[str, object]], actor: Actor) -> None:
    """Change steps in place and append new ones; parts in progress get a pending record for each new one."""
    steps = _known_steps(path, given_steps)
    places = {step.id: step.order for step in steps}
    for order, given in enumerate(given_steps):
        if "id" in given and places[given["id"]] != order:
            raise refusals.StepReordered()
    if len(given_steps) < len(steps):
        raise refusals.StepRemoved()

    for step, given in zip(steps, given_steps, strict=False):
        _save_step(step, given, step.order, actor)
    appended = given_steps[len(steps) :]
    if not appended:
        return
    for order, given in enumerate(appended, start=len(steps)):
        _save_step(Step(path=path), given, order, actor)
    # A part that is about to complete is waited for here: either it has left before, or it gets the new steps.
    in_progress = Serial.objects.filter(path=path, status=SerialStatus.IN_PROGRESS)
    held = list(in_progress.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    if held:
        insert_from_select(
            StepStatus,
            {
                "id": RandomId("snss"),
                "serial_id": F("number"),
                "step_id": F("path__steps__id"),
                "step_index": F("path__steps__order"),
                "status": Value("pending"),
                "updated_at": Value(clock.now()),
            },
            in_progress.filter(path__steps__order__gte=len(steps)).order_by("number", "path__steps__order"),
        )
