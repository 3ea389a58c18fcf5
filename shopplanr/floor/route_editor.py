"""What the editor of routes shows beside what is written: what to choose from, what is fixed, and what was refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from serials.models import AdvancementMode, CertificateType, DependencyType, En10204Type, LibraryKind, RequirementPolicy
from serials.services import libraries
from shopplanr.accounts.people import people_who_sign_in
from shopplanr.floor.route_form import RouteForm, Row

SUGGESTED = 250
"""Names that are suggested while a step is written, of processes and of locations each."""

PLACEHOLDER = "new-0"
"""The key of the empty row from which the script makes new ones. No row that is written has it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a setting, what it is called in the editor, and what it does."""

    value: str
    word: str
    sentence: str


MODES = (
    Choice(AdvancementMode.STRICT.value, "Strict", "Parts go one step after the other. Nothing can be passed."),
    Choice(
        AdvancementMode.FLEXIBLE.value,
        "Flexible",
        "Parts may jump ahead. An optional step that is passed is skipped; a required one is deferred, and owed.",
    ),
    Choice(
        AdvancementMode.PER_STEP.value,
        "Per step",
        "Like flexible, but no jump passes a physical step, unless it is optional.",
    ),
)

AS_USUAL = Choice("", "As usual", "Routes that are made from it begin strict, like any new route.")
"""What a template says that says nothing."""

DEPENDENCIES = (
    Choice(DependencyType.PREFERRED.value, "Preferred", "Usually done in this order, but later steps can come first."),
    Choice(
        DependencyType.PHYSICAL.value, "Physical", "Later steps cannot be done before it. Per step, no jump passes it."
    ),
    Choice(
        DependencyType.COMPLETION_GATE.value,
        "Completion gate",
        "May be passed, but is done or waived before the part is completed.",
    ),
)

TYPES = (("", "None"), *CertificateType.choices)
MINIMA = (("", "Any type"), *((each.value, f"{each.value} or better") for each in En10204Type))
POLICIES = (
    (RequirementPolicy.WARN.value, "Only warn"),
    (RequirementPolicy.BLOCK.value, "Hold the part back"),
    (RequirementPolicy.BLOCK_OR_OVERRIDE.value, "Hold back, a supervisor may override"),
)
"""What a line of what a step asks for offers, and what it is called in the editor."""

OPTIONAL = Choice("", "Optional", "A jump that passes it skips it, and nothing is owed.")


CERTIFICATES = Choice(
    "", "Certificates", "What a part has to have before it leaves the step. Material counts from every step."
)


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row as the page draws it. ``number`` is from 1; ``people`` the options of who does it, "" for templates."""

    row: Row
    number: int
    is_held: bool = False
    is_first: bool = False
    is_last: bool = False
    fault: str = ""
    people: SafeString | str = ""


@dataclass(frozen=True, slots=True)
class Editor:
    """Everything that the editor's templates show. ``held`` are the keys of the steps that parts carry."""

    form: RouteForm
    modes: Sequence[Choice] = MODES
    held: frozenset[str] = frozenset()
    faults: Mapping[str, str] = field(default_factory=dict)
    is_dirty: bool = False
    people: SafeString | str = ""
    former: Mapping[str, str] = field(default_factory=dict)
    processes: Sequence[str] = ()
    locations: Sequence[str] = ()
    dependencies: Sequence[Choice] = DEPENDENCIES
    explained: Sequence[Choice] = (*DEPENDENCIES, OPTIONAL, CERTIFICATES)
    types: Sequence[tuple[str, str]] = TYPES
    minima: Sequence[tuple[str, str]] = MINIMA
    policies: Sequence[tuple[str, str]] = POLICIES

    @property
    def rows(self) -> list[ShownRow]:
        """The rows in their order, each with what its buttons can do."""
        rows = self.form.rows
        return [
            ShownRow(
                row=row,
                number=place + 1,
                is_held=row.key in self.held,
                is_first=place == 0 or rows[place - 1].key in self.held,
                is_last=place == len(rows) - 1,
                fault=self.faults.get(row.key, ""),
                people=self._people_with(row.assignee),
            )
            for place, row in enumerate(rows)
        ]

    @property
    def empty_row(self) -> ShownRow:
        """The row from which the script makes new ones."""
        return ShownRow(Row(PLACEHOLDER), 0, people=self._people_with(""))

    @property
    def held_reason(self) -> str:
        """Why some steps cannot be moved or removed."""
        count = len(self.held)
        which = "every step" if self.all_held else f"the first {count} steps" if count > 1 else "the first step"
        stay = "they stay where they are" if count > 1 else "it stays where it is"
        return f"Parts carry {which}: {stay}."

    @property
    def all_held(self) -> bool:
        """Whether parts carry every step."""
        return all(row.key in self.held for row in self.form.rows)

    def _people_with(self, assignee: str) -> SafeString | str:
        """Return the people to choose from, with this one chosen, also where it is none of them any more."""
        if not self.people:
            return ""
        value = format_html('value="{}">', assignee)
        if value in self.people:
            # both are escaped already
            return mark_safe(self.people.replace(value, f"{value[:-1]} selected>", 1))
        name = self.former.get(assignee, assignee)
        return format_html('<option value="{}" selected>{} (not active)</option>', assignee, name) + self.people


def editor(form: RouteForm, *, with_people: bool = True, **more) -> Editor:
    """Return the editor with what there is to choose from: three queries, two without people."""
    words = libraries.suggestions_of_each()
    return Editor(
        form=form,
        people=_options() if with_people else "",
        processes=words[LibraryKind.PROCESS][:SUGGESTED],
        locations=words[LibraryKind.LOCATION][:SUGGESTED],
        modes=MODES if with_people else (AS_USUAL, *MODES),
        **more,
    )


def _options() -> SafeString:
    nobody = mark_safe('<option value="">Nobody</option>')
    people = ((person.id, person.name) for person in people_who_sign_in())
    return nobody + format_html_join("", '<option value="{}">{}</option>', people)
