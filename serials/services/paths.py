"""Planning how to make it: paths."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import QuerySet

from audit import history
from serials import asked, refusals
from serials.models import AdvancementMode, Job, Path, Step
from serials.models.routes import NAME_MAX_LENGTH
from serials.services import route_steps
from shopplanr import clock
from shopplanr.actor import Actor
from shopplanr.lookup import get_or_refuse
from shopplanr.values import changed_name, choice, goal_quantity, required_text
from shopplanr.versions import ANY, Expected, version_of


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
    steps = route_steps.given(fields.get("steps"))
    if fields.get("advancementMode") is not None:
        path.advancement_mode = _mode(fields["advancementMode"])
    path.updated_at = path.created_at
    history.attribute(path, actor).save(force_insert=True)
    route_steps.arrange(path, steps, actor)
    return path


@transaction.atomic
def update(
    path_id: str, fields: Mapping[str, object], actor: Actor, *, by_place: bool = True, expected: Expected = ANY
) -> Path:
    """Change what is given of a path; return it. ``by_place`` is as for ``route_steps.arrange``.

    Raises ``Path not found``, ``Stale``, ``name cannot be empty``, ``goalQuantity …``, an unknown mode, and, on a path
    with serials, ``StepRemoved`` or ``StepReordered``; then nothing is changed.
    """
    path = _lock(path_id)
    expected.check(path, _steps(path), asked.facts_within(step__path=path))
    if "name" in fields:
        path.name = changed_name(fields["name"], max_length=NAME_MAX_LENGTH)
    if "goalQuantity" in fields:
        path.goal_quantity = goal_quantity(fields["goalQuantity"])
    if "advancementMode" in fields:
        path.advancement_mode = _mode(fields["advancementMode"])
    path.updated_at = clock.now()
    if "steps" in fields:
        route_steps.arrange(path, route_steps.given(fields["steps"]), actor, by_place=by_place)
    history.attribute(path, actor).save(update_fields=["name", "goal_quantity", "advancement_mode", "updated_at"])
    return path


def set_mode(path_id: str, mode: object, actor: Actor, *, expected: Expected = ANY) -> Path:
    """Change how parts may move along the path; return it. Raises ``Path not found``, ``Stale``, an unknown mode."""
    return update(path_id, {"advancementMode": mode}, actor, expected=expected)


@transaction.atomic
def delete(path_id: str, actor: Actor, *, expected: Expected = ANY) -> None:
    """Remove a path that no part was ever made on, with its steps.

    Raises ``Path not found``, ``Stale``, ``PathHasSerials``.
    """
    path = _lock(path_id)
    expected.check(path, _steps(path), asked.facts_within(step__path=path))
    if path.serials.exists():
        raise refusals.PathHasSerials()
    route_steps.remove(path.steps.all(), actor)
    history.attribute(path, actor).delete()


def _lock(path_id: str) -> Path:
    return get_or_refuse(Path.objects.select_for_update(no_key=True), path_id, "Path")


def version_of_path(path: Path) -> str:
    """Return the version of a path with its steps and what these ask for; no query where they came along."""
    return version_of(path, path.steps, asked.facts_of(sorted(path.steps.all(), key=lambda step: step.order)))


def _steps(path: Path) -> QuerySet[Step]:
    """Return the steps, locked once they are read: what somebody expects of a path is expected of them too."""
    return path.steps.select_for_update(no_key=True).order_by("order")


def _mode(value: object) -> str:
    return choice(value, "advancementMode", AdvancementMode.values)
