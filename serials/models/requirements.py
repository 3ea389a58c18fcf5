"""The certificates that a step asks for: part of a route, like the step's place and its settings.

What counts as one is judged where certificates are known (``certificates``); parts and routes know only what is asked.
"""

from django.db import models
from django.db.models import Q

from audit.append_only import append_only
from audit.history import tracked
from serials.models.parts import OfSerial, Serial
from serials.models.routes import Step
from serials.models.templates import TemplateStep
from shopplanr import clock
from shopplanr.ids import ID_MAX_LENGTH, new_requirement_id, new_requirement_override_id

REQUIRED_MAX = 20
"""Certificates of one kind that a step may ask for."""


class CertificateType(models.TextChoices):
    """What a certificate vouches for."""

    MATERIAL = "material", "Material"
    PROCESS = "process", "Process"


class En10204Type(models.TextChoices):
    """Types of inspection documents for metallic products (EN 10204), in the order of what they are worth.

    2.x are the maker's own word about the kind of goods; 3.1 is about the very goods that were delivered, by somebody
    independent of production; 3.2 is countersigned by the buyer or an inspector. As text they sort in that order.
    """

    DECLARATION = "2.1", "2.1 Declaration of compliance"
    TEST_REPORT = "2.2", "2.2 Test report"
    INSPECTION = "3.1", "3.1 Inspection certificate"
    COUNTERSIGNED = "3.2", "3.2 Inspection certificate, countersigned"


class RequirementPolicy(models.TextChoices):
    """What happens to a part that would leave the step without what is asked for."""

    WARN = "warn", "Warn"
    BLOCK = "block", "Block"
    BLOCK_OR_OVERRIDE = "block_or_override", "Block unless a supervisor overrides"


class CertificateRequirement(models.Model):
    """So many certificates of this type, each of at least this EN 10204 type where one is named."""

    certificate_type = models.CharField(max_length=20, choices=CertificateType)
    quantity = models.PositiveSmallIntegerField(default=1, help_text="How many different certificates.")
    en10204_minimum = models.CharField(
        "least EN 10204 type", max_length=3, choices=En10204Type, blank=True, default="", help_text="Empty: any."
    )
    policy = models.CharField(max_length=20, choices=RequirementPolicy, default=RequirementPolicy.BLOCK)

    class Meta:
        abstract = True

    @property
    def words(self) -> str:
        """Return what is asked for: ``2 process certificates (EN 10204 3.1 or better)``."""
        return asked_in_words(self.quantity, self.certificate_type, self.en10204_minimum)

    @property
    def short(self) -> str:
        """Return the same where there is little room: ``2 process certs, 3.1+``."""
        plus = "+" if self.en10204_minimum != En10204Type.COUNTERSIGNED else ""
        kind = f", {self.en10204_minimum}{plus}" if self.en10204_minimum else ""
        return f"{self.quantity} {self.certificate_type} cert{'s' if self.quantity != 1 else ''}{kind}"


def asked_in_words(quantity: int, certificate_type: str, en10204_minimum: str = "") -> str:
    """Return so many certificates of a kind as people say it."""
    better = " or better" if en10204_minimum != En10204Type.COUNTERSIGNED else ""
    kind = f" (EN 10204 {en10204_minimum}{better})" if en10204_minimum else ""
    return f"{quantity} {certificate_type} certificate{'s' if quantity != 1 else ''}{kind}"


def _whole(model: str) -> list[models.CheckConstraint]:
    return [
        models.CheckConstraint(name=f"{model}_type_known", condition=Q(certificate_type__in=CertificateType.values)),
        models.CheckConstraint(
            name=f"{model}_quantity_in_range", condition=Q(quantity__gte=1, quantity__lte=REQUIRED_MAX)
        ),
        models.CheckConstraint(
            name=f"{model}_minimum_known", condition=Q(en10204_minimum__in=["", *En10204Type.values])
        ),
        models.CheckConstraint(name=f"{model}_policy_known", condition=Q(policy__in=RequirementPolicy.values)),
    ]


class StepRequirement(CertificateRequirement):
    """What a step of a path asks for. One that is no longer asked for is retired: an override may name it."""

    id = models.CharField(primary_key=True, max_length=ID_MAX_LENGTH, default=new_requirement_id, editable=False)
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="requirements")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    history = tracked()

    class Meta:
        ordering = ["step_id", "created_at", "id"]
        verbose_name = "certificate requirement"
        constraints = [
            *_whole("requirement"),
            models.UniqueConstraint(
                fields=["step", "certificate_type", "en10204_minimum"],
                name="requirement_once_per_step",
                condition=Q(retired_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @classmethod
    def active(cls) -> models.QuerySet["StepRequirement"]:
        """Return what steps ask for now."""
        return cls.objects.filter(retired_at=None)


class TemplateRequirement(CertificateRequirement):
    """What a template's step asks for; the steps that are copied from it ask for the same."""

    template_step = models.ForeignKey(
        TemplateStep, on_delete=models.PROTECT, related_name="requirements", db_index=False
    )

    history = tracked()

    class Meta:
        ordering = ["template_step_id", "pk"]
        verbose_name = "certificate requirement of a template"
        verbose_name_plural = "certificate requirements of templates"
        constraints = [
            *_whole("template_requirement"),
            # also serves the requirements of a template's step, so the foreign key needs no index of its own
            models.UniqueConstraint(
                fields=["template_step", "certificate_type", "en10204_minimum"], name="template_requirement_once"
            ),
        ]

    def __str__(self) -> str:
        return self.words


@append_only
class RequirementOverride(OfSerial, models.Model):
    """A supervisor lets one part go on without what a requirement asks for, and says why."""

    id = models.CharField(
        primary_key=True, max_length=ID_MAX_LENGTH, default=new_requirement_override_id, editable=False
    )
    serial = models.ForeignKey(Serial, on_delete=models.PROTECT, related_name="requirement_overrides", db_index=False)
    requirement = models.ForeignKey(StepRequirement, on_delete=models.PROTECT, related_name="overrides")
    reason = models.TextField()
    created_by = models.CharField(max_length=255)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["created_at", "id"]
        verbose_name = "override of a certificate requirement"
        verbose_name_plural = "overrides of certificate requirements"
        constraints = [
            # also serves the overrides of a part, so the foreign key needs no index of its own
            models.UniqueConstraint(fields=["serial", "requirement"], name="requirement_override_once"),
            models.CheckConstraint(name="requirement_override_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="requirement_override_names_somebody", condition=~Q(created_by="")),
        ]

    def __str__(self) -> str:
        return f"{self.requirement_id} for {self.serial_public_id}"
