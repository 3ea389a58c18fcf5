"""The physical part."""

from django.db import models
from django.db.models import Q

from audit.history import tracked
from serials.models.routes import Job, Path, Step
from shopplanr import clock
from shopplanr.ids import serial_id

COMPLETED_INDEX = -1
"""``current_step_index`` of a part that has left its path (Get Serial, seed document)."""


class SerialStatus(models.TextChoices):
    """Where a part is in its life; the last two are final."""

    IN_PROGRESS = "in_progress", "In progress"
    COMPLETED = "completed", "Completed"
    SCRAPPED = "scrapped", "Scrapped"


class ScrapReason(models.TextChoices):
    """Why a part was scrapped; ``other`` needs words."""

    OUT_OF_TOLERANCE = "out_of_tolerance", "Out of tolerance"
    PROCESS_DEFECT = "process_defect", "Process defect"
    DAMAGED = "damaged", "Damaged"
    OPERATOR_ERROR = "operator_error", "Operator error"
    OTHER = "other", "Other"


class Serial(models.Model):
    """One physical part on its path.

    The number is the key and the id is how it is written (``SN-00042``), so parts sort by number, not by text.
    """

    number = models.BigIntegerField(primary_key=True, editable=False)
    # The path's job, kept here too: a path never changes its job, and most questions are about a job's parts.
    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="serials")
    path = models.ForeignKey(Path, on_delete=models.PROTECT, related_name="serials", db_index=False)
    current_step_index = models.IntegerField(
        default=0, help_text="Place in the path, from 0; -1 once completed. A scrapped part keeps the place."
    )
    status = models.CharField(max_length=20, choices=SerialStatus, default=SerialStatus.IN_PROGRESS)
    scrap_reason = models.CharField(max_length=20, choices=ScrapReason, blank=True, default="")
    scrap_explanation = models.TextField(blank=True, default="")
    scrap_step = models.ForeignKey(
        Step, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    scrapped_at = models.DateTimeField(null=True, blank=True)
    scrapped_by = models.CharField(max_length=255, blank=True, default="")
    force_completed = models.BooleanField(default=False)
    force_completed_by = models.CharField(max_length=255, blank=True, default="")
    force_completed_at = models.DateTimeField(null=True, blank=True)
    force_completed_reason = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    history = tracked()

    class Meta:
        ordering = ["number"]
        permissions = [
            ("advance_serial", "Can advance parts and complete deferred steps"),
            ("scrap_serial", "Can scrap parts"),
            ("override_step", "Can make a step optional for a part"),
            ("waive_step", "Can waive a deferred step"),
            ("force_complete_serial", "Can force-complete parts"),
        ]
        constraints = [
            models.CheckConstraint(name="serial_number_positive", condition=Q(number__gt=0)),
            models.CheckConstraint(name="serial_status_known", condition=Q(status__in=SerialStatus.values)),
            models.CheckConstraint(
                name="serial_without_place_is_completed",
                condition=(
                    Q(status=SerialStatus.COMPLETED, current_step_index=COMPLETED_INDEX)
                    | (~Q(status=SerialStatus.COMPLETED) & Q(current_step_index__gte=0))
                ),
            ),
            models.CheckConstraint(
                name="serial_scrap_facts_whole",
                condition=(
                    Q(
                        status=SerialStatus.SCRAPPED,
                        scrap_reason__in=ScrapReason.values,
                        scrap_step__isnull=False,
                        scrapped_at__isnull=False,
                    )
                    & ~Q(scrapped_by="")
                    & ~Q(scrap_reason=ScrapReason.OTHER, scrap_explanation="")
                )
                | (
                    ~Q(status=SerialStatus.SCRAPPED)
                    & Q(
                        scrap_reason="",
                        scrap_explanation="",
                        scrap_step__isnull=True,
                        scrapped_at__isnull=True,
                        scrapped_by="",
                    )
                ),
            ),
            models.CheckConstraint(
                name="serial_force_facts_whole",
                condition=(
                    Q(status=SerialStatus.COMPLETED, force_completed=True, force_completed_at__isnull=False)
                    & ~Q(force_completed_by="")
                )
                | Q(
                    force_completed=False,
                    force_completed_by="",
                    force_completed_at__isnull=True,
                    force_completed_reason="",
                ),
            ),
        ]
        indexes = [
            # a path's distribution, a job's progress, is a path finished: counts by path, state and place
            models.Index(fields=["path", "status", "current_step_index"], name="serial_place"),
            # what is on the floor now: the work queue, stations, the board; few parts of all that were ever made
            models.Index(
                fields=["path", "current_step_index"], name="serial_on_the_floor", condition=Q(status="in_progress")
            ),
            # what has ended today, for the board: completed and scrapped are final, so it is the last change
            models.Index(fields=["updated_at"], name="serial_ended", condition=~Q(status="in_progress")),
            # is this the step where a part was scrapped: asked before a step is removed
            models.Index(fields=["scrap_step"], name="serial_scrap_step", condition=Q(scrap_step__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def id(self) -> str:
        """The public id, ``SN-00042``."""
        return serial_id(self.number)


class SerialCounter(models.Model):
    """The number of the last serial made: one row for the whole system.

    A batch adds to it in its own transaction. A refused batch gives its numbers back, so there are no gaps.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    last_number = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(name="serial_counter_single", condition=Q(id=1)),
            models.CheckConstraint(name="serial_counter_not_negative", condition=Q(last_number__gte=0)),
        ]

    def __str__(self) -> str:
        return f"last serial: {serial_id(self.last_number)}"


class OfSerial:
    """Something that belongs to a part through a foreign key ``serial``."""

    serial_id: int

    @property
    def serial_public_id(self) -> str:
        """The part's ``SN-…``, without loading the part."""
        return serial_id(self.serial_id)
