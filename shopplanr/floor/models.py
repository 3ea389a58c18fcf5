"""Scans: what was read with a scanner, where, by whom, and what came of it."""

from django.db import models

from audit.append_only import append_only
from serials.models.routes import NAME_MAX_LENGTH
from shopplanr import clock
from shopplanr.fields import VerbatimJSONField
from shopplanr.floor.codes import CODE_MAX_LENGTH, Kind
from shopplanr.ids import ID_MAX_LENGTH, new_scan_id


class ScanVerdict(models.TextChoices):
    """What a scan came to, as the person hears it."""

    DONE = "done", "Done"
    NEEDS_ANSWER = "needs_answer", "Needs an answer"
    REFUSED = "refused", "Refused"
    UNKNOWN = "unknown", "Unknown code"


@append_only
class Scan(models.Model):
    """One scan. Those that failed are kept above all: that somebody held a strange part up is evidence too.

    ``sequence`` is the order in which scans were answered. What a scan changed is in the audit trail.
    """

    sequence = models.BigAutoField(primary_key=True)
    scan_id = models.CharField(max_length=ID_MAX_LENGTH, unique=True, default=new_scan_id, editable=False)
    code = models.CharField(max_length=CODE_MAX_LENGTH, blank=True, help_text="What stands in the code.")
    raw = models.CharField(
        max_length=CODE_MAX_LENGTH, blank=True, help_text="What the scanner sent, as far as it can be kept."
    )
    station = models.CharField(
        max_length=NAME_MAX_LENGTH, blank=True, default="", help_text="Name of the step where it was scanned."
    )
    cert_in_hand = models.CharField(
        max_length=ID_MAX_LENGTH, blank=True, default="", help_text="The certificate that parts were to get."
    )
    user_id = models.CharField(
        max_length=255, help_text="Who scanned, as given; text, because it outlives the account."
    )
    called_by = models.CharField(
        max_length=255, blank=True, default="", help_text="Who really called, where that is somebody else."
    )
    credential = models.CharField(
        max_length=ID_MAX_LENGTH, blank=True, default="", help_text="session, kiosk, command, or the id of a token."
    )
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in Kind], blank=True, default="")
    record_id = models.CharField(
        max_length=ID_MAX_LENGTH, blank=True, default="", help_text="The part, certificate or job that the code names."
    )
    verdict = models.CharField(max_length=20, choices=ScanVerdict)
    reason = models.CharField(max_length=60, help_text="A stable word, one per cause.")
    message = models.TextField(help_text="What the person was told.")
    facts = VerbatimJSONField(help_text="What else the answer said.")
    scanned_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-sequence"]
        constraints = [
            models.CheckConstraint(name="scan_verdict_known", condition=models.Q(verdict__in=ScanVerdict.values)),
            models.CheckConstraint(
                name="scan_kind_known", condition=models.Q(kind__in=["", *(kind.value for kind in Kind)])
            ),
            models.CheckConstraint(name="scan_names_somebody", condition=~models.Q(user_id="")),
            models.CheckConstraint(name="scan_has_a_reason", condition=~models.Q(reason="")),
        ]
        indexes = [
            # was this code scanned a moment ago; GET /scans?code=…
            models.Index(fields=["code", "sequence"], name="scan_code"),
            # GET /scans?recordId=…: where was this part held up, and who had it in hand
            models.Index(fields=["record_id", "sequence"], name="scan_record"),
            # GET /scans?verdict=…: what was not understood
            models.Index(fields=["verdict", "sequence"], name="scan_verdict"),
            # GET /scans?station=…
            models.Index(fields=["station", "sequence"], name="scan_station"),
            # GET /scans?userId=…: what has this person scanned
            models.Index(fields=["user_id", "sequence"], name="scan_user"),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}: {self.code}"
