"""A route while it is written: what stands in the editor, and what its buttons do there. Nothing here is stored."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from django.http import QueryDict

from serials import asked
from serials.models import (
    AdvancementMode,
    DependencyType,
    En10204Type,
    Path,
    RequirementPolicy,
    RouteTemplate,
    Step,
    TemplateStep,
)
from serials.refusals import StepRemoved, StepReordered
from serials.services.route_steps import AT_MOST, STEPS_MAX
from shopplanr.floor import given
from shopplanr.refusals import Invalid, Refusal

NEW = "new-"
"""How the keys of steps begin that do not exist yet."""

BLANK_ROWS = 3
"""Steps that a new route begins with; those that stay empty are not saved."""

STRONGEST = En10204Type.COUNTERSIGNED.value

ADD = "add-step"
"""The button that adds a step, as the page calls it."""

_AT_FAULT = re.compile(r"steps\[(\d{1,4})\]\.(\w+)(?:\[\d{1,4}\]\.\w+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of what a step asks for, as it was typed. One without a type asks for nothing."""

    type: str = ""
    quantity: str = "1"
    minimum: str = ""
    policy: str = RequirementPolicy.BLOCK.value

    def given(self) -> dict[str, object]:
        """Return it as the services take a requirement."""
        return {
            "certificateType": self.type,
            "quantity": given.number(self.quantity),
            "en10204Minimum": self.minimum,
            "policy": self.policy,
        }

    @property
    def short(self) -> str:
        """What it asks for, where there is little room."""
        plus = f", {self.minimum}{'+' if self.minimum != STRONGEST else ''}" if self.minimum else ""
        return f"{self.quantity} {self.type} cert{'' if self.quantity.strip() == '1' else 's'}{plus}"


