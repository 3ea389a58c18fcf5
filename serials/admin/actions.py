"""What can be done to a selection of parts, of step records and of overrides. Each calls the service of its name."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef

from serials import routing
from serials.approvals import why_not_alone
from serials.models import (
    ApprovalKind,
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


class Approved(ConfirmedAction):
    """Something that somebody answers for. Where the site wants two people for it, the page says so beforehand."""

    kind: ApprovalKind

    def meaning(self, actor: Actor, who: str) -> str:
        """Name the approver, or say what to do in the place of this."""
        if why_not := why_not_alone(self.kind, actor):
            return (
                f"{self.explanation} {why_not}. Ask on the part's page; who decides finds it under Approval requests."
            )
        return f"{self.explanation} Recorded as the approver: {who}."


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

    def effects(self, rows: Sequence[Serial]) -> Mapping[int, str]:
        """Say where it leaves production."""
        return {row.pk: f"scrapped at {row.step_name}" for row in rows if in_progress(row)}

    def carry_out_one(self, row: Serial, values: Mapping[str, Any], actor: Actor) -> None:
        """Scrap the part."""
        endings.scrap(row.id, values["reason"], values["explanation"], actor)


class ForceComplete(Approved):
    """Completed although required steps are open."""

    name, label, done, right = "force-complete", "Force-complete", "Force-completed", Right.FORCE_COMPLETE
    kind = ApprovalKind.FORCE_COMPLETE
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


class Override(Approved):
    """A step made optional for these parts."""

    name, label, done, right = "override", "Override a step", "Step overridden", Right.OVERRIDE
    kind = ApprovalKind.OVERRIDE
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

    def effects(self, rows: Sequence[Serial]) -> Mapping[int, str]:
        """Say what becomes of the part."""
        return {row.pk: f"stays at {row.step_name}; need not do the step" for row in rows if in_progress(row)}

    def carry_out(self, rows: Sequence[Serial], values: Mapping[str, Any], actor: Actor) -> None:
        """Override the step for all of them in one call."""
        overrides.create(rows[0].id, [row.id for row in rows], values["step"], values["reason"], actor)


class OfDeferredStep(ConfirmedAction):
    """Something about one deferred step of the selected parts."""

    asks_for = StepChoiceForm
    becomes: str
    """What becomes of the step."""

    def effects(self, rows: Sequence[Serial]) -> Mapping[int, str]:
        """Say which of its steps it is about, or that none of them is deferred."""
        records = StepStatus.objects.filter(
            serial__in=[row.pk for row in rows], status=StepStatusCode.DEFERRED.value
        ).order_by("serial", "step_index")
        names: dict[int, list[str]] = {}
        for number, name in records.values_list("serial", "step__name"):
            names.setdefault(number, []).append(name)
        return {
            row.pk: f"{' or '.join(names[row.pk])} {self.becomes}" if row.pk in names else "has no deferred step"
            for row in rows
        }

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


class WaiveStep(Approved, OfDeferredStep):
    """A deferred step excused, for parts."""

    name, label, done, right = "waive", "Waive a deferred step", "Step waived", Right.WAIVE
    explanation = "The step is excused for good on these parts."
    kind = ApprovalKind.WAIVER
    asks_for, final, becomes = StepAndReasonForm, True, "is waived"

    def carry_out_one(self, row: Serial, values: Mapping[str, Any], actor: Actor) -> None:
        """Waive the step."""
        deferrals.waive(row.id, values["step"], values["reason"], actor)


class CompleteStep(OfDeferredStep):
    """A deferred step done after all, for parts."""

    name, label, done, right = "complete-deferred", "Complete a deferred step", "Step completed", Right.ADVANCE
    explanation = "The work of the step was done after all. The parts stay where they are."
    becomes = "is completed"

    def carry_out_one(self, row: Serial, values: Mapping[str, Any], actor: Actor) -> None:
        """Complete the step."""
        deferrals.complete_deferred(row.id, values["step"], actor)


class OfRecord(ConfirmedAction):
    """Something about selected step records."""

    nouns = ("step", "steps")
    becomes: str
    """What becomes of the step."""

    def concerns(self, row: StepStatus) -> bool:
        """Deferred steps."""
        return row.status == StepStatusCode.DEFERRED

    def effects(self, rows: Sequence[StepStatus]) -> Mapping[str, str]:
        """Say which step of which part it is about."""
        return {
            row.pk: f"{row.step.name} of {row.serial_public_id} {self.becomes}"
            if self.concerns(row)
            else f"is not deferred but {row.get_status_display().lower()}"
            for row in rows
        }


class WaiveRecord(Approved, OfRecord):
    """Deferred steps excused."""

    name, label, done, right = "waive", "Waive", "Waived", Right.WAIVE
    explanation = "The steps are excused for good on these parts."
    kind = ApprovalKind.WAIVER
    form_class, final, becomes = ReasonForm, True, "is waived"

    def carry_out_one(self, row: StepStatus, values: Mapping[str, Any], actor: Actor) -> None:
        """Waive the step."""
        deferrals.waive(row.serial_public_id, row.step_id, values["reason"], actor)


class CompleteRecord(OfRecord):
    """Deferred steps done after all."""

    name, label, done, right = "complete", "Complete", "Completed", Right.ADVANCE
    explanation = "The work of these steps was done after all. The parts stay where they are."
    becomes = "is completed"

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

    def effects(self, rows: Sequence[StepOverride]) -> Mapping[str, str]:
        """Say which step of which part is needed again."""
        return {row.pk: f"{row.serial_public_id} needs {row.step.name} again" for row in rows if row.active}

    def carry_out_one(self, row: StepOverride, values: Mapping[str, Any], actor: Actor) -> None:
        """Take it back."""
        overrides.reverse(row.serial_public_id, row.step_id, actor, values["reason"])
