"""What people ask for, in the admin: found, looked at, approved and declined."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator

from audit.admin.naming import noted
from serials.admin.actions import words
from serials.admin.filters import ByJobOfSerial, ByPathOfSerial
from serials.admin.marks import approval_mark
from serials.admin.progress import OfSerialAdmin
from serials.approvals import RIGHT_OF, obstacles
from serials.models import ApprovalKind, ApprovalRequest, Serial
from serials.services import approvals
from shopplanr.accounts.roles import DECIDING, Right
from shopplanr.actor import Actor
from shopplanr.admin.confirming import ConfirmedAction
from shopplanr.admin.links import list_url, record_link
from shopplanr.admin.panels import PANEL_ROWS, Panel
from shopplanr.admin.people import person, with_name

EXCERPT_CHARACTERS = 120
"""Of a reason, in a list of many."""


class Decision(ConfirmedAction):
    """An answer to what somebody asks for."""

    nouns = ("request", "requests")
    right = DECIDING[0]

    def concerns(self, row: ApprovalRequest) -> bool:
        """What awaits a decision."""
        return row.is_open


class ApproveForm(forms.Form):
    """What the approver has to say."""

    reason = words("In your own words", help_text="Left empty, each is approved for the reason that was given.")


class DeclineForm(forms.Form):
    """Why not."""

    reason = words("Reason")


class Approve(Decision):
    """It is carried out."""

    name, label, done = "approve", "Approve", "Approved"
    explanation = "What was asked for is carried out at once. You are recorded as the one who approved it."
    form_class, final = ApproveForm, True

    def effects(self, rows: Sequence[ApprovalRequest]) -> Mapping[str, object]:
        """Say what is carried out, or why it no longer can be."""
        in_the_way = obstacles(rows)
        return {row.pk: in_the_way[row.pk] or _what_happens(row) for row in rows}

    def carry_out_one(self, row: ApprovalRequest, values: Mapping[str, Any], actor: Actor) -> None:
        """Approve the request."""
        approvals.approve(row.pk, actor, values["reason"])


class Decline(Decision):
    """It is not."""

    name, label, done = "decline", "Decline", "Declined"
    explanation = "Nothing is carried out. Whoever asked finds the reason on the part's page."
    form_class = DeclineForm

    def effects(self, rows: Sequence[ApprovalRequest]) -> Mapping[str, str]:
        """Say that the part stays as it is."""
        return {row.pk: f"{row.serial_public_id} stays as it is" for row in rows if row.is_open}

    def carry_out_one(self, row: ApprovalRequest, values: Mapping[str, Any], actor: Actor) -> None:
        """Decline the request."""
        approvals.decline(row.pk, values["reason"], actor)


def _what_happens(row: ApprovalRequest) -> str:
    match row.kind:
        case ApprovalKind.WAIVER:
            return f"{row.step.name} is waived"
        case ApprovalKind.OVERRIDE:
            return f"{row.step.name} becomes optional"
        case ApprovalKind.REQUIREMENT_OVERRIDE:
            return f"it goes on without {row.requirement.words} for {row.step.name}"
    return "completed by force"


def panel_of(part: Serial) -> list[Panel]:
    """Return what was asked about a part, where anything was: one query."""
    rows = with_name(ApprovalRequest.objects.filter(serial=part.pk), "requested_by").select_related("step")
    asked = list(rows.order_by("-requested_at", "id")[: PANEL_ROWS + 1])
    if not asked:
        return []
    return [
        Panel(
            title="Asked for",
            headings=("What", "Step", "State", "Reason", "By", "Asked"),
            rows=[
                (
                    record_link(ApprovalRequest, each.pk, each.get_kind_display()),
                    each.step.name if each.step else "",
                    approval_mark(each.state),
                    noted(each.reason, each.decision_reason),
                    person(each.requested_by, each.requested_by_name),
                    each.requested_at,
                )
                for each in asked[:PANEL_ROWS]
            ],
            empty="",
            more_url=list_url(ApprovalRequest, q=part.id) if len(asked) > PANEL_ROWS else "",
            more_text="All requests",
        )
    ]


@admin.register(ApprovalRequest)
class ApprovalRequestAdmin(OfSerialAdmin):
    """Requests. Filtered by “Open”, it is the list of what awaits a decision."""

    confirmed_actions = (Approve(), Decline())
    selection_headings = ("Part", "Asked for", "Step", "State", "Reason", "By")
    selection_order = ("serial", "pk")

    list_display = ("kind", "part", "step_name", "state_mark", "why", "asked_by", "requested_at", "job")
    list_display_links = ("kind",)
    list_filter = ("state", "kind", ByJobOfSerial, ByPathOfSerial, "requested_at")
    ordering = ("-requested_at", "-id")
    fields = (
        ("part", "job", "path"),
        ("kind", "step_name", "certificates_asked_for", "state_mark"),
        "reason",
        ("asked_by", "called_by", "credential", "requested_at"),
        ("decided_by_whom", "decided_at"),
        "decision_reason",
        "id",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return requests with the names of who asked and who decided."""
        rows = super().get_queryset(request).select_related("requirement")
        return with_name(with_name(rows, "requested_by"), "decided_by")

    def may(self, request: HttpRequest, action: ConfirmedAction) -> bool:
        """Tell whether the user decides about anything; about which, each request's kind says."""
        return any(request.user.has_perm(right) for right in DECIDING)

    def right_to(self, action: ConfirmedAction, row: ApprovalRequest) -> Right:
        """Return the right to do oneself what is asked for."""
        return RIGHT_OF[ApprovalKind(row.kind)]

    def headline(self, record: ApprovalRequest) -> object:
        """Return what became of the request."""
        return self.state_mark(record)

    def selection_cells(self, row: ApprovalRequest) -> list[object]:
        """Show a selected request."""
        step = self.step_name(row)
        return [self.part(row), row.get_kind_display(), step, self.state_mark(row), row.reason, self.asked_by(row)]

    @admin.display(description="Step")
    def step_name(self, record: ApprovalRequest) -> str:
        """Return the step with its place; a force-completion is of the whole part."""
        return super().step_name(record) if record.step else "the whole part"

    @admin.display(description="Goes on without")
    def certificates_asked_for(self, record: ApprovalRequest) -> str:
        """Return what the part would go on without, where that is what is asked for."""
        return record.requirement.words if record.requirement else "—"

    @admin.display(description="State")
    def state_mark(self, record: ApprovalRequest) -> object:
        """Return what became of the request."""
        return approval_mark(record.state)

    @admin.display(description="Reason")
    def why(self, record: ApprovalRequest) -> str:
        """Return the beginning of the reason."""
        return Truncator(record.reason).chars(EXCERPT_CHARACTERS)

    @admin.display(description="Asked by")
    def asked_by(self, record: ApprovalRequest) -> str:
        """Return who asked."""
        return person(record.requested_by, record.requested_by_name)

    @admin.display(description="Decided by")
    def decided_by_whom(self, record: ApprovalRequest) -> str:
        """Return who decided."""
        return person(record.decided_by, record.decided_by_name)
