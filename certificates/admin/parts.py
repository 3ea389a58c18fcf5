"""What certificates add to parts in the admin: a part's certificates, and attaching one to a selection."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.http import HttpRequest

from certificates.admin.marks import type_mark
from certificates.models import CertAttachment, Certificate
from certificates.services import attaching
from serials.admin.parts import SerialAdmin
from serials.models import Serial, SerialStatus
from serials.services.parts import SELECTION_MAX
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


class SerialWithCertificatesAdmin(SerialAdmin):
    """Parts, with their certificates."""

    confirmed_actions = (*SerialAdmin.confirmed_actions[:1], Attach(), *SerialAdmin.confirmed_actions[1:])

    def panels(self, request: HttpRequest, record: Serial) -> list[Panel]:
        """Show the part's certificates behind its route."""
        route, *others = super().panels(request, record)
        return [route, self._certificates(record), *others]

    def _certificates(self, part: Serial) -> Panel:
        rows = with_name(CertAttachment.objects.filter(serial=part.pk), "attached_by")
        attachments = rows.select_related("certificate", "step").order_by("sequence")[:PANEL_ROWS]
        return Panel(
            title="Certificates",
            headings=("Certificate", "Type", "At step", "Attached", "By"),
            rows=[
                (
                    record_link(Certificate, attachment.certificate_id, attachment.certificate.name),
                    type_mark(attachment.certificate.type),
                    attachment.step.name,
                    attachment.attached_at,
                    person(attachment.attached_by, attachment.attached_by_name),
                )
                for attachment in attachments
            ],
            empty="No certificate is attached to this part.",
        )


admin.site.unregister(Serial)
admin.site.register(Serial, SerialWithCertificatesAdmin)
