"""The certificates that steps ask for (docs/requirements.md): read from a request, and put in place."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from audit import history
from serials import asked
from serials.models import (
    CertificateType,
    En10204Type,
    RequirementPolicy,
    Step,
    StepRequirement,
    TemplateRequirement,
    TemplateStep,
)
from serials.models.requirements import REQUIRED_MAX
from shopplanr import clock
from shopplanr.actor import Actor
from shopplanr.lookup import get_or_refuse
from shopplanr.refusals import Invalid
from shopplanr.values import choice, only_known, positive_quantity
from shopplanr.versions import ANY, Expected

REQUIREMENTS_MAX = 10
"""Requirements that one step may have."""

FIELDS = {
    "certificate_type": "certificateType",
    "quantity": "quantity",
    "en10204_minimum": "en10204Minimum",
    "policy": "policy",
}
"""What is asked for, by column, and as a request calls it."""

Columns = dict[str, object]


def given(value: object, field: str = "requirements") -> list[Columns]:
    """Check the ``requirements`` of a step in a request and return them as columns, in a settled order.

    Raises ``{field} must be a list``, what is wrong with an item, and two items for the same kind of certificate.
    """
    if not isinstance(value, list):
        raise Invalid.field(field, f"{field} must be a list", code="not_a_list")
    if len(value) > REQUIREMENTS_MAX:
        raise Invalid.field(field, f"{field} must have at most {REQUIREMENTS_MAX} items", code="too_many")
    items = [_given_one(item, f"{field}[{index}]") for index, item in enumerate(value)]
    kinds = [_kind(item) for item in items]
    if len(set(kinds)) < len(kinds):
        raise Invalid.field(field, f"{field} asks for the same kind of certificate twice", code="requirement_twice")
    return sorted(items, key=_kind)


def _given_one(item: object, where: str) -> Columns:
    if not isinstance(item, dict):
        raise Invalid.field(where, f"{where} must be an object", code="not_an_object")
    # what an answer says of a requirement may come back; anything else is a slip that would ask for less than was meant
    only_known(item, {"id", *FIELDS.values()})
    columns: Columns = {
        "certificate_type": choice(item.get("certificateType"), f"{where}.certificateType", CertificateType.values),
        "quantity": 1,
        "en10204_minimum": "",
        "policy": RequirementPolicy.BLOCK.value,
    }
    if item.get("quantity") is not None:
        columns["quantity"] = positive_quantity(item["quantity"], f"{where}.quantity", REQUIRED_MAX)
    if item.get("en10204Minimum") not in (None, ""):
        columns["en10204_minimum"] = choice(item["en10204Minimum"], f"{where}.en10204Minimum", En10204Type.values)
    if item.get("policy") is not None:
        columns["policy"] = choice(item["policy"], f"{where}.policy", RequirementPolicy.values)
    return columns


def _kind(columns: Mapping[str, object]) -> tuple[str, str]:
    """Return what a step asks for at most once."""
    return str(columns["certificate_type"]), str(columns["en10204_minimum"])


def of_each(steps: Sequence[Step] | Sequence[TemplateStep]) -> list[list[Columns]]:
    """Return what each of the steps asks for, as ``given`` returns it; one statement at most."""
    asked.put(steps)
    return [[{column: getattr(row, column) for column in FIELDS} for row in step.asked] for step in steps]


def arrange(wanted: Mapping[Step, Sequence[Columns]], actor: Actor) -> None:
    """Have each of these locked steps ask for exactly this; a constant number of statements, none for no steps.

    What stays the same is not touched. What is no longer asked for is retired, because overrides may name it; a number
    or a policy that is different is a change, and overrides stay.
    """
    if not wanted:
        return
    active = StepRequirement.active().filter(step__in=[step.pk for step in wanted])
    rows = {(row.step_id, row.certificate_type, row.en10204_minimum): row for row in active}
    new, changed = [], []
    for step, items in wanted.items():
        for columns in items:
            row = rows.pop((step.pk, *_kind(columns)), None)
            if row is None:
                new.append(StepRequirement(step=step, **columns))
            elif any(getattr(row, column) != value for column, value in columns.items()):
                for column, value in columns.items():
                    setattr(row, column, value)
                changed.append(row)
    gone = StepRequirement.objects.filter(pk__in=[row.pk for row in rows.values()])
    if rows:
        gone.update(retired_at=clock.now())
        history.record_versions(gone, history.CHANGED, actor, reason="No longer asked for")
    if changed:
        StepRequirement.objects.bulk_update(changed, ["quantity", "policy"])
        _record(changed, history.CHANGED, actor)
    if new:
        StepRequirement.objects.bulk_create(new)
        _record(new, history.CREATED, actor)


def write(steps: Sequence[TemplateStep], wanted: Sequence[Sequence[Columns]], actor: Actor) -> None:
    """Have the new steps of a template ask for this; two statements at most."""
    rows = [
        TemplateRequirement(template_step=step, **columns)
        for step, items in zip(steps, wanted, strict=True)
        for columns in items
    ]
    if rows:
        TemplateRequirement.objects.bulk_create(rows)
        _record(rows, history.CREATED, actor)


def remove(steps, actor: Actor) -> None:
    """Remove what these steps ask for, which are themselves about to go; their last versions stay in the history."""
    model, key = (StepRequirement, "step") if steps.model is Step else (TemplateRequirement, "template_step")
    rows = model.objects.filter(**{f"{key}__in": steps})
    if history.record_versions(rows, history.DELETED, actor):
        rows._raw_delete(rows.db)


@transaction.atomic
def set_of_step(step_id: str, value: object, actor: Actor, *, expected: Expected = ANY) -> Step:
    """Have the step ask for these certificates, and for no others; return it.

    It counts for every part that leaves the step from now on, and for those that complete. Raises ``ProcessStep not
    found``, ``Stale``, and what ``given`` raises.
    """
    step = get_or_refuse(Step.objects.select_for_update(no_key=True), step_id, "ProcessStep")
    expected.check(step, asked.facts_within(step=step))
    arrange({step: given(value)}, actor)
    return step


def as_given(columns: Mapping[str, object]) -> dict[str, object]:
    """Return a requirement in the fields of a request."""
    return {name: columns[column] for column, name in FIELDS.items()}


def _record(rows: Sequence[StepRequirement] | Sequence[TemplateRequirement], kind: str, actor: Actor) -> None:
    model = type(rows[0])
    history.record_versions(model.objects.filter(pk__in=[row.pk for row in rows]), kind, actor)
