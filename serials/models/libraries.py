"""The words in which the shop's routes are written."""

from django.db import models
from django.db.models import Q

from audit.history import tracked
from serials.models.routes import NAME_MAX_LENGTH
from shopplanr import clock
from shopplanr.ids import ID_MAX_LENGTH


class LibraryKind(models.TextChoices):
    """What the shop has words for."""

    PROCESS = "process", "Process"
    LOCATION = "location", "Location"


class LibraryEntry(models.Model):
    """A name of a process or of a location that is offered while a route is written. Steps do not depend on it.

    Both kinds are one table: they are the same but for what they name.
    """

    id = models.CharField(primary_key=True, max_length=ID_MAX_LENGTH, editable=False)
    kind = models.CharField(max_length=10, choices=LibraryKind)
    name = models.CharField(max_length=NAME_MAX_LENGTH)
    # Some letters become three: ᾷ. SQLite's own LOWER knows the English ones only.
    folded = models.CharField(
        max_length=3 * NAME_MAX_LENGTH, editable=False, help_text="The name without the difference of capitals."
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    history = tracked()

    class Meta:
        ordering = ["kind", "folded", "id"]
        verbose_name_plural = "library entries"
        constraints = [
            models.CheckConstraint(name="library_kind_known", condition=Q(kind__in=LibraryKind.values)),
            models.CheckConstraint(name="library_entry_has_a_name", condition=~Q(name="")),
            # also serves the list of a kind in the order of the alphabet
            models.UniqueConstraint(fields=["kind", "folded"], name="library_entry_once"),
        ]

    def __str__(self) -> str:
        return self.name
