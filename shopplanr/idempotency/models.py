"""The answers to calls that brought a key."""

from django.db import models
from django.db.models import Q

from shopplanr import clock
from shopplanr.fields import VerbatimJSONField
from shopplanr.idempotency.keys import KEY_MAX_LENGTH


class KeptAnswer(models.Model):
    """The first answer to a call, kept for the same call sent again.

    It is written in the transaction that has the call's effect: whoever sees the one sees the other. Within that
    transaction the row is there before the answer, so that the same call at the same moment waits for it.
    """

    scope = models.CharField(max_length=64, help_text="Whose key it is.")
    key = models.CharField(max_length=KEY_MAX_LENGTH)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of what was sent.")
    status = models.PositiveSmallIntegerField(null=True)
    headers = VerbatimJSONField()
    body = models.BinaryField(null=True, help_text="Compressed with zlib.")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        default_permissions = ()
        constraints = [
            # what a second caller waits at
            models.UniqueConstraint(fields=["scope", "key"], name="kept_answer_once_per_key"),
            models.CheckConstraint(
                name="kept_answer_whole",
                condition=(
                    Q(status__isnull=True, headers__isnull=True, body__isnull=True)
                    | Q(status__isnull=False, headers__isnull=False, body__isnull=False)
                ),
            ),
            # nothing happened where a call was refused, and it may succeed when it is sent again
            models.CheckConstraint(
                name="kept_answer_is_a_success",
                condition=Q(status__isnull=True) | Q(status__isnull=False, status__gte=200, status__lt=400),
            ),
        ]
        indexes = [
            # which have been kept for long enough
            models.Index(fields=["created_at"], name="kept_answer_oldest_first"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"
