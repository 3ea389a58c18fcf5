"""Putting certificates right and revoking them in the admin, and finding them by how they stand."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from certificates import selecting, standing
from certificates.admin.marks import STANDING_MARKS
from certificates.admin.metadata import PairsField
from certificates.models import NAME_MAX_LENGTH, NUMBER_MAX_LENGTH, Certificate, CertificateType, En10204Type
from certificates.services import revisions
from certificates.services.certificates import FIELDS, facts_of
from certificates.standing import Standing
from serials.models import SerialStatus
from shopplanr import clock
from shopplanr.accounts.roles import Right
from shopplanr.actor import Actor
from shopplanr.admin.confirming import ConfirmedAction
from shopplanr.admin.filters import CHOICES_AT_MOST, MenuFilter
from shopplanr.values import TEXT_MAX_LENGTH


class ByStanding(admin.SimpleListFilter):
    """How certificates stand today."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin):
        """Offer every state, what holds first."""
        return [(each.value, STANDING_MARKS[each].word) for each in reversed(Standing)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Take those that stand so."""
        chosen = self.value()
        return queryset.filter(selecting.standing_so(Standing(chosen), clock.today())) if chosen else queryset

    def value(self) -> str | None:
        """Return what was chosen, None where it is no state."""
        chosen = super().value()
        return chosen if chosen in set(Standing) else None


class ByIssuer(MenuFilter):
    """Of one issuer."""

    title = "issuer"
    parameter_name = "issuer"

    def lookups(self, request: HttpRequest, model_admin):
        """Offer those that there are."""
        return [(each, each) for each in selecting.issuers(CHOICES_AT_MOST)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Take the issuer's."""
        return selecting.of("issuer", queryset, self.value()) if self.value() else queryset


def _reason(label: str) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=TEXT_MAX_LENGTH, widget=forms.Textarea, error_messages={"required": "Say why."}
    )


class RevokeForm(forms.Form):
    """Why."""

    reason = _reason("Why? Everybody reads it.")


class Revoke(ConfirmedAction):
    """A certificate vouches for nothing any more."""

    name, label, done, right = "revoke", "Revoke", "Revoked", Right.REVOKE
    explanation = "It goes on no further part, and every part that carries it, or an earlier revision of it, shows so."
    nouns = ("certificate", "certificates")
    form_class, final, most = RevokeForm, True, 20

    def concerns(self, row: Certificate) -> bool:
        """Those that are in force."""
        return not (row.revoked_at or row.superseded_by_id)

    def effects(self, rows: Sequence[Certificate]) -> Mapping[str, str]:
        """Say how many parts will show it."""
        return {row.pk: _parts_in_words(standing.parts_vouched_for(row)) for row in rows if self.concerns(row)}

    def carry_out_one(self, row: Certificate, values: Mapping[str, Any], actor: Actor) -> None:
        """Revoke it."""
        revisions.revoke(row.pk, values["reason"], actor)


def _parts_in_words(counts: Mapping[SerialStatus, int]) -> str:
    words = {
        SerialStatus.IN_PROGRESS: "in work",
        SerialStatus.COMPLETED: "completed",
        SerialStatus.SCRAPPED: "scrapped",
    }
    some = [f"{count:,} {words[status]}" for status, count in counts.items() if count]
    total = sum(counts.values())
    return f"{total:,} part{'s' if total > 1 else ''} will show it: {', '.join(some)}" if total else "on no part"


NONE_OR_ONE = [("", "None"), *En10204Type.choices]


class PutRightForm(forms.Form):
    """What is right, and why it changes."""

    reason = _reason("What is put right? Everybody reads it.")
    type = forms.ChoiceField(choices=CertificateType.choices)
    name = forms.CharField(max_length=NAME_MAX_LENGTH)
    number = forms.CharField(required=False, max_length=NUMBER_MAX_LENGTH)
    issuer = forms.CharField(required=False, max_length=NAME_MAX_LENGTH)
    heat_lot = forms.CharField(label="Heat or lot", required=False, max_length=NUMBER_MAX_LENGTH)
    en10204_type = forms.ChoiceField(
        label="EN 10204 type", required=False, choices=[("", "None"), *En10204Type.choices]
    )
    issue_date = forms.DateField(label="Issued on", required=False)
    valid_from = forms.DateField(label="Valid from", required=False)
    valid_to = forms.DateField(label="Valid to", required=False)
    metadata = PairsField(label="Further facts", required=False)


def _by_column(certificate: Certificate) -> dict[str, object]:
    facts = facts_of(certificate)
    return {column: facts[name] for name, column in FIELDS.items()}


class PutRight(ConfirmedAction):
    """A new revision says what is right."""

    name, label, done, right = "put-right", "Put right", "Put right", Right.REVOKE
    explanation = "What was recorded stays. A new revision vouches in its place for every part that carries it."
    nouns = ("certificate", "certificates")
    form_class, final, most = PutRightForm, True, 1

    def concerns(self, row: Certificate) -> bool:
        """Those that are in force."""
        return not (row.revoked_at or row.superseded_by_id)

    def form(self, rows: Sequence[Certificate], data=None, initial=None) -> forms.Form:
        """Begin with what is recorded."""
        return self.form_class(data, initial=_by_column(rows[0]) | dict(initial or {}))

    def effects(self, rows: Sequence[Certificate]) -> Mapping[str, str]:
        """Say which revision comes, and for how many parts it vouches."""
        return {
            row.pk: f"revision {row.revision + 1}, for {sum(standing.parts_vouched_for(row).values()):,} parts"
            for row in rows
            if self.concerns(row)
        }

    def carry_out_one(self, row: Certificate, values: Mapping[str, Any], actor: Actor) -> None:
        """Record the new revision."""
        revisions.supersede(row.pk, {name: values[column] for name, column in FIELDS.items()}, values["reason"], actor)
