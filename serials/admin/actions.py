"""What can be done to a selection of parts, of step records and of overrides. Each calls the service of its name."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef

from serials import routing
from serials.models import (
    ScrapReason,
    Serial,
    SerialStatus,
    Step,
    StepOverride,
    StepStatus,
    StepStatusCode,
)
from serials.services import advancement, deferrals, endings, overrides
from shopplanr.accounts.roles import Right
from shopplanr.actor import Actor
from shopplanr.admin.confirming import ConfirmedAction

# What is required is for the service to say: it is one sentence everywhere, and it comes after what matters more.


def words(label: str, **options) -> forms.CharField:
    """Return a field for a reason."""
    return forms.CharField(label=label, required=False, widget=forms.Textarea({"rows": 3, "cols": 60}), **options)


class ReasonForm(forms.Form):
    """Why."""

    reason = words("Reason")


class ScrapForm(forms.Form):
    """Why a part goes to scrap."""

    reason = forms.ChoiceField(required=False, choices=[("", "Choose one"), *ScrapReason.choices])
    explanation = words("Explanation", help_text="Needed where the reason is “other”.")


class StepChoiceForm(forms.Form):
    """Which step. Its choices are those of the selection."""

    step = forms.ChoiceField(error_messages={"required": "Choose a step."})

    def __init__(self, *args, steps: Sequence[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["step"].choices = [("", "Choose one"), *steps] if len(steps) != 1 else steps


class StepAndReasonForm(StepChoiceForm):
    """Which step, and why."""

    reason = words("Reason")


def in_progress(serial: Serial) -> bool:
    """Tell whether the part is still being made."""
    return serial.status == SerialStatus.IN_PROGRESS


class Advance(ConfirmedAction):
    """One step on."""

    name, label, done, right = "advance", "Advance one step", "Advanced", Right.ADVANCE
    explanation = "Each part moves from the step where it stands to the next one; from the last step it is completed."

    def concerns(self, row: Serial) -> bool:
        """Parts that are being made."""
        return in_progress(row)

    def effects(self, rows: Sequence[Serial]) -> Mapping[int, str]:
        """Say from where to where."""
        return {row.pk: f"{row.step_name} → {row.next_step_name or 'completed'}" for row in rows if in_progress(row)}

    def carry_out_one(self, row: Serial, values: Mapping[str, Any], actor: Actor) -> None:
        """Advance the part from where it was seen, so that a page sent twice moves it once."""
        advancement.advance(row.id, actor, expected_step_index=int(row.seen) if row.seen else None)


class Scrap(ConfirmedAction):
    """Out of production."""

    name, label, done, right = "scrap", "Scrap", "Scrapped", Right.SCRAP
    explanation = "The parts leave production at the step where they stand. Step records stay as they are."
    form_class, final = ScrapForm, True

    def concerns(self, row: Serial) -> bool:
        """Parts that are being made."""
        return in_progress(row)

    def carry_out_one(self, row: Serial, values: Mapping[str, Any], actor: Actor) -> None:
        """Scrap the part."""
        endings.scrap(row.id, values["reason"], values["explanation"], actor)


class ForceComplete(ConfirmedAction):
    """Completed although required steps are open."""

    name, label, done, right = "force-complete", "Force-complete", "Force-completed", Right.FORCE_COMPLETE
    explanation = (
        "The parts count as completed although required steps were not done. Step records stay as they are, "
        "so that one sees what was left out."
    )
    form_class, final = ReasonForm, True

    def concerns(self, row: Serial) -> bool:
        """Parts that are being made."""
        return in_progress(row)

    def effects(self, rows: Sequence[Serial]) -> Mapping[int, str]:
        """Say which required steps stay open."""
        overridden = StepOverride.objects.filter(serial=OuterRef("serial"), step=OuterRef("step"), active=True)
        open_steps = (
            StepStatus.objects.filter(~Exists(overridden), serial__in=[row.pk for row in rows], step__optional=False)
            .exclude(status__in=routing.DONE)
            .order_by("serial", "step_index")
            .values_list("serial", "step__name")
        )
        names: dict[int, list[str]] = {}
        for number, name in open_steps:
            names.setdefault(number, []).append(name)
        return {number: f"left open: {', '.join(steps)}" for number, steps in names.items()}

    def carry_out_one(self, row: Serial, values: Mapping[str, Any], actor: Actor) -> None:
        """Complete the part."""
        endings.force_complete(row.id, values["reason"], actor)


class Override(ConfirmedAction):
    """A step made optional for these parts."""

    name, label, done, right = "override", "Override a step", "Step overridden", Right.OVERRIDE
    explanation = "The step counts as optional for these parts from now on. An override can be taken back."

    def concerns(self, row: Serial) -> bool:
        """Parts that are being made."""
        return in_progress(row)

    def obstacle(self, rows: Sequence[Serial]) -> str:
        """A step belongs to one path."""
        if len({row.path_id for row in rows}) > 1:
            return "Override a step: select parts of one path, since a step belongs to one path."
        return ""

    def form(self, rows, data=None, initial=None) -> forms.Form:
        """Offer the path's steps."""
        steps = (
            Step.objects.filter(path=rows[0].path_id).order_by("order").values_list("pk", "order", "name", "optional")
        )
        choices = [
            (pk, f"{order + 1} {name}" + (" (optional already)" if optional else ""))
            for pk, order, name, optional in steps
        ]
        return StepAndReasonForm(data, initial=initial, steps=choices)

    def carry_out(self, rows: Sequence[Serial], values: Mapping[str, Any], actor: Actor) -> None:
        """Override the step for all of them in one call."""
        overrides.create(rows[0].id, [row.id for row in rows], values["step"], values["reason"], actor)


