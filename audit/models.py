"""The audit trail: one row per business event, written once.

Nothing here knows what a serial or a certificate is. Records are named by their public ids, as text, so that an entry
stands for itself even where the record's own table is gone.
"""

from django.db import models

from audit.append_only import append_only
from shopplanr import clock
from shopplanr.fields import VerbatimJSONField
from shopplanr.ids import ID_MAX_LENGTH, new_audit_id


class Action(models.TextChoices):
    """What can happen, in the words of the Audit API."""

    SERIAL_CREATED = "serial_created", "Batch created"
    SERIAL_ADVANCED = "serial_advanced", "Advanced"
    SERIAL_COMPLETED = "serial_completed", "Completed"
    STEP_SKIPPED = "step_skipped", "Step skipped"
    STEP_DEFERRED = "step_deferred", "Step deferred"
    SERIAL_SCRAPPED = "serial_scrapped", "Scrapped"
    SERIAL_FORCE_COMPLETED = "serial_force_completed", "Force-completed"
    STEP_OVERRIDE_CREATED = "step_override_created", "Step override created"
    STEP_OVERRIDE_REVERSED = "step_override_reversed", "Step override reversed"
    STEP_WAIVED = "step_waived", "Step waived"
    DEFERRED_STEP_COMPLETED = "deferred_step_completed", "Deferred step completed"
    CERT_ATTACHED = "cert_attached", "Certificate attached"
    NOTE_CREATED = "note_created", "Note created"
    CERTIFICATION_ASSIGNED = "certification_assigned", "Product certification assigned"
    CERTIFICATION_UPDATED = "certification_updated", "Product certification updated"
    CERTIFICATION_UNASSIGNED = "certification_unassigned", "Product certification unassigned"
    CERT_DOCUMENT_ADDED = "cert_document_added", "Certificate document added"
    CERT_SUPERSEDED = "cert_superseded", "Certificate superseded"
    CERT_REVOKED = "cert_revoked", "Certificate revoked"
    REQUIREMENT_OVERRIDDEN = "requirement_overridden", "Certificate requirement overridden"
    APPROVAL_REQUESTED = "approval_requested", "Approval requested"
    APPROVAL_DECLINED = "approval_declined", "Approval declined"
    APPROVAL_WITHDRAWN = "approval_withdrawn", "Approval request withdrawn"
    SIGN_IN_PAUSED = "sign_in_paused", "Sign-in paused after wrong tries"


def _record_id() -> models.CharField:
    """A column that names another record by its public id; empty where the event has none."""
    return models.CharField(max_length=ID_MAX_LENGTH, blank=True, default="")


