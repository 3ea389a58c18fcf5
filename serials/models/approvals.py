"""What one person asks for and another decides: a waiver, an override, a force-completion."""

from django.db import models
from django.db.models import Q

from audit.append_only import append_only_but
from serials.models.parts import OfSerial, Serial
from serials.models.requirements import StepRequirement
from serials.models.routes import Step
from shopplanr import clock
from shopplanr.ids import ID_MAX_LENGTH, new_approval_id


class ApprovalKind(models.TextChoices):
    """What is asked for."""

    WAIVER = "waiver", "Waiver"
    OVERRIDE = "override", "Override"
    FORCE_COMPLETE = "force_complete", "Force-completion"
    REQUIREMENT_OVERRIDE = "requirement_override", "Requirement override"


class ApprovalState(models.TextChoices):
    """What became of it; all but the first are final."""

    OPEN = "open", "Open"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


_ASKED = (
    *("id", "kind", "serial_id", "step_id", "requirement_id", "reason"),
    *("requested_by", "called_by", "credential", "requested_at"),
)
"""What was asked, by whom and when: it stays, whatever is decided."""

_ASKED_ANOTHER_WAY = " OR ".join(
    f"(OLD.{name} <> NEW.{name} OR (OLD.{name} IS NULL) <> (NEW.{name} IS NULL))" for name in _ASKED
)


# It changes once, when it is decided, and its row tells the whole of it: so it needs no row history.
@append_only_but(f"OLD.state <> 'open' OR NEW.state = 'open' OR {_ASKED_ANOTHER_WAY}")
class ApprovalRequest(OfSerial, models.Model):
    """Somebody asks for a transition of a part, which somebody else carries out by approving it."""

    id = models.CharField(primary_key=True, max_length=ID_MAX_LENGTH, default=new_approval_id, editable=False)
    kind = models.CharField(max_length=20, choices=ApprovalKind)
    serial = models.ForeignKey(Serial, on_delete=models.PROTECT, related_name="approval_requests", db_index=False)
    step = models.ForeignKey(
        Step,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="approval_requests",
        help_text="Which step; a force-completion is of the whole part.",
    )
    requirement = models.ForeignKey(
        StepRequirement,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="approval_requests",
        help_text="What the part would go on without; of a requirement override alone.",
    )
    reason = models.TextField()
    requested_by = models.CharField(max_length=255)
    called_by = models.CharField(
        max_length=255, blank=True, default="", help_text="Who really asked, where that is somebody else."
    )
    credential = models.CharField(max_length=ID_MAX_LENGTH, blank=True, default="", help_text="With what they called.")
    requested_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=20, choices=ApprovalState, default=ApprovalState.OPEN)
    decided_by = models.CharField(max_length=255, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(
        blank=True, default="", help_text="Why it was declined, or approved for another reason than the one given."
    )

    class Meta:
        ordering = ["requested_at", "id"]
        constraints = [
            models.CheckConstraint(name="approval_kind_known", condition=Q(kind__in=ApprovalKind.values)),
            models.CheckConstraint(name="approval_state_known", condition=Q(state__in=ApprovalState.values)),
            models.CheckConstraint(
                name="approval_is_of_a_step_or_the_part",
                condition=(
                    Q(kind=ApprovalKind.FORCE_COMPLETE, step__isnull=True)
                    | (~Q(kind=ApprovalKind.FORCE_COMPLETE) & Q(step__isnull=False))
                ),
            ),
            models.CheckConstraint(
                name="approval_names_what_is_overridden",
                condition=(
                    Q(kind=ApprovalKind.REQUIREMENT_OVERRIDE, requirement__isnull=False)
                    | (~Q(kind=ApprovalKind.REQUIREMENT_OVERRIDE) & Q(requirement__isnull=True))
                ),
            ),
            models.CheckConstraint(name="approval_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="approval_names_somebody", condition=~Q(requested_by="")),
            models.CheckConstraint(
                name="approval_decision_whole",
                condition=(
                    Q(state=ApprovalState.OPEN, decided_by="", decided_at__isnull=True, decision_reason="")
                    | (
                        ~Q(state=ApprovalState.OPEN)
                        & ~Q(decided_by="")
                        & Q(decided_at__isnull=False)
                        & ~Q(state=ApprovalState.DECLINED, decision_reason="")
                    )
                ),
            ),
            # NULL is like no other NULL, so it takes three to say that nothing is asked for twice.
            models.UniqueConstraint(
                fields=["serial", "step", "kind"],
                condition=Q(state="open", step__isnull=False, requirement__isnull=True),
                name="approval_one_open_per_step",
            ),
            models.UniqueConstraint(
                fields=["serial", "requirement"],
                condition=Q(state="open", requirement__isnull=False),
                name="approval_one_open_per_requirement",
            ),
            models.UniqueConstraint(
                fields=["serial", "kind"],
                condition=Q(state="open", step__isnull=True),
                name="approval_one_open_per_part",
            ),
        ]
        indexes = [
            # what awaits a decision, the oldest first; few of all that were ever asked
            models.Index(fields=["requested_at", "id"], name="approval_awaiting", condition=Q(state="open")),
            # what was decided, the newest first
            models.Index(fields=["-decided_at", "id"], name="approval_decided", condition=~Q(state="open")),
            # GET /approvals in its order
            models.Index(fields=["requested_at", "id"], name="approval_oldest_first"),
            # what was asked about one part: on its page, by GET /approvals?serialId=…, and by every transition that
            # may have been asked for
            models.Index(fields=["serial", "requested_at"], name="approval_by_serial"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.serial_public_id}"

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided yet."""
        return self.state == ApprovalState.OPEN

    @property
    def job_id(self) -> str:
        """The part's job; no query where the part came along."""
        return self.serial.job_id

    @property
    def path_id(self) -> str:
        """The part's path."""
        return self.serial.path_id
