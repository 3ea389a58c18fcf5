"""What certificates add to parts in the admin: a part's certificates, and attaching one to a selection."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.http import HttpRequest

from audit.admin.naming import noted
from certificates.admin.finding import ByCertificates
from certificates.admin.marks import standing_mark, type_mark
from certificates.models import CertAttachment, Certificate
from certificates.services import attaching, late
from certificates.standing import attached
from serials.admin.actions import StepAndReasonForm
from serials.admin.parts import SerialAdmin
from serials.models import Serial, SerialStatus, Step
from serials.services.parts import SELECTION_MAX
from shopplanr import clock
from shopplanr.accounts.roles import Right
from shopplanr.actor import Actor
from shopplanr.admin.confirming import ConfirmedAction
from shopplanr.admin.links import record_link
from shopplanr.admin.panels import PANEL_ROWS, Panel
from shopplanr.admin.people import person, with_name


class AttachForm(forms.Form):
    """Which certificate."""

    certificate = forms.ModelChoiceField(
        Certificate.objects.all(),
        widget=AutocompleteSelect(CertAttachment._meta.get_field("certificate"), admin.site),
        error_messages={"required": "Choose a certificate."},
        help_text="Type a part of its name, a heat number, or its id.",
    )


class Attach(ConfirmedAction):
    """A certificate on every selected part, each at the step where it stands."""

    name, label, done, right = "attach", "Attach a certificate", "Certificate attached", Right.ATTACH
    explanation = "Each part gets the certificate at the step where it stands. A part that has it there stays as it is."
    form_class, final, most = AttachForm, True, SELECTION_MAX

    def concerns(self, row: Serial) -> bool:
        """Parts that are not completed."""
        return row.status != SerialStatus.COMPLETED

    def effects(self, rows: Sequence[Serial]) -> Mapping[int, str]:
        """Say at which step."""
        return {row.pk: f"attached at {row.step_name}" for row in rows if self.concerns(row)}

    def carry_out(self, rows: Sequence[Serial], values: Mapping[str, Any], actor: Actor) -> None:
        """Attach it to all of them in one call."""
        attaching.attach_all(values["certificate"].pk, [row.id for row in rows], actor)


class AttachLateForm(AttachForm, StepAndReasonForm):
    """Which certificate, for which step, and why it comes late."""

    field_order = ("certificate", "step", "reason")


class AttachLate(ConfirmedAction):
    """A certificate on every selected part, at a step that they have left."""

    name, label, done, right = "attach-late", "Attach a certificate late", "Certificate attached", Right.ATTACH_LATE
    explanation = (
        "Each part gets the certificate at the step that you name, marked as late, with your reason. "
        "A part that has it there stays as it is."
    )
    form_class, final, most = AttachLateForm, True, SELECTION_MAX

    def concerns(self, row: Serial) -> bool:
        """Parts that have left a step."""
        return row.status == SerialStatus.COMPLETED or row.current_step_index > 0

    def obstacle(self, rows: Sequence[Serial]) -> str:
        """A step belongs to one path."""
        if len({row.path_id for row in rows}) > 1:
            return "Attach a certificate late: select parts of one path, since a step belongs to one path."
        return ""

    def effects(self, rows: Sequence[Serial]) -> Mapping[int, str]:
        """Say that it comes late, and to a part in which state."""
        return {row.pk: f"attached at the step that you name, as late; now {_stands(row)}" for row in rows}

    def form(self, rows, data=None, initial=None) -> forms.Form:
        """Offer the path's steps."""
        steps = Step.objects.filter(path=rows[0].path_id).order_by("order").values_list("pk", "order", "name")
        choices = [(pk, f"{order + 1} {name}") for pk, order, name in steps]
        return AttachLateForm(data, initial=initial, steps=choices)

    def carry_out(self, rows: Sequence[Serial], values: Mapping[str, Any], actor: Actor) -> None:
        """Attach it to all of them in one call."""
        serial_ids = [row.id for row in rows]
        late.attach_at(values["certificate"].pk, serial_ids, values["step"], values["reason"], actor)


def _stands(row: Serial) -> str:
    return f"at {row.step_name}" if row.status == SerialStatus.IN_PROGRESS else row.get_status_display().lower()


def _state(certificate: Certificate, day: date) -> object:
    """Return how a certificate stands, and why it was revoked."""
    mark = standing_mark(certificate, day)
    return noted(mark, certificate.revoked_reason) if certificate.revoked_at else mark


class SerialWithCertificatesAdmin(SerialAdmin):
    """Parts, with their certificates."""

    confirmed_actions = (
        *SerialAdmin.confirmed_actions[:1],
        Attach(),
        AttachLate(),
        *SerialAdmin.confirmed_actions[1:],
    )

    list_filter = (*SerialAdmin.list_filter[:2], ByCertificates, *SerialAdmin.list_filter[2:])

    def panels(self, request: HttpRequest, record: Serial) -> list[Panel]:
        """Show the part's certificates behind its route."""
        route, *others = super().panels(request, record)
        return [route, self._certificates(record), *others]

    def _certificates(self, part: Serial) -> Panel:
        rows = with_name(CertAttachment.objects.filter(serial=part.pk), "attached_by")
        attachments = attached(rows.select_related("step").order_by("sequence")[:PANEL_ROWS])
        today = clock.today()
        return Panel(
            title="Certificates",
            headings=("Certificate", "Type", "State", "At step", "Attached", "By", "Late"),
            rows=[
                (
                    record_link(Certificate, attachment.certificate_id, attachment.certificate.name),
                    type_mark(attachment.certificate.type),
                    _state(attachment.certificate, today),
                    attachment.step.name,
                    attachment.attached_at,
                    person(attachment.attached_by, attachment.attached_by_name),
                    attachment.late_reason,
                )
                for attachment in attachments
            ],
            empty="No certificate is attached to this part.",
        )


admin.site.unregister(Serial)
admin.site.register(Serial, SerialWithCertificatesAdmin)
