"""Settings of one step: who does it, and whether it may be passed."""

from collections.abc import Mapping

from django.contrib.auth import get_user_model
from django.db import transaction

from audit import history
from serials import refusals
from serials.models import DependencyType, Step
from shopplanr.actor import Actor
from shopplanr.lookup import get_or_refuse, is_plausible_id
from shopplanr.refusals import Invalid
from shopplanr.values import MISSING


@transaction.atomic
def assign(step_id: str, user_id: object, actor: Actor) -> Step:
    """Give the step to an active user, or to nobody (None); return it.

    Raises ``ProcessStep not found``, ``userId is required`` where it is ``MISSING``, ``AssigneeUnknown``.
    """
    step = _lock(step_id)
    if user_id is MISSING:
        raise Invalid.required("userId")
    user = None
    if user_id is not None:
        # locked, so that nobody is deactivated while work is being given to them
        people = get_user_model().objects.select_for_update(no_key=True).filter(is_active=True)
        user = people.filter(pk=user_id).first() if is_plausible_id(user_id) else None
        if user is None:
            raise refusals.AssigneeUnknown()
    step.assigned_to = user
    history.attribute(step, actor).save(update_fields=["assigned_to"])
    return step


@transaction.atomic
def configure(step_id: str, fields: Mapping[str, object], actor: Actor) -> Step:
    """Change whether the step is optional, and what depends on it; return it.

    A value that is not valid is ignored (api.md, Paths and steps). Raises ``ProcessStep not found``,
    ``NothingToUpdate`` where nothing valid is left.
    """
    step = _lock(step_id)
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


def _lock(step_id: str) -> Step:
    return get_or_refuse(Step.objects.select_for_update(no_key=True), step_id, "ProcessStep")
