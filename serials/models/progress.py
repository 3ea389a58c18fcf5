"""What became of each step, for each part."""

from django.db import models
from django.db.models import Q

from serials.models.parts import OfSerial, Serial
from serials.models.routes import Step
from shopplanr import clock
from shopplanr.ids import ID_MAX_LENGTH, new_override_id, new_step_status_id


class StepStatusCode(models.TextChoices):
    """The state of one step of one part; ``serials.routing`` holds which change may follow which."""

    PENDING = "pending", "Pending"
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETED = "completed", "Completed"
    SKIPPED = "skipped", "Skipped"
    DEFERRED = "deferred", "Deferred"
    WAIVED = "waived", "Waived"


class StepStatus(OfSerial, models.Model):
    """One part's record of one step: SnStepStatus in the API."""

    id = models.CharField(primary_key=True, max_length=ID_MAX_LENGTH, default=new_step_status_id, editable=False)
    serial = models.ForeignKey(Serial, on_delete=models.PROTECT, related_name="step_statuses", db_index=False)
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="serial_statuses", db_index=False)
    step_index = models.PositiveIntegerField()
    status = models.CharField(max_length=20, choices=StepStatusCode, default=StepStatusCode.PENDING)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["serial_id", "step_index"]
        verbose_name = "step status"
        verbose_name_plural = "step statuses"
        constraints = [
            # also serves the read of a part's whole route, so the foreign key needs no index of its own
            models.UniqueConstraint(fields=["serial", "step"], name="step_status_once_per_step"),
            models.UniqueConstraint(
                fields=["serial"], condition=Q(status="in_progress"), name="step_status_one_in_progress"
            ),
            models.CheckConstraint(name="step_status_known", condition=Q(status__in=StepStatusCode.values)),
        ]
        indexes = [
            # which parts still owe this step (deferred steps that wait for work or a waiver)
            models.Index(fields=["step", "status"], name="step_status_by_step"),
            # what waits for a waiver, the longest first: few of all step records there are
            models.Index(fields=["updated_at"], name="step_status_deferred", condition=Q(status="deferred")),
        ]

    def __str__(self) -> str:
        return f"{self.step_id}: {self.get_status_display()}"


class StepOverride(OfSerial, models.Model):
    """A step made effectively optional for one part: SnStepOverride in the API. Reversed, it stays as inactive."""

    id = models.CharField(primary_key=True, max_length=ID_MAX_LENGTH, default=new_override_id, editable=False)
    serial = models.ForeignKey(Serial, on_delete=models.PROTECT, related_name="step_overrides", db_index=False)
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="serial_overrides")
    active = models.BooleanField(default=True)
    reason = models.TextField()
    created_by = models.CharField(max_length=255)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["serial_id", "created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["serial", "step"], condition=Q(active=True), name="override_one_active_per_step"
            ),
            models.CheckConstraint(name="override_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="override_names_somebody", condition=~Q(created_by="")),
        ]
        indexes = [
            # GET /serials/:id/overrides, reversed ones too, and the route of a part
            models.Index(fields=["serial", "step"], name="override_by_serial"),
        ]

    def __str__(self) -> str:
        return f"{self.step_id}: {'active' if self.active else 'reversed'}"
