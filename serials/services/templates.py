"""Routes to copy: templates, and making paths from them."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from audit import history
from serials.models import AdvancementMode, Path, RouteTemplate, Step, TemplateStep
from serials.models.routes import NAME_MAX_LENGTH
from serials.services import paths, requirements, route_steps
from shopplanr import clock
from shopplanr.actor import Actor
from shopplanr.lookup import get_or_refuse
from shopplanr.values import changed_name, choice, given_text, required_text

SETTINGS = {
    "name": "name",
    "location": "location",
    "optional": "optional",
    "dependency_type": "dependencyType",
}
"""What a step is copied with, by column, and as a request calls it. Who does it is the path's own.

It is copied with what it asks for as well (``serials.services.requirements``).
"""

ASKED = "requirements"
"""Where what a step asks for stands beside its columns."""

NOUN = "TemplateRoute"
"""What the documents call a template."""


@transaction.atomic
def create(fields: Mapping[str, object], actor: Actor) -> RouteTemplate:
    """Make a template from the fields of ``POST /templates``; return it.

    A step's ``dependencyType`` is ``preferred`` unless it is given, as for paths; the original made all of them
    ``physical``, so that a template said more than the planner did. What the fields leave out comes from the path
    ``pathId``, where one is named: its name, steps and mode. Raises ``Path not found``, ``name is required``, ``steps
    must have at least one item``, an unknown mode or dependencyType.
    """
    if fields.get("pathId") is not None:
        path_id = required_text(fields["pathId"], "pathId")
        fields = _like(get_or_refuse(Path.objects.all(), path_id, "Path")) | {
            name: value for name, value in fields.items() if value is not None
        }
    template = RouteTemplate(name=required_text(fields.get("name"), "name", NAME_MAX_LENGTH))
    steps = route_steps.given(fields.get("steps"), route_steps.AT_LEAST_ONE)
    template.advancement_mode = _mode(fields.get("advancementMode"))
    template.updated_at = template.created_at
    history.attribute(template, actor).save(force_insert=True)
    _write_steps(template, steps, actor)
    return template


@transaction.atomic
def update(template_id: object, fields: Mapping[str, object], actor: Actor) -> RouteTemplate:
    """Change what is given of a template; return it. Given steps replace those that were there.

    Paths that were made from it stay as they are. Raises ``TemplateRoute not found``, ``name cannot be empty``, ``steps
    must have at least one item``, an unknown mode or dependencyType; then nothing is changed.
    """
    template = _lock(template_id)
    if "name" in fields:
        template.name = changed_name(fields["name"], max_length=NAME_MAX_LENGTH)
    if "advancementMode" in fields:
        template.advancement_mode = _mode(fields["advancementMode"])
    if "steps" in fields:
        steps = route_steps.given(fields["steps"], route_steps.AT_LEAST_ONE)
        if _as_written(steps) != _as_written(_columns(list(template.steps.order_by("order")))):
            route_steps.remove(template.steps.all(), actor)
            _write_steps(template, steps, actor)
    template.updated_at = clock.now()
    history.attribute(template, actor).save(update_fields=["name", "advancement_mode", "updated_at"])
    return template


@transaction.atomic
def delete(template_id: object, actor: Actor) -> None:
    """Remove a template with its steps. Nothing refers to it, and the history keeps it.

    Raises ``TemplateRoute not found``.
    """
    template = _lock(template_id)
    route_steps.remove(template.steps.all(), actor)
    history.attribute(template, actor).delete()


@transaction.atomic
def apply(template_id: object, fields: Mapping[str, object], actor: Actor) -> Path:
    """Make a path of a job from the template, with the fields of ``POST /templates/:id/apply``; return it.

    The path is a copy, and independent from then on. It is called as the template is, unless ``pathName`` is given.
    Raises ``TemplateRoute not found``, then as ``serials.services.paths.create``.
    """
    template = _lock(template_id)  # so that its steps are of one writing
    name = given_text(fields.get("pathName"), "pathName", NAME_MAX_LENGTH) or template.name
    copied = {
        "name": name,
        "steps": items_of(list(template.steps.order_by("order"))),
        "advancementMode": template.advancement_mode or None,
    }
    wanted = {field: fields.get(field) for field in ("jobId", "goalQuantity")}
    return paths.create(wanted | copied, actor)


def _lock(template_id: object) -> RouteTemplate:
    return get_or_refuse(RouteTemplate.objects.select_for_update(no_key=True), template_id, NOUN)


def _mode(value: object) -> str:
    return choice(value, "advancementMode", AdvancementMode.values) if value not in (None, "") else ""


def items_of(steps: Sequence[Step] | Sequence[TemplateStep]) -> list[dict[str, object]]:
    """Return the steps as a request gives them to a path or a template that is to be the same; one statement."""
    return [
        {SETTINGS[column]: value for column, value in step.items() if column in SETTINGS}
        | ({"requirements": [requirements.as_given(each) for each in step[ASKED]]} if step[ASKED] else {})
        for step in _columns(steps)
    ]


def _like(path: Path) -> dict[str, object]:
    """Return the path in the fields of a request."""
    steps = items_of(list(path.steps.order_by("order")))
    return {"name": path.name, "advancementMode": path.advancement_mode, "steps": steps}


def _columns(steps: Sequence[Step] | Sequence[TemplateStep]) -> list[dict[str, object]]:
    return [
        {column: getattr(step, column) for column in SETTINGS} | {ASKED: asked}
        for step, asked in zip(steps, requirements.of_each(steps), strict=True)
    ]


def _as_written(steps: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """Return the steps with every setting; what is not given is as for a new step."""
    return [
        {column: step.get(column, getattr(TemplateStep(), column)) for column in SETTINGS}
        | {ASKED: step.get(ASKED, [])}
        for step in steps
    ]


def _write_steps(template: RouteTemplate, steps: Sequence[Mapping[str, object]], actor: Actor) -> None:
    written = _as_written(steps)
    rows = [
        TemplateStep(template=template, order=order, **{column: step[column] for column in SETTINGS})
        for order, step in enumerate(written)
    ]
    TemplateStep.objects.bulk_create(rows)
    history.record_versions(template.steps.all(), history.CREATED, actor)
    requirements.write(rows, [step[ASKED] for step in written], actor)
