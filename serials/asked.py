"""Reading routes with the certificates that their steps ask for, in a constant number of statements."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects

from serials.models import Path, RouteTemplate, Step, StepRequirement, TemplateRequirement, TemplateStep

KIND = ("certificate_type", "en10204_minimum")
"""The order in which a step's requirements are told."""


def of_steps(prefix: str = "") -> Prefetch:
    """Return what to prefetch for steps of paths; ``prefix`` leads to them: ``steps__``, ``paths__steps__``."""
    return Prefetch(f"{prefix}requirements", StepRequirement.active().order_by(*KIND), to_attr="asked")


def of_template_steps(prefix: str = "") -> Prefetch:
    """Return what to prefetch for steps of templates."""
    return Prefetch(f"{prefix}requirements", TemplateRequirement.objects.order_by(*KIND), to_attr="asked")


def put(steps: Sequence[Step] | Sequence[TemplateStep]) -> None:
    """Put on each of the steps what it asks for (``step.asked``); one statement, none for no steps."""
    if steps:
        prefetch_related_objects(steps, of_steps() if isinstance(steps[0], Step) else of_template_steps())


def asking(rows: QuerySet[Step]) -> QuerySet[Step]:
    """Return the steps with whether each asks for anything, for ``put_where_asked``."""
    return rows.annotate(asks=Exists(StepRequirement.active().filter(step=OuterRef("pk"))))


def put_where_asked(steps: Sequence[Step]) -> None:
    """Put on each of the steps what it asks for; one statement, none where ``asking`` says that no step does."""
    for step in steps:
        if not step.asks:
            step.asked = []
    put([step for step in steps if step.asks])


def with_steps(route: Path | RouteTemplate) -> Path | RouteTemplate:
    """Return the route with its steps and what they ask for; two statements."""
    asked = of_steps if isinstance(route, Path) else of_template_steps
    prefetch_related_objects([route], "steps", asked("steps__"))
    return route


FACTS = ("step_id", "id", *KIND, "quantity", "policy")
"""What a requirement is, for whoever wants to know whether it changed."""


def facts_of(steps: Sequence[Step]) -> list[list[object]]:
    """Return the facts of everything that steps ask for, in their order; no statement where it came along."""
    return [[getattr(row, name) for name in FACTS] for step in steps for row in step.asked]


def facts_within(**conditions: object) -> QuerySet:
    """Return the same as rows that are not read yet, of the steps that these conditions choose."""
    return StepRequirement.active().filter(**conditions).order_by("step__order", *KIND).values_list(*FACTS)
