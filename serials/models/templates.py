"""Routes that are made again and again, written down once."""

from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from audit.history import tracked
from serials.models.routes import NAME_MAX_LENGTH, AdvancementMode, DependencyType
from shopplanr import clock
from shopplanr.ids import ID_MAX_LENGTH, new_template_id


class RouteTemplate(models.Model):
    """A route without a job: what paths are copied from. A path that was made from it knows nothing of it any more."""

    id = models.CharField(primary_key=True, max_length=ID_MAX_LENGTH, default=new_template_id, editable=False)
    name = models.CharField(max_length=NAME_MAX_LENGTH)
    advancement_mode = models.CharField(
        max_length=20,
        choices=AdvancementMode,
        blank=True,
        default="",
        help_text="How parts may move along the paths that are made from it. Left empty: as along any new path.",
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    history = tracked()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(name="template_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="template_mode_known", condition=Q(advancement_mode__in=["", *AdvancementMode.values])
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TemplateStep(models.Model):
    """One operation of a template, at its place in the order; what it says becomes a step of a path."""

    template = models.ForeignKey(RouteTemplate, on_delete=models.PROTECT, related_name="steps", db_index=False)
    name = models.CharField(max_length=NAME_MAX_LENGTH)
    order = models.PositiveIntegerField(help_text="Place in the route, from 0.")
    location = models.CharField(max_length=NAME_MAX_LENGTH, blank=True, default="")
    optional = models.BooleanField(default=False)
    dependency_type = models.CharField(max_length=20, choices=DependencyType, default=DependencyType.PREFERRED)

    history = tracked()

    class Meta:
        ordering = ["template_id", "order"]
        constraints = [
            # also serves every read of a route in order, so the foreign key needs no index of its own
            models.UniqueConstraint(fields=["template", "order"], name="template_step_order_unique"),
            models.CheckConstraint(name="template_step_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="template_step_dependency_known", condition=Q(dependency_type__in=DependencyType.values)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def asked(self) -> list:
        """Return the certificates that the step asks for; ``serials.asked`` reads them of many steps at once."""
        return list(self.requirements.order_by("certificate_type", "en10204_minimum"))

    @property
    def asked_if_any(self) -> list | None:
        """Return the same, None where it asks for none."""
        return self.asked or None