@dataclass(frozen=True, slots=True)
class Row:
    """One step in the editor. ``key`` tells it from the others: its id, or ``new-`` and a number."""

    key: str
    name: str = ""
    location: str = ""
    optional: bool = False
    dependency: str = DependencyType.PREFERRED.value
    assignee: str = ""
    asks: tuple[Asked, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether it is to be made, and does not exist yet."""
        return self.key.startswith(NEW)

    @property
    def is_blank(self) -> bool:
        """Whether it is new, and nothing was written into it."""
        return self.is_new and not (self.name.strip() or self.location.strip() or self.assignee or self.asked)

    @property
    def asked(self) -> list[Asked]:
        """The certificates that it asks for: the lines in which a type was chosen."""
        return [line for line in self.asks if line.type]

    @property
    def lines(self) -> list[Asked]:
        """The lines that the editor shows: what it asks for, and room for one more."""
        return [*self.asked, Asked()]

    def given(self) -> dict[str, object]:
        """Return it as the services take a step."""
        item = {
            "name": self.name,
            "location": self.location,
            "optional": self.optional,
            "dependencyType": self.dependency,
            "assignedTo": self.assignee or None,
            "requirements": [line.given() for line in self.asked],
        }
        return item if self.is_new else item | {"id": self.key}


@dataclass(frozen=True, slots=True)
class RouteForm:
    """A route as it stands in the editor. ``focus`` is the id of the field or button where the work goes on."""

    name: str = ""
    goal: str = ""
    mode: str = AdvancementMode.STRICT.value
    rows: tuple[Row, ...] = ()
    focus: str = ""

    @property
    def kept(self) -> list[Row]:
        """The rows that are saved: those in which something was written."""
        return [row for row in self.rows if not row.is_blank]

    def given(self) -> dict[str, object]:
        """Return it as the services take a route."""
        return {
            "name": self.name,
            "goalQuantity": given.number(self.goal),
            "advancementMode": self.mode,
            "steps": [row.given() for row in self.kept],
        }

    def faults(self, refusal: Refusal) -> dict[str, str]:
        """Return which field of which row a refusal is about, by the row's key."""
        places = [match for name in refusal.errors or () if (match := _AT_FAULT.fullmatch(name))]
        return {self.kept[int(place[1])].key: place[2] for place in places if int(place[1]) < len(self.kept)}


def blank_rows(count: int = BLANK_ROWS) -> tuple[Row, ...]:
    """Return so many empty rows."""
    return tuple(Row(f"{NEW}{number}") for number in range(1, count + 1))


def typed(post: QueryDict) -> RouteForm:
    """Return what was typed. ``step`` names the rows in their order, and each row's fields end with its name."""
    rows = [
        Row(
            key=key,
            name=post.get(f"name-{key}", ""),
            location=post.get(f"location-{key}", ""),
            optional=f"optional-{key}" in post,
            dependency=post.get(f"dependency-{key}", DependencyType.PREFERRED.value),
            assignee=post.get(f"assignee-{key}", ""),
            asks=_typed_lines(post, key),
        )
        for key in post.getlist("step")
    ]
    return RouteForm(
        name=post.get("name", ""), goal=post.get("goalQuantity", ""), mode=post.get("mode", ""), rows=tuple(rows)
    )


def _typed_lines(post: QueryDict, key: str) -> tuple[Asked, ...]:
    columns = [post.getlist(f"asks-{name}-{key}") for name in ("type", "quantity", "minimum", "policy")]
    return tuple(Asked(*line) for line in zip(*columns, strict=False))


def of_path(path: Path, steps: Iterable[Step]) -> RouteForm:
    """Return a path as it stands in the editor: each step remains itself."""
    steps = list(steps)
    asked.put(steps)
    rows = tuple(replace(_row(step.pk, step), assignee=step.assigned_to_id or "") for step in steps)
    return RouteForm(path.name, str(path.goal_quantity), path.advancement_mode, rows)


def of_template(template: RouteTemplate, steps: Iterable[TemplateStep]) -> RouteForm:
    """Return a template as it stands in the editor."""
    return RouteForm(template.name, "", template.advancement_mode, _copied(steps))


def filled_from(form: RouteForm, source: Path | RouteTemplate, steps: Iterable[Step | TemplateStep]) -> RouteForm:
    """Return the form with the steps and the mode of another route; its name only where it has none yet."""
    rows = _copied(steps)
    return replace(
        form,
        name=form.name.strip() or source.name,
        mode=source.advancement_mode or form.mode,
        rows=rows,
        focus=f"name-{rows[0].key}" if rows else ADD,
    )


def _copied(steps: Iterable[Step | TemplateStep]) -> tuple[Row, ...]:
    steps = list(steps)
    asked.put(steps)
    return tuple(_row(f"{NEW}{number}", step) for number, step in enumerate(steps, start=1))


def _row(key: str, step: Step | TemplateStep) -> Row:
    lines = tuple(
        Asked(each.certificate_type, str(each.quantity), each.en10204_minimum, each.policy) for each in step.asked
    )
    return Row(key, step.name, step.location, step.optional, step.dependency_type, asks=lines)


def after(form: RouteForm, deed: str, held: Collection[str] = ()) -> RouteForm:
    """Return the form as it is after a press of one of its buttons: ``add``, ``up-…``, ``down-…``, ``remove-…``.

    ``held`` are the keys of the rows that parts carry. Raises ``StepReordered`` and ``StepRemoved``, as the services
    would later on, and what they say of too many steps. A button of no row changes nothing.
    """
    verb, _, key = deed.partition("-")
    if verb == "add":
        return _with_another(form)
    keys = [row.key for row in form.rows]
    if key not in keys:
        return form
    place = keys.index(key)
    if verb == "remove":
        if key in held:
            raise StepRemoved()
        rows = form.rows[:place] + form.rows[place + 1 :]
        following = rows[min(place, len(rows) - 1)].key if rows else ""
        return replace(form, rows=rows, focus=f"name-{following}" if following else ADD)
    other = {"up": place - 1, "down": place + 1}.get(verb, -1)
    if not 0 <= other < len(keys):
        return form
    if key in held or keys[other] in held:
        raise StepReordered()
    rows = list(form.rows)
    rows[place], rows[other] = rows[other], rows[place]
    return replace(form, rows=tuple(rows), focus=_button_left(rows, other, verb, held))


def _button_left(rows: list[Row], place: int, verb: str, held: Collection[str]) -> str:
    """Return the id of the button that was pressed, or of the opposite one where that leads no further now."""
    is_first = place == 0 or rows[place - 1].key in held
    if verb == "up" and is_first:
        verb = "down"
    elif verb == "down" and place == len(rows) - 1:
        verb = "up"
    return f"{verb}-{rows[place].key}"


def _with_another(form: RouteForm) -> RouteForm:
    if len(form.rows) >= STEPS_MAX:
        raise Invalid.field("steps", AT_MOST, code="too_many")
    numbers = [row.key.removeprefix(NEW) for row in form.rows if row.is_new]
    number = 1 + max(
        (int(each) for each in numbers if each.isascii() and each.isdecimal() and len(each) < 9), default=0
    )
    row = Row(f"{NEW}{number}")
    return replace(form, rows=(*form.rows, row), focus=f"name-{row.key}")


def is_about_steps(refusal: Refusal) -> bool:
    """Tell whether a refusal belongs next to the steps: it names one, all of them, or no field of the form at all."""
    fields: Mapping = refusal.errors or {}
    return not any(name in ("name", "goalQuantity", "advancementMode") for name in fields)