@append_only
class AuditEntry(models.Model):
    """One event: what happened, to which records, when, and who did it.

    ``sequence`` is the trail's total order. ``timestamp`` is when the clock says that it happened; a clock can be set
    back, a sequence can not.
    """

    sequence = models.BigAutoField(primary_key=True)
    entry_id = models.CharField(max_length=ID_MAX_LENGTH, unique=True, default=new_audit_id, editable=False)
    action = models.CharField(max_length=40, choices=Action)
    user_id = models.CharField(max_length=255, help_text="Who did it, as given; text, because it outlives the account.")
    called_by = models.CharField(
        max_length=255, blank=True, default="", help_text="Who really called, where that is somebody else."
    )
    credential = models.CharField(
        max_length=ID_MAX_LENGTH, blank=True, default="", help_text="session, kiosk, command, or the id of a token."
    )
    timestamp = models.DateTimeField(default=clock.now)
    serial_id = _record_id()
    cert_id = _record_id()
    job_id = _record_id()
    path_id = _record_id()
    step_id = _record_id()
    from_step_id = _record_id()
    to_step_id = _record_id()
    batch_start = models.BigIntegerField(
        null=True, blank=True, help_text="Number of a batch's first serial: one entry stands for the whole batch."
    )
    batch_quantity = models.PositiveIntegerField(null=True, blank=True)
    metadata = VerbatimJSONField()

    class Meta:
        ordering = ["-sequence"]
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"
        constraints = [
            models.CheckConstraint(name="audit_action_known", condition=models.Q(action__in=Action.values)),
            models.CheckConstraint(name="audit_names_somebody", condition=~models.Q(user_id="")),
            # also finds the batch that a serial came from: the last one that starts at or before its number
            models.UniqueConstraint(
                fields=["batch_start"], name="audit_batch_once", condition=models.Q(batch_start__isnull=False)
            ),
            models.CheckConstraint(
                name="audit_batch_whole",
                condition=(
                    models.Q(batch_start__isnull=True, batch_quantity__isnull=True)
                    # said outright, because a check that comes out as NULL passes
                    | models.Q(batch_start__isnull=False, batch_quantity__isnull=False)
                    & models.Q(batch_start__gt=0, batch_quantity__gt=0)
                ),
            ),
        ]
        indexes = [
            # GET /audit/serial/:id and the history on a part's page
            # (whole, though a batch's entry names no part: SQLite does not see that a query for one part fits into it)
            models.Index(fields=["serial_id", "sequence"], name="audit_serial"),
            # GET /audit?certId=…: every part that a certificate went to
            models.Index(fields=["cert_id", "sequence"], name="audit_cert", condition=~models.Q(cert_id="")),
            # GET /audit?jobId=…
            models.Index(fields=["job_id", "sequence"], name="audit_job"),
            # GET /audit?userId=…: what has this person done
            models.Index(fields=["user_id", "sequence"], name="audit_user"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} by {self.user_id}"


@append_only
class AuditSeal(models.Model):
    """A checkpoint of the trail: a signed statement of what it consists of so far (docs/audit-proof.md).

    A row seals the entries from behind the one before it up to ``through``: its statement lists their sequences, and
    ``digests`` holds 32 bytes for each. The number of the next seal is this one's and one more; that it is unique keeps
    two processes from sealing the same entries.
    """

    number = models.BigIntegerField(primary_key=True)
    statement = models.TextField()
    signature = models.CharField(max_length=88)
    through = models.BigIntegerField(help_text="The largest sequence that is sealed.")
    digests = models.BinaryField()

    class Meta:
        ordering = ["-number"]
        verbose_name = "audit checkpoint"
        constraints = [models.CheckConstraint(name="audit_seal_counts_from_one", condition=models.Q(number__gt=0))]

    def __str__(self) -> str:
        return f"Checkpoint {self.number}"


class CheckpointDelivery(models.Model):
    """How far the checkpoints got on their way to somewhere outside: the queue of what is still to be sent."""

    destination = models.CharField(max_length=20, primary_key=True)
    number = models.BigIntegerField(help_text="The newest checkpoint that arrived.")
    delivered_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0, help_text="Tries in a row that failed.")
    not_before = models.DateTimeField(help_text="When it is tried again; until then somebody may be at it.")

    class Meta:
        verbose_name_plural = "checkpoint deliveries"

    def __str__(self) -> str:
        return f"{self.destination}: up to checkpoint {self.number}"


class AuditVerification(models.Model):
    """What came of one run of ``audit_verify``. The newest are kept, for pages (``audit.proof.verifications``)."""

    number = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=clock.now)
    whole = models.BooleanField("of the whole trail")
    verified = models.PositiveBigIntegerField("entries", help_text="How many were recomputed.")
    checkpoints = models.PositiveBigIntegerField()
    problem = models.CharField(max_length=40, blank=True, default="", help_text="Its code; empty where all is right.")
    message = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["-number"]
        verbose_name = "verification"
        constraints = [
            models.CheckConstraint(
                name="audit_verification_says_what_is_wrong",
                condition=models.Q(problem="", message="") | (~models.Q(problem="") & ~models.Q(message="")),
            )
        ]

    def __str__(self) -> str:
        return f"Verification {self.number}"

    @property
    def is_valid(self) -> bool:
        """Whether nothing wrong was found."""
        return not self.problem