class OfDeferredStep(ConfirmedAction):
    """Something about one deferred step of the selected parts."""

    asks_for = StepChoiceForm

    def obstacle(self, rows: Sequence[Serial]) -> str:
        """There must be a deferred step."""
        return "" if self._deferred(rows) else f"{self.label}: none of the selected parts has a deferred step."

    def concerns(self, row: Serial) -> bool:
        """None: a part's own page offers it step by step, in the route."""
        return False

    def form(self, rows, data=None, initial=None) -> forms.Form:
        """Offer the steps that are deferred in the selection."""
        return self.asks_for(data, initial=initial, steps=self._deferred(rows))

    def _deferred(self, rows: Sequence[Serial]) -> list[tuple[str, str]]:
        steps = (
            Step.objects.filter(
                serial_statuses__serial__in=[row.pk for row in rows],
                serial_statuses__status=StepStatusCode.DEFERRED,
            )
            .distinct()
            .order_by("path", "order")
        )
        return [(pk, f"{order + 1} {name}") for pk, order, name in steps.values_list("pk", "order", "name")]


class WaiveStep(OfDeferredStep):
    """A deferred step excused, for parts."""

    name, label, done, right = "waive", "Waive a deferred step", "Step waived", Right.WAIVE
    explanation = "The step is excused for good on these parts. You are recorded as the approver."
    asks_for, final = StepAndReasonForm, True

    def carry_out_one(self, row: Serial, values: Mapping[str, Any], actor: Actor) -> None:
        """Waive the step."""
        deferrals.waive(row.id, values["step"], values["reason"], actor)


class CompleteStep(OfDeferredStep):
    """A deferred step done after all, for parts."""

    name, label, done, right = "complete-deferred", "Complete a deferred step", "Step completed", Right.ADVANCE
    explanation = "The work of the step was done after all. The parts stay where they are."

    def carry_out_one(self, row: Serial, values: Mapping[str, Any], actor: Actor) -> None:
        """Complete the step."""
        deferrals.complete_deferred(row.id, values["step"], actor)


class OfRecord(ConfirmedAction):
    """Something about selected step records."""

    nouns = ("step", "steps")

    def concerns(self, row: StepStatus) -> bool:
        """Deferred steps."""
        return row.status == StepStatusCode.DEFERRED


class WaiveRecord(OfRecord):
    """Deferred steps excused."""

    name, label, done, right = "waive", "Waive", "Waived", Right.WAIVE
    explanation = "The steps are excused for good on these parts. You are recorded as the approver."
    form_class, final = ReasonForm, True

    def carry_out_one(self, row: StepStatus, values: Mapping[str, Any], actor: Actor) -> None:
        """Waive the step."""
        deferrals.waive(row.serial_public_id, row.step_id, values["reason"], actor)


class CompleteRecord(OfRecord):
    """Deferred steps done after all."""

    name, label, done, right = "complete", "Complete", "Completed", Right.ADVANCE
    explanation = "The work of these steps was done after all. The parts stay where they are."

    def carry_out_one(self, row: StepStatus, values: Mapping[str, Any], actor: Actor) -> None:
        """Complete the step."""
        deferrals.complete_deferred(row.serial_public_id, row.step_id, actor)


class ReverseOverride(ConfirmedAction):
    """An override taken back."""

    name, label, done, right = "reverse", "Take back", "Taken back", Right.OVERRIDE
    nouns = ("override", "overrides")
    explanation = "The step is required again. The override is kept, as reversed."
    form_class = ReasonForm

    def concerns(self, row: StepOverride) -> bool:
        """Active ones."""
        return row.active

    def carry_out_one(self, row: StepOverride, values: Mapping[str, Any], actor: Actor) -> None:
        """Take it back."""
        overrides.reverse(row.serial_public_id, row.step_id, actor, values["reason"])
