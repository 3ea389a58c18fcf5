"""Settings of steps: who does them, and whether they may be passed."""

from collections.abc import Iterable, Mapping

from django.contrib.auth import get_user_model
from django.db import transaction

from audit import history
from serials import asked, refusals
from serials.models import DependencyType, Path, Step
from shopplanr.actor import Actor
from shopplanr.lookup import get_or_refuse, is_plausible_id
from shopplanr.refusals import Invalid
from shopplanr.values import MISSING
from shopplanr.versions import ANY, Expected, version_of


def find(step_id: object) -> Step:
    """Return the step; raise ``ProcessStep not found``."""
    return get_or_refuse(Step.objects.all(), step_id, "ProcessStep")


def version_of_step(step: Step) -> str:
    """Return the version of a step with what it asks for."""
    return version_of(step, asked.facts_of([step]))


@transaction.atomic
def assign(step_id: str, user_id: object, actor: Actor, *, expected: Expected = ANY) -> Step:
    """Give the step to an active user, or to nobody (None); return it.

    Raises ``ProcessStep not found``, ``Stale``, ``userId is required`` where it is ``MISSING``, ``AssigneeUnknown``.
    """
    step = _lock(step_id)
    expected.check(step, asked.facts_within(step=step))
    if user_id is MISSING:
        raise Invalid.required("userId")
    if user_id is not None and not _held_active([user_id]):
        raise refusals.AssigneeUnknown()
    step.assigned_to_id = user_id
    history.attribute(step, actor).save(update_fields=["assigned_to"])
    return step


@transaction.atomic
def assign_all(path: Path, assignees: Mapping[int, object], actor: Actor) -> None:
    """Give steps of a path, named by their places, each to an active user or to nobody (None): all of them or none.

    A step that stays with the same person is not touched, even where that account is active no more. Four statements at
    most, whatever the number of steps. Raises ``AssigneeUnknown``, filed under the first step at fault.
    """
    steps = path.steps.select_for_update(no_key=True).order_by("order")
    changed = [step for step in steps if step.assigned_to_id != assignees.get(step.order, step.assigned_to_id)]
    if not changed:
        return
    active = _held_active([assignees[step.order] for step in changed])
    for step in changed:
        step.assigned_to_id = assignees[step.order]
        if step.assigned_to_id is not None and step.assigned_to_id not in active:
            raise refusals.AssigneeUnknown(f"steps[{step.order}].assignedTo")
    Step.objects.bulk_update(changed, ["assigned_to"])
    history.record_versions(path.steps.filter(pk__in=[step.pk for step in changed]), history.CHANGED, actor)


@transaction.atomic
def configure(step_id: str, fields: Mapping[str, object], actor: Actor, *, expected: Expected = ANY) -> Step:
    """Change whether the step is optional, and what depends on it; return it.

    A value that is not valid is ignored (api.md, Paths and steps). Raises ``ProcessStep not found``,
    ``Stale``, ``NothingToUpdate`` where nothing valid is left.
    """
    step = _lock(step_id)
    expected.check(step, asked.facts_within(step=step))
    changes: dict[str, object] = {}
    if isinstance(fields.get("optional"), bool):
        changes["optional"] = fields["optional"]
    if isinstance(fields.get("dependencyType"), str) and fields["dependencyType"] in DependencyType.values:
        changes["dependency_type"] = fields["dependencyType"]
    if not changes:
        raise refusals.NothingToUpdate()
    for name, value in changes.items():
        setattr(step, name, value)
    history.attribute(step, actor).save(update_fields=list(changes))
    return step


def _held_active(user_ids: Iterable[object]) -> list[str]:
    """Return which of these are active users, locked: nobody is deactivated while work is being given to them."""
    plausible = {user_id for user_id in user_ids if is_plausible_id(user_id)}
    if not plausible:
        return []
    people = get_user_model().objects.select_for_update(no_key=True).filter(is_active=True, pk__in=plausible)
    return list(people.order_by("pk").values_list("pk", flat=True))


def _lock(step_id: str) -> Step:
    return get_or_refuse(Step.objects.select_for_update(no_key=True), step_id, "ProcessStep")
