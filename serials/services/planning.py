"""Saving what a planner wrote in one piece: a route with who does its steps, as long as it is still what was shown."""

import hashlib
import json
from collections.abc import Iterable, Mapping

from django.db import transaction

from serials import asked, refusals
from serials.models import Path, RouteTemplate, Step, TemplateStep
from serials.services import paths, steps, templates
from shopplanr.actor import Actor
from shopplanr.lookup import get_or_refuse

ROUTE_COLUMNS = ("name", "goal_quantity", "advancement_mode")
ASKED_COLUMNS = ("pk", "certificate_type", "quantity", "en10204_minimum", "policy")
STEP_COLUMNS = ("pk", "name", "location", "optional", "dependency_type", "assigned_to_id")


def mark_of(route: Path | RouteTemplate, its_steps: Iterable[Step | TemplateStep]) -> str:
    """Return a short text that stays the same as long as all that planners write about a route does.

    A form carries it, and says with it what it was made from. A template has no goal, nor people: they count as none.
    One query for what the steps ask for, where it did not come along.
    """
    its_steps = list(its_steps)
    asked.put(its_steps)
    rows = [route, *its_steps, *(each for step in its_steps for each in step.asked)]
    columns = [ROUTE_COLUMNS, *[STEP_COLUMNS] * len(its_steps)]
    columns += [ASKED_COLUMNS] * (len(rows) - len(columns))
    facts = [[getattr(row, name, None) for name in names] for row, names in zip(rows, columns, strict=True)]
    return hashlib.blake2s(json.dumps(facts).encode(), digest_size=12).hexdigest()


@transaction.atomic
def create_path(fields: Mapping[str, object], actor: Actor) -> Path:
    """Make a path from the fields of ``POST /paths``, whose steps may also say ``assignedTo``; return it.

    Raises as ``paths.create`` and ``steps.assign_all`` do; then nothing is made.
    """
    path = paths.create(fields, actor)
    _assign(path, fields["steps"], actor)
    return path


@transaction.atomic
def save_path(path_id: str, fields: Mapping[str, object], actor: Actor, *, seen: str | None = None) -> Path:
    """Change a path by the fields of ``PUT /paths/:id``, whose steps may also say ``assignedTo``; return it.

    The planner saw the steps and names each by its id: one without an id is new, also in the place of one that is gone.
    ``seen`` is its mark as the planner saw it. Raises ``Path not found``, ``RouteChanged`` where it has another one by
    now, then as ``paths.update`` and ``steps.assign_all`` do; then nothing is changed.
    """
    path = get_or_refuse(Path.objects.select_for_update(no_key=True), path_id, "Path")
    # its steps too: who does them, and their settings, are changed one by one as well
    _refuse_unless_seen(path, path.steps.select_for_update(no_key=True).order_by("order"), seen)
    path = paths.update(path_id, fields, actor, by_place=False)
    _assign(path, fields["steps"], actor)
    return path


@transaction.atomic
def save_template(
    template_id: str, fields: Mapping[str, object], actor: Actor, *, seen: str | None = None
) -> RouteTemplate:
    """Change a template by the fields of ``PUT /templates/:id``; return it.

    Raises ``TemplateRoute not found``, ``RouteChanged`` where its mark is no more the one that was ``seen``, then as
    ``templates.update`` does; then nothing is changed.
    """
    template = get_or_refuse(RouteTemplate.objects.select_for_update(no_key=True), template_id, templates.NOUN)
    _refuse_unless_seen(template, template.steps.order_by("order"), seen)
    return templates.update(template_id, fields, actor)


def _refuse_unless_seen(
    route: Path | RouteTemplate, its_steps: Iterable[Step | TemplateStep], seen: str | None
) -> None:
    if seen is not None and seen != mark_of(route, its_steps):
        raise refusals.RouteChanged(route.name)


def _assign(path: Path, items: Iterable[Mapping[str, object]], actor: Actor) -> None:
    assignees = {place: item["assignedTo"] for place, item in enumerate(items) if "assignedTo" in item}
    if assignees:
        steps.assign_all(path, assignees, actor)
